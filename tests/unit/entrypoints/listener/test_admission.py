import pytest

from pacs_dedup.config import Peer, UnknownPeers
from pacs_dedup.config.hosts import is_host
from pacs_dedup.entrypoints.listener.admission import admitted

PEERS = (
    Peer(name="ct", address="CT1@10.0.0.5:104"),
    Peer(name="roaming", address="CARM"),
    Peer(name="here", address="HERE@localhost:104"),
)


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
        ("OTHER", "127.0.0.1", UnknownPeers.LOOPBACK, True),
        ("OTHER", "::1", UnknownPeers.LOOPBACK, True),
        ("OTHER", "10.0.0.5", UnknownPeers.LOOPBACK, False),
        ("OTHER", "127.0.0.1", UnknownPeers.REJECT, False),
        ("OTHER", "10.0.0.5", UnknownPeers.ACCEPT, True),
        ("ct1", "10.0.0.5", UnknownPeers.REJECT, False),
        ("scan:/ct", "127.0.0.1", UnknownPeers.ACCEPT, False),
    ],
)
def test_who_is_admitted(calling_ae, address, unknown, accepted):
    assert admitted(calling_ae, address, peers=PEERS, unknown=unknown) is accepted


def test_a_host_that_nobody_knows_is_nobodys_address():
    assert not is_host("10.0.0.5", "no-such-host.invalid")
