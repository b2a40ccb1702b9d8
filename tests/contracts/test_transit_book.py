"""What every `TransitBook` promises."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pacs_dedup.adapters.database import Database
from pacs_dedup.domain.identifiers import ArrivalId, BlobId
from pacs_dedup.domain.transit import Keep
from pacs_dedup.ports.journal import Step
from pacs_dedup.ports.transit_book import ItemState, PlannedItem, ReleasePlan, Staying
from tests.contracts.values import MINUTE, MORNING, arrival, blob, study
from tests.fakes import FakeClock, FakeDatabase

FIRST = BlobId("")
PLAN = ReleasePlan(0, "abc", MORNING, 2, 30, (Staying(Keep.YOUNG, 3, 5_000_000_000), Staying(Keep.HELD, 1, 7)))
ITEMS = (PlannedItem(blob(2), 20), PlannedItem(blob(1), 10))


def recorded(database: Database, number: int = 1, *, to: tuple[str, ...] = ()) -> ArrivalId:
    return database.arrivals.record(arrival(number), to)


def finish(database: Database) -> None:
    """Tick off everything that is queued."""
    for step in (Step.FINGERPRINT, Step.FORWARD):
        while work := database.journal.claim(step, MINUTE):
            database.journal.tick(work)


class TransitBookContract:
    """Promises of `pacs_dedup.ports.transit_book.TransitBook`; needs ``database`` and ``fake_clock``."""

    def test_contents_come_in_pages_each_once_however_often_it_came(self, database: Database) -> None:
        for number in (3, 1, 2, 1):
            recorded(database, number)
        assert [c.blob_id for c in database.transit.contents(FIRST, 9)] == [blob(1), blob(2), blob(3)]
        assert [c.blob_id for c in database.transit.contents(FIRST, 2)] == [blob(1), blob(2)]
        assert [c.blob_id for c in database.transit.contents(blob(2), 2)] == [blob(3)]
        assert database.transit.contents(blob(3), 2) == ()

    def test_a_content_names_all_its_arrivals(self, database: Database) -> None:
        numbers = [recorded(database) for _ in range(2)]
        recorded(database, 2)
        content = database.transit.content(blob(1))
        assert content is not None
        assert content.arrivals == tuple((number, arrival(1)) for number in numbers)
        assert database.transit.content(blob(9)) is None

    def test_a_content_waits_while_it_is_to_be_fingerprinted_or_sent_to_whomever(self, database: Database) -> None:
        recorded(database, to=("archive", "re>search"))
        recorded(database, 2)

        def waits(number: int) -> bool:
            content = database.transit.content(blob(number))
            assert content is not None
            return content.waiting

        for step, lane in ((Step.FINGERPRINT, None), (Step.FORWARD, "archive"), (Step.FORWARD, "re>search")):
            assert waits(1)
            work = database.journal.claim(step, MINUTE, lane)
            assert work is not None
            database.journal.tick(work)
        assert not waits(1)
        assert waits(2)

    def test_what_a_dead_letter_needs_waits(self, database: Database) -> None:
        recorded(database, to=("archive",))
        work = database.journal.claim(Step.FORWARD, MINUTE, "archive")
        assert work is not None
        database.journal.postpone(work, MORNING + timedelta(days=999), "refused")
        finish(database)
        (content,) = database.transit.contents(FIRST, 1)
        assert content.waiting

    def test_a_content_names_the_generations_it_is_filed_under(self, database: Database) -> None:
        first, second, third = (recorded(database) for _ in range(3))
        for number, key in ((first, study(1)), (second, study(2, "WEST"))):
            database.register.file(key, number, blob(1), MORNING)
        content = database.transit.content(blob(1))
        assert content is not None
        assert content.generations == {(study(1), 1), (study(2, "WEST"), 1)}
        assert content.filed == {first, second}
        assert third not in content.filed

    def test_a_plan_is_kept_as_it_was_made(self, database: Database) -> None:
        kept = database.transit.keep_plan(PLAN, ITEMS)
        assert kept == replace(PLAN, plan_id=kept.plan_id)
        assert kept.plan_id > 0
        later = database.transit.keep_plan(replace(PLAN, instances=0, staying=()), [])
        assert database.transit.plans() == (later, kept)
        assert database.transit.items(kept.plan_id, [ItemState.PLANNED], 9) == (ITEMS[1], ITEMS[0])
        assert database.transit.items(kept.plan_id, [ItemState.PLANNED], 1) == (ITEMS[1],)
        assert database.transit.items(later.plan_id, [ItemState.PLANNED], 9) == ()

    def test_what_is_settled_is_told_with_its_cause_and_by_whom(self, database: Database) -> None:
        plan = database.transit.keep_plan(PLAN, ITEMS)
        approved = replace(plan, approved_by="wong.sm", approved_at=MORNING)
        kept = replace(ITEMS[0], state=ItemState.KEPT, cause=str(Keep.YOUNG))
        leaving = replace(ITEMS[1], state=ItemState.LEAVING)
        for _ in range(2):
            database.transit.settle(approved, [kept, leaving], MORNING)
        assert database.transit.items(plan.plan_id, [ItemState.PLANNED], 9) == ()
        assert database.transit.items(plan.plan_id, [ItemState.KEPT, ItemState.LEAVING], 9) == (leaving, kept)
        finished = replace(approved, finished_at=MORNING + MINUTE)
        database.transit.settle(finished, [], MORNING)
        assert database.transit.plans() == (finished,)

    def test_what_was_released_is_no_content_of_ours_until_it_comes_again(self, database: Database) -> None:
        recorded(database)
        recorded(database, 2)
        plan = database.transit.keep_plan(PLAN, ITEMS)
        gone = replace(ITEMS[1], state=ItemState.RELEASED)
        kept = replace(ITEMS[0], state=ItemState.KEPT, cause="x")
        database.transit.settle(plan, [gone, kept], MORNING + MINUTE)
        assert [c.blob_id for c in database.transit.contents(FIRST, 9)] == [blob(2)]
        again = replace(arrival(1), received_at=MORNING + 2 * MINUTE)
        database.arrivals.record(again)
        (first, _) = database.transit.contents(FIRST, 9)
        assert [came for _, came in first.arrivals] == [arrival(1), again]


class TestDatabaseTransitBook(TransitBookContract):
    """SQLite and PostgreSQL."""


class TestMemoryTransitBook(TransitBookContract):
    """The stand-in."""

    @pytest.fixture
    def database(self, fake_clock: FakeClock) -> FakeDatabase:
        return FakeDatabase(fake_clock)
