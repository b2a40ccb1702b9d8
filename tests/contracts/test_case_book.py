"""What every `CaseBook` promises of judgements, and of the cases they open and renew."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from pacs_dedup.adapters.database import Database
from pacs_dedup.domain.case import CaseEvent, CaseState, ReviewCase, Verb
from pacs_dedup.domain.evidence import SopFindings
from pacs_dedup.domain.identifiers import CaseId
from pacs_dedup.domain.verdict import Disposition, Judgement, Relation, Verdict
from tests.contracts.values import MINUTE, MORNING, judgement, study, verdict
from tests.fakes import FakeClock, FakeDatabase

DISTINCT = verdict(Relation.DISTINCT, Disposition.ACCEPT)
LOSSY = verdict(Relation.LOSSY_COPY, Disposition.FLAG)
CONFLICT = verdict(Relation.UID_CONFLICT, Disposition.QUARANTINE)
CONTINUED = verdict(Relation.CONTINUED, Disposition.ACCEPT)


class CaseBookContract:
    """Promises of `pacs_dedup.ports.case_book.CaseBook`; needs the fixture ``database``."""

    def test_a_judgement_is_read_back_as_it_was_made(self, database: Database) -> None:
        case_id = database.case_book.append(judgement())
        assert database.case_book.judgements() == (replace(judgement(), case_id=case_id),)

    def test_judgements_of_one_study_come_oldest_first(self, database: Database) -> None:
        made = [judgement(2, prior, after=minutes * MINUTE) for prior, minutes in ((1, 5), (3, 1), (4, 3))]
        for each in [*made, judgement(9, 1)]:
            database.case_book.append(each)
        assert [each.prior for each in database.case_book.judgements(study(2))] == [
            study(number, "WEST") for number in (3, 4, 1)
        ]
        assert len(database.case_book.judgements()) == 4
        assert database.case_book.judgements(study(77)) == ()

    def test_judgements_among_studies_are_those_on_either_side_each_once_oldest_first(self, database: Database) -> None:
        made = [judgement(2, 1, after=3 * MINUTE), judgement(5, 4, after=MINUTE), judgement(7, 6)]
        for each in made:
            database.case_book.append(each)
        asked = {study(2), study(1, "WEST"), study(4, "WEST"), *map(study, range(1_000, 3_000))}
        found = database.case_book.judgements_among(asked)
        assert [(each.incoming, each.prior) for each in found] == [
            (study(5), study(4, "WEST")),
            (study(2), study(1, "WEST")),
        ]
        assert found[1].case_id is not None
        assert database.case_book.judgements_among([]) == ()

    @pytest.mark.parametrize("disposition", [each for each in Disposition if not each.opens_case])
    def test_what_needs_nobodys_eyes_opens_no_case(self, database: Database, disposition: Disposition) -> None:
        accepted = judgement(verdict=verdict(Relation.RESEND, disposition))
        assert database.case_book.append(accepted) is None
        assert database.case_book.cases() == ()
        assert database.case_book.judgements() == (accepted,)

    @pytest.mark.parametrize("disposition", [each for each in Disposition if each.opens_case])
    def test_what_needs_a_person_opens_a_case(self, database: Database, disposition: Disposition) -> None:
        flagged = judgement(generation=3, verdict=verdict(disposition=disposition))
        case_id = database.case_book.append(flagged)
        assert case_id is not None
        assert database.case_book.case(case_id) == ReviewCase(
            case_id=case_id,
            incoming=flagged.incoming,
            generation=3,
            prior=flagged.prior,
            verdict=flagged.verdict,
            state=CaseState.NEW,
            opened_at=MORNING,
            events=(CaseEvent("opened", MORNING, "pacs_dedup"),),
        )

    def test_repeating_a_judgement_adds_nothing(self, database: Database) -> None:
        case_id = database.case_book.append(judgement())
        before = database.case_book.cases()
        assert database.case_book.append(judgement(after=MINUTE)) == case_id
        assert database.case_book.cases() == before
        assert len(database.case_book.judgements()) == 1

    @pytest.mark.parametrize(
        "other",
        [
            judgement(generation=2),
            judgement(verdict=LOSSY),
            judgement(verdict=verdict(digest_version="d2")),
            judgement(verdict=verdict(rules_version="r2")),
        ],
    )
    def test_another_generation_relation_or_version_is_another_judgement(
        self, database: Database, other: Judgement
    ) -> None:
        case_id = database.case_book.append(judgement())
        assert database.case_book.append(other) == case_id
        assert len(database.case_book.judgements()) == 2
        assert len(database.case_book.cases()) == 1

    def test_each_pair_has_its_own_case(self, database: Database) -> None:
        pairs = [judgement(2, 1), judgement(2, 3), judgement(4, 1), replace(judgement(2, 1), prior=study(1, "EAST"))]
        assert len({database.case_book.append(pair) for pair in pairs}) == 4

    def test_other_evidence_renews_an_open_case(self, database: Database) -> None:
        case = _renewed(database, judgement(generation=2, after=MINUTE, verdict=LOSSY))
        assert (case.state, case.generation, case.verdict) == (CaseState.NEW, 2, LOSSY)
        assert [event.what for event in case.events] == ["opened", "evidence_changed"]
        assert (case.events[1].at, case.events[1].by) == (MORNING + MINUTE, "pacs_dedup")

    def test_the_same_verdict_on_the_next_generation_is_no_event(self, database: Database) -> None:
        case = _renewed(database, judgement(generation=2))
        assert (case.generation, case.revision) == (2, 1)

    def test_a_verdict_that_calls_for_no_case_still_reaches_the_open_one(self, database: Database) -> None:
        case = _renewed(database, judgement(generation=2, verdict=DISTINCT))
        assert (case.state, case.verdict, case.revision) == (CaseState.NEW, DISTINCT, 2)
        assert database.case_book.append(judgement(generation=2, verdict=DISTINCT)) is None

    def test_an_escalated_case_stays_escalated_when_evidence_changes(self, database: Database) -> None:
        case = _renewed(database, judgement(verdict=LOSSY), CaseState.ESCALATED)
        assert (case.state, case.verdict, case.revision) == (CaseState.ESCALATED, LOSSY, 3)

    @pytest.mark.parametrize("decided", [CaseState.DECIDED, CaseState.DISMISSED])
    def test_a_decided_case_whose_relation_changed_is_new_again(self, database: Database, decided: CaseState) -> None:
        case = _renewed(database, judgement(generation=2, verdict=LOSSY), decided)
        assert (case.state, case.generation, case.verdict) == (CaseState.NEW, 2, LOSSY)
        assert [event.what for event in case.events] == ["opened", "decided", "evidence_changed"]

    @pytest.mark.parametrize("decided", [CaseState.DECIDED, CaseState.DISMISSED])
    def test_a_decision_stands_while_the_relation_does(self, database: Database, decided: CaseState) -> None:
        more = verdict(sentence="The same images, and two more.")
        case = _renewed(database, judgement(generation=2, verdict=more), decided)
        assert (case.state, case.generation, case.verdict, case.revision) == (decided, 2, more, 2)

    @pytest.mark.parametrize("counts", [{"conflicting": 2}, {"conflicting": 1, "unsettled": 1}])
    def test_a_decided_conflict_is_new_again_when_one_more_uid_is_in_conflict(
        self, database: Database, counts: dict
    ) -> None:
        case = _decided_then(
            database, judgement(verdict=_conflict()), judgement(generation=2, verdict=_conflict(**counts))
        )
        assert (case.state, case.generation) == (CaseState.NEW, 2)
        assert case.events[-1].what == "evidence_changed"
        assert case.events[-1].reason == "more known UIDs came with other content than were decided on"

    def test_the_conflict_that_was_decided_on_does_not_come_back(self, database: Database) -> None:
        case = _decided_then(database, judgement(verdict=_conflict()), judgement(generation=2, verdict=_conflict()))
        assert (case.state, case.generation, len(case.events)) == (CaseState.DECIDED, 2, 2)

    def test_a_decided_conflict_of_a_study_with_itself_is_new_again_with_the_conflict_of_a_later_generation(
        self, database: Database
    ) -> None:
        case = _decided_then(database, _own(_conflict()), _own(_conflict(), generation=2))
        assert (case.state, case.generation) == (CaseState.NEW, 2)

    def test_a_decided_conflict_of_a_study_with_itself_stands_when_other_rules_find_it_again(
        self, database: Database
    ) -> None:
        case = _decided_then(database, _own(_conflict()), _own(replace(_conflict(), rules_version="r2")))
        assert (case.state, len(case.events)) == (CaseState.DECIDED, 2)

    def test_a_decision_stands_when_no_case_is_called_for_any_more(self, database: Database) -> None:
        case = _renewed(database, judgement(generation=2, verdict=DISTINCT), CaseState.DECIDED)
        assert (case.state, case.generation, case.verdict) == (CaseState.DECIDED, 1, verdict())

    def test_a_late_judgement_on_an_earlier_generation_changes_no_case(self, database: Database) -> None:
        case_id = database.case_book.append(judgement(generation=2))
        before = database.case_book.cases()
        assert database.case_book.append(judgement(generation=1, verdict=LOSSY)) == case_id
        assert database.case_book.cases() == before
        assert len(database.case_book.judgements()) == 2

    def test_growth_that_calls_for_nobody_leaves_the_open_case_of_a_study_with_itself(self, database: Database) -> None:
        case = _after(database, _own(CONFLICT), _own(CONTINUED, generation=2))
        assert (case.verdict, case.generation, len(case.events)) == (CONFLICT, 1, 1)

    def test_a_graver_verdict_takes_over_the_case_of_a_study_with_itself_and_a_lesser_one_does_not(
        self, database: Database
    ) -> None:
        case = _after(database, _own(LOSSY), _own(CONFLICT, generation=2), _own(LOSSY, generation=2))
        assert (case.verdict, case.generation) == (CONFLICT, 2)
        assert case.events[-1].reason == "lossy_copy became uid_conflict"

    def test_an_unknown_case_is_none(self, database: Database) -> None:
        assert database.case_book.case(CaseId(1)) is None

    def test_cases_are_listed_by_state_newest_first(self, database: Database) -> None:
        ids = [database.case_book.append(judgement(number, 1, after=number * MINUTE)) for number in (3, 5, 4)]
        assert [case.incoming for case in database.case_book.cases()] == [study(5), study(4), study(3)]
        assert ids[1] is not None
        database.case_book.record(ids[1], 1, CaseState.DECIDED, _decision())
        assert [case.incoming for case in database.case_book.cases([CaseState.NEW])] == [study(4), study(3)]
        decided = database.case_book.cases([CaseState.DECIDED, CaseState.DISMISSED])
        assert [case.events[-1].verb for case in decided] == [Verb.SAME]

    def test_threads_that_judge_one_pair_at_once_open_one_case(self, database: Database) -> None:
        with ThreadPoolExecutor(6) as pool:
            ids = set(pool.map(database.case_book.append, [judgement(generation=g % 3 + 1) for g in range(18)]))
        assert len(ids) == 1
        assert len(database.case_book.judgements()) == 3
        (case,) = database.case_book.cases()
        assert [event.what for event in case.events].count("opened") == 1
        assert case.generation == 3


def _decision(after: timedelta = MINUTE) -> CaseEvent:
    return CaseEvent("decided", MORNING + after, "chan", Verb.SAME, "the same scan")


def _own(found: Verdict, generation: int = 1) -> Judgement:
    """A judgement on a study and itself."""
    return replace(judgement(2, 2, generation=generation, verdict=found), prior=study(2))


def _conflict(**counts: int) -> Verdict:
    """An alarm about one UID, unless told otherwise."""
    sop = SopFindings(shared=3, **(counts or {"conflicting": 1}))
    return replace(CONFLICT, evidence=replace(CONFLICT.evidence, sop=sop))


def _decided_then(database: Database, first: Judgement, second: Judgement) -> ReviewCase:
    case = _after(database, first)
    database.case_book.record(case.case_id, case.revision, CaseState.DECIDED, _decision())
    return _after(database, second)


def _after(database: Database, *made: Judgement) -> ReviewCase:
    for each in made:
        database.case_book.append(each)
    (case,) = database.case_book.cases()
    return case


def _renewed(database: Database, second: Judgement, decided: CaseState | None = None) -> ReviewCase:
    case_id = database.case_book.append(judgement())
    assert case_id is not None
    if decided:
        database.case_book.record(case_id, 1, decided, _decision())
    database.case_book.append(second)
    case = database.case_book.case(case_id)
    assert case is not None
    return case


class TestDatabaseCaseBook(CaseBookContract):
    """SQLite and PostgreSQL."""


class TestMemoryCaseBook(CaseBookContract):
    """The stand-in."""

    @pytest.fixture
    def database(self, fake_clock: FakeClock) -> FakeDatabase:
        return FakeDatabase(fake_clock)
