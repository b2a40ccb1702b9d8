import numpy as np
import pytest
from blake3 import blake3
from hypothesis import given, settings
from hypothesis import strategies as st

from pacs_dedup.pixels.canonical import inside_constant_border
from pacs_dedup.pixels.digest import stored_digest, value_digest
from pacs_dedup.pixels.informative import is_informative
from pacs_dedup.pixels.normal_form import common_divisor
from pacs_dedup.pixels.statistics import Histogram
from tests.images import textured

FRAME = textured().astype(np.int32)
seeds = st.integers(0, 2**32 - 1)


def random_frame(seed: int, high: int = 4096) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, high, (40, 36)).astype(np.int32)


def test_the_stored_digest_is_the_documented_one() -> None:
    frame = np.array([[0, 1, -2], [3, 4, 5]], np.int32)
    header = b"SPD1" + (2).to_bytes(4, "little") + (3).to_bytes(4, "little") + (1).to_bytes(2, "little") + b"\0"
    expected = blake3(header + frame.astype("<i4").tobytes()).hexdigest()
    assert stored_digest(frame, "MONOCHROME2") == f"spd1:{expected}"


def test_a_single_changed_sample_changes_both_digests() -> None:
    changed = FRAME.copy()
    changed[40, 40] += 1
    assert stored_digest(changed, "MONOCHROME2") != stored_digest(FRAME, "MONOCHROME2")
    assert value_digest(changed) != value_digest(FRAME)


def test_shape_and_colour_model_are_part_of_the_stored_digest() -> None:
    flat = FRAME.reshape(FRAME.shape[1], FRAME.shape[0])
    digests = {stored_digest(FRAME, "MONOCHROME2"), stored_digest(flat, "MONOCHROME2")}
    digests |= {stored_digest(FRAME, "PALETTE COLOR"), stored_digest(FRAME[:, :, None], "XYB")}
    assert len(digests) == 4


@settings(max_examples=60, deadline=None)
@given(seed=seeds, factor=st.integers(1, 300), shift=st.integers(-(2**20), 2**20), inverted=st.booleans())
def test_the_value_digest_is_blind_to_affine_rewriting_and_inversion(
    seed: int, factor: int, shift: int, inverted: bool
) -> None:
    frame = random_frame(seed)
    rewritten = frame * factor * (-1 if inverted else 1) + shift
    assert value_digest(rewritten) == value_digest(frame) is not None


@settings(max_examples=40, deadline=None)
@given(seed=seeds, top=st.integers(0, 9), bottom=st.integers(0, 9), left=st.integers(0, 9), right=st.integers(0, 9))
def test_the_value_digest_is_blind_to_a_constant_border(
    seed: int, top: int, bottom: int, left: int, right: int
) -> None:
    frame = random_frame(seed)
    padded = np.pad(frame, ((top + 1, bottom + 1), (left + 1, right + 1)), constant_values=-2000)
    assert np.array_equal(padded[inside_constant_border(padded)], frame)
    padded_again = np.pad(frame, 20, constant_values=-2000)
    assert value_digest(padded) == value_digest(padded_again)


@settings(max_examples=40, deadline=None)
@given(first=seeds, second=seeds)
def test_different_frames_have_different_value_digests(first: int, second: int) -> None:
    assert (value_digest(random_frame(first)) == value_digest(random_frame(second))) == (first == second)


def test_an_asymmetric_frame_and_a_permuted_one_differ_by_value() -> None:
    assert value_digest(FRAME) != value_digest(FRAME[::-1])
    assert value_digest(FRAME) != value_digest(FRAME[:, ::-1])


def test_colour_has_one_offset_and_one_factor_for_all_samples() -> None:
    colour = np.stack([textured(bits=8, seed=seed) for seed in (1, 2, 3)], axis=-1).astype(np.int32)
    assert value_digest(colour * 3 + 7) == value_digest(colour)
    assert value_digest(colour + np.arange(3)) != value_digest(colour)


@pytest.mark.parametrize(
    "frame",
    [
        np.zeros((64, 64), np.int32),
        np.arange(15 * 64, dtype=np.int32).reshape(15, 64) % 15,
        random_frame(1)[:20, :20],
        (np.arange(64 * 64).reshape(64, 64) == 5).astype(np.int32),
        np.linspace(0, 1, 64 * 64, dtype=np.float32).reshape(64, 64),
    ],
    ids=["constant", "few values", "small", "one point", "float"],
)
def test_frames_with_too_little_content_have_no_value_digest(frame: np.ndarray) -> None:
    assert value_digest(frame) is None


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 2**31), min_size=1, max_size=50), st.integers(1, 1000))
def test_the_common_divisor_is_that_of_all_values(values: list[int], factor: int) -> None:
    array = np.array([value // 1000 * factor for value in values], np.uint32)
    assert common_divisor(array) == np.gcd.reduce(array.astype(np.int64))


def test_a_rare_odd_value_is_found_beyond_the_sample() -> None:
    even = (random_frame(1, 100) * 2).astype(np.uint32)
    large = np.tile(even, (5, 5))
    large[1, 1] = 3
    assert common_divisor(large) == 1


def test_a_scan_is_informative() -> None:
    assert is_informative(FRAME, ("ORIGINAL", "PRIMARY", "AXIAL"))


@pytest.mark.parametrize(
    "frame",
    [
        np.zeros((64, 64), np.int32),
        np.tile(np.arange(8, dtype=np.int32) * 32, (64, 8)),
        np.where(np.arange(64 * 64).reshape(64, 64) < 40, np.arange(64 * 64).reshape(64, 64), 0),
        np.full((8, 8), np.nan, np.float32),
    ],
    ids=["blank", "grey bars", "nearly empty", "nothing but NaN"],
)
def test_blank_and_test_pattern_frames_are_not_informative(frame: np.ndarray) -> None:
    assert not is_informative(frame)


@pytest.mark.parametrize("token", ["DOSE", "DOSE_INFO", "PATIENT_INFO", "EXAM SUMMARY"])
def test_pages_of_text_are_not_informative_whatever_is_on_them(token: str) -> None:
    assert not is_informative(FRAME, ("DERIVED", "SECONDARY", token))


def test_the_histogram_counts_wide_values_too() -> None:
    wide = np.array([[0, 2**31], [2**31, 7]], np.int64)
    counted = Histogram.of(wide)
    assert (counted.distinct, counted.entropy_bits, counted.modal_share) == (3, 1.5, 0.5)


@pytest.mark.parametrize("high", [10, 70_000, 2**20])
def test_the_histogram_counts_large_frames_in_pieces(high: int) -> None:
    frame = np.random.default_rng(1).integers(-high, high, (700, 900)).astype(np.int32)
    values, counts = np.unique(frame, return_counts=True)
    counted = Histogram.of(frame)
    assert np.array_equal(counted.values, values)
    assert np.array_equal(counted.counts, counts)
