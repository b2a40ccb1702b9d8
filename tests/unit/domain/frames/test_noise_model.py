from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_dedup.domain.frames.noise_model import MOST_BITS, Reading, copy_bits, read_figures
from pacs_dedup.domain.frames.verification import Fidelity, FrameVerification

COPY = FrameVerification(
    correlation=0.995,
    likeness=1.0,
    noise_ratio=0.05,
    live_pixels=9000,
    fine_correlation=0.99,
    fidelity=Fidelity.EXACT,
    unexplained_share=0.0,
)
REPEAT = replace(COPY, correlation=0.2, fine_correlation=0.02, noise_ratio=1.5, unexplained_share=0.8)
KERNEL = replace(
    COPY, correlation=0.94, fine_correlation=0.67, noise_ratio=6.0, energy_ratio=3.5, unexplained_share=0.8
)

figures = st.builds(
    FrameVerification,
    correlation=st.floats(-1, 1),
    likeness=st.floats(-1, 1),
    noise_ratio=st.floats(0, 100),
    live_pixels=st.integers(400, 262144),
    fine_correlation=st.floats(-1, 1),
    energy_ratio=st.floats(-10, 10),
    fidelity=st.sampled_from(Fidelity),
    unexplained_share=st.floats(0, 1),
)


@given(figures, st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_more_shared_noise_never_weighs_less(
    found: FrameVerification, correlation: float, fine: float, share: float
) -> None:
    nearer = replace(
        found,
        correlation=max(found.correlation, correlation),
        fine_correlation=max(found.fine_correlation, fine),
        noise_ratio=found.noise_ratio * share,
        unexplained_share=found.unexplained_share * share,
    )
    assert copy_bits(nearer) >= copy_bits(found)


@given(figures)
def test_one_look_never_weighs_more_than_its_cap(found: FrameVerification) -> None:
    assert -MOST_BITS <= copy_bits(found) <= MOST_BITS


@given(figures)
def test_exchanged_frames_weigh_the_same(found: FrameVerification) -> None:
    assert copy_bits(replace(found, energy_ratio=-found.energy_ratio)) == copy_bits(found)


@given(figures, st.sampled_from(["equal", "differs", "missing"]), st.booleans())
def test_what_was_refused_says_nothing(found: FrameVerification, kernel: str, reconstructed: bool) -> None:
    refused = replace(found, refused="nothing to compare")
    assert copy_bits(refused) == 0
    assert read_figures(refused, kernel=kernel, reconstructed=reconstructed) is Reading.UNCLEAR


@pytest.mark.parametrize("fidelity", Fidelity)
def test_shared_noise_reads_as_a_copy_and_other_noise_as_a_repeat(fidelity: Fidelity) -> None:
    assert _read(replace(COPY, fidelity=fidelity)) is Reading.COPY
    assert _read(replace(REPEAT, fidelity=fidelity)) is Reading.REPEAT


def test_grey_levels_that_do_not_follow_weigh_against_a_copy_only_where_no_loss_is_known() -> None:
    loud = replace(COPY, unexplained_share=0.4)
    assert copy_bits(replace(COPY, correlation=0.9)) > copy_bits(replace(loud, correlation=0.9))
    lossy = replace(loud, fidelity=Fidelity.LOSSY)
    assert copy_bits(lossy) == copy_bits(replace(lossy, unexplained_share=0.0))


def test_noise_of_one_source_filtered_differently_reads_as_another_reconstruction() -> None:
    assert _read(KERNEL, kernel="differs") is Reading.RECONSTRUCTION
    assert _read(KERNEL, kernel="missing") is Reading.RECONSTRUCTION


def test_a_copy_whose_header_lost_its_kernel_is_still_a_copy() -> None:
    assert _read(COPY, kernel="missing") is Reading.COPY


def test_no_other_reconstruction_is_seen_where_there_is_one_at_most() -> None:
    assert _read(KERNEL, kernel="differs", reconstructed=False) is not Reading.RECONSTRUCTION
    assert _read(KERNEL, kernel="equal") is not Reading.RECONSTRUCTION


def test_other_noise_under_another_kernel_is_no_reconstruction_of_the_same_data() -> None:
    assert _read(REPEAT, kernel="differs") is Reading.REPEAT


def test_without_a_kernel_noise_that_is_much_alike_is_no_repeat() -> None:
    alike = replace(KERNEL, noise_ratio=1.2, correlation=0.87, fine_correlation=0.4)
    assert _read(alike, kernel="missing") is Reading.UNCLEAR
    assert _read(alike, kernel="equal") is Reading.REPEAT


@pytest.mark.parametrize(
    ("correlation", "pixels", "reading"),
    [(0.9, 10_000, Reading.UNCLEAR), (0.89, 10_000, Reading.REPEAT), (0.9, 9_999, Reading.REPEAT)],
)
def test_a_large_frame_whose_figures_contradict_each_other_is_no_repeat(
    correlation: float, pixels: int, reading: Reading
) -> None:
    masked = replace(REPEAT, correlation=correlation, fine_correlation=0.7, noise_ratio=16.0, live_pixels=pixels)
    assert copy_bits(masked) <= -4.0
    assert _read(masked, kernel="equal") is reading


def test_a_quiet_scan_that_was_repeated_is_a_repeat() -> None:
    quiet = replace(REPEAT, correlation=0.91, fine_correlation=0.45, noise_ratio=1.5, live_pixels=90_000)
    assert _read(replace(quiet, fidelity=Fidelity.EXACT, unexplained_share=0.5), kernel="equal") is Reading.REPEAT


def test_figures_between_the_two_are_unclear() -> None:
    between = replace(COPY, correlation=0.85, fine_correlation=0.5, noise_ratio=1.0, fidelity=Fidelity.LOSSY)
    assert _read(between) is Reading.UNCLEAR


def _read(found: FrameVerification, *, kernel: str = "missing", reconstructed: bool = True) -> Reading:
    return read_figures(found, kernel=kernel, reconstructed=reconstructed)
