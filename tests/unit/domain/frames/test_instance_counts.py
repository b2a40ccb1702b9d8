"""How many instances are the same, re-encoded, near, different or alone."""

from dataclasses import astuple

from hypothesis import given

from pacs_dedup.domain.compare import compare_studies, plan_looks
from pacs_dedup.domain.evidence import InstanceCounts
from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.frames.alignment import Looked
from pacs_dedup.domain.frames.pairing import distinct_instances
from pacs_dedup.domain.frames.verification import FrameVerification
from tests.builders import (
    JPEG_BASELINE,
    LOSSY,
    OTHER_NOISE,
    SAME_NOISE,
    again,
    digest_of,
    make_frame,
    make_instance,
    make_report,
    make_slices,
    make_study,
    renewed,
)
from tests.strategies import stacks

Instances = tuple[InstanceFingerprint, ...]


def counted(incoming: Instances, prior: Instances, found: FrameVerification = SAME_NOISE) -> InstanceCounts:
    a, b = make_study(*incoming), make_study(*prior)
    looked = [Looked(p, found) for p in plan_looks(a, b)]
    return compare_studies(a, b, looked).instances


@given(stacks, stacks)
def test_every_instance_is_counted_once(incoming: list[InstanceFingerprint], prior: list[InstanceFingerprint]) -> None:
    counts = counted(tuple(incoming), tuple(prior))
    assert min(astuple(counts)) >= 0
    *of_both, only_in_a, _ = astuple(counts)
    assert sum(of_both) + only_in_a == len(distinct_instances(make_study(*incoming)))


def test_a_study_under_new_uids_is_identical() -> None:
    assert counted(renewed(make_slices(4)), make_slices(4)) == InstanceCounts(identical=4)


def test_another_transfer_syntax_or_rewritten_values_are_re_encoded() -> None:
    value = digest_of("v", "aid1")
    prior = (make_instance("1"), make_instance("2", frames=(make_frame("a", value_digest=value),)))
    incoming = (
        again(prior[0], transfer_syntax_uid=JPEG_BASELINE),
        make_instance("2", frames=(make_frame("b", value_digest=value),)),
    )
    assert counted(incoming, prior) == InstanceCounts(re_encoded=2)


def test_single_frames_and_the_multi_frame_instance_made_of_them_correspond() -> None:
    enhanced = make_instance("1", frames=(make_frame("a"), make_frame("b")))
    singles = (make_instance("8", "a"), make_instance("9", "b"))
    assert counted((enhanced,), singles) == InstanceCounts(re_encoded=1)
    assert counted(singles, (enhanced,)) == InstanceCounts(re_encoded=2)


def test_frames_in_common_beside_others_make_a_different_instance() -> None:
    incoming = make_instance("1", frames=(make_frame("a"), make_frame("x")))
    assert counted((incoming,), (make_instance("8", "a"),)) == InstanceCounts(different=1)


def test_what_looks_confirm_is_near() -> None:
    prior = make_slices(4)
    lossy = tuple(again(i, frames=(make_frame(f"j{n}"),), rendition=LOSSY) for n, i in enumerate(prior))
    assert counted(renewed(lossy), prior) == InstanceCounts(near=4)
    assert counted(renewed(lossy), prior, OTHER_NOISE) == InstanceCounts(only_in_a=4, only_in_b=4)


def test_one_uid_with_two_images_is_different() -> None:
    assert counted((make_instance("1", "a"),), (make_instance("1", "b"),), OTHER_NOISE) == InstanceCounts(different=1)


def test_reports_and_what_only_one_side_has_are_counted_too() -> None:
    incoming = (*make_slices(2), make_report("5", "same"), make_report("6", "new"))
    prior = (*make_slices(2), make_report("7", "same"), make_report("8", "old"))
    assert counted(renewed(incoming), prior) == InstanceCounts(identical=3, only_in_a=1, only_in_b=1)


def test_a_multi_frame_object_with_one_equal_frame_is_counted_once() -> None:
    enhanced = make_instance("1", frames=tuple(make_frame(f"e{n}") for n in range(100)))
    classic = tuple(make_instance(str(n), f"e{n}" if n == 1 else f"c{n}") for n in range(2, 102))
    classic = (make_instance("900", "e0"), *classic)
    counts = counted((enhanced,), classic)
    assert min(astuple(counts)) >= 0
    assert counts.identical + counts.re_encoded + counts.near + counts.different + counts.only_in_a == 1


def test_single_frames_near_one_multi_frame_object_are_near() -> None:
    prior = (make_instance("1", frames=tuple(make_frame(f"e{n}") for n in range(3))),)
    lossy = tuple(make_instance(f"9{n}", frames=(make_frame(f"j{n}"),), rendition=LOSSY) for n in range(3))
    assert counted(renewed(lossy), prior) == InstanceCounts(near=3)
