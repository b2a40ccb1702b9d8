"""A copy that brings anything the known study lacks can not be decided ``same``, and is never held."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_dedup.domain.case import CaseState, Verb
from pacs_dedup.domain.errors import DecisionRefused
from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.policy import Action
from pacs_dedup.pipeline.review import decide_case
from tests.builders import make_frame, make_instance, make_report, make_slices, renewed
from tests.site import Site

NEW = {
    "an image": make_instance("999", "new"),
    "a report": make_report("999", "a new finding"),
    "a blank or summary page": make_instance("999", frames=(make_frame("page", informative=False),)),
    "an unreadable image": make_instance("999", frames=(), unreadable="the code stream ends early"),
    "a frame of an image": make_instance("999", frames=(make_frame("1"), make_frame("new"))),
}


def case_of(site: Site) -> int:
    (case,) = site.database.case_book.cases([CaseState.NEW])
    return case.case_id


@pytest.mark.parametrize("new", NEW.values(), ids=NEW)
@pytest.mark.parametrize("count", [3, 150])
def test_one_new_thing_forwards_the_copy_and_forbids_same(new: InstanceFingerprint, count: int) -> None:
    site = Site()
    known = make_slices(count)
    site.send_study(known)
    site.send_study(renewed((*known, new)), source="PMHPACS")
    assert (site.sent, site.held) == (2 * count + 1, [])
    with pytest.raises(DecisionRefused, match="decide partial or keep-both"):
        decide_case(case_of(site), Verb.SAME, gate=site.gate, by="chan")
    decide_case(case_of(site), Verb.PARTIAL, gate=site.gate, by="chan")


@given(st.sets(st.integers(1, 8), min_size=1, max_size=7), st.sets(st.integers(1, 8), min_size=1, max_size=7))
def test_only_what_the_known_study_has_in_full_is_held(known: set[int], copied: set[int]) -> None:
    site = Site(Action.QUARANTINE)
    stack = make_slices(8)
    site.send_study([stack[n - 1] for n in sorted(known)])
    site.send_study(renewed([stack[n - 1] for n in sorted(copied)]), source="PMHPACS")
    if site.held:
        assert copied == known
