"""What every `SiteFigures` promises."""

import pytest

from pacs_dedup.adapters.database import Database
from pacs_dedup.domain.case import CaseEvent, CaseState, Verb
from pacs_dedup.domain.identifiers import TransferSyntaxUid
from pacs_dedup.domain.verdict import Relation
from pacs_dedup.ports.forward_book import Failure, Trouble
from pacs_dedup.ports.journal import NewWork, Step
from pacs_dedup.ports.quarantine import Hold
from pacs_dedup.ports.site_figures import CaseFigures, QueueFigures
from pacs_dedup.ports.study_register import StudyState
from tests.contracts.values import MINUTE, MORNING, arrival, claimed_work, judgement, study
from tests.fakes import FakeClock, FakeDatabase


class SiteFiguresContract:
    """Promises of `pacs_dedup.ports.site_figures.SiteFigures`; needs the fixture ``database``."""

    def test_at_first_everything_is_named_and_nothing_counted(self, database: Database) -> None:
        figures = database.figures.read()
        assert figures.queues == dict.fromkeys(Step, QueueFigures())
        assert figures.decisions == dict.fromkeys(Verb, 0)
        assert (figures.cases, figures.held, figures.held_bytes) == ((), 0, 0)
        assert (figures.dead_letters, figures.unreadable) == ({}, {})

    def test_what_is_due_has_an_age_and_what_is_done_none(self, database: Database, fake_clock: FakeClock) -> None:
        database.journal.queue([NewWork(Step.MATCH, str(n), MORNING + n * MINUTE) for n in range(3)])
        fake_clock.advance(10 * MINUTE)
        assert database.figures.read().queues[Step.MATCH] == QueueFigures(3, 10 * MINUTE)
        database.journal.tick(claimed_work(database, Step.MATCH))
        assert database.figures.read().queues[Step.MATCH] == QueueFigures(2, 9 * MINUTE)

    def test_what_is_claimed_still_waits(self, database: Database, fake_clock: FakeClock) -> None:
        database.journal.queue([NewWork(Step.MATCH, "1", MORNING)])
        claimed_work(database, Step.MATCH)
        fake_clock.advance(3 * MINUTE)
        assert database.figures.read().queues[Step.MATCH] == QueueFigures(1, 3 * MINUTE)

    def test_what_is_due_later_waits_without_age(self, database: Database) -> None:
        database.journal.queue([NewWork(Step.FORWARD, "1>x", MORNING + 60 * MINUTE)])
        assert database.figures.read().queues[Step.FORWARD] == QueueFigures(1)

    def test_what_failed_counts_from_when_it_was_queued(self, database: Database, fake_clock: FakeClock) -> None:
        database.journal.queue([NewWork(Step.FORWARD, "1>x", MORNING)])
        fake_clock.advance(5 * MINUTE)
        work = claimed_work(database, Step.FORWARD)
        database.journal.postpone(work, fake_clock.now() + 60 * MINUTE, "x: gave no answer")
        assert database.figures.read().queues[Step.FORWARD] == QueueFigures(1, 5 * MINUTE)

    def test_what_is_put_off_for_longer_has_no_age_and_a_dead_letter_is_counted(
        self, database: Database, fake_clock: FakeClock
    ) -> None:
        arrival_id = database.arrivals.record(arrival(1), ["x"])
        fake_clock.advance(5 * MINUTE)
        work = database.journal.claim(Step.FORWARD, MINUTE, "x")
        assert work is not None
        database.forwards.note(Failure("x", arrival_id, Trouble.REFUSED, "x: refused", 1, fake_clock.now()))
        database.journal.postpone(work, fake_clock.now() + 1440 * MINUTE, "x: refused")
        figures = database.figures.read()
        assert figures.queues[Step.FORWARD] == QueueFigures(1)
        assert figures.dead_letters == {"x": 1}

    def test_undecided_cases_are_counted_by_relation_and_state(self, database: Database, fake_clock: FakeClock) -> None:
        for number in (1, 2, 3):
            database.case_book.append(judgement(number, 9))
        first, second, _ = sorted(case.case_id for case in database.case_book.cases())
        fake_clock.advance(30 * MINUTE)
        later = CaseEvent("decided", fake_clock.now(), "anna", Verb.UNSURE, "ask")
        database.case_book.record(first, 1, CaseState.ESCALATED, later)
        database.case_book.record(second, 1, CaseState.DECIDED, CaseEvent("decided", MORNING, "anna", Verb.SAME))
        figures = database.figures.read()
        relation = Relation.EXACT_COPY
        age = fake_clock.now() - MORNING
        assert figures.cases == (
            CaseFigures(relation, CaseState.ESCALATED, 1, age),
            CaseFigures(relation, CaseState.NEW, 1, age),
        )
        assert figures.decisions == dict.fromkeys(Verb, 0) | {Verb.UNSURE: 1, Verb.SAME: 1}

    def test_a_decision_that_was_taken_back_stays_counted(self, database: Database) -> None:
        database.case_book.append(judgement(1, 9))
        (case,) = database.case_book.cases()
        decided = CaseEvent("decided", MORNING, "anna", Verb.SAME)
        database.case_book.record(case.case_id, 1, CaseState.DECIDED, decided)
        database.case_book.record(case.case_id, 2, CaseState.NEW, CaseEvent("undone", MORNING, "anna"))
        assert database.figures.read().decisions[Verb.SAME] == 1

    def test_held_bytes_count_an_instance_of_a_study_once(self, database: Database) -> None:
        for number in (1, 1, 2):
            arrival_id = database.arrivals.record(arrival(number))
            database.register.file(study(), arrival_id, arrival(number).blob_id, MORNING)
        other = database.arrivals.record(arrival(3))
        database.register.file(study(2), other, arrival(3).blob_id, MORNING)
        database.quarantine.hold(Hold(study(), 1, "an exact copy", MORNING, None))
        figures = database.figures.read()
        assert (figures.held, figures.held_bytes) == (1, arrival(1).size_bytes + arrival(2).size_bytes)
        database.quarantine.release(study(), 1, MORNING, "reviewer")
        figures = database.figures.read()
        assert (figures.held, figures.held_bytes) == (0, 0)

    def test_only_the_held_generation_counts(self, database: Database) -> None:
        for number in (1, 2):
            arrival_id = database.arrivals.record(arrival(number))
            database.register.file(study(), arrival_id, arrival(number).blob_id, MORNING)
            database.register.advance(study(), number, StudyState.DISPATCHED)
        database.quarantine.hold(Hold(study(), 2, "an exact copy", MORNING, None))
        assert database.figures.read().held_bytes == arrival(2).size_bytes

    def test_what_could_not_be_examined_is_counted_by_transfer_syntax_once(self, database: Database) -> None:
        first, second = (database.arrivals.record(arrival(number)) for number in (1, 2))
        for arrival_id in (first, second, second):
            database.arrivals.note_problem(arrival_id, "the decoder crashed")
        database.arrivals.record(arrival(3, refused="another UID"))
        syntax = TransferSyntaxUid(arrival(1).transfer_syntax_uid)
        assert database.figures.read().unreadable == {syntax: 2}


class TestDatabaseSiteFigures(SiteFiguresContract):
    """SQLite and PostgreSQL."""


class TestMemorySiteFigures(SiteFiguresContract):
    """The stand-in."""

    @pytest.fixture
    def database(self, fake_clock: FakeClock) -> FakeDatabase:
        return FakeDatabase(fake_clock)
