from datetime import timedelta

import pytest

from pacs_dedup.domain.errors import PeerRefused, PeerResting, PeerUnavailable
from pacs_dedup.domain.identifiers import TransferSyntaxUid
from pacs_dedup.pipeline.forward import DEAD_LETTER_RETRY, LONGEST_RETRY, forward_once, retry_after
from pacs_dedup.ports.arrival_book import Arrival
from pacs_dedup.ports.journal import NewWork, Step
from tests.fakes import FakeClock, FakeDatabase, MemoryBlobStore

LEASE = timedelta(minutes=1)
BYTES = b"an instance"


class Archive:
    """A destination in memory that fails as often as it is told to."""

    name = "archive"

    def __init__(self, *failures):
        self.failures = list(failures)
        self.received = []

    def send(self, path):
        if self.failures:
            raise self.failures.pop(0)
        self.received.append(path.read_bytes())

    def close(self):
        pass


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def blobs():
    return MemoryBlobStore()


def forward(database, blobs, destinations, clock):
    return forward_once(
        journal=database.journal,
        arrivals=database.arrivals,
        blobs=blobs,
        destinations=destinations,
        clock=clock,
        lease=LEASE,
        came_from=lambda arrival, name: arrival.source == name.upper(),
    )


@pytest.fixture
def database(clock, blobs):
    database = FakeDatabase(clock)
    blob = blobs.put([BYTES])
    arrival = Arrival(blob.blob_id, "CT1", clock.now(), blob.size_bytes, TransferSyntaxUid("1.2"))
    database.arrivals.record(arrival, forward_to=["archive"])
    return database


@pytest.fixture
def journal(database):
    return database.journal


@pytest.fixture
def step(clock, blobs, database):
    def once(destination):
        return forward(database, blobs, {"archive": destination} if destination else {}, clock)

    return once


def waiting(journal):
    return journal.backlog()[Step.FORWARD]


def test_an_instance_is_sent_once(step, journal):
    archive = Archive()
    assert step(archive)
    assert not step(archive)
    assert archive.received == [BYTES]
    assert waiting(journal) == 0


def test_without_work_nothing_is_sent(clock, blobs):
    assert not forward(FakeDatabase(clock), blobs, {}, clock)


def test_a_destination_that_is_away_gets_it_later(step, journal, clock):
    archive = Archive(PeerUnavailable("away"), PeerUnavailable("still away"))
    step(archive)
    assert not step(archive), "it must not be tried again at once"
    clock.advance(retry_after(1))
    step(archive)
    clock.advance(retry_after(2))
    step(archive)
    assert archive.received == [BYTES]
    assert waiting(journal) == 0


def test_a_refused_instance_stays_queued_and_is_tried_again_after_a_day(step, journal, clock):
    archive = Archive(PeerRefused("no"))
    step(archive)
    clock.advance(DEAD_LETTER_RETRY - timedelta(seconds=1))
    assert not step(archive)
    assert waiting(journal) == 1
    clock.advance(timedelta(seconds=1))
    assert step(archive)
    assert archive.received == [BYTES]


def test_a_destination_that_is_no_longer_configured_keeps_its_instances_waiting(step, journal, clock):
    step(None)
    assert waiting(journal) == 1
    clock.advance(DEAD_LETTER_RETRY)
    archive = Archive()
    step(archive)
    assert archive.received == [BYTES]


@pytest.mark.parametrize("subject", ["99>archive", "1>archive"])
def test_an_instance_that_is_gone_does_not_stop_the_others(clock, blobs, subject):
    database = FakeDatabase(clock)
    database.arrivals.record(Arrival("0" * 64, "CT1", clock.now(), 1, TransferSyntaxUid("1.2")))
    database.journal.queue([NewWork(Step.FORWARD, subject, clock.now())])
    assert forward(database, blobs, {"archive": Archive()}, clock)
    assert waiting(database.journal) == 1


def test_waiting_doubles_up_to_a_limit():
    waits = [retry_after(attempts) for attempts in range(1, 40)]
    assert waits[1] == 2 * waits[0]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_RETRY


def test_a_crash_while_sending_sends_it_again(step, journal, clock):
    archive = Archive(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        step(archive)
    clock.advance(LEASE)
    assert step(archive)
    assert archive.received == [BYTES]


def test_an_instance_is_not_sent_back_to_where_it_came_from(clock, blobs):
    database = FakeDatabase(clock)
    blob = blobs.put([BYTES])
    arrival = Arrival(blob.blob_id, "ARCHIVE", clock.now(), blob.size_bytes, TransferSyntaxUid("1.2"))
    database.arrivals.record(arrival, forward_to=["archive", "second"])
    archive, second = Archive(), Archive()
    second.name = "second"
    while forward(database, blobs, {"archive": archive, "second": second}, clock):
        pass
    assert (archive.received, second.received) == ([], [BYTES])
    assert waiting(database.journal) == 0


def test_an_outage_is_told_once_and_not_for_every_instance_that_waits(step, journal, caplog):
    archive = Archive(PeerUnavailable("away"), PeerResting("away a moment ago"))
    step(archive)
    journal.queue([NewWork(Step.FORWARD, "1>archive", FakeClock().now())])
    step(archive)
    assert archive.failures == []
    assert caplog.text.count("not forwarded") == 1
