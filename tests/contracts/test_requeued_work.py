"""What every `Journal` promises of work that is asked for again while it waits, while it is claimed, or once done."""

import pytest

from pacs_dedup.adapters.database import Database
from pacs_dedup.ports.journal import NewWork, Step, Work
from tests.contracts.values import MINUTE, MORNING
from tests.fakes import FakeClock, FakeDatabase

NOON = MORNING + 240 * MINUTE


class RequeuedWorkContract:
    """Promises of `Journal.queue` and `Journal.tick`; needs the fixtures ``database`` and ``fake_clock``."""

    def test_waiting_work_is_moved_not_doubled(self, database: Database) -> None:
        database.journal.queue([NewWork(Step.FORWARD, "1>archive", NOON)])
        database.journal.queue([NewWork(Step.FORWARD, "1>archive", MORNING)])
        assert database.journal.backlog()[Step.FORWARD] == 1
        assert _claim(database, Step.FORWARD).subject == "1>archive"

    def test_waiting_work_can_be_moved_to_a_later_time(self, database: Database, fake_clock: FakeClock) -> None:
        database.journal.queue([NewWork(Step.SETTLE, "s", MORNING)])
        database.journal.queue([NewWork(Step.SETTLE, "s", NOON)])
        assert database.journal.claim(Step.SETTLE, MINUTE) is None
        fake_clock.advance(NOON - MORNING)
        assert _claim(database, Step.SETTLE).queued_at == MORNING

    def test_one_call_may_name_the_same_work_twice(self, database: Database) -> None:
        database.journal.queue([NewWork(Step.SETTLE, "s", NOON), NewWork(Step.SETTLE, "s", MORNING)])
        assert database.journal.backlog()[Step.SETTLE] == 1

    def test_nothing_is_queued_by_an_empty_call(self, database: Database) -> None:
        database.journal.queue([])
        assert not any(database.journal.backlog().values())

    @pytest.mark.parametrize("step", Step)
    def test_done_work_stays_done(self, database: Database, step: Step) -> None:
        _do(database, step)
        database.journal.queue([NewWork(step, "s", MORNING)])
        assert database.journal.backlog()[step] == 0
        assert database.journal.claim(step, MINUTE) is None

    def test_work_asked_for_while_it_runs_is_not_repeated(self, database: Database) -> None:
        database.journal.queue([NewWork(Step.FORWARD, "s", MORNING)])
        running = _claim(database, Step.FORWARD)
        database.journal.queue([NewWork(Step.FORWARD, "s", MORNING)])
        assert database.journal.claim(Step.FORWARD, MINUTE) is None, "one at a time"
        assert database.journal.tick(running)
        assert database.journal.backlog()[Step.FORWARD] == 0

    def test_a_release_is_not_lost_to_a_postponement(self, database: Database) -> None:
        """A forwarding finds the study held, the hold is released, and only then the forwarding is postponed."""
        database.journal.queue([NewWork(Step.FORWARD, "s", MORNING)])
        running = _claim(database, Step.FORWARD)
        database.journal.queue([NewWork(Step.FORWARD, "s", MORNING)])
        database.journal.postpone(running, NOON)
        assert _claim(database, Step.FORWARD).subject == "s"

    def test_a_hold_is_not_lost_to_a_retry(self, database: Database, fake_clock: FakeClock) -> None:
        """A forwarding is under way, the study is to be held, and then the destination does not answer."""
        database.journal.queue([NewWork(Step.FORWARD, "s", MORNING)])
        running = _claim(database, Step.FORWARD)
        database.journal.queue([NewWork(Step.FORWARD, "s", NOON)])
        database.journal.postpone(running, MORNING + MINUTE)
        fake_clock.advance(MINUTE)
        assert database.journal.claim(Step.FORWARD, MINUTE) is None
        fake_clock.advance(NOON - MORNING)
        assert _claim(database, Step.FORWARD).subject == "s"

    def test_what_was_asked_for_once_moves_work_once(self, database: Database) -> None:
        database.journal.queue([NewWork(Step.FORWARD, "s", MORNING)])
        first = _claim(database, Step.FORWARD)
        database.journal.queue([NewWork(Step.FORWARD, "s", MORNING)])
        database.journal.postpone(first, NOON)
        database.journal.postpone(_claim(database, Step.FORWARD), NOON)
        assert database.journal.claim(Step.FORWARD, MINUTE) is None

    def test_a_crash_while_it_was_asked_for_loses_nothing(self, database: Database, fake_clock: FakeClock) -> None:
        database.journal.queue([NewWork(Step.FORWARD, "s", MORNING)])
        _claim(database, Step.FORWARD)
        database.journal.queue([NewWork(Step.FORWARD, "s", MORNING)])
        fake_clock.advance(MINUTE)
        database.journal.postpone(_claim(database, Step.FORWARD), NOON)
        assert _claim(database, Step.FORWARD).subject == "s"


def _claim(database: Database, step: Step) -> Work:
    work = database.journal.claim(step, MINUTE)
    assert work is not None
    return work


def _do(database: Database, step: Step) -> None:
    database.journal.queue([NewWork(step, "s", MORNING)])
    assert database.journal.tick(_claim(database, step))


class TestDatabaseRequeuedWork(RequeuedWorkContract):
    """SQLite and PostgreSQL."""


class TestMemoryRequeuedWork(RequeuedWorkContract):
    """The stand-in."""

    @pytest.fixture
    def database(self, fake_clock: FakeClock) -> FakeDatabase:
        return FakeDatabase(fake_clock)
