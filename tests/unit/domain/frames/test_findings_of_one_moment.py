"""What a look says where the clock says that two frames are of one moment."""

from dataclasses import replace

import pytest

from pacs_dedup.domain.frames.alignment import LookAt, Looked
from pacs_dedup.domain.frames.findings import Finding
from pacs_dedup.domain.frames.verification import Fidelity, FrameVerification
from tests.builders import NO_ANSWER, OTHER_NOISE, SAME_NOISE
from tests.looks import ANEW, FAINT, FLAT, KEPT, LEANING, PAIR, SLICE, THIN, WINNING, beside, findings

FILM = replace(PAIR, modalities=frozenset({"DX"}), one_moment=True, one_uid=True)


@pytest.mark.parametrize(
    ("at", "found", "finding"),
    [
        (FILM, LEANING, Finding.COPY),
        (replace(FILM, one_moment=False), LEANING, Finding.UNCLEAR),
        (replace(FILM, modalities=frozenset({"CT"}), kernel="equal"), LEANING, Finding.COPY),
        (replace(FILM, modalities=frozenset({"CT"})), LEANING, Finding.UNCLEAR),
        (replace(FILM, modalities=frozenset({"CT", "OT"})), LEANING, Finding.COPY),
        (replace(FILM, least_matrix=9_000), replace(LEANING, correlation=0.85), Finding.UNCLEAR),
        (FILM, replace(LEANING, correlation=0.975, likeness=0.96), Finding.COPY),
        (FILM, replace(LEANING, correlation=0.975, likeness=0.94), Finding.UNCLEAR),
        (FILM, replace(LEANING, live_pixels=9_000), Finding.COPY),
        (FILM, replace(LEANING, live_pixels=9_000, correlation=0.85), Finding.UNCLEAR),
        (FILM, replace(LEANING, likeness=0.98), Finding.UNCLEAR),
        (FILM, replace(LEANING, overall=0.997), Finding.UNCLEAR),
        (replace(FILM, one_uid=False), replace(LEANING, overall=0.997), Finding.COPY),
        (FILM, replace(LEANING, correlation=0.5), Finding.UNCLEAR),
        (FILM, NO_ANSWER, Finding.UNCLEAR),
    ],
)
def test_the_clock_settles_what_strong_compression_leaves_open(
    at: LookAt, found: FrameVerification, finding: Finding
) -> None:
    assert findings(Looked(at, found)) == [finding]


@pytest.mark.parametrize(
    ("looks", "finding"),
    [
        ([SLICE] * 5, Finding.COPY),
        ([SLICE] * 4, Finding.UNCLEAR),
        ([*[SLICE] * 4, replace(SLICE, at=replace(ANEW, one_moment=False))], Finding.UNCLEAR),
        ([*[SLICE] * 4, replace(SLICE, at=replace(ANEW, kernel="missing"))], Finding.UNCLEAR),
        ([beside(ANEW, FAINT, 0.985)] * 5, Finding.UNCLEAR),
        ([replace(SLICE, result=replace(FAINT, noise_ratio=1.5))] * 5, Finding.UNCLEAR),
        ([replace(SLICE, result=replace(FAINT, fidelity=Fidelity.RESAMPLED))] * 5, Finding.UNCLEAR),
        ([*[SLICE] * 5, beside(ANEW, OTHER_NOISE, 0.0)], Finding.UNCLEAR),
        ([replace(SLICE, at=replace(ANEW, modalities=frozenset({"XA"})))] * 5, Finding.COPY),
        (
            [replace(SLICE, at=replace(ANEW, modalities=frozenset({"XA"})), result=replace(FAINT, outlier_share=0.1))]
            * 5,
            Finding.UNCLEAR,
        ),
    ],
)
def test_slices_of_one_moment_speak_together(looks: list[Looked], finding: Finding) -> None:
    assert findings(*looks)[0] is finding


def test_under_kept_uids_a_little_noise_in_each_is_no_word_for_all() -> None:
    faint = beside(KEPT, FAINT, 0.89)
    assert findings(*[faint] * 9) == [Finding.UNCLEAR] * 9
    others = [beside(KEPT, SAME_NOISE, 0.8)] * 8
    assert findings(*others, faint) == [Finding.COPY] * 9
    assert findings(*others, beside(KEPT, FAINT, 0.95))[-1] is Finding.UNCLEAR
    assert findings(*others[:6], *[faint] * 2).count(Finding.UNCLEAR) == 2


