"""Segmentations and doses: equal pixels that mean something else are something else."""

from typing import Any

import pytest

from pacs_dedup.domain.decide import decide
from pacs_dedup.domain.evidence import Fact, InstanceCounts
from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.frames.pairing import FrameRef, distinct_instances
from pacs_dedup.domain.frames.repeats import copy_groups
from pacs_dedup.domain.frames.representative import representative_frames
from pacs_dedup.domain.frames.sop_findings import SopFinding, compare_instances
from pacs_dedup.domain.policy import Action, Policy
from pacs_dedup.domain.verdict import Relation
from tests.builders import (
    JPEG_BASELINE,
    LOSSY,
    STRANGER,
    again,
    digest_of,
    evidence_of,
    make_frame,
    make_instance,
    make_study,
    renewed,
)

HOLDING = Policy(action=Action.QUARANTINE)


def masked(meaning: str | None = "left kidney", name: str = "1", **changes: object) -> InstanceFingerprint:
    told = None if meaning is None else digest_of(meaning, "cnt2")
    return make_instance(name, "mask", content_digest=told, **changes)


def test_another_meaning_under_one_uid_is_a_conflict() -> None:
    arrived, known = masked("tumour"), masked()
    assert compare_instances(arrived, known) is SopFinding.CONFLICTING
    verdict = decide(evidence_of([arrived], [known]), HOLDING)
    assert verdict.relation is Relation.UID_CONFLICT


def test_another_meaning_is_a_conflict_though_a_side_was_once_compressed() -> None:
    arrived = masked("tumour", rendition=LOSSY)
    assert compare_instances(arrived, masked()) is SopFinding.CONFLICTING


def test_another_meaning_of_pixels_that_nobody_can_decode_is_a_conflict() -> None:
    stream: dict[str, Any] = {
        "frames": (),
        "unreadable": "no decoder",
        "code_stream_digest": digest_of("stream", "csd2"),
    }
    assert compare_instances(masked("tumour", **stream), masked(**stream)) is SopFinding.CONFLICTING
    assert compare_instances(masked(code_stream_digest=stream["code_stream_digest"]), masked(**stream)) is (
        SopFinding.CORRECTED
    )


def test_equal_meaning_under_one_uid_is_a_correction_of_the_rest() -> None:
    assert compare_instances(again(masked(), patient=STRANGER), masked()) is SopFinding.CORRECTED


def test_a_meaning_that_only_one_side_was_digested_for_is_not_compared() -> None:
    assert compare_instances(masked(None), masked()) is SopFinding.CORRECTED


def test_rewritten_numbers_with_another_meaning_are_open() -> None:
    numbers = [make_frame(pixels, value_digest=digest_of("grid", "aid2")) for pixels in ("stored", "doubled")]
    known, arrived = (masked(meaning, frames=(f,)) for meaning, f in zip(("1.0", "0.5"), numbers, strict=True))
    arrived = again(arrived, presentation_digest=digest_of("other scaling", "prs2"))
    assert compare_instances(arrived, known) is SopFinding.UNSETTLED


def test_another_meaning_under_new_uids_is_new_content() -> None:
    verdict = decide(evidence_of(renewed([masked("tumour")]), [masked()]), HOLDING)
    assert verdict.evidence.coverage.new_content == 1
    assert verdict.relation is Relation.OVERLAP


def test_two_meanings_of_one_mask_are_two_instances() -> None:
    assert len(distinct_instances(make_study(masked(), masked("tumour")))) == 2
    assert len(distinct_instances(make_study(masked(), again(masked(), transfer_syntax_uid=JPEG_BASELINE)))) == 1


def test_two_meanings_of_one_mask_are_no_copies_within_a_study() -> None:
    first, second = masked(), masked(name="2")
    assert copy_groups([first, second, masked("tumour", name="3")]) == ((first, second),)


@pytest.mark.parametrize(("meaning", "counted"), [("left kidney", "identical"), ("tumour", "different")])
def test_an_instance_is_counted_by_its_meaning_too(meaning: str, counted: str) -> None:
    found = evidence_of(renewed([masked(meaning)]), [masked()])
    assert found.instances == InstanceCounts(**{counted: 1})
    assert found.level(Fact.FRAME_DIGESTS) == "all"


def test_the_mask_whose_meaning_changed_is_shown_first() -> None:
    rest = [make_instance(str(n)) for n in (2, 3, 4)]
    arrived, known = masked("tumour"), masked()
    shown = representative_frames(make_study(*rest, arrived), make_study(known, *rest))
    assert shown == (FrameRef(arrived.blob_id, 0), FrameRef(known.blob_id, 0))
