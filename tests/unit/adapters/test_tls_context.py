"""Certificate files that can not be used say so, and say what to do."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest

from pacs_dedup.adapters.tls_context import RenewedContext, TlsFiles, client_context, own_certificate, server_context
from pacs_dedup.dicom.certificates import Certificate, read_certificate
from pacs_dedup.dicom.secure_transport import TlsProfile
from pacs_dedup.domain.errors import BadConfiguration
from tests.certificates import authority, needs_openssl, openssl

pytestmark = [pytest.mark.peers, needs_openssl]


@pytest.fixture(scope="module")
def issuer(tmp_path_factory):
    return authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def ours(issuer):
    return issuer.issue("ours")


def server(cert, key, ca, profile=TlsProfile.BCP195):
    return server_context(TlsFiles(cert, key, ca), profile, verify_peer=True)


def complaint(*files):
    with pytest.raises(BadConfiguration) as caught:
        server(*files)
    return str(caught.value)


@pytest.mark.parametrize("profile", TlsProfile)
def test_what_is_offered_is_what_the_profile_says(issuer, ours, profile):
    context = server(ours.cert, ours.key, issuer.file, profile)
    offered = [suite["name"] for suite in context.get_ciphers() if suite["protocol"] == "TLSv1.2"]
    assert tuple(offered) == profile.facts.cipher_suites
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.maximum_version is ssl.TLSVersion.MAXIMUM_SUPPORTED
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.security_level == 2


def test_a_key_that_everybody_can_read_is_refused(issuer, tmp_path, ours):
    key = tmp_path / "open.key"
    key.write_bytes(ours.key.read_bytes())
    key.chmod(0o644)
    assert f"chmod 640 {key}" in complaint(ours.cert, key, issuer.file)
    key.chmod(0o640)
    server(ours.cert, key, issuer.file)


def test_a_key_with_a_passphrase_is_refused_without_asking_for_it(issuer, tmp_path, ours):
    key = tmp_path / "encrypted.key"
    openssl("pkey", "-in", ours.key, "-aes256", "-passout", "pass:x", "-out", key)
    key.chmod(0o600)
    assert "is encrypted" in complaint(ours.cert, key, issuer.file)


def test_files_that_are_not_what_they_should_be_are_told(issuer, tmp_path, ours):
    other, nothing, empty = issuer.issue("other"), tmp_path / "none.pem", tmp_path / "empty.pem"
    empty.touch(mode=0o600)
    assert "not the one of the certificate" in complaint(ours.cert, other.key, issuer.file)
    assert "correct the name" in complaint(ours.cert, nothing, issuer.file)
    assert "correct the name" in complaint(nothing, ours.key, issuer.file)
    assert "PEM" in complaint(empty, ours.key, issuer.file)
    assert "no certificate" in complaint(ours.cert, ours.key, empty)


def test_a_short_key_is_refused(issuer, tmp_path):
    weak = tmp_path / "weak.key", tmp_path / "weak.pem"
    openssl("req", "-x509", "-newkey", "rsa:1024", "-nodes", "-keyout", weak[0], "-out", weak[1], "-subj", "/CN=weak")
    weak[0].chmod(0o600)
    assert "2048 bits" in complaint(weak[1], weak[0], issuer.file)


def test_a_context_is_made_anew_when_a_file_changed_and_kept_when_it_can_not_be_used(issuer, tmp_path, ours):
    cert = tmp_path / "cert.pem"
    cert.write_bytes(ours.cert.read_bytes())
    files = TlsFiles(cert, ours.key, issuer.file)
    context = RenewedContext(files, lambda: server_context(files, TlsProfile.BCP195, verify_peer=True))
    first = context()
    assert context() is first
    cert.write_text("")
    assert context() is first
    cert.unlink()
    assert context() is first
    cert.write_bytes(ours.cert.read_bytes())
    assert context() not in (first, None)


def test_a_client_checks_the_host_unless_it_is_told_whom_to_expect(issuer, ours):
    files = TlsFiles(ours.cert, ours.key, issuer.file)
    assert client_context(files, TlsProfile.BCP195).check_hostname
    assert not client_context(files, TlsProfile.BCP195, name="archive").check_hostname
    assert client_context(files, TlsProfile.BCP195, name="archive").verify_mode is ssl.CERT_REQUIRED


def test_the_names_of_a_certificate_are_those_of_the_subject_and_its_alternatives():
    subject = ((("countryName", "HK"),), (("commonName", "MR1"),))
    alternatives = (("DNS", "mr1.Hospital.example"), ("URI", "urn:mr1"), ("IP Address", "10.0.0.7"), ("email", "a@b"))
    read = read_certificate(b"der", {"subject": subject, "subjectAltName": alternatives, "notAfter": "soon"})
    assert read.names == {"mr1", "mr1.hospital.example", "urn:mr1", "10.0.0.7"}
    assert read.expires == "soon"


def test_what_was_not_shown_or_not_verified_is_no_certificate():
    assert read_certificate(None, None) is None
    assert read_certificate(b"der", {}) is None
    assert not Certificate("ab").belongs_to(("cd",), "")


@pytest.mark.parametrize("profile", TlsProfile)
def test_our_own_certificate_is_read_as_peers_see_it(issuer, ours, profile):
    shown = own_certificate(TlsFiles(ours.cert, ours.key, None), profile)
    assert shown.fingerprint == ours.fingerprint.replace(":", "").lower()
    assert shown.names == {"ours"}
    assert timedelta(days=1) < shown.left(datetime.now(UTC)) <= timedelta(days=2)


def test_without_a_certificate_peers_see_none():
    assert own_certificate(TlsFiles(None, None, None), TlsProfile.BCP195) is None


def test_an_expired_certificate_of_ours_is_told(issuer):
    expired = issuer.issue("expired", days=-1)
    with pytest.raises(BadConfiguration, match="certificate has expired"):
        own_certificate(TlsFiles(expired.cert, expired.key, None), TlsProfile.BCP195)


def test_a_certificate_of_unknown_end_has_no_time_left_to_tell():
    assert Certificate("ab").left(datetime.now(UTC)) is None
    assert Certificate("ab", expires="Jan  1 00:00:00 2020 GMT").left(datetime.now(UTC)) < timedelta(0)
