"""How frames are shown: one digest for an object, and one for each frame that differs from the first."""

from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from pacs_dedup.dicom.presentation_digest import frame_presentation_digests, presentation_digest
from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.identifiers import BlobId, Digest
from pacs_dedup.pipeline.examine import examine
from tests.images import image_dataset, textured, write

SLICES = tuple(textured(seed=seed) for seed in range(3))
WINDOWS = ((400, 800), (350, 700), (400, 800))


def item(**attributes: object) -> Dataset:
    made = Dataset()
    for keyword, value in attributes.items():
        setattr(made, keyword, value)
    return made


def window(center: object, width: object) -> dict[str, object]:
    return {"WindowCenter": center, "WindowWidth": width}


def enhanced(frames: list[Dataset], *shared: Dataset) -> Dataset:
    return image_dataset(
        np.stack(SLICES),
        bits=12,
        NumberOfFrames=len(SLICES),
        PerFrameFunctionalGroupsSequence=frames,
        SharedFunctionalGroupsSequence=list(shared),
    )


def examined(dataset: Dataset, path: Path) -> InstanceFingerprint:
    return examine(write(dataset, path / "image.dcm"), BlobId("0" * 64))


def shown(fingerprint: InstanceFingerprint) -> list[Digest | None]:
    return [frame.presentation_digest or fingerprint.presentation_digest for frame in fingerprint.frames]


def voi(center: object, width: object, **more: object) -> Dataset:
    return item(FrameVOILUTSequence=[item(**window(center, width), **more)])


def test_each_frame_is_shown_as_the_single_slice_that_it_was_made_of(tmp_path: Path) -> None:
    joined = examined(enhanced([voi(*w) for w in WINDOWS]), tmp_path)
    singles = [
        examined(image_dataset(pixels, bits=12, **window(*w)), tmp_path)
        for pixels, w in zip(SLICES, WINDOWS, strict=True)
    ]
    assert shown(joined) == [single.presentation_digest for single in singles]
    assert len(set(shown(joined))) == 2


def test_only_frames_that_differ_from_the_first_keep_a_digest() -> None:
    digests = frame_presentation_digests(enhanced([voi(*w) for w in WINDOWS]), 3)
    assert [digest is None for digest in digests] == [True, False, True]


@pytest.mark.parametrize("frames", [[], [Dataset()], [Dataset()] * 3])
def test_frames_without_a_window_of_their_own_have_the_shared_one(frames: list[Dataset]) -> None:
    dataset = enhanced(frames, voi("400.0", "8e2"))
    assert frame_presentation_digests(dataset, 3) == (None, None, None)
    assert presentation_digest(dataset) == presentation_digest(image_dataset(SLICES[0], **window(400, 800)))


def test_a_frame_without_groups_is_shown_as_the_shared_ones_say() -> None:
    dataset = enhanced([voi(350, 700)], voi(400, 800))
    plain = presentation_digest(image_dataset(SLICES[0], **window(400, 800)))
    assert frame_presentation_digests(dataset, 3) == (None, plain, plain)


def test_a_frame_with_its_own_rescale_is_shown_otherwise() -> None:
    frames = [item(PixelValueTransformationSequence=[item(RescaleSlope=s, RescaleIntercept=0)]) for s in (1, 2, 1)]
    first, second, third = frame_presentation_digests(enhanced(frames), 3)
    assert (first, third) == (None, None)
    assert second == presentation_digest(image_dataset(SLICES[0], RescaleSlope=2))


@pytest.mark.parametrize(("function", "equal"), [("LINEAR", True), ("SIGMOID", False)])
def test_the_linear_function_is_what_its_absence_means(function: str, *, equal: bool) -> None:
    named = image_dataset(SLICES[0], **window(400, 800), VOILUTFunction=function)
    of_frame = enhanced([voi(400, 800, VOILUTFunction=function)] * 3)
    plain = image_dataset(SLICES[0], **window(400, 800))
    assert presentation_digest(named) == presentation_digest(of_frame)
    assert (presentation_digest(named) == presentation_digest(plain)) is equal


def test_groups_that_can_not_be_read_count_as_absent() -> None:
    broken = enhanced([voi(400, 800) for _ in SLICES])
    broken.PerFrameFunctionalGroupsSequence[1].add_new("FrameVOILUTSequence", "OB", b"\x01\x02")
    plain = presentation_digest(image_dataset(SLICES[0]))
    assert frame_presentation_digests(broken, 3) == (None, plain, None)


SHUTTER = {"ShutterShape": "RECTANGULAR", "ShutterLeftVerticalEdge": 20, "ShutterRightVerticalEdge": 60}


def real_world(slope: float, quantity: str = "SUV") -> Dataset:
    return item(
        RealWorldValueFirstValueMapped=0,
        RealWorldValueLastValueMapped=4095,
        RealWorldValueIntercept=0.0,
        RealWorldValueSlope=slope,
        LUTLabel=quantity,
    )


def annotated(uid: str, words: str = "tumour") -> list[Dataset]:
    return [
        item(
            GraphicLayer="L",
            TextObjectSequence=[item(UnformattedTextValue=words)],
            ReferencedImageSequence=[item(ReferencedSOPInstanceUID=uid)],
        )
    ]


