"""Wrong passcodes are counted by peer and address, and none is looked at for a while after too many."""

import threading
import time

import pytest

from pacs_dedup.config import Peer
from pacs_dedup.entrypoints.listener.caller import Caller, IdentityType, UserIdentity
from pacs_dedup.entrypoints.listener.guesses import Guesses
from pacs_dedup.entrypoints.listener.refusals import Refusal

MOST, WITHIN_S = 3, 100
WARD, CLINIC = Peer(name="ward", address="WARD", user="w"), Peer(name="clinic", address="CLINIC", user="c")
RIGHT, WRONG = b"right", b"wrong"


class Watched:
    """Guesses, the time, and which passcodes were looked at."""

    def __init__(self, look_s=0.0):
        self.now_s, self.looked, self._look_s = 1000.0, [], look_s
        self.guesses = Guesses(MOST, WITHIN_S, wrong=self._look, now_s=lambda: self.now_s)

    def _look(self, _peer, caller):
        time.sleep(self._look_s)
        self.looked.append(caller.identity.passcode)
        return None if caller.identity.passcode == RIGHT else Refusal.PASSCODE

    def __call__(self, passcode, peer=WARD, address="10.0.0.1"):
        identity = UserIdentity(IdentityType.USERNAME_AND_PASSCODE, b"w", passcode)
        caller = Caller(calling_ae=peer.ae_title, called_ae="PACSDEDUP", address=address, identity=identity)
        return self.guesses(peer, caller)


@pytest.fixture
def watched():
    return Watched()


def test_after_too_many_not_even_the_right_one_is_looked_at(watched):
    assert [watched(WRONG) for _ in range(MOST)] == [Refusal.PASSCODE] * MOST
    assert watched(WRONG) is Refusal.GUESSING
    assert watched(RIGHT) is Refusal.GUESSING
    assert watched.looked == [WRONG] * MOST


def test_after_a_while_it_is_looked_at_again(watched):
    for _ in range(MOST):
        watched(WRONG)
    watched.now_s += WITHIN_S - 1
    assert watched(RIGHT) is Refusal.GUESSING
    watched.now_s += 1
    assert watched(RIGHT) is None


def test_being_refused_does_not_make_the_while_longer(watched):
    for _ in range(MOST):
        watched(WRONG)
    for _ in range(WITHIN_S):
        watched(WRONG)
        watched.now_s += 1
    assert watched(RIGHT) is None


def test_other_peers_and_other_addresses_are_not_kept_out(watched):
    for _ in range(MOST + 1):
        watched(WRONG)
    assert watched(RIGHT, peer=CLINIC) is None
    assert watched(RIGHT, address="10.0.0.2") is None


def test_a_right_one_takes_no_wrong_one_back(watched):
    for _ in range(MOST):
        assert watched(RIGHT) is None
        assert watched(WRONG) is Refusal.PASSCODE
    assert watched(WRONG) is Refusal.GUESSING


@pytest.mark.parametrize(
    ("address", "is_the_same"),
    [("fd00:1::2", True), ("fd00:1:0:0:ffff::1", True), ("fd00:1:0:1::1", False), ("10.0.0.1", False)],
)
def test_a_network_of_ipv6_counts_as_one_address(watched, address, is_the_same):
    for _ in range(MOST):
        watched(WRONG, address="fd00:1::1")
    assert (watched(RIGHT, address=address) is Refusal.GUESSING) is is_the_same


def test_an_address_of_ipv4_is_the_same_however_it_is_written(watched):
    for _ in range(MOST):
        watched(WRONG, address="::ffff:10.0.0.1")
    assert watched(RIGHT) is Refusal.GUESSING


def test_many_at_once_are_no_more_guesses_than_one_by_one():
    watched = Watched(look_s=0.01)
    threads = [threading.Thread(target=watched, args=(WRONG,)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(watched.looked) == MOST


def test_what_has_become_old_is_forgotten(watched):
    for number in range(50):
        watched(WRONG, address=f"10.0.1.{number}")
    watched.now_s += WITHIN_S
    watched(WRONG)
    assert len(watched.guesses._wrong_at) == 1
