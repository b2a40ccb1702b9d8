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

    @pytest.mark.parametrize("step", [step for step in Step if step is not Step.SETTLE])
    def test_done_work_stays_done(self, database: Database, step: Step) -> None:
        _do(database, step)
        database.journal.queue([NewWork(step, "s", MORNING)])
        assert database.journal.backlog()[step] == 0
        assert database.journal.claim(step, MINUTE) is None

    def test_settling_that_is_done_is_queued_afresh(self, database: Database, fake_clock: FakeClock) -> None:
        _do(database, Step.SETTLE)
        fake_clock.advance(MINUTE)
        database.journal.queue([NewWork(Step.SETTLE, "s", MORNING)])
        again = _claim(database, Step.SETTLE)
        assert (again.attempts, again.queued_at) == (1, MORNING + MINUTE)

    def test_settling_asked_for_while_it_runs_is_done_once_more(
        self, database: Database, fake_clock: FakeClock
    ) -> None:
        database.journal.queue([NewWork(Step.SETTLE, "s", MORNING)])
        running = _claim(database, Step.SETTLE)
        database.journal.queue([NewWork(Step.SETTLE, "s", MORNING + MINUTE)])
        assert database.journal.claim(Step.SETTLE, MINUTE) is None, "one at a time"
        assert database.journal.tick(running)
        assert database.journal.claim(Step.SETTLE, MINUTE) is None, "not yet due"
        fake_clock.advance(MINUTE)
        assert _claim(database, Step.SETTLE).attempts == 1

    def test_other_work_asked_for_while_it_runs_is_not_repeated(self, database: Database) -> None:
        database.journal.queue([NewWork(Step.FORWARD, "s", MORNING)])
        running = _claim(database, Step.FORWARD)
        database.journal.queue([NewWork(Step.FORWARD, "s", MORNING)])
        assert database.journal.tick(running)
        assert database.journal.backlog()[Step.FORWARD] == 0

    def test_a_release_is_not_lost_to_a_postponement(self, database: Database) -> None:
        """A forwarding finds the study held, the hold is released, and only then the forwarding is postponed."""
        database.journal.queue([NewWork(Step.FORWARD, "s", MORNING)])
        running = _claim(database, Step.FORWARD)
        database.journal.queue([NewWork(Step.FORWARD, "s", MORNING)])
        database.journal.postpone(running, NOON)
        assert _claim(database, Step.FORWARD).subject == "s"

    def test_work_can_queue_its_own_repetition(self, database: Database, fake_clock: FakeClock) -> None:
        database.journal.queue([NewWork(Step.SETTLE, "s", MORNING)])
        running = _claim(database, Step.SETTLE)
        assert database.journal.tick(running, [NewWork(Step.SETTLE, "s", NOON)])
        fake_clock.advance(NOON - MORNING)
        assert _claim(database, Step.SETTLE).subject == "s"

    def test_a_crash_while_it_was_asked_for_again_loses_nothing(
        self, database: Database, fake_clock: FakeClock
    ) -> None:
        database.journal.queue([NewWork(Step.SETTLE, "s", MORNING)])
        _claim(database, Step.SETTLE)
        database.journal.queue([NewWork(Step.SETTLE, "s", NOON)])
        fake_clock.advance(MINUTE)
        assert database.journal.tick(_claim(database, Step.SETTLE))
        fake_clock.advance(NOON - MORNING)
        assert _claim(database, Step.SETTLE).subject == "s"


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
