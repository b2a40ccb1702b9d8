"""`peers echo` against DCMTK: what it says when all is well, and what it blames when not."""

import json
import socket
import threading
from contextlib import contextmanager

import pytest

from tests.certificates import authority, needs_openssl
from tests.integration.storescp import storescp
from tests.integration.support import LOOPBACK, free_port, needs_dcmtk
from tests.unit.cli.conftest import call

pytestmark = [pytest.mark.peers, needs_dcmtk, needs_openssl]


@pytest.fixture(scope="module")
def hospital(tmp_path_factory):
    made = authority(tmp_path_factory.mktemp("hospital"))
    return made, made.issue("ours"), made.issue("archive", alt=f"IP:{LOOPBACK}")


@pytest.fixture
def asked(hospital, tmp_path):
    """Return a function that asks one peer at a port: ``asked(port, tls=True)``."""
    issuer, ours, _ = hospital

    def ask(port, *words, shown=True, **peer):
        files = {"ca": issuer.file} | ({"cert": ours.cert, "key": ours.key} if shown else {})
        section = "\n".join(f"{key} = {json.dumps(value)}" for key, value in peer.items())
        site = tmp_path / "site.toml"
        site.write_text(
            "[dicom.tls]\n"
            + "".join(f"{key} = '{file}'\n" for key, file in files.items())
            + f"[[peers]]\nname = 'archive'\naddress = 'ARCHIVE@{LOOPBACK}:{port}'\nroles = ['destination']\n"
            + section
        )
        return call("peers", "echo", *words, "--timeout", "5", "--config", site)

    return ask


def test_a_peer_that_answers_is_told_with_its_security(asked, hospital, tmp_path):
    issuer, _, archive = hospital
    with storescp(tmp_path / "in", archive, issuer) as port:
        answer = asked(port, tls=True)
        assert (answer.code, answer.out) == (0, "")
        assert "archive: answered in" in answer.err
        assert "TLSv1." in answer.err
        assert "valid until" in answer.err
        (told,) = json.loads(asked(port, "archive", "--json", tls=True).out)
        assert told["ok"]
        assert told["certificate_expires"].endswith("GMT")


def test_a_peer_without_tls_is_told_to_be_so(asked, tmp_path):
    with storescp(tmp_path / "in") as port:
        answer = asked(port)
        assert answer.code == 0
        assert "without TLS" in answer.err
        answer = asked(port, tls=True)
        assert answer.code == 4


def test_each_failure_names_its_cause(asked, hospital, tmp_path):
    issuer, _, archive = hospital
    stranger = authority(tmp_path / "stranger", "stranger")
    forged = stranger.issue("archive", alt=f"IP:{LOOPBACK}")
    with storescp(tmp_path / "in", archive, issuer) as port:
        assert_blamed(asked(port, tls=True, shown=False), "does not take our certificate")
        assert_blamed(asked(port, tls=True, certificate="ab" * 32), "another than the configured one")
        assert_blamed(asked(port), "ended the connection")
    with storescp(tmp_path / "in", forged, stranger, "--ignore-peer-cert") as port:
        assert_blamed(asked(port, tls=True), "is not trusted by dicom.tls.ca")
    with storescp(tmp_path / "in", None, None, "--refuse") as port:
        assert_blamed(asked(port), "rejected the association")
    assert_blamed(asked(free_port()), "could not be reached (Connection refused)")
    with something_else() as port:
        assert_blamed(asked(port, tls=True), "does not speak TLS at this port")


def assert_blamed(answer, words):
    assert answer.code == 4
    assert words in answer.err


@contextmanager
def something_else():
    """Offer a port at which something speaks first, and no TLS."""
    with socket.create_server((LOOPBACK, 0)) as server:

        def greet():
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.sendall(b"220 mail.hospital.example ESMTP\r\n" * 4)

        threading.Thread(target=greet, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
