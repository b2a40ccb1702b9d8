"""What a destination will not take is a dead letter: visible, never dropped, tried again rarely."""

from datetime import timedelta

import pytest

from pacs_dedup.domain.errors import InstanceNotTaken, OutOfStorage, PeerRefused, PeerUnavailable
from pacs_dedup.ports.forward_book import Trouble
from tests.fakes import FakeClock, FakeDatabase, MemoryBlobStore
from tests.unit.pipeline.test_forward import (
    BYTES,
    DEAD_LETTER_RETRY,
    REPEATS,
    STRIKES,
    WAITS,
    Archive,
    forward,
    lane_to,
    received,
    waiting,
)

LONG = timedelta(minutes=10)


class Picky(Archive):
    """A destination that leaves some bytes untaken, for a reason of its own."""

    def __init__(self, untaken, error):
        super().__init__()
        self.untaken, self.error = untaken, error

    def send(self, path):
        if self.error is not None and path.read_bytes() in self.untaken:
            raise self.error
        super().send(path)


@pytest.fixture
def clock():
    return FakeClock()


class Site:
    """A queue before one destination."""

    def __init__(self, clock, archive):
        self.clock, self.archive = clock, archive
        self.database, self.blobs = FakeDatabase(clock), MemoryBlobStore()
        self.lane = lane_to(archive, clock)

    def receive(self, data=BYTES, **more):
        return received(self.database, self.blobs, self.clock, data, **more)

    def run(self, seconds=1, **more):
        for _ in range(seconds):
            self.clock.advance(timedelta(seconds=1))
            while forward(self.database, self.blobs, [self.lane], self.clock, **more):
                pass

    @property
    def letters(self):
        return self.database.forwards.dead_letters(["archive"])


def test_what_is_refused_is_a_dead_letter_with_its_cause_and_is_not_dropped(clock):
    site = Site(clock, Archive(PeerRefused("archive: refused the instance (status C000)")))
    site.receive()
    site.run()
    (letter,) = site.letters
    assert (letter.trouble, letter.attempts) == (Trouble.REFUSED, 1)
    assert letter.cause == "archive: refused the instance (status C000)"
    assert letter.due_at == clock.now() + DEAD_LETTER_RETRY
    assert waiting(site.database.journal) == 1


def test_a_dead_letter_that_is_taken_after_a_day_is_none_any_more(clock):
    site = Site(clock, Archive(PeerRefused("no")))
    site.receive()
    site.run()
    clock.advance(DEAD_LETTER_RETRY)
    site.run()
    assert site.archive.received == [BYTES]
    assert site.letters == ()


def test_a_refusal_delays_nobody_else(clock):
    site = Site(clock, Picky([b"bad"], PeerRefused("no")))
    for data in (b"bad", b"one", b"two"):
        site.receive(data)
    site.run()
    assert site.archive.received == [b"one", b"two"]


def test_what_is_left_untaken_while_others_are_taken_becomes_a_dead_letter(clock):
    site = Site(clock, Picky([b"bad"], InstanceNotTaken("archive: gave no answer")))
    site.receive(b"bad")
    for number in range(STRIKES + 1):
        site.receive(b"good %d" % number)
        site.run(seconds=5)
        clock.advance(LONG)
        site.run(seconds=5)
    assert len(site.archive.received) == STRIKES + 1
    (letter,) = site.letters
    assert letter.trouble is Trouble.EXHAUSTED
    assert letter.due_at == letter.since + DEAD_LETTER_RETRY


@pytest.mark.parametrize("error", [PeerUnavailable("away"), InstanceNotTaken("out of resources (status A700)")])
def test_a_long_outage_makes_no_dead_letters_and_everything_goes_when_it_is_over(clock, error):
    archive = Picky([b"one", b"two"], error)
    site = Site(clock, archive)
    for data in archive.untaken:
        site.receive(data)
    for _ in range(40 * STRIKES):
        site.run()
        clock.advance(LONG)
    assert site.letters == ()
    archive.error = None
    clock.advance(LONG)
    site.run()
    assert sorted(archive.received) == [b"one", b"two"]


