import gc

from hypothesis import given
from hypothesis import strategies as st

from pacs_dedup.dicom.store_status import StoreStatus
from pacs_dedup.entrypoints.listener.messages import IncomingDataSet, Memory

FREE = 1 << 40


@given(st.lists(st.binary(max_size=50), max_size=20))
def test_what_is_within_the_limits_is_kept_byte_for_byte(pieces):
    memory = Memory(1000)
    data_set = IncomingDataSet(memory, 1000)
    for piece in pieces:
        assert data_set.write(piece) == len(piece)
    assert data_set.getvalue() == b"".join(pieces)
    assert data_set.refusal is None
    data_set.settle()
    assert memory._taken_bytes == 0


@given(st.lists(st.binary(min_size=1, max_size=400), min_size=1, max_size=20))
def test_beyond_its_limit_nothing_is_kept_and_nothing_is_taken(pieces):
    memory = Memory(FREE)
    data_set = IncomingDataSet(memory, 100)
    for piece in pieces:
        assert data_set.write(piece) == len(piece)
    too_large = sum(map(len, pieces)) > 100
    assert (data_set.refusal is StoreStatus.TOO_LARGE) == too_large
    assert memory._taken_bytes == (0 if too_large else sum(map(len, pieces)))
    assert data_set.getvalue() == (b"" if too_large else b"".join(pieces))


def test_data_sets_share_the_memory_and_give_it_back():
    memory = Memory(100)
    first, second = IncomingDataSet(memory, FREE), IncomingDataSet(memory, FREE)
    first.write(bytes(95))
    assert memory.is_used_up
    second.write(bytes(10))
    assert second.refusal is StoreStatus.TOO_MUCH_AT_ONCE
    first.settle()
    first.settle()
    assert not memory.is_used_up
    third = IncomingDataSet(memory, FREE)
    third.write(bytes(100))
    assert third.refusal is None


def test_a_data_set_that_nobody_holds_gives_its_memory_back():
    memory = Memory(100)
    IncomingDataSet(memory, FREE).write(bytes(50))
    gc.collect()
    assert memory._taken_bytes == 0


def test_one_that_is_abandoned_takes_nothing_more():
    memory = Memory(100)
    data_set = IncomingDataSet(memory, FREE)
    data_set.write(bytes(50))
    data_set.abandon()
    data_set.write(bytes(50))
    assert (memory._taken_bytes, data_set.getvalue()) == (0, b"")


def test_one_peer_has_its_share_and_no_more():
    memory = Memory(100, 60)
    first, second, another = (IncomingDataSet(memory, FREE, whose) for whose in ("ct", "ct", "mr"))
    first.write(bytes(50))
    second.write(bytes(20))
    another.write(bytes(50))
    assert [each.refusal for each in (first, second, another)] == [None, StoreStatus.TOO_MUCH_AT_ONCE, None]
    for each in (first, second, another):
        each.settle()
    assert (memory._taken_bytes, memory._taken_by) == (0, {})
