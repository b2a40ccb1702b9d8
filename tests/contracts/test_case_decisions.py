"""What every `CaseBook` promises of decisions: two reviewers can not overwrite each other."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from pacs_dedup.adapters.database import Database
from pacs_dedup.domain.case import CaseEvent, CaseState, ReviewCase, Verb
from pacs_dedup.domain.errors import BadRequest, DecisionRefused
from pacs_dedup.domain.identifiers import CaseId
from tests.contracts.values import MINUTE, MORNING, judgement
from tests.fakes import FakeClock, FakeDatabase


class CaseDecisionsContract:
    """Promises of `CaseBook.record`; needs the fixture ``database``."""

    def test_a_decision_is_recorded_with_its_event(self, database: Database) -> None:
        opened = _open(database)
        decided = database.case_book.record(opened.case_id, 1, CaseState.DECIDED, _event("chan"))
        assert (decided.state, decided.events) == (CaseState.DECIDED, (*opened.events, _event("chan")))
        assert database.case_book.case(opened.case_id) == decided

    def test_an_event_without_verb_is_read_back(self, database: Database) -> None:
        opened = _open(database)
        undone = CaseEvent("undone", MORNING, "chan")
        assert database.case_book.record(opened.case_id, 1, CaseState.NEW, undone).events[-1] == undone

    def test_a_decision_on_what_has_changed_is_refused_and_told_why(self, database: Database) -> None:
        opened = _open(database)
        decided = database.case_book.record(opened.case_id, 1, CaseState.DECIDED, _event("chan"))
        with pytest.raises(DecisionRefused, match=r"chan.*decided.*same"):
            database.case_book.record(opened.case_id, 1, CaseState.DISMISSED, _event("wong", Verb.NOT_A_COPY))
        assert database.case_book.case(opened.case_id) == decided

    def test_a_refusal_does_not_repeat_the_reviewers_words(self, database: Database) -> None:
        """They may name the patient, and messages reach logs."""
        opened = _open(database)
        database.case_book.record(opened.case_id, 1, CaseState.DECIDED, _event("chan"))
        with pytest.raises(DecisionRefused) as refusal:
            database.case_book.record(opened.case_id, 1, CaseState.DECIDED, _event("wong"))
        assert "CHAN TAI MAN" not in str(refusal.value)

    def test_a_revision_that_is_not_there_yet_is_refused(self, database: Database) -> None:
        opened = _open(database)
        with pytest.raises(DecisionRefused):
            database.case_book.record(opened.case_id, 2, CaseState.DECIDED, _event("chan"))

    def test_an_unknown_case_can_not_be_decided(self, database: Database) -> None:
        with pytest.raises(BadRequest, match="no case 9"):
            database.case_book.record(CaseId(9), 1, CaseState.DECIDED, _event("chan"))

    def test_of_reviewers_who_decide_at_once_one_succeeds(self, database: Database) -> None:
        case_id = _open(database).case_id

        def decide(number: int) -> bool:
            try:
                database.case_book.record(case_id, 1, CaseState.DECIDED, _event(f"reviewer {number}"))
            except DecisionRefused:
                return False
            return True

        with ThreadPoolExecutor(6) as pool:
            assert list(pool.map(decide, range(12))).count(True) == 1
        case = database.case_book.case(case_id)
        assert case is not None
        assert case.revision == 2


def _open(database: Database) -> ReviewCase:
    case_id = database.case_book.append(judgement())
    assert case_id is not None
    case = database.case_book.case(case_id)
    assert case is not None
    return case


def _event(by: str, verb: Verb = Verb.SAME) -> CaseEvent:
    return CaseEvent("decided", MORNING + MINUTE, by, verb, "CHAN TAI MAN was here twice")


class TestDatabaseCaseDecisions(CaseDecisionsContract):
    """SQLite and PostgreSQL."""


class TestMemoryCaseDecisions(CaseDecisionsContract):
    """The stand-in."""

    @pytest.fixture
    def database(self, fake_clock: FakeClock) -> FakeDatabase:
        return FakeDatabase(fake_clock)
