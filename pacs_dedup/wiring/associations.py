"""Associations with other application entities: how they are secured, in both directions."""

import functools
import ssl
import threading
from collections.abc import Callable
from datetime import timedelta

from pacs_dedup.adapters.dimse_destination import DimseDestination
from pacs_dedup.adapters.dimse_echo import EchoAnswer, echo
from pacs_dedup.adapters.tls_context import (
    ListenerContexts,
    RenewedContext,
    TlsFiles,
    check_context,
    client_context,
    own_certificate,
)
from pacs_dedup.config import Peer, Settings
from pacs_dedup.dicom.certificates import Certificate
from pacs_dedup.domain.identifiers import AeTitle
from pacs_dedup.wiring.our_user import our_user

__all__ = [
    "ListenerContexts",
    "TlsContexts",
    "certificate_shown",
    "check_peers_tls",
    "check_tls",
    "check_tls_of_listener",
    "destination",
    "echo_peer",
    "listener_tls",
    "peer_tls",
]

TlsContexts = Callable[[], ssl.SSLContext]
"""Returns the TLS context for the next connection."""


def listener_tls(settings: Settings) -> ListenerContexts | None:
    """Return the TLS contexts of the listener; None where it does not listen over TLS.

    Raises:
        BadConfiguration: a certificate file can not be used.
    """
    tls, files = settings.dicom.tls, _files(settings)
    if not tls.enabled:
        return None
    return ListenerContexts(files, tls.profile, verify_peer=tls.verify_peer)


def check_tls_of_listener(settings: Settings) -> TlsContexts:
    """Return the TLS contexts by which we call our own listener; the files are opened at the first use.

    The first use raises BadConfiguration where our certificate is none that a caller may show, and one must be shown.
    """
    tls, files = settings.dicom.tls, _files(settings)
    make = functools.partial(check_context, files, tls.profile, verify_peer=tls.verify_peer)
    return _Later(lambda: RenewedContext(files, make))


def peer_tls(peer: Peer, settings: Settings) -> TlsContexts | None:
    """Return the TLS contexts for associations to a peer; None where they go without TLS.

    The files are opened at the first use: who only reads cases need not be able to read the private key.
    """
    return _Later(lambda: _client_contexts(peer, settings)) if peer.tls else None


def check_tls(settings: Settings) -> None:
    """Open every certificate file and passcode that is configured: a service starts with all of them or not at all.

    Raises:
        BadConfiguration: one can not be used; the message says which, why, and what to do.
    """
    listener_tls(settings)
    check_peers_tls(settings)


def check_peers_tls(settings: Settings) -> None:
    """Open every file that calling the peers needs: certificates, and passcodes of ours.

    Those of a listener may be on another machine.

    Raises:
        BadConfiguration: a file can not be used.
    """
    for peer in settings.peers:
        if user := our_user(peer):
            user()
        if contexts := peer_tls(peer, settings):
            contexts()


def certificate_shown(settings: Settings) -> Certificate | None:
    """Return the certificate that peers see of us; None where none is configured.

    Raises:
        BadConfiguration: it can not be used, or is not valid today.
    """
    return own_certificate(_files(settings), settings.dicom.tls.profile)


def destination(peer: Peer, settings: Settings) -> DimseDestination:
    """Return the Storage SCP behind a peer; nothing is opened yet."""
    return DimseDestination(
        peer.name,
        called_ae=peer.ae_title,
        host=peer.host,
        port=peer.port,
        calling_ae=AeTitle(settings.dicom.ae_title),
        associations=settings.forwarding.associations_to(peer.forwarding),
        tls=peer_tls(peer, settings),
        user=our_user(peer),
    )


def echo_peer(peer: Peer, settings: Settings, within: timedelta) -> EchoAnswer:
    """Send a C-ECHO to a peer as everything is sent to it, over TLS or without.

    Raises:
        BadConfiguration: a certificate file can not be used.
        PeerUnavailable: nobody answered.
        PeerRefused: the peer does not want us, or is not who it should be.
    """
    return echo(
        called_ae=peer.ae_title,
        host=peer.host,
        port=peer.port,
        calling_ae=AeTitle(settings.dicom.ae_title),
        within=within,
        tls=peer_tls(peer, settings),
        user=our_user(peer),
    )


class _Later:
    """Contexts that are made when the first connection asks for one. Safe for several threads."""

    def __init__(self, make: Callable[[], TlsContexts]) -> None:
        self._make = make
        self._made: TlsContexts | None = None
        self._lock = threading.Lock()

    def __call__(self) -> ssl.SSLContext:
        with self._lock:
            self._made = self._made or self._make()
            return self._made()


def _client_contexts(peer: Peer, settings: Settings) -> TlsContexts:
    files, profile = _files(settings), settings.dicom.tls.profile
    return RenewedContext(
        files, lambda: client_context(files, profile, fingerprints=peer.certificate, name=peer.certificate_name)
    )


def _files(settings: Settings) -> TlsFiles:
    tls = settings.dicom.tls
    return TlsFiles(tls.cert, tls.key, tls.ca)