OF_ONE_OBJECT = replace(KEPT, neighbours=(replace(KEPT.prior, frame=1),))


@pytest.mark.parametrize(
    ("at", "correlation", "finding"),
    [
        (ANEW, 0.97, Finding.COPY),
        (ANEW, 0.98, Finding.COPY),
        (ANEW, 0.99, Finding.UNCLEAR),
        (OF_ONE_OBJECT, 0.98, Finding.COPY),
        (OF_ONE_OBJECT, 0.99, Finding.UNCLEAR),
        (KEPT, 0.97, Finding.UNCLEAR),
        (replace(ANEW, one_moment=False), 0.97, Finding.UNCLEAR),
    ],
)
def test_where_headers_tell_which_is_which_no_neighbour_must_be_ahead(
    at: LookAt, correlation: float, finding: Finding
) -> None:
    assert findings(beside(at, SAME_NOISE, correlation)) == [finding]


def test_a_tie_is_no_word_for_frames_of_other_noise() -> None:
    quiet = replace(SAME_NOISE, correlation=0.74)
    assert findings(beside(ANEW, quiet, 0.74)) == [Finding.UNCLEAR]
    assert findings(beside(ANEW, replace(quiet, correlation=0.75), 0.75)) == [Finding.COPY]


WORN = replace(OTHER_NOISE, correlation=0.5, noise_ratio=3.0)


@pytest.mark.parametrize(
    ("at", "found", "finding"),
    [
        (ANEW, WORN, Finding.WORN),
        (ANEW, replace(WORN, correlation=0.39), Finding.REPEAT),
        (ANEW, replace(WORN, fidelity=Fidelity.EXACT), Finding.REPEAT),
        (replace(ANEW, one_moment=False), WORN, Finding.REPEAT),
        (KEPT, WORN, Finding.REPEAT),
    ],
)
def test_compression_that_took_the_noise_makes_no_repeat_of_a_frame_of_one_moment(
    at: LookAt, found: FrameVerification, finding: Finding
) -> None:
    assert findings(beside(at, found, 0.2)) == [finding]
    assert findings(*[beside(at, found, 0.2)] * 5) == [finding] * 5


def test_nobody_vouches_for_a_frame_whose_noise_compression_may_have_taken() -> None:
    assert findings(*[SLICE] * 5) == [Finding.COPY] * 5
    assert Finding.COPY not in findings(*[SLICE] * 5, beside(ANEW, WORN, 0.2))


LIKELY = replace(FAINT, noise_ratio=1.0, likeness=0.93)


@pytest.mark.parametrize(
    ("found", "next_to_it", "finding"),
    [
        (LIKELY, 0.89, Finding.COPY),
        (LIKELY, 0.97, Finding.UNCLEAR),
        (replace(LIKELY, noise_ratio=1.1), 0.5, Finding.UNCLEAR),
        (replace(LIKELY, likeness=0.89), 0.5, Finding.UNCLEAR),
        (replace(LIKELY, fidelity=Fidelity.RESAMPLED), 0.5, Finding.UNCLEAR),
    ],
)
def test_of_one_moment_and_filed_anew_a_compressed_frame_needs_only_lean_towards_a_copy(
    found: FrameVerification, next_to_it: float, finding: Finding
) -> None:
    assert findings(beside(ANEW, found, next_to_it)) == [finding]


BARE = replace(OTHER_NOISE, correlation=0.6, noise_ratio=2.0, likeness=0.6)
"""What JPEG 2000 at 40:1 left of a volume of 64 x 64: a hundred bytes."""


@pytest.mark.parametrize(
    ("at", "found", "next_to_it", "finding"),
    [
        (replace(ANEW, declared=True), BARE, 0.6, Finding.COPY),
        (replace(ANEW, declared=True), BARE, 0.85, Finding.WORN),
        (replace(ANEW, declared=True), replace(BARE, correlation=0.39), 0.39, Finding.REPEAT),
        (replace(ANEW, declared=True), replace(BARE, fidelity=Fidelity.EXACT), 0.6, Finding.REPEAT),
        (replace(ANEW, declared=True, kernel="differs"), replace(BARE, correlation=0.7), 0.6, Finding.REPEAT),
        (replace(ANEW, declared=True, one_uid=True), BARE, 0.6, Finding.REPEAT),
        (ANEW, BARE, 0.6, Finding.WORN),
    ],
)
def test_what_declares_itself_to_be_the_other_compressed_is_it_unless_the_pixels_say_otherwise(
    at: LookAt, found: FrameVerification, next_to_it: float, finding: Finding
) -> None:
    assert findings(beside(at, found, next_to_it)) == [finding]


