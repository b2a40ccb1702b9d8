"""Every file is sound DICOM, by pydicom and by DCMTK, but for the pixels that are torn on purpose."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from tests.scenarios.stories import Story
from tests.unit.dicom_samples.reading import BY_NUMBER, FILES, STORIES, datasets, pixels_of, syntax_of

TORN = "25"
LOSSLESS_STORIES = ("05", "06", "32")
DCMTK_DECODER = {
    JPEGLosslessSV1: "dcmdjpeg",
    JPEGLSLossless: "dcmdjpls",
    RLELossless: "dcmdrle",
    ImplicitVRLittleEndian: "dcmconv",
    ExplicitVRBigEndian: "dcmconv",
    DeflatedExplicitVRLittleEndian: "dcmconv",
}
needs_dcmtk = [
    pytest.mark.peers,
    pytest.mark.skipif(shutil.which("dcmdump") is None, reason="DCMTK is not installed (apt-get install dcmtk)"),
]
each_story = pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)


@each_story
def test_file_meta_and_data_set_name_the_same_object(story: Story) -> None:
    for sending in story.sendings:
        for path in sending.files:
            dataset = dcmread(path)
            assert dataset.file_meta.MediaStorageSOPInstanceUID == dataset.SOPInstanceUID
            assert dataset.file_meta.MediaStorageSOPClassUID == dataset.SOPClassUID
            assert "Storage" in dataset.SOPClassUID.name


@each_story
def test_the_pixels_of_every_image_decode_to_what_the_header_says(story: Story) -> None:
    for sending in story.sendings if not story.name.startswith(TORN) else story.sendings[:1]:
        for dataset in map(dcmread, sending.files):
            if "PixelData" in dataset:
                pixels = pixels_of(dataset)
                expected = [
                    int(dataset.get("NumberOfFrames", 1)),
                    dataset.Rows,
                    dataset.Columns,
                    dataset.SamplesPerPixel,
                ]
                assert list(pixels.shape) == [size for size in expected if size > 1]
                assert int(pixels.max()) < 1 << dataset.BitsStored


def test_torn_pixels_can_not_be_decoded() -> None:
    for dataset in datasets(BY_NUMBER[TORN], 1):
        with pytest.raises(RuntimeError):
            pixels_of(dataset)


@pytest.mark.parametrize("number", LOSSLESS_STORIES)
def test_lossless_encodings_give_the_same_pixels(number: str) -> None:
    for first, second in zip(*(datasets(BY_NUMBER[number], n) for n in (0, 1)), strict=True):
        assert syntax_of(first) != syntax_of(second)
        assert np.array_equal(pixels_of(first), pixels_of(second))


def test_the_lossless_stories_cover_every_lossless_family() -> None:
    used = {syntax_of(dataset) for number in LOSSLESS_STORIES for dataset in datasets(BY_NUMBER[number], 1)}
    assert used == {*DCMTK_DECODER, JPEG2000Lossless}


class TestDcmtk:
    """What an independent implementation makes of the files."""

    pytestmark = needs_dcmtk

    def test_it_reads_every_file(self) -> None:
        read = subprocess.run(["dcmdump", "--quiet", *FILES], capture_output=True, timeout=120, check=False)
        assert (read.returncode, read.stderr) == (0, b"")

    @pytest.mark.parametrize("number", LOSSLESS_STORIES)
    def test_it_decodes_lossless_encodings_to_the_same_pixels(self, number: str, tmp_path: Path) -> None:
        first, second = BY_NUMBER[number].sendings
        for original, encoded in zip(first.files, second.files, strict=True):
            tool = DCMTK_DECODER.get(syntax_of(dcmread(encoded)))
            if tool is None:  # DCMTK has no decoder for JPEG 2000; OpenJPEG's was asked above
                continue
            decoded = tmp_path / "decoded.dcm"
            transfer = ["+te"] if tool == "dcmconv" else []
            subprocess.run([tool, *transfer, encoded, decoded], check=True, timeout=60)
            assert np.array_equal(dcmread(decoded).pixel_array, dcmread(original).pixel_array)
