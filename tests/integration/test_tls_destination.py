"""Sending over TLS, to DCMTK's storescp and to sockets that prove nothing."""

import socket
import threading

import pytest

from pacs_dedup.config import Settings
from pacs_dedup.domain.errors import PeerUnavailable
from pacs_dedup.wiring.associations import destination
from tests.certificates import authority, needs_openssl
from tests.integration.storescp import storescp
from tests.integration.support import LOOPBACK, ct_instance, needs_dcmtk, written

pytestmark = [pytest.mark.peers, needs_dcmtk, needs_openssl]


@pytest.fixture(scope="module")
def hospital(tmp_path_factory):
    """An authority, our certificate, and those of an archive with and without its address in it."""
    made = authority(tmp_path_factory.mktemp("hospital"))
    return (
        made,
        made.issue("ours"),
        made.issue("archive", alt=f"IP:{LOOPBACK}"),
        made.issue("elsewhere", alt="DNS:else"),
    )


@pytest.fixture
def instance(tmp_path):
    return written(tmp_path, ct_instance())


def sending(port, hospital, *, shown=True, **proof):
    issuer, ours, *_ = hospital
    files = {"ca": issuer.file} | ({"cert": ours.cert, "key": ours.key} if shown else {})
    peer = {"name": "archive", "address": f"ARCHIVE@{LOOPBACK}:{port}", "roles": ["destination"], "tls": True, **proof}
    settings = Settings(dicom={"tls": files}, peers=[peer])
    return destination(settings.peers[0], settings)


def test_an_instance_goes_to_storescp_over_mutual_tls(hospital, instance, tmp_path):
    issuer, _, archive, _ = hospital
    with storescp(tmp_path / "in", archive, issuer) as port:
        for proof in ({}, {"certificate": archive.fingerprint}, {"certificate_name": "archive"}):
            sender = sending(port, hospital, **proof)
            sender.send(instance)
            sender.close()
    assert len(list((tmp_path / "in").iterdir())) == 1


@pytest.mark.parametrize("proof", ["fingerprint", "name"])
def test_an_archive_known_by_its_certificate_may_be_issued_to_another_host(hospital, instance, tmp_path, proof):
    issuer, _, _, elsewhere = hospital
    expected = {"certificate": elsewhere.fingerprint} if proof == "fingerprint" else {"certificate_name": "else"}
    with storescp(tmp_path / "in", elsewhere, issuer) as port:
        sender = sending(port, hospital, **expected)
        sender.send(instance)
        sender.close()


def assert_not_sent(sender, instance, folder):
    with pytest.raises(PeerUnavailable, match="peers echo archive"):
        sender.send(instance)
    sender.close()
    assert not list(folder.iterdir())


def test_nothing_goes_to_a_host_that_the_certificate_was_not_issued_to(hospital, instance, tmp_path):
    issuer, _, _, elsewhere = hospital
    with storescp(tmp_path / "in", elsewhere, issuer) as port:
        assert_not_sent(sending(port, hospital), instance, tmp_path / "in")


@pytest.mark.parametrize("proof", ["fingerprint", "name"])
def test_nothing_goes_to_another_certificate_than_the_configured_one(hospital, instance, tmp_path, proof):
    issuer, _, archive, elsewhere = hospital
    expected = {"certificate": elsewhere.fingerprint} if proof == "fingerprint" else {"certificate_name": "else"}
    with storescp(tmp_path / "in", archive, issuer) as port:
        assert_not_sent(sending(port, hospital, **expected), instance, tmp_path / "in")


def test_nothing_goes_to_a_certificate_of_another_authority(hospital, instance, tmp_path):
    stranger = authority(tmp_path / "stranger", "stranger")
    forged = stranger.issue("archive", alt=f"IP:{LOOPBACK}")
    with storescp(tmp_path / "in", forged, stranger, "--ignore-peer-cert") as port:
        assert_not_sent(sending(port, hospital), instance, tmp_path / "in")


def test_nothing_is_sent_where_our_certificate_is_asked_for_and_we_have_none(hospital, instance, tmp_path):
    issuer, _, archive, _ = hospital
    with storescp(tmp_path / "in", archive, issuer) as port:
        assert_not_sent(sending(port, hospital, shown=False), instance, tmp_path / "in")


def test_nothing_is_said_to_a_peer_without_tls(hospital, instance):
    heard = []

    def listen(server):
        connection, _ = server.accept()
        with connection:
            heard.append(connection.recv(4096))

    with socket.create_server((LOOPBACK, 0)) as server:
        thread = threading.Thread(target=listen, args=(server,), daemon=True)
        thread.start()
        with pytest.raises(PeerUnavailable):
            sending(server.getsockname()[1], hospital).send(instance)
        thread.join(10)
    assert heard[0][:1] == b"\x16", "a TLS handshake, and nothing else"
    assert b"ARCHIVE" not in heard[0]
