import pytest

from pacs_dedup.config import Peer, UnknownPeers
from pacs_dedup.config.hosts import is_host
from pacs_dedup.config.passcodes import hashed
from pacs_dedup.dicom.certificates import Certificate
from pacs_dedup.entrypoints.listener.admission import decide
from pacs_dedup.entrypoints.listener.caller import Caller, IdentityType, UserIdentity
from pacs_dedup.entrypoints.listener.refusals import Refusal

PEERS = (
    Peer(name="ct", address="CT1@10.0.0.5:104"),
    Peer(name="roaming", address="CARM"),
    Peer(name="here", address="HERE@localhost:104"),
    Peer(name="ward", address="WARD@10.1.2.0/24"),
    Peer(name="ward6", address="WARD6@[fd00:1::/64]:104"),
)
OWN, OTHERS = "ab" * 32, "cd" * 32
PINNED = Peer(name="pinned", address="MR1@10.0.0.7:104", certificate=OWN)
NAMED = Peer(name="named", address="MR2", certificate_name="MR2.hospital.example")
BOTH = Peer(name="both", address="MR3", certificate=OWN, certificate_name="mr3")
LOGGED_IN = Peer(name="ws", address="WS1", user="röntgen")
WITH_PASSCODE = Peer(name="away", address="WS2", user="away", passcode=hashed(b"secret"))
BOUND = (PINNED, NAMED, BOTH, LOGGED_IN, WITH_PASSCODE)


def calling(ae_title, address="10.0.0.7", **more):
    return Caller(calling_ae=ae_title, called_ae="PACSDEDUP", address=address, **more)


def over_tls(ae_title, fingerprint=OWN, *names, address="10.0.0.7", **more):
    return calling(ae_title, address, over_tls=True, certificate=Certificate(fingerprint, frozenset(names)), **more)


def user(name, passcode=b"", kind=None):
    default = IdentityType.USERNAME_AND_PASSCODE if passcode else IdentityType.USERNAME
    return UserIdentity(kind or default, name.encode(), passcode)


def refusal(caller, peers=BOUND, unknown=UnknownPeers.ACCEPT):
    return decide(caller, peers=peers, unknown=unknown).refusal


@pytest.mark.parametrize(
    ("calling_ae", "address", "unknown", "accepted"),
    [
        ("CT1", "10.0.0.5", UnknownPeers.REJECT, True),
        ("CT1", "10.0.0.6", UnknownPeers.REJECT, False),
        ("CT1", "::ffff:10.0.0.5", UnknownPeers.REJECT, True),
        ("OTHER", "::ffff:127.0.0.1", UnknownPeers.LOOPBACK, True),
        ("CT1", "10.0.0.6", UnknownPeers.ACCEPT, True),
        ("CT1", "10.0.0.6", UnknownPeers.LOOPBACK, False),
        ("CARM", "10.9.9.9", UnknownPeers.REJECT, True),
        ("HERE", "127.0.0.1", UnknownPeers.REJECT, True),
        ("HERE", "10.0.0.5", UnknownPeers.REJECT, False),
        ("WARD", "10.1.2.3", UnknownPeers.REJECT, True),
        ("WARD", "::ffff:10.1.2.255", UnknownPeers.REJECT, True),
        ("WARD", "10.1.3.3", UnknownPeers.REJECT, False),
        ("WARD", "fd00:1::3", UnknownPeers.REJECT, False),
        ("WARD6", "fd00:1::3", UnknownPeers.REJECT, True),
        ("WARD6", "fd00:2::3", UnknownPeers.REJECT, False),
        ("OTHER", "127.0.0.1", UnknownPeers.LOOPBACK, True),
        ("OTHER", "::1", UnknownPeers.LOOPBACK, True),
        ("OTHER", "10.0.0.5", UnknownPeers.LOOPBACK, False),
        ("OTHER", "127.0.0.1", UnknownPeers.REJECT, False),
        ("OTHER", "10.0.0.5", UnknownPeers.ACCEPT, True),
        ("ct1", "10.0.0.5", UnknownPeers.REJECT, False),
        ("scan:/ct", "127.0.0.1", UnknownPeers.ACCEPT, False),
    ],
)
def test_who_is_admitted_by_title_and_address(calling_ae, address, unknown, accepted):
    assert (refusal(calling(calling_ae, address), PEERS, unknown) is None) is accepted


