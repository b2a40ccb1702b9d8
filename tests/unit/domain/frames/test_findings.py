"""What a look says, and what the looks at one series say together."""

from dataclasses import replace

import pytest

from pacs_dedup.domain.frames.alignment import LookAt, Looked
from pacs_dedup.domain.frames.findings import Finding, read_all, read_twins
from pacs_dedup.domain.frames.pairing import FrameRef
from pacs_dedup.domain.frames.sop_findings import TwinLooks
from pacs_dedup.domain.frames.verification import Fidelity, FrameVerification
from tests.builders import NO_ANSWER, OTHER_NOISE, SAME_NOISE, make_instance
from tests.looks import FLAT, KEPT, LEANING, LOSING, PAIR, WINNING, beside, findings


@pytest.mark.parametrize(
    ("found", "finding"),
    [(SAME_NOISE, Finding.COPY), (OTHER_NOISE, Finding.REPEAT), (NO_ANSWER, Finding.UNCLEAR)],
)
def test_noise_tells_a_copy_from_another_acquisition(found: FrameVerification, finding: Finding) -> None:
    assert findings(Looked(PAIR, found)) == [finding]


@pytest.mark.parametrize(("modality", "finding"), [("CT", Finding.RECONSTRUCTION), ("DX", Finding.COPY)])
def test_the_same_noise_under_another_kernel_is_a_reconstruction_where_there_are_any(
    modality: str, finding: Finding
) -> None:
    assert findings(Looked(replace(PAIR, modalities=frozenset({modality}), kernel="differs"), SAME_NOISE)) == [finding]


def test_a_copy_resembles_its_original_more_than_the_neighbours() -> None:
    assert findings(WINNING) == [Finding.COPY]
    assert findings(LOSING) == [Finding.UNCLEAR]


def test_where_everything_looks_like_everything_a_little_more_likeness_says_nothing() -> None:
    volume = replace(SAME_NOISE, correlation=0.995, fine_correlation=0.99)
    assert findings(beside(PAIR, volume, 0.993)) == [Finding.UNCLEAR]
    assert findings(beside(PAIR, volume, 0.99)) == [Finding.COPY]


SMALL = replace(SAME_NOISE, live_pixels=3_000)
FOLLOWING = replace(SMALL, fidelity=Fidelity.EXACT, unexplained_share=0.01)


@pytest.mark.parametrize(
    ("look", "finding"),
    [
        (Looked(PAIR, SMALL), Finding.UNCLEAR),
        (Looked(replace(PAIR, one_moment=True), SMALL), Finding.COPY),
        (Looked(PAIR, FOLLOWING), Finding.COPY),
        (Looked(replace(PAIR, modalities=frozenset({"US"})), SMALL), Finding.COPY),
        (Looked(replace(PAIR, least_matrix=5_184, modalities=frozenset({"MR", "OT"})), SAME_NOISE), Finding.UNCLEAR),
        (Looked(replace(PAIR, least_matrix=16_384), SAME_NOISE), Finding.COPY),
        (Looked(PAIR, replace(OTHER_NOISE, live_pixels=3_000)), Finding.REPEAT),
    ],
)
def test_small_matrices_are_copies_only_with_the_clock_or_where_every_value_follows(
    look: Looked, finding: Finding
) -> None:
    assert findings(look) == [finding]


def test_slices_that_beat_their_neighbours_vouch_for_one_that_does_not() -> None:
    assert findings(*[WINNING] * 4, LOSING) == [Finding.COPY] * 5
    assert set(findings(*[WINNING] * 3, LOSING, LOSING)) == {Finding.UNCLEAR}


def test_of_few_slices_all_must_beat_their_neighbours() -> None:
    assert set(findings(WINNING, WINNING, LOSING)) == {Finding.UNCLEAR}


def test_one_frame_in_six_makes_no_copy() -> None:
    assert Finding.COPY not in findings(WINNING, *[Looked(PAIR, NO_ANSWER)] * 5)
    assert findings(*[WINNING] * 3, *[Looked(PAIR, NO_ANSWER)] * 3).count(Finding.COPY) == 3


def test_series_are_read_one_by_one() -> None:
    lost = replace(LOSING, at=replace(PAIR, series="1.2.9"))
    assert findings(WINNING, lost) == [Finding.COPY, Finding.UNCLEAR]


