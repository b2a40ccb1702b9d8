"""What every `Quarantine` promises."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from pacs_dedup.adapters.database import Database
from pacs_dedup.ports.quarantine import Hold
from tests.contracts.values import MINUTE, MORNING, study
from tests.fakes import FakeClock, FakeDatabase

NOON = MORNING + 240 * MINUTE


class QuarantineContract:
    """Promises of `pacs_dedup.ports.quarantine.Quarantine`; needs the fixture ``database``."""

    def test_nothing_is_held_at_first(self, database: Database) -> None:
        assert database.quarantine.holds(released=True) == ()
        assert database.quarantine.due(NOON) == ()

    def test_a_hold_is_read_back_as_it_was_made(self, database: Database) -> None:
        database.quarantine.hold(_hold())
        assert database.quarantine.holds() == (_hold(),)

    def test_holding_again_changes_nothing(self, database: Database) -> None:
        database.quarantine.hold(_hold())
        database.quarantine.hold(replace(_hold(), reason="another", until=None))
        assert database.quarantine.holds() == (_hold(),)

    def test_a_released_hold_is_not_held_again(self, database: Database) -> None:
        database.quarantine.hold(_hold())
        assert database.quarantine.release(study(), 1, MORNING + MINUTE, "reviewer")
        database.quarantine.hold(_hold())
        assert database.quarantine.holds() == ()
        released = replace(_hold(), released_at=MORNING + MINUTE, release_cause="reviewer")
        assert database.quarantine.holds(released=True) == (released,)

    def test_only_the_first_release_counts(self, database: Database) -> None:
        database.quarantine.hold(_hold())
        assert database.quarantine.release(study(), 1, MORNING, "reviewer")
        assert not database.quarantine.release(study(), 1, NOON, "expired")
        assert [hold.release_cause for hold in database.quarantine.holds(released=True)] == ["reviewer"]

    def test_what_is_not_held_is_not_released(self, database: Database) -> None:
        database.quarantine.hold(_hold())
        assert not database.quarantine.release(study(), 2, MORNING, "reviewer")
        assert not database.quarantine.release(study(1, "WEST"), 1, MORNING, "reviewer")

    def test_generations_are_held_apart(self, database: Database) -> None:
        database.quarantine.hold(_hold())
        database.quarantine.hold(replace(_hold(), generation=2))
        assert database.quarantine.release(study(), 1, MORNING, "reviewer")
        assert [hold.generation for hold in database.quarantine.holds()] == [2]

    def test_a_hold_is_due_when_its_time_is_over(self, database: Database) -> None:
        database.quarantine.hold(_hold())
        assert database.quarantine.due(NOON - timedelta(microseconds=1)) == ()
        assert database.quarantine.due(NOON) == (_hold(),)

    def test_a_released_hold_is_not_due(self, database: Database) -> None:
        database.quarantine.hold(_hold())
        database.quarantine.release(study(), 1, MORNING, "reviewer")
        assert database.quarantine.due(NOON) == ()

    def test_a_hold_without_end_is_never_due(self, database: Database) -> None:
        database.quarantine.hold(_hold())
        database.quarantine.keep(study(), 1, None)
        assert database.quarantine.due(NOON + timedelta(days=9_999)) == ()
        assert [hold.until for hold in database.quarantine.holds()] == [None]

    def test_the_end_of_a_hold_can_be_moved(self, database: Database) -> None:
        database.quarantine.hold(replace(_hold(), until=None))
        database.quarantine.keep(study(), 1, NOON)
        assert database.quarantine.due(NOON) == (_hold(),)

    def test_the_end_of_a_released_hold_stays(self, database: Database) -> None:
        database.quarantine.hold(_hold())
        database.quarantine.release(study(), 1, MORNING, "reviewer")
        database.quarantine.keep(study(), 1, None)
        assert [hold.until for hold in database.quarantine.holds(released=True)] == [NOON]

    def test_holds_come_oldest_first_and_due_ones_longest_overdue_first(self, database: Database) -> None:
        for number, held, until in ((1, 2, 9), (2, 1, 30), (3, 3, 5)):
            times = {"held_at": MORNING + held * MINUTE, "until": MORNING + until * MINUTE}
            database.quarantine.hold(replace(_hold(), key=study(number), **times))
        assert [hold.key for hold in database.quarantine.holds()] == [study(2), study(1), study(3)]
        assert [hold.key for hold in database.quarantine.due(MORNING + 10 * MINUTE)] == [study(3), study(1)]

    def test_times_of_other_zones_are_the_same_moments(self, database: Database) -> None:
        hong_kong = timezone(timedelta(hours=8))
        database.quarantine.hold(replace(_hold(), until=NOON.astimezone(hong_kong)))
        assert database.quarantine.due(NOON - MINUTE) == ()
        assert database.quarantine.due(NOON.astimezone(timezone(-timedelta(hours=5)))) == (_hold(),)

    def test_of_threads_that_release_at_once_one_succeeds(self, database: Database) -> None:
        database.quarantine.hold(_hold())
        with ThreadPoolExecutor(6) as pool:
            released = list(pool.map(lambda _: database.quarantine.release(study(), 1, NOON, "reviewer"), range(12)))
        assert released.count(True) == 1


def _hold(until: datetime | None = NOON) -> Hold:
    return Hold(study(), 1, "an exact copy", MORNING, until)


class TestDatabaseQuarantine(QuarantineContract):
    """SQLite and PostgreSQL."""

    def test_a_time_without_zone_is_refused(self, database: Database) -> None:
        with pytest.raises(Exception, match="without time zone"):
            database.quarantine.due(NOON.replace(tzinfo=None))


class TestMemoryQuarantine(QuarantineContract):
    """The stand-in."""

    @pytest.fixture
    def database(self, fake_clock: FakeClock) -> FakeDatabase:
        return FakeDatabase(fake_clock)
