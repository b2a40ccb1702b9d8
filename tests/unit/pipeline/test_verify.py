from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from pydicom.uid import JPEGBaseline8Bit

from pacs_dedup.domain.errors import BadRequest, Unreadable
from pacs_dedup.domain.frames.noise_model import Reading, read_figures
from pacs_dedup.domain.frames.verification import Scope
from pacs_dedup.pipeline.verify import verify_frames
from tests.images import image_dataset, textured, write, write_compressed

NOISY = textured(192, 192, noise=0.05)


@pytest.fixture
def original(tmp_path: Path) -> Path:
    return write(image_dataset(NOISY, bits=12), tmp_path / "original.dcm")


def test_a_lossy_copy_on_disk_is_recognised(original: Path, tmp_path: Path) -> None:
    eight = (NOISY >> 4).astype(np.uint8)
    stream = imagecodecs.jpeg8_encode(eight, level=85)
    copy = write_compressed(image_dataset(eight), tmp_path / "copy.dcm", JPEGBaseline8Bit, [stream])
    found = verify_frames(original, 0, copy, 0)
    assert read_figures(found, kernel="missing", reconstructed=False) is Reading.COPY


def test_another_acquisition_on_disk_is_told_apart(original: Path, tmp_path: Path) -> None:
    repeat = write(image_dataset(textured(192, 192, seed=2, noise=0.05), bits=12), tmp_path / "repeat.dcm")
    found = verify_frames(original, 0, repeat, 0)
    assert found.likeness > 0.8
    assert read_figures(found, kernel="missing", reconstructed=False) is Reading.REPEAT


def test_each_frame_is_compared_with_the_one_that_is_asked_for(original: Path, tmp_path: Path) -> None:
    frames = np.stack([textured(192, 192, seed=7, noise=0.05), NOISY])
    many = write(image_dataset(frames, bits=12, NumberOfFrames=2), tmp_path / "many.dcm")
    assert verify_frames(original, 0, many, 1).correlation > 0.99
    assert verify_frames(original, 0, many, 0).correlation < 0.3


def test_what_can_not_be_read_or_is_not_there_says_so(original: Path, tmp_path: Path) -> None:
    with pytest.raises(BadRequest):
        verify_frames(original, 0, original, 5)
    broken = image_dataset(NOISY)
    del broken.PixelData
    with pytest.raises(Unreadable):
        verify_frames(original, 0, write(broken, tmp_path / "broken.dcm"), 0)


def test_drawings_are_refused_because_they_have_no_noise_to_share(tmp_path: Path) -> None:
    bars = np.repeat(np.linspace(10, 250, 20).astype(np.uint8), 8)[None, :].repeat(160, axis=0)
    drawn = write(image_dataset(bars), tmp_path / "bars.dcm")
    stream = imagecodecs.jpeg8_encode(bars, level=85)
    again = write_compressed(image_dataset(bars), tmp_path / "again.dcm", JPEGBaseline8Bit, [stream])
    assert "drawn" in verify_frames(drawn, 0, again, 0).refused


def test_a_crop_on_disk_is_found_only_where_parts_are_asked_for(original: Path, tmp_path: Path) -> None:
    crop = write(image_dataset(np.ascontiguousarray(NOISY[12:180, 12:180]), bits=12), tmp_path / "crop.dcm")
    assert verify_frames(original, 0, crop, 0).region is None
    found = verify_frames(original, 0, crop, 0, Scope.PARTS)
    assert found.region == pytest.approx((0.0625, 0.0625, 0.875, 0.875), abs=0.01)
    assert read_figures(found, kernel="missing", reconstructed=False) is Reading.COPY
