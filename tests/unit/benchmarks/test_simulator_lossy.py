from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset, dcmread

from benchmarks.simulator.model import Study, syntax_of, write_study
from benchmarks.simulator.pixel_data import Array, modality_values, stored_values
from benchmarks.simulator.pixel_scale import window_of, windowed
from tests.integration.support import needs_dcmtk
from tests.unit.benchmarks.simulated_studies import colour_us, done, mr_series, overlaid_mr, signed_ct

pytestmark = [pytest.mark.peers, needs_dcmtk]
_GREATEST = 255


def _read_back(study: Study, folder: Path) -> list[Dataset]:
    return [dcmread(path) for path in write_study(study, folder)]


def _in_eight_bits(dataset: Dataset) -> Array:
    values = stored_values(dataset)
    return windowed(dataset, values, *window_of(dataset, values))


def _peak_ratio(a: Array, b: Array) -> float:
    """Return the peak signal-to-noise ratio of two eight-bit images in dB."""
    return float(10 * np.log10(_GREATEST**2 / np.mean((a - b) ** 2)))


@pytest.mark.parametrize(("name", "least"), [("jpeg_q95", 40), ("jpeg_q90", 37), ("jpeg_q75", 33), ("jpeg_q50", 30)])
def test_jpeg_loses_more_the_lower_its_quality(name: str, least: float, tmp_path: Path) -> None:
    for before in (signed_ct()[0], overlaid_mr()[0]):
        after = _read_back(done(name, (before,)), tmp_path)[0]
        assert not np.array_equal(stored_values(after), _in_eight_bits(before))
        assert least < _peak_ratio(stored_values(after), _in_eight_bits(before)) < 60
        assert (after.BitsStored, after.PixelRepresentation) == (8, 0)


@pytest.mark.parametrize("name", ["jpeg_extended_q90", "jpeg_extended_q75_dcmtk"])
def test_extended_jpeg_keeps_twelve_bits(name: str, tmp_path: Path) -> None:
    before = overlaid_mr()[0]
    after = _read_back(done(name, (before,)), tmp_path)[0]
    difference = modality_values(after, stored_values(after)) - modality_values(before, stored_values(before))
    assert after.BitsStored == 12
    assert 0 < np.abs(difference).max() < 0.06 * stored_values(before).max()


@pytest.mark.parametrize(("name", "near"), [("jpegls_near2", 2), ("jpegls_near4", 4)])
@pytest.mark.parametrize("make", [overlaid_mr, colour_us])
def test_near_lossless_is_as_near_as_it_says(name: str, near: int, make: object, tmp_path: Path) -> None:
    before = make()[0]
    after = _read_back(done(name, (before,)), tmp_path)[0]
    assert 0 < np.abs(stored_values(after) - stored_values(before)).max() <= near


@pytest.mark.parametrize("ratio", [10, 20, 40])
def test_jpeg_2000_comes_near_the_ratio_asked_for(ratio: int, tmp_path: Path) -> None:
    for before in (overlaid_mr()[0], colour_us()[0], signed_ct()[0]):
        after = _read_back(done(f"jpeg2000_{ratio}", (before,)), tmp_path)[0]
        native = stored_values(before).size * before.BitsAllocated // 8
        assert 0.75 * ratio < native / len(after.PixelData) < 1.25 * ratio
        assert not np.array_equal(stored_values(after), stored_values(before))


@pytest.mark.parametrize("name", ["jpeg_q75", "jpeg2000_20", "jpegls_near2", "jpeg_q75_native_dcmtk"])
def test_a_lossy_version_is_marked_and_has_an_identifier_of_its_own(name: str) -> None:
    for before, after in zip(mr_series(), done(name, mr_series()), strict=True):
        assert after.LossyImageCompression == "01"
        assert after.ImageType[0] == "DERIVED"
        assert after.SOPInstanceUID != before.SOPInstanceUID
        assert after.SourceImageSequence[0].ReferencedSOPInstanceUID == before.SOPInstanceUID
        assert after.StudyInstanceUID == before.StudyInstanceUID


@pytest.mark.parametrize("name", ["jpeg_q75_same_uid", "jpeg2000_10_same_uid"])
def test_some_systems_keep_the_identifier_of_what_they_changed(name: str) -> None:
    before, after = overlaid_mr()[0], done(name, overlaid_mr())[0]
    assert after.SOPInstanceUID == before.SOPInstanceUID
    assert after.LossyImageCompression == "01"


def test_compression_undone_stays_marked() -> None:
    for name in ("jpeg_q75_native_dcmtk", "jpeg2000_20_native_pillow"):
        after = done(name, overlaid_mr())[0]
        assert not syntax_of(after).is_compressed
        assert after.LossyImageCompression == "01"


def test_another_decoder_comes_near_the_first() -> None:
    """libjpeg-turbo and DCMTK's decoder differ by a level here and there; two builds of OpenJPEG do not."""
    kept, undone = (done(name, overlaid_mr())[0] for name in ("jpeg_q75", "jpeg_q75_native_dcmtk"))
    assert np.abs(stored_values(kept) - stored_values(undone)).max() <= 2
    kept, undone = (done(name, overlaid_mr())[0] for name in ("jpeg2000_20", "jpeg2000_20_native_pillow"))
    assert np.array_equal(stored_values(kept), stored_values(undone))


@pytest.mark.parametrize(
    "name", ["eight_bits_own_window", "eight_bits_other_window", "eight_bits_full_range", "gamma_07", "voi_lut_baked"]
)
def test_what_is_shown_follows_the_values_without_turning_back(name: str) -> None:
    for before in (signed_ct()[0], overlaid_mr()[0]):
        old, new = stored_values(before).ravel(), stored_values(done(name, (before,))[0]).ravel()
        assert np.all(np.diff(new[np.argsort(old, kind="stable")]) >= 0)
        assert len(np.unique(new)) <= len(np.unique(old))


def test_padding_and_mask_touch_only_what_they_name() -> None:
    before = signed_ct()[0]
    old = stored_values(before)
    padded = stored_values(done("padding_rewritten", (before,))[0])
    assert np.array_equal(padded != old, old == old.min())
    y, x = np.ogrid[-1:1:128j, -1:1:128j]
    inside = x**2 + y**2 <= 1
    masked = stored_values(done("circle_masked", (before,))[0])
    assert np.array_equal(masked[0][inside], old[0][inside])
    assert np.all(masked[0][~inside] == old.min())


def test_a_banner_changes_only_what_its_letters_cover() -> None:
    old, new = stored_values(overlaid_mr()[0]), stored_values(done("banner_burnt", overlaid_mr())[0])
    changed = (old != new).mean()
    assert 0 < changed < 0.1
    assert np.all(new[old != new] == old.max())


def test_colours_converted_and_back_differ_by_rounding() -> None:
    there = done("colours_converted", colour_us())
    back = done("colours_converted", there)
    assert (there[0].PhotometricInterpretation, back[0].PhotometricInterpretation) == ("YBR_FULL", "RGB")
    assert np.abs(stored_values(back[0]) - stored_values(colour_us()[0])).max() <= 2
