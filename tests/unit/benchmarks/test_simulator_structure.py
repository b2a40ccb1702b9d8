from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import SecondaryCaptureImageStorage

from benchmarks.simulator.model import syntax_of, write_study
from benchmarks.simulator.pixel_data import stored_values
from benchmarks.simulator.pixel_scale import window_of, windowed
from tests.unit.benchmarks.simulated_studies import (
    SLICES,
    colour_cine,
    colour_us,
    done,
    enhanced_mr,
    mr_series,
    overlaid_mr,
    signed_ct,
)


def _frames(study: object) -> np.ndarray:
    return np.concatenate([stored_values(dataset) for dataset in study])


def test_a_border_frames_the_image_and_moves_its_origin() -> None:
    before, after = mr_series()[2], done("border_8", mr_series())[2]
    old, new = stored_values(before), stored_values(after)
    top, left = (new.shape[1] - old.shape[1]) // 2, (new.shape[2] - old.shape[2]) // 2
    assert (top, left) == (round(0.08 * old.shape[1]), round(0.08 * old.shape[2]))
    assert np.array_equal(new[:, top:-top, left:-left], old)
    assert len(np.unique(np.delete(new[0], np.s_[top:-top], axis=0))) == 1
    moved = np.subtract(after.ImagePositionPatient, before.ImagePositionPatient)
    assert np.allclose(moved, [-left * before.PixelSpacing[1], -top * before.PixelSpacing[0], 0], atol=1e-3)


@pytest.mark.parametrize("percent", [2, 5, 10])
def test_a_crop_is_the_middle(percent: int) -> None:
    old, new = stored_values(overlaid_mr()[0]), stored_values(done(f"crop_{percent}", overlaid_mr())[0])
    top, left = round(old.shape[1] * percent / 100), round(old.shape[2] * percent / 100)
    assert np.array_equal(new, old[:, top:-top, left:-left])


@pytest.mark.parametrize(
    ("name", "factor"),
    [("resized_half", 0.5), ("resized_three_quarters", 0.75), ("resized_one_and_a_half", 1.5), ("resized_double", 2)],
)
def test_a_resized_image_shows_the_same_at_another_size(name: str, factor: float) -> None:
    before, after = overlaid_mr()[0], done(name, overlaid_mr())[0]
    assert (after.Rows, after.Columns) == (round(before.Rows * factor), round(before.Columns * factor))
    extent = [float(d.PixelSpacing[0]) * d.Rows for d in (before, after)]
    assert extent[0] == pytest.approx(extent[1])
    rows = np.clip((np.arange(before.Rows) * factor).astype(int), 0, after.Rows - 1)
    columns = np.clip((np.arange(before.Columns) * factor).astype(int), 0, after.Columns - 1)
    shown = stored_values(after)[0][np.ix_(rows, columns)]
    assert np.corrcoef(shown.ravel(), stored_values(before).ravel())[0, 1] > 0.93
    assert abs(shown.mean() / stored_values(before).mean() - 1) < 0.02


def test_doubling_and_halving_comes_back_in_place() -> None:
    """Half a pixel of displacement would show here first."""
    old = stored_values(overlaid_mr()[0])[0].astype(float)
    back = stored_values(done("resized_half", done("resized_double", overlaid_mr()))[0])[0].astype(float)
    here = np.corrcoef(back.ravel(), old.ravel())[0, 1]
    assert here > 0.97
    assert all(np.corrcoef(np.roll(back, 1, axis).ravel(), old.ravel())[0, 1] < here for axis in (0, 1))


@pytest.mark.parametrize(
    ("name", "turn"),
    [
        ("rotated_quarter", np.rot90),
        ("rotated_half", lambda a: np.rot90(a, 2)),
        ("mirrored", np.fliplr),
        ("upside_down", np.flipud),
    ],
)
def test_a_turned_image_does_not_say_so(name: str, turn: object) -> None:
    for before, after in zip(mr_series(), done(name, mr_series()), strict=True):
        assert np.array_equal(stored_values(after)[0], turn(stored_values(before)[0]))
        assert after.ImageOrientationPatient == before.ImageOrientationPatient


@pytest.mark.parametrize(("name", "samples"), [("screen_capture_rgb", 3), ("screen_capture_grey", 1)])
def test_a_screen_capture_is_a_screen_of_a_few_images(name: str, samples: int, tmp_path: Path) -> None:
    captures = [dcmread(path) for path in write_study(done(name, mr_series()), tmp_path)]
    assert len(captures) == 3
    for shot in captures:
        assert (shot.Columns, shot.Rows, shot.SamplesPerPixel, shot.BitsStored) == (1024, 768, samples, 8)
        assert shot.SOPClassUID == SecondaryCaptureImageStorage
        assert shot.PatientID == mr_series()[0].PatientID
        assert "ImagePositionPatient" not in shot


