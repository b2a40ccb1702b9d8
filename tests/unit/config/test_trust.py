"""What a site may ask its peers to prove, and which configurations would let nobody in."""

import pytest
from pydantic import ValidationError

from pacs_dedup.config import Peer, Settings
from pacs_dedup.config.passcodes import hashed, is_passcode

FINGERPRINT = "AB:" * 31 + "AB"
TLS = {"enabled": True, "cert": "c.pem", "key": "k.pem", "ca": "ca.pem"}


def problem(*peers, tls=None, **dicom):
    with pytest.raises(ValidationError) as caught:
        Settings(peers=peers, dicom={"tls": tls or {}, **dicom})
    return str(caught.value)


def source(**more):
    return {"name": "mr", "address": "MR1@10.0.0.7", **more}


def destination(**more):
    return {"name": "archive", "address": "ARCHIVE@10.0.0.8:2762", "roles": ["destination"], **more}


@pytest.mark.parametrize("written", [FINGERPRINT, FINGERPRINT.replace(":", "").lower(), "SHA256:" + FINGERPRINT])
def test_a_fingerprint_may_be_written_as_tools_print_it(written):
    assert Peer(**source(certificate=written)).certificate == ("ab" * 32,)
    assert Peer(**source(certificate=[written, written])).certificate == ("ab" * 32, "ab" * 32)


@pytest.mark.parametrize("written", ["ab", "SHA1 Fingerprint=AB:CD", "zz" * 32, 7])
def test_what_is_no_fingerprint_is_told(written):
    with pytest.raises(ValidationError, match=r"fingerprint|valid tuple"):
        Peer(**source(certificate=written))


@pytest.mark.parametrize("proof", [{"certificate": FINGERPRINT}, {"certificate_name": "mr1"}])
def test_a_certificate_can_be_asked_for_only_where_one_is_shown(proof):
    assert "nobody is asked for a certificate" in problem(source(**proof))
    assert "nobody is asked for a certificate" in problem(source(**proof), tls={**TLS, "verify_peer": False})
    assert Settings(peers=[source(**proof)], dicom={"tls": TLS}).peers[0].is_bound


def test_a_passcode_may_not_cross_the_network_in_the_open():
    secret = hashed(b"secret")
    assert "for everybody to read" in problem(source(user="u", passcode=secret))
    assert Settings(peers=[source(user="u", passcode=secret)], dicom={"tls": TLS}).peers[0].is_bound
    here = source(user="u", passcode=secret, address="MR1@127.0.0.1")
    assert Settings(peers=[here]).peers[0].is_here


def test_a_passcode_needs_its_user_and_a_hash():
    assert "needs the name of its user" in problem(source(passcode=hashed(b"secret")), tls=TLS)
    for wrong in (
        "secret",
        "scrypt:3:AA==:AA==",
        "scrypt:1048576:AA==:" + "A" * 43 + "=",
        "md5:2:AA==:" + "A" * 43 + "=",
    ):
        assert "not the hash of a passcode" in problem(source(user="u", passcode=wrong), tls=TLS)


def test_a_passcode_is_known_by_its_hash_alone():
    kept = hashed(b"secret")
    assert is_passcode(b"secret", kept)
    assert not is_passcode(b"secret ", kept)
    assert hashed(b"secret") != kept, "every hash has a salt of its own"


def test_sending_over_tls_needs_somebody_to_trust():
    assert "dicom.tls.ca" in problem(destination(tls=True))
    assert "write AET@host:port" in problem(source(tls=True), tls=TLS)
    assert Settings(peers=[source(tls=True) | {"address": "MR1@10.0.0.7:104"}], dicom={"tls": {"ca": "ca.pem"}}).peers
    assert Settings(peers=[destination(tls=True, certificate=FINGERPRINT)], dicom={"tls": {"ca": "ca.pem"}}).peers


def test_two_peers_of_one_title_prove_both_or_neither():
    other = {"name": "again", "address": "MR1"}
    assert "would let in whom" in problem(source(certificate=FINGERPRINT), other, tls=TLS)
    assert Settings(peers=[source(), other]).peers


@pytest.mark.parametrize(
    ("tls", "said"),
    [
        ({"enabled": True}, "needs its certificate"),
        ({"cert": "c.pem"}, "belong together"),
        ({"enabled": True, "cert": "c.pem", "key": "k.pem"}, "ca: name the file"),
    ],
)
def test_half_a_tls_section_is_told(tls, said):
    assert said in problem(tls=tls)


def test_somebody_must_be_listened_to():
    assert "nothing to listen on" in problem(plain=False)


@pytest.mark.parametrize("address", ["MR1@10.0.0.0/33", "MR1@10.0.0.7/24", "MR1@hospital/24"])
def test_a_range_of_addresses_must_be_one(address):
    assert "no range of addresses" in problem(source() | {"address": address})


def test_a_destination_has_one_address():
    assert "AET@host:port" in problem(destination() | {"address": "ARCHIVE@10.0.0.0/24:104"})
