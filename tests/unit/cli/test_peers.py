import io
import json

import pytest

from pacs_dedup.config.passcodes import hashed, is_passcode

FINGERPRINT = "ab" * 32
KEPT = hashed(b"secret")
SITE = f"""
[dicom.tls]
enabled = true
cert = "cert.pem"
key = "key.pem"
ca = "ca.pem"

[[peers]]
name = "mr1"
address = "MR1@10.0.0.7"
certificate = "{FINGERPRINT}"

[[peers]]
name = "ws"
address = "WS1@10.0.1.0/24"
user = "radiology"
passcode = "{KEPT}"

[[peers]]
name = "archive"
address = "ARCHIVE@10.0.0.8:2762"
roles = ["destination"]
tls = true
certificate_name = "archive.hospital.example"
"""


@pytest.fixture
def site(cli, tmp_path):
    """Call pacs-dedup with the configuration of a site."""
    file = tmp_path / "site.toml"
    file.write_text(SITE)
    return lambda *words: cli(*words, "--config", file)


def test_peers_are_listed_with_what_each_must_prove(site):
    listed = site("peers", "list")
    assert listed.code == 0
    assert "certificate abababababababab" in listed.out
    assert "user radiology with passcode" in listed.out
    assert "over TLS" in listed.out


def test_the_hash_of_a_passcode_is_shown_nowhere(site):
    for words in (("peers", "list"), ("peers", "list", "--json"), ("config", "show"), ("config", "show", "--json")):
        answer = site(*words)
        assert answer.code == 0
        assert KEPT not in answer.out


def test_peers_are_listed_for_programs(site):
    first, second, third = json.loads(site("peers", "list", "--json").out)
    assert (first["name"], first["certificate"]) == ("mr1", [FINGERPRINT])
    assert (second["user"], second["passcode"]) == ("radiology", True)
    assert third["tls"] is True


def test_without_peers_it_is_said_where_to_name_them(cli):
    assert "[[peers]]" in cli("peers", "list").err
    assert cli("peers", "echo").code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("MR1", "10.0.0.7", "--certificate", ":".join(["AB"] * 32)), "accepted as the peer 'mr1'"),
        (("MR1", "10.0.0.7", "--certificate", "cd" * 32), "refused: certificate"),
        (("MR1", "10.0.0.9", "--certificate", FINGERPRINT), "refused: address"),
        (("MR1", "10.0.0.7"), "refused: without_tls"),
        (
            ("WS1", "10.0.1.77", "--certificate-name", "ws1", "--user", "radiology"),
            "accepted, if the passcode is right",
        ),
        (("WS1", "10.0.1.77", "--user", "radiology"), "refused: passcode_in_the_open"),
        (("WS1", "10.0.1.77"), "refused: user"),
        (("NOBODY", "10.0.0.7"), "refused: unknown"),
        (("NOBODY", "127.0.0.1"), "accepted as unknown"),
        (("ARCHIVE", "10.0.0.8", "--certificate-name", "Archive.hospital.example"), "accepted as the peer 'archive'"),
    ],
)
def test_a_pacs_manager_can_ask_who_would_get_in(site, words, said):
    asked = site("peers", "check", *words)
    assert asked.code == 0
    assert said in asked.err
    asked = json.loads(site("peers", "check", *words, "--json").out)
    assert said in asked["said"]
    assert asked["admitted"] is said.startswith("accepted")


def test_certificates_that_can_not_be_used_are_told_by_the_check_of_the_configuration(site):
    checked = site("config", "check")
    assert checked.code == 2
    assert "key.pem can not be read" in checked.err


def test_a_name_is_no_address(site):
    asked = site("peers", "check", "MR1", "mr1.hospital.example")
    assert asked.code == 2
    assert "no IP address" in asked.err


def test_a_passcode_becomes_a_hash(cli, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("secret word\n"))
    printed = cli("peers", "passcode")
    assert printed.code == 0
    assert is_passcode(b"secret word", printed.out.strip())
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    assert cli("peers", "passcode").code == 2


def test_only_who_has_an_address_and_a_port_can_be_called(site):
    assert "'nobody'" in site("peers", "echo", "nobody").err
    asked = site("peers", "echo", "mr1")
    assert asked.code == 2
    assert "AET@host:port" in asked.err