def test_the_captured_image_is_in_the_window_of_the_screen() -> None:
    before, shot = overlaid_mr()[0], done("screen_capture_grey", overlaid_mr())[0]
    view = stored_values(shot)[0, 53:740, 217:1008]
    inked = view[np.ix_(view.max(axis=1) > 60, view.max(axis=0) > 60)]
    assert inked.shape[0] > 300
    shown = windowed(before, stored_values(before), *window_of(before, stored_values(before)))
    assert abs(float(view.mean()) / 255 - float(shown.mean()) / 255) < 0.15


def test_parts_are_parts() -> None:
    uids = [d.SOPInstanceUID for d in mr_series()]
    assert [d.SOPInstanceUID for d in done("first_half", mr_series())] == uids[: SLICES // 2]
    assert [d.SOPInstanceUID for d in done("every_second", mr_series())] == uids[::2]
    rest = [d.SOPInstanceUID for d in done("one_missing", mr_series())]
    assert len(rest) == SLICES - 1
    assert set(rest) < set(uids)


def test_an_added_slab_is_new() -> None:
    *old, slab = done("slab_added", mr_series())
    assert [d.SOPInstanceUID for d in old] == [d.SOPInstanceUID for d in mr_series()]
    assert slab.SOPInstanceUID not in {d.SOPInstanceUID for d in old}
    assert np.array_equal(stored_values(slab)[0], np.rint(_frames(mr_series()).mean(axis=0)))


@pytest.mark.parametrize("name", ["multiframe_secondary_capture", "enhanced_converted"])
def test_frames_gathered_in_one_object_are_the_same_frames(name: str, tmp_path: Path) -> None:
    (gathered,) = (dcmread(path) for path in write_study(done(name, mr_series()), tmp_path))
    assert gathered.NumberOfFrames == SLICES
    assert np.array_equal(stored_values(gathered), _frames(mr_series()))


def test_a_converted_object_names_its_sources_and_places() -> None:
    groups = enhanced_mr()[0].PerFrameFunctionalGroupsSequence
    sources = [g.ConversionSourceAttributesSequence[0].ReferencedSOPInstanceUID for g in groups]
    assert sources == [d.SOPInstanceUID for d in mr_series()]
    places = [g.PlanePositionSequence[0].ImagePositionPatient for g in groups]
    assert places == [d.ImagePositionPatient for d in mr_series()]


def test_frames_taken_apart_are_the_same_frames_with_their_places() -> None:
    singles = done("single_frames", enhanced_mr())
    assert np.array_equal(_frames(singles), _frames(mr_series()))
    assert [d.ImagePositionPatient for d in singles] == [d.ImagePositionPatient for d in mr_series()]
    assert len({d.SOPInstanceUID for d in singles}) == SLICES
    assert np.array_equal(_frames(done("single_frames", colour_cine())), _frames(colour_cine()))


def test_a_concatenation_is_its_whole_in_parts() -> None:
    parts = done("concatenated", enhanced_mr())
    assert len(parts) == 2
    assert np.array_equal(_frames(parts), _frames(enhanced_mr()))
    assert {d.SOPInstanceUIDOfConcatenationSource for d in parts} == {enhanced_mr()[0].SOPInstanceUID}
    assert len({d.ConcatenationUID for d in parts}) == 1


@pytest.mark.parametrize("name", ["truncated", "truncated_stream"])
@pytest.mark.parametrize("make", [signed_ct, overlaid_mr, colour_us])
def test_what_is_cut_off_can_not_be_decoded(name: str, make: object, tmp_path: Path) -> None:
    path = write_study(done(name, make()), tmp_path)[0]
    broken = dcmread(path)
    with pytest.raises((ValueError, RuntimeError)):
        stored_values(broken)
    assert (broken.Rows, broken.Columns) == (make()[0].Rows, make()[0].Columns)


def test_planes_apart_are_the_same_samples() -> None:
    apart = done("planes_apart", colour_us())[0]
    assert apart.PlanarConfiguration == 1
    assert np.array_equal(stored_values(apart), stored_values(colour_us()[0]))


def test_an_overlay_is_added_removed_and_burnt() -> None:
    before = overlaid_mr()[0]
    added = done("overlay_added", signed_ct())[0]
    assert added.overlay_array(0x6000).any()
    assert (0x6000, 0x3000) in before
    assert (0x6000, 0x3000) not in done("overlay_removed", (before,))[0]
    burnt = done("overlay_burnt", (before,))[0]
    inked = before.overlay_array(0x6000).astype(bool)
    assert np.all(stored_values(burnt)[0][inked] == stored_values(before).max())
    assert not [element for element in burnt if 0x6000 <= element.tag.group < 0x6020]


def test_transfer_syntax_of_the_cut_stream_is_what_it_was_encoded_in() -> None:
    assert syntax_of(done("truncated_stream", signed_ct())[0]).name.startswith("JPEG-LS Lossless")