def test_a_failing_disk_of_ours_is_no_fault_of_the_destination(clock):
    site = Site(clock, Archive(OutOfStorage("the disk is full")))
    site.receive(b"one")
    site.receive(b"two")
    site.run()
    assert site.archive.received == [b"two"]
    assert site.letters == ()


def test_a_requeued_dead_letter_is_sent_at_once_and_retried_like_any_other(clock):
    site = Site(clock, Archive(PeerRefused("no"), PeerUnavailable("away"), None))
    site.receive()
    site.run()
    site.database.forwards.requeue(site.letters, clock.now())
    clock.advance(WAITS.longest)
    site.run()
    assert site.letters == ()
    clock.advance(WAITS.longest)
    site.run()
    assert site.archive.received == [BYTES]


def test_a_requeued_dead_letter_that_is_refused_again_is_one_again(clock):
    site = Site(clock, Archive(PeerRefused("no"), PeerRefused("still no")))
    site.receive()
    site.run()
    site.database.forwards.requeue(site.letters, clock.now())
    clock.advance(WAITS.longest)
    site.run()
    (letter,) = site.letters
    assert letter.cause == "still no"
    assert letter.due_at == clock.now() + DEAD_LETTER_RETRY


def test_the_same_bytes_are_sent_again_but_not_for_ever(clock, caplog):
    site = Site(clock, Archive())
    for _ in range(REPEATS.identical + 2):
        site.receive()
        site.run()
        clock.advance(LONG)
    assert len(site.archive.received) == REPEATS.identical
    assert [letter.trouble for letter in site.letters] == [Trouble.LOOP] * 2
    assert f"the same bytes {REPEATS.identical} times within a day" in site.letters[0].cause
    assert caplog.text.count("an instance goes in a circle") == 2


def test_an_instance_that_changes_each_time_does_not_go_round_for_ever_either(clock):
    site = Site(clock, Archive())
    for number in range(REPEATS.versions + 2):
        site.receive(b"version %d" % number)
        site.run()
    assert len(site.archive.received) == REPEATS.versions
    assert [letter.trouble for letter in site.letters] == [Trouble.LOOP] * 2


def test_a_loop_is_not_tried_again_by_itself_but_once_when_a_person_asks(clock):
    site = Site(clock, Archive())
    for _ in range(REPEATS.identical + 1):
        site.receive()
        site.run()
    clock.advance(timedelta(days=365))
    site.run()
    assert len(site.archive.received) == REPEATS.identical
    site.database.forwards.requeue(site.letters, clock.now())
    site.run()
    assert len(site.archive.received) == REPEATS.identical + 1
    assert site.letters == ()


def test_a_requeued_loop_goes_out_although_the_day_is_not_over(clock):
    site = Site(clock, Archive())
    for _ in range(REPEATS.identical + 1):
        site.receive()
        site.run()
    site.database.forwards.requeue(site.letters, clock.now())
    site.run()
    assert len(site.archive.received) == REPEATS.identical + 1


def test_sending_a_study_again_day_after_day_is_no_loop(clock):
    site = Site(clock, Archive())
    for _ in range(REPEATS.identical * 3):
        site.receive()
        site.run()
        clock.advance(timedelta(days=1))
    assert len(site.archive.received) == REPEATS.identical * 3


def test_what_a_destination_sent_itself_was_not_sent_there(clock):
    site = Site(clock, Archive())
    for _ in range(REPEATS.identical + 1):
        site.receive(source="ARCHIVE")
        site.run()
    site.receive(source="CT1")
    site.run()
    assert site.archive.received == [BYTES]


def test_who_asks_is_told_of_each_acknowledgement_before_it_is_ticked_off(clock):
    site, told = Site(clock, Archive(PeerUnavailable("away"), None)), []

    def acknowledged(name, arrival_id, arrival, attempt):
        told.append((name, arrival_id, arrival.source, attempt, waiting(site.database.journal)))

    number = site.receive()
    site.run(acknowledged=acknowledged)
    clock.advance(LONG)
    site.run(acknowledged=acknowledged)
    assert told == [("archive", number, "CT1", 2, 1)]
