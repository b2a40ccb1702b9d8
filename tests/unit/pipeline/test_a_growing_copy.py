"""A copy that comes in parts is held whole or not at all: half a study in the archive helps nobody."""

from pacs_dedup.domain.case import Verb
from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.pipeline.review import decide_case
from tests.builders import make_instance, make_slices, renewed
from tests.site import Site

STACK = make_slices(4)
COPY = renewed(STACK)


def site_with(*sendings: tuple[InstanceFingerprint, ...]) -> Site:
    site = Site()
    site.send_study(STACK)
    for instances in sendings:
        site.send_study(instances, source="PMHPACS")
    return site


def further(pixels: str) -> InstanceFingerprint:
    uids = {"study_instance_uid": COPY[0].study_instance_uid, "series_instance_uid": COPY[0].series_instance_uid}
    return make_instance("77", pixels, **uids)


def test_a_new_slice_takes_the_held_ones_along() -> None:
    site = site_with(COPY)
    assert (site.sent, site.held) == (4, [("PMHPACS", 1)])
    site.send_study([further("new")], source="PMHPACS")
    assert (site.sent, site.held) == (9, [])
    (hold,) = site.database.quarantine.holds(released=True)
    assert hold.release_cause == "the study grew"


def test_it_takes_along_what_a_person_confirmed_as_a_copy_when_it_was_one() -> None:
    site = site_with(COPY)
    (case,) = site.database.case_book.cases()
    decide_case(case.case_id, Verb.SAME, gate=site.gate, by="chan")
    site.send_study([further("new")], source="PMHPACS")
    assert (site.sent, site.held) == (9, [])


def test_the_rest_of_a_copy_follows_the_part_that_went() -> None:
    site = site_with(COPY[:2], COPY[2:])
    assert ("PMHPACS", "exact_copy", 2) in site.verdicts()
    assert (site.sent, site.held) == (8, [])


def test_a_re_send_of_what_is_held_is_held_with_it() -> None:
    site = site_with(COPY, COPY)
    assert (site.sent, site.held) == (4, [("PMHPACS", 1), ("PMHPACS", 2)])


def test_other_pixels_under_a_known_uid_are_held_although_the_first_went() -> None:
    site = site_with()
    site.send_study([make_instance("1", "other pixels")])
    assert (site.sent, site.held) == (4, [("QEHPACS", 2)])
