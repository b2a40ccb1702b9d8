"""What is asked of two versions under one SOP Instance UID, whose headers may describe another image."""

from dataclasses import replace

import pytest

from pacs_dedup.domain.acquisitions.facts import FrameFacts
from pacs_dedup.domain.frames.alignment import LookAt, Looked, plan, samples
from pacs_dedup.domain.frames.closeness import is_beaten, is_closer, lead_over_neighbours
from pacs_dedup.domain.frames.findings import Finding, read_all, read_twins
from pacs_dedup.domain.frames.pairing import FrameRef, frame_items
from pacs_dedup.domain.frames.sop_findings import SopFinding, TwinLooks, compare_instances
from pacs_dedup.domain.frames.verification import FrameVerification
from tests.builders import (
    JPEG_BASELINE,
    LOSSLESS,
    LOSSY,
    NO_ANSWER,
    SAME_NOISE,
    again,
    make_acquisition,
    make_frame,
    make_instance,
    make_slices,
)
from tests.looks import FLAT, KEPT, PAIR, WINNING, beside, findings

KNOWN = make_instance("1", acquisition=make_acquisition(0.0, acquired_at="20260301101502"))
TWIN = again(KNOWN, frames=(make_frame("squeezed"),), rendition=LOSSY, transfer_syntax_uid=JPEG_BASELINE)
BLOBS = (TWIN.blob_id, KNOWN.blob_id)


def of_one_moment(acquired_at: str, uid: str | None = None, frames: tuple[FrameFacts, ...] = ()) -> bool:
    acquired = make_acquisition(0.0, acquired_at=acquired_at, frames=frames)
    incoming = replace(TWIN, acquisition=acquired, sop_instance_uid=uid or TWIN.sop_instance_uid)
    (look,) = plan(frame_items((incoming,)), frame_items((KNOWN,)), wide=True, one_moment=True)
    return look.one_moment


@pytest.mark.parametrize(
    ("acquired_at", "one"),
    [
        ("20260301101502", True),
        ("20260301101502.25", True),
        ("202603011015", True),
        ("", True),
        ("20260301101902", False),
    ],
)
def test_two_versions_that_tell_two_times_are_not_of_one_moment_whatever_the_rest_of_the_study_says(
    acquired_at: str, one: bool
) -> None:
    assert of_one_moment(acquired_at) is one
    assert of_one_moment(acquired_at, uid="1.2.99")
    assert of_one_moment("20260301101902", frames=(FrameFacts(acquired_at=acquired_at),)) is (one and bool(acquired_at))


NEAR = FrameVerification(overall=0.98, refused=NO_ANSWER.refused, thin=True)


def test_neighbours_with_nothing_to_compare_are_compared_as_a_whole() -> None:
    look = Looked(KEPT, replace(SAME_NOISE, overall=0.995), (NEAR, NEAR))
    assert is_closer(look)
    assert lead_over_neighbours(look) == pytest.approx(0.015)
    assert not is_beaten(look)
    close = replace(look, beside=(NEAR, replace(NEAR, overall=0.993)))
    assert not is_closer(close)
    assert is_beaten(replace(look, beside=(NEAR, replace(NEAR, overall=0.996))))


def test_where_noise_can_be_compared_with_one_neighbour_it_decides() -> None:
    noisy = beside(KEPT, SAME_NOISE, 0.8)
    assert is_closer(replace(noisy, beside=(*noisy.beside, replace(NEAR, overall=1.0))))


AIR = FrameVerification(0.75, 0.999, 1.6, 3_000, fine_correlation=0.5, overall=0.999)
"""What JPEG 2000 at 10:1 left of the lowest slice of a functional volume."""


@pytest.mark.parametrize(
    ("look", "count"),
    [
        (beside(KEPT, AIR, 0.3), 1),
        (beside(KEPT, AIR, 0.7), 0),
        (Looked(KEPT, AIR), 0),
        (beside(KEPT, replace(AIR, overall=0.997), 0.3), 0),
        (beside(KEPT, replace(AIR, changed=0.041), 0.3), 0),
        (beside(KEPT, replace(AIR, outlier_share=0.004), 0.3), 0),
        (beside(replace(KEPT, one_moment=False), AIR, 0.3), 0),
        (beside(replace(KEPT, kernel="missing"), AIR, 0.3), 0),
    ],
)
def test_a_slice_with_little_noise_is_alike_where_the_header_and_the_picture_agree(look: Looked, count: int) -> None:
    read = read_twins(read_all([look, *[WINNING] * 4]))
    assert read.alike.get((PAIR.incoming.blob_id, PAIR.prior.blob_id), 0) == count