@pytest.mark.parametrize(
    ("look", "finding"),
    [
        (beside(ANEW, THIN, 0.8), Finding.COPY),
        (Looked(ANEW, THIN), Finding.COPY),
        (Looked(PAIR, THIN), Finding.UNCLEAR),
        (Looked(KEPT, THIN), Finding.UNCLEAR),
        (beside(KEPT, replace(THIN, overall=0.99), 0.8), Finding.COPY),
        (beside(KEPT, replace(THIN, overall=0.98), 0.8), Finding.UNCLEAR),
        (beside(KEPT, replace(THIN, overall=0.99, outlier_share=0.004), 0.8), Finding.UNCLEAR),
        (beside(KEPT, replace(THIN, overall=0.99, correlation=0.9, noise_ratio=2.0), 0.8), Finding.UNCLEAR),
        (beside(replace(KEPT, one_moment=False), replace(THIN, overall=0.99), 0.8), Finding.UNCLEAR),
        (Looked(replace(ANEW, kernel="missing"), THIN), Finding.UNCLEAR),
        (beside(ANEW, THIN, 0.97), Finding.UNCLEAR),
        (Looked(ANEW, replace(THIN, outlier_share=0.06)), Finding.UNCLEAR),
        (Looked(ANEW, replace(THIN, correlation=0.5, noise_ratio=2.0, likeness=0.98)), Finding.UNCLEAR),
        (Looked(ANEW, replace(THIN, correlation=0.5, noise_ratio=2.0, likeness=0.985)), Finding.COPY),
        (Looked(ANEW, replace(THIN, correlation=0.3, noise_ratio=2.0, likeness=0.985)), Finding.UNCLEAR),
        (Looked(ANEW, replace(THIN, overall=0.99), (replace(FLAT, overall=0.98),)), Finding.COPY),
        (Looked(ANEW, replace(THIN, overall=0.99), (replace(FLAT, overall=0.995),)), Finding.UNCLEAR),
        (Looked(PAIR, replace(OTHER_NOISE, thin=True)), Finding.UNCLEAR),
        (Looked(ANEW, FLAT), Finding.COPY),
        (Looked(PAIR, FLAT), Finding.UNCLEAR),
        (Looked(KEPT, FLAT), Finding.UNCLEAR),
        (Looked(KEPT, FLAT, (replace(FLAT, overall=0.99),)), Finding.COPY),
        (Looked(KEPT, FLAT, (replace(FLAT, overall=0.996),)), Finding.UNCLEAR),
        (Looked(KEPT, replace(FLAT, overall=0.989), (replace(FLAT, overall=0.5),)), Finding.UNCLEAR),
        (Looked(ANEW, FLAT, (replace(FLAT, overall=0.99),)), Finding.COPY),
        (Looked(ANEW, FLAT, (replace(FLAT, overall=0.997),)), Finding.UNCLEAR),
        (Looked(ANEW, replace(FLAT, overall=0.98)), Finding.UNCLEAR),
    ],
)
def test_a_frame_with_hardly_a_grey_level_is_a_copy_by_the_clock_and_the_picture(
    look: Looked, finding: Finding
) -> None:
    assert findings(look) == [finding]


def test_slices_with_hardly_a_grey_level_speak_neither_for_nor_against_the_others() -> None:
    bare = Looked(PAIR, replace(OTHER_NOISE, thin=True))
    assert findings(*[WINNING] * 2, *[bare] * 4).count(Finding.COPY) == 2
    assert Finding.COPY not in findings(WINNING, *[bare] * 4)


def test_a_slice_that_could_not_be_compared_stays_open_among_copies() -> None:
    empty = Looked(ANEW, NO_ANSWER)
    assert findings(*[SLICE] * 5, empty) == [Finding.COPY] * 5 + [Finding.UNCLEAR]
