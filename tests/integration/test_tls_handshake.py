"""What the port with TLS withstands before anybody is asked for: old cryptography, silence, callers without TLS."""

import hashlib
import http.client
import os
import select
import socket
import ssl
import subprocess
import time
from contextlib import ExitStack

import pytest

from tests.certificates import needs_openssl
from tests.integration.support import LOOPBACK, ct_instance, dcmtk, free_port, needs_dcmtk, written
from tests.integration.tls_callers import HERE, assert_refused, client, store, wait_until

pytestmark = [pytest.mark.peers, needs_dcmtk, needs_openssl]


def test_storescu_without_tls_does_not_get_in_by_the_port_with_tls(secure, study):
    with secure() as here:
        assert_refused(here, dcmtk("storescu", here.tls_port, *study, calling="MR1"), "handshake")
        assert "does not speak TLS" in here.refused[0].detail


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
