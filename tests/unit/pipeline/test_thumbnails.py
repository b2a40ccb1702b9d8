"""Two frames become pictures side by side; what can not be decoded is said, and never stops a report."""

import shutil
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from pacs_dedup.pipeline.thumbnails import side_by_side

SAMPLES = Path(__file__).resolve().parents[3] / "dicom_samples"
FILM = SAMPLES / "14-wrong-patient"


def opened(png: bytes | None) -> np.ndarray:
    assert png is not None
    return np.asarray(Image.open(BytesIO(png)))


def test_equal_pixels_give_equal_pictures_and_a_dark_difference() -> None:
    pictures = side_by_side(FILM / "01-pmh" / "0001.dcm", 0, FILM / "02-qeh" / "0001.dcm", 0)

    assert pictures.incoming == pictures.prior
    assert opened(pictures.incoming).std() > 20
    assert opened(pictures.difference).max() < 20
    assert pictures.note == ""


def test_frames_of_different_size_have_pictures_but_no_difference() -> None:
    ct = SAMPLES / "03-new-uids-same-hkid" / "01-qeh" / "0001.dcm"

    pictures = side_by_side(ct, 0, FILM / "01-pmh" / "0001.dcm", 0)

    assert pictures.difference is None
    assert "different size or kind" in pictures.note


def test_a_colour_frame_of_a_cine_is_shown_in_colour() -> None:
    cine = next((SAMPLES / "20-ultrasound-planes").rglob("*.dcm"))

    assert opened(side_by_side(cine, 1, None, 0).incoming).ndim == 3


def test_a_damaged_file_a_missing_file_and_no_file_are_said(tmp_path: Path) -> None:
    whole = FILM / "01-pmh" / "0001.dcm"
    shutil.copy(whole, tmp_path / "cut.dcm")
    (tmp_path / "cut.dcm").write_bytes(whole.read_bytes()[:-5000])

    for path in (tmp_path / "cut.dcm", tmp_path / "gone.dcm", None):
        pictures = side_by_side(path, 0, whole, 0)
        assert pictures.incoming is None
        assert pictures.prior is not None
        assert pictures.note.startswith("incoming: ")


def test_a_frame_that_is_not_there_is_said() -> None:
    pictures = side_by_side(FILM / "01-pmh" / "0001.dcm", 7, None, 0)

    assert "incoming: frame 7 was asked for" in pictures.note
    assert "prior: there is no image" in pictures.note
