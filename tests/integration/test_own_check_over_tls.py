"""A listener that listens over TLS alone is asked whether it answers, and our certificate lets in nobody else."""

import pytest

from pacs_dedup.domain.errors import BadConfiguration, PeerRefused, PeerUnavailable
from pacs_dedup.domain.health import Health
from pacs_dedup.entrypoints.operations import own_echo
from pacs_dedup.entrypoints.operations.checks import listener_check
from tests.certificates import authority, needs_openssl
from tests.integration.support import LOOPBACK, ct_instance, dcmtk, free_port, needs_dcmtk, written
from tests.unit.entrypoints.operations.asking import status_of

pytestmark = [pytest.mark.peers, needs_openssl, needs_dcmtk]


@pytest.fixture(scope="module")
def hospital(tmp_path_factory):
    return authority(tmp_path_factory.mktemp("hospital"))


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """An authority that the site's callers do not come from: our certificate was bought."""
    return authority(tmp_path_factory.mktemp("elsewhere"), "elsewhere")


@pytest.fixture
def over_tls_alone(edge, hospital):
    """Listen over TLS alone with a certificate; callers come from the hospital."""

    def listening(ours, *, verify_peer=True, **more):
        tls = {"enabled": True, "port": 0, "cert": ours.cert, "key": ours.key, "ca": hospital.file}
        return edge(tls={**tls, "verify_peer": verify_peer}, plain=False, **more)

    return listening


def asked(here):
    """Ask the listener as /readyz does."""
    return own_echo(here.listener._settings, here.listener)()


def store(here, path, issued, trusting, calling):
    known = ["+tls", issued.key, issued.cert, "+cf", trusting.file]
    return dcmtk("storescu", here.tls_port, *known, path, calling=calling)


@pytest.mark.parametrize("verify_peer", [True, False])
@pytest.mark.parametrize("who", ["hospital", "elsewhere"])
def test_the_listener_answers_our_own_check_whoever_issued_our_certificate(over_tls_alone, request, who, verify_peer):
    ours = request.getfixturevalue(who).issue("ours")
    with over_tls_alone(ours, verify_peer=verify_peer) as here:
        assert asked(here).tls.startswith("TLSv1.")
        assert here.refused == []


def test_a_certificate_for_servers_is_enough_where_callers_need_none(over_tls_alone, hospital):
    ours = hospital.issue("server", uses="serverAuth")
    with over_tls_alone(ours, verify_peer=False) as here:
        asked(here)


@pytest.mark.parametrize("kind", ["for servers only", "an authority"])
def test_what_no_caller_may_show_is_a_warning_and_no_reason_to_send_elsewhere(over_tls_alone, elsewhere, kind):
    ours = elsewhere.issue("server", uses="serverAuth") if kind == "for servers only" else elsewhere.itself
    with over_tls_alone(ours) as here:
        with pytest.raises(BadConfiguration, match="issued for servers and clients"):
            asked(here)
        finding = listener_check(own_echo(here.listener._settings, here.listener), lambda: False).ask()
        assert finding.health is Health.WARNING
        assert here.refused == []


def test_our_certificate_lets_nobody_in_but_our_own_check(over_tls_alone, elsewhere, tmp_path):
    ours = elsewhere.issue("ours")
    path = written(tmp_path, ct_instance())
    with over_tls_alone(ours, unknown_peers="accept") as here:
        assert store(here, path, ours, elsewhere, "ANYBODY")[0] != 0
        assert here.refused_as("certificate"), here.refused
        assert here.nothing_got_in
        asked(here)


def test_who_issued_our_certificate_is_not_trusted_for_it(over_tls_alone, elsewhere, tmp_path):
    """Also where the authority stands in the file behind our certificate, as intermediate ones do."""
    ours, theirs = elsewhere.issue("ours"), elsewhere.issue("theirs")
    chain = tmp_path / "chain.pem"
    chain.write_bytes(ours.cert.read_bytes() + elsewhere.file.read_bytes())
    path = written(tmp_path, ct_instance())
    with over_tls_alone(type(ours)(chain, ours.key), unknown_peers="accept") as here:
        asked(here)
        assert store(here, path, theirs, elsewhere, "ANYBODY")[0] != 0
        assert here.refused_as("handshake"), here.refused
        assert here.nothing_got_in


def test_a_certificate_of_the_hospital_that_we_share_with_a_peer_stays_the_peers(over_tls_alone, hospital, tmp_path):
    ours = hospital.issue("shared")
    peers = ({"name": "here", "address": "HERE", "certificate": ours.fingerprint},)
    path = written(tmp_path, ct_instance())
    with over_tls_alone(ours, peers=peers) as here:
        assert store(here, path, ours, hospital, "HERE")[0] == 0
        assert len(here.arrivals) == 1


def test_an_expired_certificate_of_ours_is_a_failure(over_tls_alone, hospital):
    with over_tls_alone(hospital.issue("expired", days=-1)) as here, pytest.raises((PeerRefused, PeerUnavailable)):
        asked(here)


def test_our_check_does_nothing_but_echo_over_tls_too(over_tls_alone, elsewhere, tmp_path):
    ours = elsewhere.issue("ours")
    path = written(tmp_path, ct_instance())
    with over_tls_alone(ours) as here:
        code, said = store(here, path, ours, elsewhere, here.listener.check_ae)
        assert code != 0, said
        assert here.nothing_got_in


def test_a_renewed_certificate_is_asked_by_its_successor(over_tls_alone, elsewhere, tmp_path):
    first, second = elsewhere.issue("first"), elsewhere.issue("second")
    mine = type(first)(tmp_path / "cert.pem", tmp_path / "key.pem")

    def put(source):
        mine.cert.write_bytes(source.cert.read_bytes())
        mine.key.write_bytes(source.key.read_bytes())
        mine.key.chmod(0o600)
        return source.fingerprint.replace(":", "").lower()

    before = put(first)
    with over_tls_alone(mine) as here:
        ask = own_echo(here.listener._settings, here.listener)
        assert ask().certificate.fingerprint == before
        assert put(second) == ask().certificate.fingerprint


def test_a_running_service_over_tls_alone_is_ready(running_service, elsewhere, hospital):
    ours = elsewhere.issue("service")
    tls = {"enabled": True, "port": 0, "cert": str(ours.cert), "key": str(ours.key), "ca": str(hospital.file)}
    port = free_port()
    running_service(dicom={"tls": tls, "plain": False, "bind": LOOPBACK}, operations={"port": port})
    status, body = status_of(port, "/readyz")
    assert (status, "listener: ok: answers C-ECHO" in body) == (200, True), body
