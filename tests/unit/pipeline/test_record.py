import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from pacs_dedup.domain.errors import OutOfStorage, PacsDedupError, SpoolFull, StorageDamaged
from pacs_dedup.pipeline import circuit
from pacs_dedup.pipeline.record import Recorder
from pacs_dedup.ports.journal import Step
from tests.contracts.values import MINUTE, MORNING, arrival
from tests.fakes import FakeClock, FakeDatabase, MemoryArrivalSpool

WITHIN = timedelta(milliseconds=200)


class Book:
    """An arrival book over a database that can be away, stuck, damaged, or of another opinion."""

    def __init__(self):
        self.database = FakeDatabase(FakeClock())
        self.failure = None
        self.stuck_until = None
        self.refused = frozenset()
        self.asked = 0

    def record(self, received, forward_to=(), forward_at=None):
        self.asked += 1
        if self.stuck_until is not None:
            self.stuck_until.wait(20)
        if self.failure is not None:
            raise self.failure
        if received.receipt in self.refused:
            raise PacsDedupError("a constraint forbids it")
        return self.database.arrivals.record(received, forward_to, forward_at)

    @property
    def recorded(self):
        return self.database.journal.backlog()[Step.FINGERPRINT]


@pytest.fixture
def book():
    return Book()


@pytest.fixture
def spool():
    return MemoryArrivalSpool()


@pytest.fixture
def recorder(book, spool):
    return Recorder(book, spool, WITHIN)


@pytest.fixture(autouse=True)
def _short_rests(monkeypatch):
    monkeypatch.setattr(circuit, "FIRST_REST", timedelta(milliseconds=50))
    monkeypatch.setattr(circuit, "LONGEST_REST", timedelta(milliseconds=50))


def received(number=1):
    return replace(arrival(number), receipt=f"{number:032x}", received_at=MORNING + number * MINUTE)


def rest():
    time.sleep(0.1)


def test_while_the_database_answers_nothing_is_spooled(recorder, book, spool):
    recorder.record(received(), ["archive"], MORNING)
    assert (book.recorded, spool.usage().arrivals) == (1, 0)


def test_while_it_is_away_arrivals_wait_as_they_were_told(recorder, book, spool):
    book.failure = OutOfStorage("connection refused")
    recorder.record(received(), ["archive"], MORNING)
    (waiting,) = spool.waiting()
    assert (waiting.arrival, waiting.forward_to, waiting.forward_at) == (received(), ("archive",), MORNING)


def test_after_a_failure_it_is_left_in_peace_for_a_while(recorder, book, spool):
    book.failure = OutOfStorage("connection refused")
    for number in range(5):
        recorder.record(received(number))
    assert (book.asked, spool.usage().arrivals) == (1, 5)


def test_a_database_that_is_stuck_makes_nobody_wait_and_is_asked_by_nobody_else(recorder, book, spool):
    book.stuck_until = threading.Event()
    began = time.monotonic()
    recorder.record(received(1))
    assert time.monotonic() - began < 10
    rest()
    for number in (2, 3):
        recorder.record(received(number))
    assert (book.asked, spool.usage().arrivals) == (1, 3)
    book.stuck_until.set()
    deadline = time.monotonic() + 20
    while not book.recorded:
        assert time.monotonic() < deadline
    rest()
    recorder.record(received(4))
    assert (book.asked, spool.usage().arrivals) == (2, 3)


def test_a_commit_whose_answer_came_too_late_and_its_spooled_arrival_are_one(recorder, book, spool):
    book.stuck_until = threading.Event()
    recorder.record(received(), ["archive"])
    book.stuck_until.set()
    recorder.drain_once()
    rest()
    assert (book.recorded, spool.usage().arrivals) == (1, 0)
    assert book.database.journal.backlog()[Step.FORWARD] == 1


def test_what_was_spooled_is_recorded_in_its_order_when_the_database_is_back(recorder, book, spool):
    book.failure = OutOfStorage("connection refused")
    for number in (2, 1, 3):
        recorder.record(received(number), ["archive"])
    with pytest.raises(OutOfStorage):
        recorder.drain_once()
    book.failure = None
    assert recorder.drain_once() == 3
    assert [book.database.arrivals.get(number) for number in (1, 2, 3)] == [received(n) for n in (1, 2, 3)]
    assert spool.usage().arrivals == 0
    recorder.record(received(4))
    assert (book.recorded, spool.usage().arrivals) == (4, 0), "and who comes next is recorded at once"


def test_a_crash_between_recording_and_removing_doubles_nothing(recorder, book, spool):
    book.failure = OutOfStorage("connection refused")
    recorder.record(received(), ["archive"])
    (waiting,) = spool.waiting()
    book.failure = None
    recorder.drain_once()
    spool.put(waiting)  # as the disk brings it back
    recorder.drain_once()
    assert (book.recorded, book.database.journal.backlog()[Step.FORWARD]) == (1, 1)


def test_an_arrival_that_the_database_refuses_stands_in_nobodys_way_and_is_not_lost(recorder, book, spool):
    book.failure = OutOfStorage("connection refused")
    for number in (1, 2, 3):
        recorder.record(received(number))
    book.failure, book.refused = None, {received(2).receipt}
    with pytest.raises(PacsDedupError, match="constraint"):
        recorder.drain_once()
    assert (book.recorded, [each.arrival for each in spool.waiting()]) == (2, [received(2)])
    book.refused = frozenset()
    assert recorder.drain_once() == 1


def test_what_the_database_refuses_is_not_spooled(recorder, book, spool):
    book.refused = {received().receipt}
    with pytest.raises(PacsDedupError, match="constraint"):
        recorder.record(received())
    assert spool.usage().arrivals == 0


def test_nothing_is_spooled_for_a_damaged_database(recorder, book, spool):
    book.failure = StorageDamaged("the database is damaged")
    for number in (1, 2):  # the second one is not even asked for
        with pytest.raises(StorageDamaged):
            recorder.record(received(number))
    assert spool.usage().arrivals == 0
    rest()
    book.failure = None
    recorder.record(received(3))
    assert book.recorded == 1


def test_without_a_thread_to_ask_in_the_arrival_is_spooled(recorder, book, spool, monkeypatch):
    def refuse(_thread):
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as exhausted:
        exhausted.setattr(threading.Thread, "start", refuse)
        recorder.record(received(1))
    assert (book.asked, spool.usage().arrivals) == (0, 1)
    recorder.record(received(2))
    assert (book.recorded, spool.usage().arrivals) == (1, 1)


def test_a_full_spool_is_told(book):
    recorder = Recorder(book, MemoryArrivalSpool(most_arrivals=1), WITHIN)
    book.failure = OutOfStorage("connection refused")
    recorder.record(received(1))
    with pytest.raises(SpoolFull):
        recorder.record(received(2))


def test_a_database_that_answers_late_each_time_is_asked_now_and_then_only(recorder, book, spool):
    book.stuck_until = threading.Event()  # never set: `wait` is replaced below by a slow answer

    class Slow:
        def wait(self, _timeout):
            time.sleep(0.4)

    book.stuck_until = Slow()
    for number in range(10):
        recorder.record(received(number))
    assert spool.usage().arrivals == 10
    assert book.asked == 1
