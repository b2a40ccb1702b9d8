"""Who gets in over TLS, with DCMTK, OpenSSL and plain sockets on the other end."""

import hashlib
import http.client
import os
import select
import socket
import ssl
import subprocess
import time
import uuid
from contextlib import ExitStack

import pytest

from pacs_dedup.adapters.file_audit_inbox import FileAuditInbox
from pacs_dedup.domain.audit import AuditKind
from tests.certificates import authority, needs_openssl
from tests.integration.support import LOOPBACK, ct_instance, dcmtk, free_port, needs_dcmtk, written

pytestmark = [pytest.mark.peers, needs_dcmtk, needs_openssl]

HERE = f"IP:{LOOPBACK},DNS:localhost"


@pytest.fixture(scope="module")
def hospital(tmp_path_factory):
    """An authority with our certificate and those of two modalities."""
    made = authority(tmp_path_factory.mktemp("hospital"))
    return (
        made,
        made.issue("pacs-dedup", alt=HERE),
        made.issue("mr1", alt="DNS:mr1.hospital.example"),
        made.issue("ct1"),
    )


@pytest.fixture
def study(tmp_path):
    return [written(tmp_path, ct_instance(seed=n), f"{n}.dcm") for n in range(2)]


@pytest.fixture
def secure(edge, hospital):
    """Listen over TLS with peers that are bound to their certificates."""
    issuer, ours, mr1, _ = hospital
    peers = (
        {"name": "mr1", "address": f"MR1@{LOOPBACK}", "certificate": mr1.fingerprint},
        {"name": "ct1", "address": "CT1", "certificate_name": "ct1"},
        {"name": "far", "address": "FAR@192.0.2.1", "certificate": mr1.fingerprint},
    )

    def listening(*, peers=peers, **more):
        tls = {"enabled": True, "port": 0, "cert": ours.cert, "key": ours.key, "ca": issuer.file, **more.pop("tls", {})}
        return edge(peers=peers, tls=tls, plain=more.pop("plain", False), **more)

    return listening


def store(port, study, *, issued, trusting, calling="MR1", options=()):
    known = ["+tls", issued.key, issued.cert] if issued else ["+tla"]
    return dcmtk("storescu", port, *known, "+cf", trusting.file, *options, *study, calling=calling)


def assert_refused(here, answer, reason):
    code, said = answer
    assert code != 0, said
    assert "Received Store Response" not in said
    assert here.nothing_got_in
    assert here.refused_as(reason), here.refused
    call = here.refused[0]
    assert here.alerts == [(call.calling_ae, LOOPBACK, call.explanation)]


def wait_until(condition, said, within_s=15):
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, said
        time.sleep(0.02)


@pytest.mark.parametrize("profile", ["bcp195", "non-downgrading"])
@pytest.mark.parametrize("theirs", ["--profile-bcp195", "--profile-bcp195-nd", "--profile-bcp195-ex"])
def test_storescu_stores_over_mutual_tls(secure, hospital, study, profile, theirs):
    issuer, _, mr1, _ = hospital
    with secure(tls={"profile": profile}) as here:
        code, said = store(here.tls_port, study, issued=mr1, trusting=issuer, options=[theirs])
        assert code == 0, said
        assert said.count("Received Store Response (Success)") == len(here.files) == len(here.arrivals) == len(study)
        assert here.refused == []


def test_a_certificate_is_known_by_its_name(secure, hospital, study):
    issuer, _, mr1, ct1 = hospital
    with secure() as here:
        assert store(here.tls_port, study, issued=ct1, trusting=issuer, calling="CT1")[0] == 0
        before = len(here.arrivals)
        assert store(here.tls_port, study, issued=mr1, trusting=issuer, calling="CT1")[0] != 0
        assert len(here.arrivals) == before
        assert here.refused_as("certificate"), here.refused


def test_who_shows_no_certificate_does_not_get_in(secure, hospital, study):
    issuer, *_ = hospital
    with secure() as here:
        answer = store(here.tls_port, study, issued=None, trusting=issuer)
        assert_refused(here, answer, "handshake")
        assert "showed no certificate" in here.refused[0].detail


def test_a_certificate_of_another_authority_does_not_get_in(secure, hospital, study, tmp_path):
    issuer, *_ = hospital
    stranger = authority(tmp_path / "elsewhere", "elsewhere").issue("mr1", alt="DNS:mr1.hospital.example")
    with secure() as here:
        answer = store(here.tls_port, study, issued=stranger, trusting=issuer)
        assert_refused(here, answer, "handshake")
        assert "not trusted" in here.refused[0].detail


