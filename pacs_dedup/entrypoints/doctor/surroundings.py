"""What is around this machine: time, certificates, destinations."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from pacs_dedup.config import Peer, Settings
from pacs_dedup.dicom.certificates import Certificate
from pacs_dedup.domain.health import Finding, Health
from pacs_dedup.wiring.associations import certificate_shown, check_tls, echo_peer
from pacs_dedup.wiring.doctor import is_synchronised, skew_to

_ASKED_WITHIN = timedelta(seconds=5)
_RENEW_WITHIN = timedelta(days=30)  # a hospital's authority takes its time
_SKEW_S = 1.0  # IHE ITI-1: within one second of the reference


def clock(settings: Settings) -> Iterator[Finding]:
    """Ask the kernel whether a time service keeps the clock, and a configured NTP server for the difference."""
    remedy = "let chrony or systemd-timesyncd keep the clock: times of arrival and deadlines depend on it"
    match is_synchronised():
        case True:
            yield Finding("clock", Health.OK, "kept by a time service")
        case False:
            yield Finding("clock", Health.WARNING, "the kernel knows of no time service that keeps it", remedy)
        case None:
            yield Finding("clock", Health.WARNING, "the kernel does not say whether a time service keeps it", remedy)
    server = settings.operations.ntp_server
    if not server:
        return
    try:
        skew_s = skew_to(server, _ASKED_WITHIN)
    except OSError:
        words = "the NTP server gave no answer"
        yield Finding("clock skew", Health.WARNING, words, "see operations.ntp_server, and that UDP port 123 is open")
        return
    words = f"{skew_s:+.3f} s from the NTP server"
    if abs(skew_s) > _SKEW_S:
        yield Finding("clock skew", Health.FAILED, words, remedy)
    else:
        yield Finding("clock skew", Health.OK, words)


def certificates(settings: Settings) -> Iterator[Finding]:
    """Open every certificate file that the configuration names, and see how long our own is still valid."""
    if not settings.dicom.tls.enabled and not any(peer.tls for peer in settings.peers):
        return
    check_tls(settings)
    yield Finding("certificates", Health.OK, "every file can be used")
    yield from _validity("our certificate", certificate_shown(settings))


def peer(which: Peer, settings: Settings) -> Iterator[Finding]:
    """Ask a destination for a C-ECHO as everything is sent to it."""
    answer = echo_peer(which, settings, _ASKED_WITHIN)
    yield Finding(
        f"peer {which.name}", Health.OK, f"answered C-ECHO in {answer.ms:.0f} ms{', over TLS' if answer.tls else ''}"
    )
    yield from _validity(f"certificate of {which.name}", answer.certificate)


def _validity(name: str, certificate: Certificate | None) -> Iterator[Finding]:
    left = certificate.left(datetime.now(UTC)) if certificate is not None else None
    if certificate is None or left is None:
        return
    words = f"valid until {certificate.expires}"
    if left < _RENEW_WITHIN:
        yield Finding(name, Health.WARNING, words, "have it renewed; new files are taken up without a restart")
    else:
        yield Finding(name, Health.OK, words)
