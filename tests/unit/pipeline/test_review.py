"""Side flow: a person decides a case, takes a decision back, or releases what is held."""

from datetime import timedelta

import pytest

from pacs_dedup.domain.case import CaseState, ReviewCase, Verb
from pacs_dedup.domain.errors import BadRequest, DecisionRefused
from pacs_dedup.domain.identifiers import CaseId, StudyInstanceUid, StudyKey
from pacs_dedup.pipeline.review import decide_case, find_case, release_hold, undo_case
from tests.builders import make_slices, renewed
from tests.site import MAX_HOLD, Site, exhaust

STACK = make_slices(4)
DAY = timedelta(days=1)


@pytest.fixture
def site() -> Site:
    """A site that holds the copy of a study, with one case about it."""
    made = Site()
    made.send_study(STACK)
    made.send_study(renewed(STACK), source="PMHPACS")
    assert made.held == [("PMHPACS", 1)]
    return made


@pytest.fixture
def case(site: Site) -> ReviewCase:
    (only,) = site.database.case_book.cases()
    return only


def decide(site: Site, case: ReviewCase, verb: Verb, reason: str = "") -> ReviewCase:
    return decide_case(case.case_id, verb, gate=site.gate, by="chan", reason=reason)


def later(site: Site, by: timedelta = timedelta()) -> int:
    """Turn the clock, do what is due, and say how many instances the archive has."""
    site.clock.advance(by)
    exhaust([site.expire, site.forward])
    return site.sent


@pytest.mark.parametrize("verb", [Verb.NOT_A_COPY, Verb.KEEP_BOTH, Verb.PARTIAL, Verb.WRONG_PATIENT])
def test_what_is_not_simply_a_copy_is_forwarded_at_once(site: Site, case: ReviewCase, verb: Verb) -> None:
    decide(site, case, verb, "the wrist band says so")
    assert (later(site), site.held) == (8, [])
    (hold,) = site.database.quarantine.holds(released=True)
    assert hold.release_cause == f"decision on case {case.case_id}"


def test_a_confirmed_copy_stays_held(site: Site, case: ReviewCase) -> None:
    assert decide(site, case, Verb.SAME).state is CaseState.DECIDED
    assert (later(site, 30 * DAY), site.held) == (4, [("PMHPACS", 1)])


def test_doubt_stays_held_no_longer_than_anything_else(site: Site, case: ReviewCase) -> None:
    assert decide(site, case, Verb.UNSURE).state is CaseState.ESCALATED
    assert (later(site), site.held) == (4, [("PMHPACS", 1)])
    assert (later(site, MAX_HOLD), site.held) == (8, [])


def test_a_decision_is_remembered_with_who_and_why(site: Site, case: ReviewCase) -> None:
    decided = decide(site, case, Verb.NOT_A_COPY, "another projection")
    event = decided.events[-1]
    assert (event.what, event.by, event.verb, event.reason) == (
        "decided",
        "chan",
        Verb.NOT_A_COPY,
        "another projection",
    )
    assert event.at == site.clock.now()


def test_a_decided_case_is_not_decided_twice(site: Site, case: ReviewCase) -> None:
    decide(site, case, Verb.SAME)
    with pytest.raises(DecisionRefused, match="undo that decision first"):
        decide(site, case, Verb.NOT_A_COPY)
    assert site.held == [("PMHPACS", 1)]


def test_of_two_reviewers_the_slower_one_is_told(site: Site, case: ReviewCase) -> None:
    class Overtaken:
        """A case book in which somebody else decides between reading and writing."""

        def __init__(self, book: object) -> None:
            self._book = book

        def __getattr__(self, name: str) -> object:
            return getattr(self._book, name)

        def record(self, case_id: CaseId, *rest: object) -> ReviewCase:
            decide(site, case, Verb.SAME)
            return self._book.record(case_id, *rest)

    gate = site.gate
    slow = type(gate)(**{**{f: getattr(gate, f) for f in gate.__slots__}, "case_book": Overtaken(gate.case_book)})
    with pytest.raises(DecisionRefused, match="chan"):
        decide_case(case.case_id, Verb.NOT_A_COPY, gate=slow, by="wong")
    assert site.held == [("PMHPACS", 1)]


def test_an_undone_confirmation_gets_its_first_deadline_again(site: Site, case: ReviewCase) -> None:
    decide(site, case, Verb.SAME)
    later(site, MAX_HOLD - timedelta(hours=1))
    assert undo_case(case.case_id, gate=site.gate, by="wong").state is CaseState.NEW
    assert (later(site), site.held) == (4, [("PMHPACS", 1)])
    assert (later(site, timedelta(hours=1)), site.held) == (8, [])


def test_no_number_of_undos_delays_an_image_beyond_the_deadline(site: Site, case: ReviewCase) -> None:
    for _ in range(3):
        decide(site, case, Verb.UNSURE)
        undo_case(case.case_id, gate=site.gate, by="chan")
        later(site, MAX_HOLD / 3)
    assert (site.sent, site.held) == (8, [])


def test_a_confirmation_undone_after_the_deadline_forwards_at_once(site: Site, case: ReviewCase) -> None:
    decide(site, case, Verb.SAME)
    later(site, 3 * MAX_HOLD)
    undo_case(case.case_id, gate=site.gate, by="chan")
    assert (later(site), site.held) == (8, [])


def test_what_was_forwarded_stays_forwarded_when_a_decision_is_undone(site: Site, case: ReviewCase) -> None:
    decide(site, case, Verb.NOT_A_COPY)
    later(site)
    undo_case(case.case_id, gate=site.gate, by="chan")
    assert (later(site, MAX_HOLD), site.held) == (8, [])


def test_a_case_can_be_decided_again_after_an_undo(site: Site, case: ReviewCase) -> None:
    decide(site, case, Verb.SAME)
    undo_case(case.case_id, gate=site.gate, by="chan")
    assert decide(site, case, Verb.NOT_A_COPY).state is CaseState.DISMISSED
    assert [e.what for e in find_case(case.case_id, site.gate).events] == ["opened", "decided", "undone", "decided"]


def test_there_is_nothing_to_undo_before_a_decision(site: Site, case: ReviewCase) -> None:
    with pytest.raises(DecisionRefused, match="no decision to undo"):
        undo_case(case.case_id, gate=site.gate, by="chan")


def test_a_hold_is_released_by_hand(site: Site) -> None:
    (hold,) = site.database.quarantine.holds()
    assert release_hold(hold.key, gate=site.gate, by="chan") == 1
    assert (later(site), site.held) == (8, [])
    assert site.database.quarantine.holds(released=True)[0].release_cause == "released by chan"


def test_one_generation_is_released_by_hand_and_the_others_stay(site: Site) -> None:
    site.send_study(renewed(STACK), source="PMHPACS")
    assert site.held == [("PMHPACS", 1), ("PMHPACS", 2)]
    key = site.database.quarantine.holds()[0].key
    assert release_hold(key, 2, gate=site.gate, by="chan") == 1
    assert site.held == [("PMHPACS", 1)]
    assert release_hold(key, gate=site.gate, by="chan") == 1


def test_what_is_not_held_can_not_be_released(site: Site) -> None:
    with pytest.raises(BadRequest, match="quarantine list"):
        release_hold(StudyKey(StudyInstanceUid("1.2.3"), "QEHPACS"), gate=site.gate, by="chan")


def test_a_case_that_nobody_knows_is_a_bad_request(site: Site) -> None:
    with pytest.raises(BadRequest, match="no case 99"):
        decide_case(CaseId(99), Verb.SAME, gate=site.gate, by="chan")