def test_an_expired_certificate_does_not_get_in(secure, hospital, study):
    issuer, *_ = hospital
    expired = issuer.issue(f"expired-{uuid.uuid4().hex[:8]}", days=-1)
    with secure() as here:
        answer = store(here.tls_port, study, issued=expired, trusting=issuer)
        assert_refused(here, answer, "handshake")
        assert "certificate has expired" in here.refused[0].detail


def test_a_certificate_for_servers_only_does_not_get_in(secure, hospital, study):
    issuer, *_ = hospital
    server = issuer.issue("server-only", uses="serverAuth")
    with secure() as here:
        assert_refused(here, store(here.tls_port, study, issued=server, trusting=issuer), "handshake")


def test_the_certificate_of_another_peer_does_not_get_in(secure, hospital, study):
    issuer, _, _, ct1 = hospital
    with secure() as here:
        answer = store(here.tls_port, study, issued=ct1, trusting=issuer, calling="MR1")
        assert_refused(here, answer, "certificate")
        assert here.refused[0].fingerprint == ct1.fingerprint.replace(":", "").lower()
        assert "Calling AE Title Not Recognized" in answer[1]


def test_a_bound_title_from_another_address_does_not_get_in(secure, hospital, study):
    issuer, _, mr1, _ = hospital
    with secure() as here:
        assert_refused(here, store(here.tls_port, study, issued=mr1, trusting=issuer, calling="FAR"), "address")


def test_a_bound_title_without_tls_does_not_get_in(secure, study):
    with secure(plain=True) as here:
        assert_refused(here, dcmtk("storescu", here.port, *study, calling="MR1"), "without_tls")


def test_a_title_that_nobody_knows_does_not_get_in_with_a_good_certificate(secure, hospital, study):
    issuer, _, mr1, _ = hospital
    with secure(unknown_peers="reject") as here:
        assert_refused(here, store(here.tls_port, study, issued=mr1, trusting=issuer, calling="NOBODY"), "unknown")


def test_another_called_title_does_not_get_in(secure, hospital, study):
    issuer, _, mr1, _ = hospital
    with secure() as here:
        tls = ["+tls", mr1.key, mr1.cert, "+cf", issuer.file]
        answer = dcmtk("storescu", here.tls_port, *tls, *study, calling="MR1", called="ELSEWHERE")
        assert_refused(here, answer, "called_ae")


def test_storescu_without_tls_does_not_get_in_by_the_port_with_tls(secure, study):
    with secure() as here:
        assert_refused(here, dcmtk("storescu", here.tls_port, *study, calling="MR1"), "handshake")
        assert "does not speak TLS" in here.refused[0].detail


def client(issued, **how):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers(how.get("ciphers", "ALL:@SECLEVEL=0"))
    context.minimum_version, context.maximum_version = how.get(
        "versions", (context.minimum_version, context.maximum_version)
    )
    context.load_cert_chain(issued.cert, issued.key)
    return context


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("profile", ["bcp195", "non-downgrading"])
def test_less_than_tls_1_2_does_not_get_in(secure, hospital, profile):
    _, _, mr1, _ = hospital
    with secure(tls={"profile": profile}) as here:
        for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
            with (
                socket.create_connection((LOOPBACK, here.tls_port), 10) as raw,
                pytest.raises(OSError, match=r"(?i)version"),
            ):
                client(mr1, versions=(version, version)).wrap_socket(raw)
        assert here.refused_as("handshake", "handshake"), here.refused
        assert {call.detail for call in here.refused} == {"the caller offers no TLS 1.2 or later"}
        assert here.nothing_got_in


def test_openssl_itself_is_refused_with_tls_1_1(secure, hospital):
    _, _, mr1, _ = hospital
    with secure() as here:
        command = [
            "openssl",
            "s_client",
            "-connect",
            f"{LOOPBACK}:{here.tls_port}",
            "-tls1_1",
            "-cipher",
            "ALL:@SECLEVEL=0",
        ]
        command += ["-cert", mr1.cert, "-key", mr1.key]
        done = subprocess.run(command, input="", capture_output=True, text=True, timeout=30, check=False)
        assert "Cipher is (NONE)" in done.stdout
        assert here.refused_as("handshake"), here.refused