def test_another_acquisition_is_not_vouched_for() -> None:
    assert findings(*[WINNING] * 4, beside(PAIR, OTHER_NOISE, 0.01))[-1] is Finding.REPEAT


GONE = replace(PAIR, sketch_distance=0.02)


@pytest.mark.parametrize(
    ("at", "count", "finding"),
    [
        (GONE, 1, Finding.SKETCHED),
        (replace(GONE, sketch_distance=0.2), 1, Finding.UNCLEAR),
        (replace(GONE, sketch_distance=None), 1, Finding.UNCLEAR),
        (replace(GONE, neighbour_distance=0.2), 5, Finding.SKETCHED),
        (replace(GONE, neighbour_distance=0.01), 5, Finding.UNCLEAR),
    ],
)
def test_where_pixels_are_gone_near_and_aligned_sketches_stand_in(at: LookAt, count: int, finding: Finding) -> None:
    assert set(findings(*[Looked(at, NO_ANSWER, held=False)] * count)) == {finding}


@pytest.mark.parametrize(
    ("modality", "share", "finding"),
    [("US", 0.1, Finding.UNCLEAR), ("US", 0.03, Finding.COPY), ("DX", 0.1, Finding.COPY)],
)
def test_in_pictures_of_moving_organs_what_disagrees_is_motion(modality: str, share: float, finding: Finding) -> None:
    at = replace(PAIR, modalities=frozenset({modality}), one_moment=True)
    assert findings(Looked(at, replace(SAME_NOISE, outlier_share=share))) == [finding]
    leaning = replace(LEANING, outlier_share=share)
    assert findings(Looked(at, leaning)) == [finding]


def test_sketches_are_not_asked_where_a_look_of_the_series_shows_other_noise() -> None:
    gone = Looked(GONE, NO_ANSWER, held=False)
    assert findings(*[gone] * 3, Looked(PAIR, OTHER_NOISE)) == [Finding.UNCLEAR] * 3 + [Finding.REPEAT]


BLOBS = (PAIR.incoming.blob_id, PAIR.prior.blob_id)


@pytest.mark.parametrize(
    ("look", "meaning"),
    [
        (WINNING, TwinLooks({BLOBS: 1}, vouched_series=frozenset({""}))),
        (LOSING, TwinLooks(left_open=frozenset({BLOBS}))),
        (beside(PAIR, SAME_NOISE, SAME_NOISE.correlation), TwinLooks(left_open=frozenset({BLOBS}))),
        (beside(KEPT, SAME_NOISE, SAME_NOISE.correlation), TwinLooks(left_open=frozenset({BLOBS}))),
        (Looked(KEPT, FLAT, (replace(FLAT, overall=0.996),)), TwinLooks()),
        (Looked(KEPT, FLAT, (replace(FLAT, overall=0.9),)), TwinLooks({BLOBS: 1}, vouched_series=frozenset({""}))),
        (beside(PAIR, OTHER_NOISE, 0.0), TwinLooks(refuted=frozenset({BLOBS}))),
        (Looked(PAIR, OTHER_NOISE), TwinLooks(refuted=frozenset({BLOBS}))),
        (
            beside(PAIR, replace(OTHER_NOISE, correlation=0.6, noise_ratio=2.5), 0.3),
            TwinLooks(left_open=frozenset({BLOBS})),
        ),
        (beside(PAIR, replace(LEANING, noise_ratio=1.5), 0.9), TwinLooks()),
        (Looked(PAIR, replace(LEANING, noise_ratio=1.5)), TwinLooks(left_open=frozenset({BLOBS}))),
        (Looked(PAIR, NO_ANSWER), TwinLooks()),
        (Looked(replace(PAIR, kernel="differs"), SAME_NOISE), TwinLooks(refuted=frozenset({BLOBS}))),
    ],
)
def test_what_a_look_says_of_two_versions_under_one_uid(look: Looked, meaning: TwinLooks) -> None:
    assert read_twins(read_all([look])) == meaning


def test_the_others_do_not_vouch_for_a_slice_that_was_swapped() -> None:
    swapped = replace(PAIR, incoming=FrameRef(make_instance("7").blob_id, 0))
    twins = read_twins(read_all([*[WINNING] * 8, replace(LOSING, at=swapped)]))
    assert twins.left_open == {(swapped.incoming.blob_id, swapped.prior.blob_id)}
    assert twins.copies == {BLOBS: 8}
