import threading

import pytest

from pacs_dedup.entrypoints.listener.crowd import Crowd
from pacs_dedup.entrypoints.listener.refusals import Refusal

EAST, WEST = "10.0.0.1", "10.0.0.2"


@pytest.fixture
def crowd():
    return Crowd(associations=3, per_peer=2, connections=4)


def here():
    return threading.current_thread()


def test_connections_that_ask_for_nothing_are_limited_by_address_and_altogether(crowd):
    assert [crowd.connect(f"e{number}", EAST, here()) for number in range(3)] == [True, True, False]
    assert [crowd.connect(f"w{number}", WEST, here()) for number in range(3)] == [True, True, False]
    assert not crowd.connect("n", "10.0.0.3", here())


def test_a_connection_that_has_its_association_waits_no_more(crowd):
    for number in range(2):
        crowd.connect(f"e{number}", EAST, here())
    assert crowd.associate("e0", "ct") is None
    assert crowd.connect("e2", EAST, here())


def test_associations_are_limited_by_peer_and_altogether(crowd):
    for name in ("a", "b", "c", "d"):
        crowd.connect(name, name, here())
    assert [crowd.associate(name, "ct") for name in ("a", "b", "c")] == [None, None, Refusal.PEER_LIMIT]
    assert [crowd.associate(name, "mr") for name in ("c", "d")] == [None, Refusal.LIMIT]


def test_who_leaves_makes_room(crowd):
    for name in ("a", "b", "c"):
        crowd.connect(name, name, here())
        crowd.associate(name, "ct")
    crowd.leave("a")
    crowd.leave("a")
    assert crowd.associate("c", "ct") is None


def test_a_connection_whose_thread_has_ended_is_forgotten_whatever_went_wrong(crowd):
    gone, not_yet = threading.Thread(target=int), threading.Thread(target=int)
    gone.start()
    gone.join()
    assert crowd.connect("gone", EAST, gone)
    assert crowd.connect("soon", EAST, not_yet)
    assert crowd.connect("here", EAST, here())
    assert not crowd.connect("more", EAST, here())


def test_who_leaves_while_storing_keeps_the_place_until_that_has_ended(crowd):
    for name in ("a", "b", "c"):
        crowd.connect(name, name, here())
    assert [crowd.associate(name, "ct") for name in ("a", "b")] == [None, None]
    assert crowd.begin("a")
    assert not crowd.leave("a")
    assert crowd.associate("c", "ct") is Refusal.PEER_LIMIT
    assert crowd.finish("a")
    assert crowd.associate("c", "ct") is None


def test_who_stays_after_storing_keeps_the_place(crowd):
    crowd.connect("a", EAST, here())
    assert crowd.begin("a")
    assert not crowd.finish("a")
    assert crowd.begin("a")


def test_nothing_is_stored_for_who_has_left(crowd):
    crowd.connect("a", EAST, here())
    assert crowd.leave("a")
    assert not crowd.begin("a")
    assert crowd.finish("a")