NOT_OFFERED = ["AES128-GCM-SHA256", "AES256-SHA", "ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"]


def test_cipher_suites_outside_the_profile_are_refused(secure, hospital):
    _, _, mr1, _ = hospital
    both = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2)
    with secure() as here:
        for ciphers in NOT_OFFERED:
            with socket.create_connection((LOOPBACK, here.tls_port), 10) as raw, pytest.raises(ssl.SSLError):
                client(mr1, ciphers=ciphers, versions=both).wrap_socket(raw)
        wait_until(lambda: len(here.refused) == len(NOT_OFFERED), here.refused)
        assert {call.detail for call in here.refused} == {"the caller has no cipher suite of the profile"}


def test_silent_callers_hold_nobody_up(secure, hospital, study):
    issuer, _, mr1, _ = hospital
    with secure(plain=True) as here, ExitStack() as silent:
        for _ in range(8):
            silent.enter_context(socket.create_connection((LOOPBACK, here.tls_port), 10))
            silent.enter_context(socket.create_connection((LOOPBACK, here.port), 10))
        began = time.monotonic()
        assert store(here.tls_port, study, issued=mr1, trusting=issuer)[0] == 0
        assert time.monotonic() - began < 8, "a handshake may take ten seconds"
        assert len(here.arrivals) == len(study)


def test_silent_callers_are_sent_away(secure, monkeypatch):
    monkeypatch.setattr("pacs_dedup.entrypoints.listener.servers.HANDSHAKE_WITHIN_S", 0.3)
    with secure() as here, socket.create_connection((LOOPBACK, here.tls_port), 10) as silent:
        assert silent.recv(1) == b""
        assert here.refused_as("handshake"), here.refused
        assert "in time" in here.refused[0].detail


def dribble(connection, octets):
    for octet in octets:
        connection.sendall(bytes([octet]))
        time.sleep(0.1)


def test_who_dribbles_a_handshake_has_no_more_time_than_who_is_silent(secure, monkeypatch):
    monkeypatch.setattr("pacs_dedup.entrypoints.listener.servers.HANDSHAKE_WITHIN_S", 0.5)
    with secure() as here, socket.create_connection((LOOPBACK, here.tls_port), 10) as dribbling:
        began = time.monotonic()
        with pytest.raises(ConnectionError):
            dribble(dribbling, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200))
        assert time.monotonic() - began < 5
        assert here.refused_as("handshake"), here.refused


def test_who_need_not_show_a_certificate_talks_over_tls_without(secure, study, hospital):
    issuer, *_ = hospital
    with secure(peers=({"name": "any", "address": "ANY"},), tls={"verify_peer": False}) as here:
        code, said = store(here.tls_port, study, issued=None, trusting=issuer, calling="ANY")
        assert code == 0, said
        assert len(here.arrivals) == len(study)


def test_a_large_instance_comes_over_tls_byte_for_byte(secure, hospital, tmp_path):
    issuer, _, mr1, _ = hospital
    frames = 64
    size = {"Rows": 512, "Columns": 512, "NumberOfFrames": frames}
    big = written(tmp_path, ct_instance(**size, PixelData=os.urandom(frames * 512 * 512 * 2)), "big.dcm")
    with secure() as here:
        code, said = store(here.tls_port, [big], issued=mr1, trusting=issuer)
        assert code == 0, said
        assert here.files[0].read_bytes()[-(1 << 25) :] == big.read_bytes()[-(1 << 25) :]


def test_one_address_can_not_take_every_place_at_the_handshake(secure):
    with secure(limits={"associations_per_peer": 3, "connections": 100}) as here, ExitStack() as silent:
        places = [silent.enter_context(socket.create_connection((LOOPBACK, here.tls_port), 10)) for _ in range(4)]
        gone, _, _ = select.select(places, [], [], 5)
        assert [place.recv(1) for place in gone] == [b""], "the one too many is sent away at once"
        assert here.refused_as("waiting"), here.refused


def test_a_browser_at_the_port_gets_no_answer(secure):
    with secure() as here:
        browser = http.client.HTTPConnection(LOOPBACK, here.tls_port, timeout=10)
        browser.request("GET", "/")
        with pytest.raises((OSError, http.client.HTTPException)):
            browser.getresponse()
        assert here.refused_as("handshake"), here.refused
        browser.close()