def with_curve(value: bytes) -> Dataset:
    dataset = image_dataset(SLICES[0], bits=12)
    dataset.add_new(0x50000005, "US", 2)
    dataset.add_new(0x50003000, "OW", value)
    return dataset


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, SHUTTER),
        (SHUTTER, SHUTTER | {"ShutterRightVerticalEdge": 61}),
        ({}, {"PixelAspectRatio": [1, 2]}),
        ({}, {"Units": "BQML"}),
        ({"Units": "BQML"}, {"Units": "CNTS"}),
        ({}, {"RealWorldValueMappingSequence": [real_world(1.0)]}),
        tuple({"RealWorldValueMappingSequence": [real_world(slope)]} for slope in (1.0, 7.5)),
        tuple({"RealWorldValueMappingSequence": [real_world(1.0, quantity)]} for quantity in ("SUV", "ADC")),
        ({}, {"MaskSubtractionSequence": [item(MaskOperation="AVG_SUB")]}),
        ({}, {"RecommendedViewingMode": "SUB"}),
        tuple({"SegmentedBluePaletteColorLookupTableData": bytes([0, 1, 0, 1, 255, end])} for end in (255, 100)),
        ({}, {"GraphicAnnotationSequence": annotated("1.2.9")}),
        tuple({"GraphicAnnotationSequence": annotated("1.2.9", words)} for words in ("tumour", "cyst")),
    ],
)
def test_what_changes_the_sight_or_the_quantity_is_another_presentation(
    one: dict[str, object], other: dict[str, object]
) -> None:
    first, second = (presentation_digest(image_dataset(SLICES[0], bits=12, **changes)) for changes in (one, other))
    assert first != second


def test_a_curve_over_the_pixels_is_presentation() -> None:
    plain = presentation_digest(image_dataset(SLICES[0], bits=12))
    assert len({plain, *(presentation_digest(with_curve(value)) for value in (b"1234", b"1243"))}) == 3


def test_square_pixels_are_what_absence_means() -> None:
    plain, told = (image_dataset(SLICES[0], bits=12, **ratio) for ratio in ({}, {"PixelAspectRatio": [1, 1]}))
    assert presentation_digest(plain) == presentation_digest(told)


@pytest.mark.parametrize(
    ("interpretation", "shape", "equal"),
    [
        ("MONOCHROME2", "IDENTITY", True),
        ("MONOCHROME1", "INVERSE", True),
        ("MONOCHROME2", "INVERSE", False),
        ("MONOCHROME1", "IDENTITY", False),
        ("MONOCHROME2", "LIN OD", False),
    ],
)
def test_the_shape_of_greys_is_what_the_interpretation_says(interpretation: str, shape: str, *, equal: bool) -> None:
    plain = image_dataset(SLICES[0], bits=12, PhotometricInterpretation=interpretation)
    told = image_dataset(SLICES[0], bits=12, PhotometricInterpretation=interpretation, PresentationLUTShape=shape)
    assert (presentation_digest(plain) == presentation_digest(told)) is equal


@pytest.mark.parametrize("keyword", ["PixelSpacing", "ImagerPixelSpacing"])
@pytest.mark.parametrize(
    ("spacing", "equal"), [("0.488281", True), ("4.8828125e-1", True), ("0.4890", False), ("", False)]
)
def test_a_spacing_is_compared_to_four_digits(keyword: str, spacing: str, *, equal: bool) -> None:
    exact, printed = (
        image_dataset(SLICES[0], bits=12, **{keyword: [value, value] if value else None})
        for value in ("0.48828125", spacing)
    )
    assert (presentation_digest(exact) == presentation_digest(printed)) is equal


def test_a_spacing_that_is_no_number_is_a_text() -> None:
    one, other = (image_dataset(SLICES[0], bits=12) for _ in range(2))
    one.add_new("PixelSpacing", "LO", ["wide", "wide"])
    other.add_new("PixelSpacing", "LO", ["wide", "narrow"])
    assert presentation_digest(one) != presentation_digest(other)


def test_an_annotation_of_a_copy_with_new_uids_is_the_same() -> None:
    old, new = (
        image_dataset(SLICES[0], bits=12, GraphicAnnotationSequence=annotated(uid)) for uid in ("1.2.9", "1.7.4")
    )
    assert presentation_digest(old) == presentation_digest(new)


def test_each_frame_has_the_quantity_and_the_shutter_of_its_single_slice() -> None:
    frames = [item(RealWorldValueMappingSequence=[real_world(slope)]) for slope in (1.0, 2.0, 1.0)]
    dataset = enhanced(frames, item(FrameDisplayShutterSequence=[item(**SHUTTER)]))
    single = image_dataset(SLICES[1], bits=12, RealWorldValueMappingSequence=[real_world(2.0)], **SHUTTER)
    assert frame_presentation_digests(dataset, 3) == (None, presentation_digest(single), None)


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_a_presentation_is_one_in_every_transfer_syntax(syntax: str, tmp_path: Path) -> None:
    def in_syntax(wanted: str) -> Digest | None:
        dataset = with_curve(b"1234" if wanted != ExplicitVRBigEndian else b"2143")
        for keyword, value in (SHUTTER | {"GraphicAnnotationSequence": annotated("1.2.9")}).items():
            setattr(dataset, keyword, value)
        dataset.RealWorldValueMappingSequence = [real_world(1.0)]
        if wanted == ExplicitVRBigEndian:
            dataset.PixelData = SLICES[0].byteswap().tobytes()
        return examine(write(dataset, tmp_path / "image.dcm", wanted), BlobId("0" * 64)).presentation_digest

    assert in_syntax(syntax) == in_syntax(ExplicitVRLittleEndian)


def test_groups_that_are_no_sequence_count_as_absent(tmp_path: Path) -> None:
    broken = image_dataset(SLICES[0], bits=12, **window(400, 800))
    broken.add_new("PerFrameFunctionalGroupsSequence", "LO", "neither groups nor frames")
    plain = image_dataset(SLICES[0], bits=12, **window(400, 800))
    found = examined(broken, tmp_path)
    assert found.unreadable is None
    assert found.presentation_digest == presentation_digest(plain)
