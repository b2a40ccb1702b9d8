from datetime import timedelta

import pytest

from pacs_dedup.domain.errors import PeerRefused, PeerResting, PeerUnavailable
from pacs_dedup.domain.identifiers import SopInstanceUid, TransferSyntaxUid
from pacs_dedup.pipeline.forward import Forwarder, forward_once
from pacs_dedup.pipeline.lane import BackOff, Lane
from pacs_dedup.pipeline.repeats import Repeats
from pacs_dedup.ports.arrival_book import Arrival
from pacs_dedup.ports.forward_book import Trouble
from pacs_dedup.ports.journal import NewWork, Step
from tests.fakes import FakeClock, FakeDatabase, MemoryBlobStore

LEASE = timedelta(minutes=1)
DEAD_LETTER_RETRY = timedelta(hours=24)
WAITS = BackOff(timedelta(seconds=2), timedelta(minutes=5))
STRIKES = 3
REPEATS = Repeats(identical=3, versions=6)
BYTES = b"an instance"


class Archive:
    """A destination in memory that fails as often as it is told to."""

    name = "archive"

    def __init__(self, *failures):
        self.failures = list(failures)
        self.received = []

    def send(self, path):
        failure = self.failures.pop(0) if self.failures else None
        if failure is not None:
            raise failure
        self.received.append(path.read_bytes())

    def close(self):
        pass


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def blobs():
    return MemoryBlobStore()


def lane_to(destination, clock, **paces):
    return Lane(destination, back_off=WAITS, monotonic=lambda: clock.now().timestamp(), **paces)


def forward(database, blobs, lanes, clock, **more):
    forwarder = Forwarder(
        journal=database.journal,
        arrivals=database.arrivals,
        blobs=blobs,
        book=database.forwards,
        clock=clock,
        came_from=lambda arrival, name: arrival.source == name.upper(),
        lease=LEASE,
        back_off=WAITS,
        strikes=STRIKES,
        retry_dead_letters=DEAD_LETTER_RETRY,
        repeats=REPEATS,
        **more,
    )
    return any(forward_once(lane, forwarder) for lane in lanes)


def received(database, blobs, clock, data=BYTES, source="CT1", uid="1.2.3", to=("archive",)):
    blob = blobs.put([data])
    uids = {"sop_instance_uid": SopInstanceUid(uid)}
    arrival = Arrival(blob.blob_id, source, clock.now(), blob.size_bytes, TransferSyntaxUid("1.2"), **uids)
    return database.arrivals.record(arrival, forward_to=to)


@pytest.fixture
def database(clock, blobs):
    database = FakeDatabase(clock)
    received(database, blobs, clock)
    return database


@pytest.fixture
def journal(database):
    return database.journal


@pytest.fixture
def step(clock, blobs, database):
    lanes = {}

    def once(destination):
        lane = lanes.setdefault(id(destination), lane_to(destination, clock))
        return forward(database, blobs, [lane], clock)

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
    assert not forward(FakeDatabase(clock), blobs, [lane_to(Archive(), clock)], clock)


def test_a_destination_that_is_away_gets_it_later(step, journal, clock):
    archive = Archive(PeerUnavailable("away"), PeerUnavailable("still away"))
    step(archive)
    assert not step(archive), "it must not be tried again at once"
    clock.advance(WAITS.first)
    step(archive)
    clock.advance(WAITS.first * 2)
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


def test_a_destination_that_is_no_longer_configured_keeps_its_instances_waiting(step, journal, database):
    other = Archive()
    other.name = "other"
    assert not step(other)
    assert waiting(journal) == 1
    (letter,) = database.forwards.dead_letters(["other"])
    assert letter.trouble is Trouble.UNCONFIGURED
    archive = Archive()
    step(archive)
    assert archive.received == [BYTES]


@pytest.mark.parametrize("subject", ["99>archive", "1>archive"])
def test_an_instance_that_is_gone_does_not_stop_the_others(clock, blobs, subject):
    database = FakeDatabase(clock)
    database.arrivals.record(Arrival("0" * 64, "CT1", clock.now(), 1, TransferSyntaxUid("1.2")))
    database.journal.queue([NewWork(Step.FORWARD, subject, clock.now(), lane="archive")])
    received(database, blobs, clock)
    archive, lanes = Archive(), []
    lanes.append(lane_to(archive, clock))
    while forward(database, blobs, lanes, clock):
        pass
    assert archive.received == [BYTES]
    assert waiting(database.journal) == 1
    failure = database.forwards.failure("archive", int(subject.partition(">")[0]))
    assert failure.trouble is Trouble.MISSING


def test_a_crash_while_sending_sends_it_again(step, journal, clock):
    archive = Archive(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        step(archive)
    clock.advance(LEASE)
    assert step(archive)
    assert archive.received == [BYTES]


def test_an_instance_is_not_sent_back_to_where_it_came_from(clock, blobs):
    database = FakeDatabase(clock)
    received(database, blobs, clock, source="ARCHIVE", to=["archive", "second"])
    archive, second = Archive(), Archive()
    second.name = "second"
    lanes = [lane_to(archive, clock), lane_to(second, clock)]
    while forward(database, blobs, lanes, clock):
        pass
    assert (archive.received, second.received) == ([], [BYTES])
    assert waiting(database.journal) == 0


def test_an_outage_is_told_once_and_not_for_every_instance_that_waits(step, clock, caplog):
    archive = Archive(PeerUnavailable("away"), PeerResting("away a moment ago"))
    step(archive)
    clock.advance(WAITS.first)
    step(archive)
    assert archive.failures == []
    assert caplog.text.count("not forwarded") == 1