def test_the_port_without_tls_can_be_closed(secure, hospital, study):
    issuer, _, mr1, _ = hospital
    port = free_port()
    with secure(plain=False, port=port) as here:
        assert store(here.tls_port, study, issued=mr1, trusting=issuer)[0] == 0
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((LOOPBACK, port), 10)


def test_a_renewed_certificate_counts_from_the_next_connection_on(secure, hospital, study, tmp_path):
    issuer, ours, mr1, _ = hospital
    mine = {"cert": tmp_path / "cert.pem", "key": tmp_path / "key.pem"}
    mine["cert"].write_bytes(ours.cert.read_bytes())
    mine["key"].write_bytes(ours.key.read_bytes())
    mine["key"].chmod(0o600)
    renewed = issuer.issue("renewed", alt=HERE)

    def shown(port):
        with socket.create_connection((LOOPBACK, port), 10) as raw, client(mr1).wrap_socket(raw) as secured:
            return secured.getpeercert(binary_form=True)

    with secure(tls=mine) as here:
        before = shown(here.tls_port)
        mine["cert"].write_bytes(renewed.cert.read_bytes())
        assert shown(here.tls_port) == before, "a certificate without its key is not taken"
        mine["key"].write_bytes(renewed.key.read_bytes())
        after = shown(here.tls_port)
        assert hashlib.sha256(after).hexdigest() == renewed.fingerprint.replace(":", "").lower()
        assert store(here.tls_port, study, issued=mr1, trusting=issuer)[0] == 0


def test_a_single_peers_certificate_can_be_trusted_without_its_authority(secure, hospital, study, tmp_path):
    issuer, *_ = hospital
    vendor = authority(tmp_path / "vendor", "vendor")
    ultrasound, other = vendor.issue("us1"), vendor.issue("us2")
    trusted = tmp_path / "trusted.pem"
    trusted.write_bytes(issuer.file.read_bytes() + ultrasound.cert.read_bytes())
    peers = ({"name": "us", "address": "US1", "certificate": ultrasound.fingerprint},)
    with secure(peers=peers, tls={"ca": trusted}) as here:
        assert store(here.tls_port, study, issued=ultrasound, trusting=issuer, calling="US1")[0] == 0
        assert store(here.tls_port, study, issued=other, trusting=issuer, calling="US1")[0] != 0
        assert here.refused_as("handshake"), here.refused


def audited(data):
    """Return the reasons in the audit events that were kept before the database was asked."""
    events = [waiting.event for waiting in FileAuditInbox(data).waiting(100)]
    return [dict(event.detail)["reason"] for event in events if event.kind is AuditKind.SECURITY_ALERT]


def test_refusals_are_in_the_audit_trail_although_the_database_is_away(running_service, hospital, study, tmp_path):
    issuer, ours, mr1, ct1 = hospital
    tls = {"enabled": True, "port": 0, "cert": str(ours.cert), "key": str(ours.key), "ca": str(issuer.file)}
    peers = [{"name": "mr1", "address": f"MR1@{LOOPBACK}", "certificate": mr1.fingerprint}]
    nowhere = f"postgresql+psycopg://nobody@{LOOPBACK}:{free_port()}/none"
    storage = {"path": str(tmp_path / "service"), "low_water_mb": 0, "database_url": nowhere}
    service = running_service(role="scp", dicom={"tls": tls}, peers=peers, storage=storage)
    assert store(service.tls_port, study, issued=ct1, trusting=issuer)[0] != 0
    assert store(service.tls_port, study, issued=None, trusting=issuer)[0] != 0
    assert service.files == []
    wait_until(lambda: len(audited(service.data)) > 1, service.log.read_text())
    reasons = audited(service.data)
    assert [reason.partition(":")[0] for reason in reasons] == ["certificate", "handshake"]
    assert "showed no certificate" in reasons[1]
    assert store(service.tls_port, study, issued=mr1, trusting=issuer)[0] == 0
    assert len(service.files) == len(study)
    refused = [line for line in service.lines if line["event"] == "association refused"]
    assert [line["reason"] for line in refused] == reasons
    assert service.stop() == 0


def test_who_can_not_be_decided_on_is_refused(secure, hospital, study):
    issuer, _, mr1, _ = hospital
    nowhere = {"name": "mr1", "address": "MR1@hospital..example", "certificate": mr1.fingerprint}
    with secure(peers=(nowhere,), unknown_peers="accept") as here:
        answer = store(here.tls_port, study, issued=mr1, trusting=issuer)
        assert_refused(here, answer, "undecided")