def test_looks_with_little_noise_are_alike_where_they_are_few() -> None:
    airy = beside(KEPT, AIR, 0.3)
    assert not read_twins(read_all([airy])).alike
    assert not read_twins(read_all([*[airy] * 2, *[WINNING] * 7])).alike
    assert read_twins(read_all([*[airy] * 2, *[WINNING] * 8])).alike == {(KEPT.incoming.blob_id, KEPT.prior.blob_id): 2}


@pytest.mark.parametrize(("changed", "twins"), [(0.04, 1), (0.041, 0)])
def test_a_part_painted_in_or_out_is_no_loss_of_compression(changed: float, twins: int) -> None:
    painted = Looked(KEPT, replace(SAME_NOISE, changed=changed), WINNING.beside)
    read = read_twins(read_all([painted]))
    assert read.copies.get((KEPT.incoming.blob_id, KEPT.prior.blob_id), 0) == twins
    assert len(read.left_open) == 1 - twins


def test_others_do_not_speak_for_a_slice_that_does_not_lean_to_its_partner() -> None:
    swapped = FrameVerification(0.912, 0.913, 1.09, 1_100, fine_correlation=0.62, overall=0.98)
    leaning = FrameVerification(0.975, 0.987, 1.07, 1_700, fine_correlation=0.6, overall=0.99)
    good = [beside(KEPT, SAME_NOISE, 0.8)] * 34
    found = findings(*good, beside(KEPT, swapped, 0.902), beside(KEPT, leaning, 0.8))
    assert found[-2:] == [Finding.UNCLEAR, Finding.COPY]
    assert findings(*good, beside(KEPT, swapped, 0.2))[-1] is Finding.UNCLEAR


def test_a_slice_that_looks_alike_is_a_twin_where_others_of_its_series_vouch_for_it() -> None:
    vouched = TwinLooks(alike={BLOBS: 1}, vouched_series=frozenset({TWIN.series_instance_uid}))
    assert compare_instances(TWIN, KNOWN, vouched) is SopFinding.LOSSY_TWIN
    assert compare_instances(TWIN, KNOWN, replace(vouched, vouched_series=frozenset())) is SopFinding.UNSETTLED
    assert compare_instances(TWIN, KNOWN, replace(vouched, alike={})) is SopFinding.UNSETTLED
    swapped = replace(vouched, left_open=frozenset({BLOBS}))
    assert compare_instances(TWIN, KNOWN, swapped) is SopFinding.UNSETTLED


def test_a_copy_vouches_for_slices_that_look_alike_in_its_series() -> None:
    lowest = replace(KEPT, incoming=FrameRef(make_instance("7").blob_id, 0))
    twins = read_twins(read_all([*[WINNING] * 5, beside(lowest, AIR, 0.3)]))
    assert twins.vouched_series == {""}
    assert twins.alike == {(lowest.incoming.blob_id, lowest.prior.blob_id): 1}


def test_a_flat_picture_far_closer_than_its_neighbours_is_a_copy_of_itself_alone() -> None:
    twins = read_twins(read_all([Looked(KEPT, FLAT, (replace(FLAT, overall=0.9),))]))
    assert twins.copies == {(KEPT.incoming.blob_id, KEPT.prior.blob_id): 1}


@pytest.mark.parametrize(("sides", "looks"), [((64,), 30), ((512,), 9), ((512, 512, 64), 30), ((512, 256), 30)])
def test_small_frames_are_many_looks_only_where_the_prior_has_some_as_small(sides: tuple[int, ...], looks: int) -> None:
    small = tuple(replace(i, rendition=replace(LOSSLESS, rows=64, columns=64)) for i in make_slices(30))
    prior = tuple(
        replace(i, rendition=replace(LOSSLESS, rows=side, columns=side)) for side in sides for i in make_slices(10)
    )
    (sample,) = samples(frame_items(small), frame_items(prior))
    assert len(sample) == looks


def test_a_look_is_planned_for_every_small_frame() -> None:
    small = tuple(replace(i, rendition=replace(LOSSLESS, rows=64, columns=64)) for i in make_slices(30))
    planned: tuple[LookAt, ...] = plan(frame_items(small), frame_items(small), wide=True)
    assert len(planned) == 30
