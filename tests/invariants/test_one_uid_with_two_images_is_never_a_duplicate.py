"""Different pixels under one SOP Instance UID are an alarm, whatever else the two studies have in common."""

from hypothesis import given
from hypothesis import strategies as st

from pacs_dedup.domain.decide import decide
from pacs_dedup.domain.evidence import Evidence
from pacs_dedup.domain.policy import Action, Policy
from pacs_dedup.domain.verdict import Disposition, Relation
from tests.builders import STRANGER, again, evidence_of, make_frame, make_instance, make_report, make_slices
from tests.site import Site
from tests.strategies import evidences, policies

STACK = make_slices(4)


@given(evidences(), policies)
def test_a_conflict_is_never_hidden_by_other_evidence(evidence: Evidence, policy: Policy) -> None:
    if evidence.sop.conflicting:
        verdict = decide(evidence, policy)
        assert verdict.relation is Relation.UID_CONFLICT
        assert verdict.disposition in (Disposition.ALERT, Disposition.QUARANTINE)


@given(evidences(), policies)
def test_a_difference_that_nothing_settles_always_alarms(evidence: Evidence, policy: Policy) -> None:
    if evidence.sop.unsettled and not evidence.sop.conflicting:
        assert decide(evidence, policy).disposition is Disposition.ALERT


@given(st.integers(0, 3), st.sampled_from(Action))
def test_one_image_with_other_pixels_among_many_equal_ones_is_an_alarm(which: int, action: Action) -> None:
    arrived = list(STACK)
    arrived[which] = again(STACK[which], frames=(make_frame("other"),))
    verdict = decide(evidence_of(arrived, STACK), Policy(action=action))
    assert verdict.relation is Relation.UID_CONFLICT
    assert verdict.disposition.opens_case


@given(st.lists(st.lists(st.tuples(st.sampled_from("12"), st.sampled_from("ab")), min_size=1, max_size=3), max_size=4))
def test_two_images_of_one_uid_are_an_open_case_in_whatever_parts_their_study_comes(
    parts: list[list[tuple[str, str]]],
) -> None:
    site = Site(Action.FLAG)
    for part in parts:
        site.send_study([make_instance(name, pixels) for name, pixels in part])
    images = {image for part in parts for image in part}
    conflict = len({name for name, _ in images}) < len(images)
    relations = {case.verdict.relation for case in site.database.case_book.cases()}
    assert (Relation.UID_CONFLICT in relations) == conflict


def test_one_report_with_other_content_is_an_alarm() -> None:
    known = make_report("9", "no finding")
    verdict = decide(evidence_of((*STACK, make_report("9", "a finding")), (*STACK, known)), Policy())
    assert verdict.relation is Relation.UID_CONFLICT


def test_one_uid_for_two_patients_is_an_alarm() -> None:
    other = make_instance("1", "other", patient=STRANGER)
    verdict = decide(evidence_of([other], STACK), Policy())
    assert (verdict.relation, verdict.disposition) == (Relation.UID_CONFLICT, Disposition.ALERT)