@pytest.mark.parametrize("unknown", UnknownPeers)
@pytest.mark.parametrize(
    ("caller", "expected"),
    [
        (over_tls("MR1"), None),
        (over_tls("MR1", OTHERS), Refusal.CERTIFICATE),
        (over_tls("MR1", address="10.0.0.8"), Refusal.ADDRESS),
        (over_tls("MR1", address="127.0.0.1"), Refusal.ADDRESS),
        (calling("MR1"), Refusal.WITHOUT_TLS),
        (calling("MR1", over_tls=True), Refusal.CERTIFICATE),
        (over_tls("MR2", OTHERS, "mr2.hospital.example"), None),
        (over_tls("MR2", OTHERS, "mr1.hospital.example", "hospital.example"), Refusal.CERTIFICATE),
        (over_tls("MR3", OWN, "mr3"), None),
        (over_tls("MR3", OTHERS, "mr3"), Refusal.CERTIFICATE),
        (over_tls("MR3", OWN, "mr1"), Refusal.CERTIFICATE),
        (calling("WS1", identity=user("röntgen")), None),
        (calling("WS1", identity=user("röntgen", b"any")), None),
        (calling("WS1", identity=user("Röntgen")), Refusal.USER),
        (calling("WS1"), Refusal.USER),
        (calling("WS1", identity=user("röntgen", kind=IdentityType.JWT)), Refusal.USER),
        (calling("WS1", identity=user("röntgen", kind=IdentityType.SAML)), Refusal.USER),
        (calling("WS1", identity=user("röntgen", kind=IdentityType.KERBEROS)), Refusal.USER),
        (calling("WS1", identity=user("röntgen", kind=99)), Refusal.USER),
        (over_tls("WS2", identity=user("away", b"secret")), None),
        (over_tls("WS2", identity=user("away", b"Secret")), Refusal.PASSCODE),
        (over_tls("WS2", identity=user("away")), Refusal.USER),
        (calling("WS2", "127.0.0.1", identity=user("away", b"secret")), None),
        (calling("WS2", identity=user("away", b"secret")), Refusal.PASSCODE_IN_THE_OPEN),
    ],
)
def test_a_bound_title_is_its_peers_alone_whatever_holds_for_strangers(caller, expected, unknown):
    assert refusal(caller, unknown=unknown) == expected


def test_the_reason_is_that_of_the_namesake_who_came_furthest():
    elsewhere = Peer(name="elsewhere", address="MR1@10.0.0.9", certificate=OWN)
    assert refusal(over_tls("MR1", OTHERS), (PINNED, elsewhere)) is Refusal.CERTIFICATE
    assert refusal(over_tls("MR1", OTHERS), (elsewhere, PINNED)) is Refusal.CERTIFICATE
    assert refusal(over_tls("MR1", address="10.0.0.9"), (PINNED, elsewhere)) is None


def test_a_stranger_is_told_why():
    assert refusal(calling("NOBODY"), unknown=UnknownPeers.REJECT) is Refusal.UNKNOWN


def test_a_peer_is_known_as_itself_and_a_stranger_as_nobody():
    assert decide(over_tls("MR1"), peers=BOUND, unknown=UnknownPeers.ACCEPT).peer is PINNED
    assert decide(calling("NOBODY"), peers=BOUND, unknown=UnknownPeers.ACCEPT).peer is None


def test_a_passcode_is_never_shown():
    assert "secret" not in repr(calling("WS2", identity=user("away", b"secret")))
    assert WITH_PASSCODE.passcode not in repr(WITH_PASSCODE)


def test_a_host_that_nobody_knows_is_nobodys_address():
    assert not is_host("10.0.0.5", "no-such-host.invalid")


def test_every_refusal_that_is_answered_is_one_of_the_standards():
    known = {(1, 1, 1), (1, 1, 3), (1, 1, 7), (1, 2, 1), (1, 2, 2), (2, 2, 1), (2, 3, 1), (2, 3, 2)}
    assert {reason.answer for reason in Refusal} - {None} == known


@pytest.mark.parametrize(
    ("roles", "may_send"), [(["source"], True), (["source", "destination"], True), (["destination"], False)]
)
def test_only_a_source_may_send(roles, may_send):
    peer = Peer(name="archive", address="ARCHIVE@10.0.0.7:104", roles=roles)
    decided = decide(calling("ARCHIVE"), peers=[peer], unknown=UnknownPeers.REJECT)
    assert (decided.refusal, decided.peer, decided.may_send) == (None, peer, may_send)


def test_who_is_refused_may_not_send_and_a_stranger_who_is_let_in_may():
    assert not decide(calling("NOBODY"), peers=BOUND, unknown=UnknownPeers.REJECT).may_send
    assert decide(calling("NOBODY"), peers=BOUND, unknown=UnknownPeers.ACCEPT).may_send
