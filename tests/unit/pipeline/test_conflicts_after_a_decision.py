"""A conflict under a known UID that was not part of a decision is seen again, and one that was is not."""

from collections.abc import Sequence

import pytest

from pacs_dedup.domain.case import CaseState, Verb
from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.policy import Action
from pacs_dedup.pipeline.review import decide_case
from tests.builders import make_instance, make_slices
from tests.site import Site

STACK = make_slices(3)


def other(number: int, pixels: str = "other") -> InstanceFingerprint:
    """Another image under the UID of a known slice."""
    return make_instance(str(number), f"{pixels}{number}")


def state_after_a_decision(first: Sequence[InstanceFingerprint], later: InstanceFingerprint, source: str) -> CaseState:
    """Decide the one case about what came first from a source, and say how it stands after what came later."""
    site = Site(Action.FLAG)
    site.send_study(STACK)
    site.send_study(first, source=source)
    (case,) = site.database.case_book.cases()
    decide_case(case.case_id, Verb.KEEP_BOTH, gate=site.gate, by="chan")
    site.send_study([later], source=source)
    found = site.database.case_book.case(case.case_id)
    assert found is not None
    assert str(found.verdict.relation) == "uid_conflict"
    return found.state


@pytest.mark.parametrize("source", ["QEHPACS", "PMHPACS"])
def test_another_conflict_of_a_pair_that_was_decided_is_for_a_person_again(source: str) -> None:
    assert state_after_a_decision([other(1)], other(2), source) is CaseState.NEW


def test_a_third_image_under_a_uid_of_a_study_is_for_a_person_again() -> None:
    assert state_after_a_decision([other(1)], other(1, "third"), "QEHPACS") is CaseState.NEW


@pytest.mark.parametrize("source", ["QEHPACS", "PMHPACS"])
def test_what_was_decided_on_and_comes_again_is_not(source: str) -> None:
    assert state_after_a_decision([other(1)], other(1), source) is CaseState.DECIDED


def test_growth_beside_a_conflict_that_was_decided_on_is_not() -> None:
    assert state_after_a_decision([other(1)], make_instance("50", "new"), "PMHPACS") is CaseState.DECIDED
