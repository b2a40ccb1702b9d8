"""What an object says beside its pixels: segments, doses, contours, waveforms."""

from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset
from pydicom.uid import (
    ExplicitVRBigEndian,
    JPEG2000Lossless,
    RTDoseStorage,
    RTStructureSetStorage,
    SegmentationStorage,
    TwelveLeadECGWaveformStorage,
)

from pacs_dedup.domain.fingerprint import ContentKind, InstanceFingerprint
from pacs_dedup.domain.identifiers import BlobId
from pacs_dedup.pipeline.examine import examine
from tests.images import LOSSLESS_ENCODERS, image_dataset, textured, write, write_compressed

MASK = (textured(40, 36, bits=8) > 100).astype(np.uint8)
GRID = textured(40, 36, bits=12)


def item(**attributes: object) -> Dataset:
    made = Dataset()
    for keyword, value in attributes.items():
        setattr(made, keyword, value)
    return made


def examined(path: Path) -> InstanceFingerprint:
    found = examine(path, BlobId("0" * 64))
    assert found.unreadable is None
    return found


def segmentation(label: str, *, root: str = "1.2.3", mask: np.ndarray = MASK) -> Dataset:
    return image_dataset(
        mask,
        SOPClassUID=SegmentationStorage,
        SOPInstanceUID=f"{root}.1",
        SegmentSequence=[item(SegmentNumber=1, SegmentLabel=label, TrackingUID=f"{root}.7")],
        PerFrameFunctionalGroupsSequence=[
            item(SegmentIdentificationSequence=[item(ReferencedSegmentNumber=1)]),
        ],
    )


def dose(scaling: str, **attributes: object) -> Dataset:
    return image_dataset(GRID, SOPClassUID=RTDoseStorage, DoseGridScaling=scaling, DoseUnits="GY", **attributes)


def test_masks_of_one_segment_are_equal_under_new_uids_and_of_another_segment_are_not(tmp_path: Path) -> None:
    liver = examined(write(segmentation("liver"), tmp_path / "1.dcm"))
    copy = examined(write(segmentation("liver", root="1.9"), tmp_path / "2.dcm"))
    kidney = examined(write(segmentation("kidney"), tmp_path / "3.dcm"))
    moved = examined(write(segmentation("liver", mask=MASK[::-1].copy()), tmp_path / "4.dcm"))
    assert liver.content is ContentKind.IMAGE
    assert copy.content_digest == liver.content_digest is not None
    assert kidney.content_digest != liver.content_digest
    assert moved.content_digest != liver.content_digest
    assert {frame.stored_digest for found in (liver, copy, kidney) for frame in found.frames} == {
        liver.frames[0].stored_digest
    }


def test_one_grid_with_another_scaling_is_another_dose(tmp_path: Path) -> None:
    plain = examined(write(dose("1e-3"), tmp_path / "1.dcm"))
    assert examined(write(dose("0.0010"), tmp_path / "2.dcm")).content_digest == plain.content_digest is not None
    assert examined(write(dose("2e-3"), tmp_path / "3.dcm")).content_digest != plain.content_digest
    assert (
        examined(write(dose("1e-3", DoseType="EFFECTIVE"), tmp_path / "4.dcm")).content_digest != plain.content_digest
    )


def test_a_dose_means_the_same_when_it_is_compressed_without_loss(tmp_path: Path) -> None:
    plain = examined(write(dose("1e-3"), tmp_path / "1.dcm"))
    stream = LOSSLESS_ENCODERS[JPEG2000Lossless](GRID)
    found = examined(write_compressed(dose("1e-3"), tmp_path / "2.dcm", JPEG2000Lossless, [stream]))
    assert found.content_digest == plain.content_digest


def test_the_pixels_of_a_plain_image_say_all(tmp_path: Path) -> None:
    assert examined(write(image_dataset(GRID, bits=12), tmp_path / "1.dcm")).content_digest is None


def structures(points: list[str]) -> Dataset:
    made = item(
        SOPClassUID=RTStructureSetStorage, SOPInstanceUID="1.2.1", StudyInstanceUID="1.2.2", Modality="RTSTRUCT"
    )
    made.SeriesInstanceUID = "1.2.3"
    contour = item(ContourGeometricType="CLOSED_PLANAR", NumberOfContourPoints="2", ContourData=points)
    made.ROIContourSequence = [item(ReferencedROINumber="1", ContourSequence=[contour])]
    return made


@pytest.mark.parametrize(
    ("points", "same"),
    [
        (["1.5", "2.25", "-3", "4", "5", "6.0000"], True),
        (["1.5000001", "2.2499", "-3.001", "4", "5", "6"], True),
        (["1.5", "2.25", "-3", "4", "5", "6.02"], False),
        (["1.5", "2.25", "-3", "4", "5"], False),
    ],
)
def test_contours_are_equal_to_a_hundredth_of_a_millimetre(points: list[str], same: bool, tmp_path: Path) -> None:
    plain = examined(write(structures(["1.50", "2.25", "-3.0", "4", "5", "6"]), tmp_path / "1.dcm"))
    assert plain.content is ContentKind.RADIOTHERAPY
    found = examined(write(structures(points), tmp_path / "2.dcm"))
    assert (found.content_digest == plain.content_digest) is same


def test_samples_of_a_waveform_are_equal_in_both_byte_orders(tmp_path: Path) -> None:
    samples = np.random.default_rng(1).integers(-500, 500, 400).astype(np.int16)

    def waveform(values: np.ndarray) -> Dataset:
        made = item(SOPClassUID=TwelveLeadECGWaveformStorage, SOPInstanceUID="1.2.1", StudyInstanceUID="1.2.2")
        made.SeriesInstanceUID = "1.2.3"
        group = item(WaveformBitsAllocated=16, SamplingFrequency="500")
        group.add_new(0x54001010, "OW", values.tobytes())
        made.WaveformSequence = [group]
        return made

    little = examined(write(waveform(samples), tmp_path / "little.dcm"))
    big = examined(write(waveform(samples.byteswap()), tmp_path / "big.dcm", ExplicitVRBigEndian))
    assert big.content_digest == little.content_digest is not None
    assert examined(write(waveform(samples + 1), tmp_path / "other.dcm")).content_digest != little.content_digest
