import pytest
from pydicom import Dataset

from pacs_dedup.dicom.content_kind import content_kind
from pacs_dedup.dicom.read_acquisition import read_acquisition
from pacs_dedup.dicom.rendition import read_display
from pacs_dedup.domain.acquisition import Acquisition
from pacs_dedup.domain.fingerprint import ContentKind
from tests.images import image_dataset, textured


def item(**attributes: object) -> Dataset:
    made = Dataset()
    for keyword, value in attributes.items():
        setattr(made, keyword, value)
    return made


def test_an_empty_header_gives_an_empty_acquisition() -> None:
    assert read_acquisition(Dataset()) == Acquisition()


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"AcquisitionDateTime": "20260101101112.500000+0800"}, "20260101101112.5"),
        ({"AcquisitionDate": "20260101", "AcquisitionTime": "101112.00"}, "20260101101112"),
        ({"AcquisitionDate": "2026.01.01", "AcquisitionTime": "10:11:12"}, "20260101101112"),
        ({"AcquisitionDate": "20260101"}, ""),
        ({"ContentDate": "20260101", "ContentTime": "1011", "ImageType": ["ORIGINAL", "PRIMARY"]}, "20260101101100"),
        ({"ContentDate": "20260101", "ContentTime": "101112", "ImageType": ["DERIVED", "PRIMARY"]}, ""),
        ({"AcquisitionDateTime": "yesterday"}, ""),
    ],
)
def test_the_moment_of_acquisition_has_one_form(attributes: dict[str, object], expected: str) -> None:
    dataset = Dataset()
    for keyword, value in attributes.items():
        dataset.add_new(keyword, "LO", value)
    assert read_acquisition(dataset).acquired_at == expected


def test_geometry_is_rounded_and_checked() -> None:
    dataset = image_dataset(
        textured(),
        PixelSpacing=["0.48828125", "0.4882812"],
        ImagePositionPatient=["-124.756", "-0.0001", "12.5"],
        ImageOrientationPatient=["1", "0", "0", "0", "1"],
        SliceThickness="5.000",
    )
    geometry = read_acquisition(dataset).geometry
    assert geometry is not None
    assert geometry.spacing == (0.49, 0.49)
    assert geometry.position == (-124.76, 0.0, 12.5)
    assert geometry.orientation == ()
    assert geometry.slice_thickness == 5.0


def test_an_enhanced_image_gives_the_geometry_of_its_first_frame() -> None:
    frames = [
        item(
            PlanePositionSequence=[item(ImagePositionPatient=[0, 0, place])],
            FrameContentSequence=[item(FrameAcquisitionDateTime="20260101101112")],
        )
        for place in (3, 4)
    ]
    shared = item(
        PixelMeasuresSequence=[item(PixelSpacing=[1, 2], SliceThickness=3)],
        PlaneOrientationSequence=[item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])],
        PixelValueTransformationSequence=[item(RescaleSlope=2, RescaleIntercept=-5)],
        FrameVOILUTSequence=[item(WindowCenter=40, WindowWidth=400)],
    )
    dataset = image_dataset(
        textured(), PerFrameFunctionalGroupsSequence=frames, SharedFunctionalGroupsSequence=[shared]
    )
    found = read_acquisition(dataset)
    assert found.geometry is not None
    assert found.geometry.along_normal == 3.0
    assert found.geometry.spacing == (1.0, 2.0)
    assert found.acquired_at == "20260101101112"
    display = read_display(dataset, 1)
    assert (display.slope, display.intercept, display.window) == (2.0, -5.0, (40.0, 400.0))


def test_malformed_values_read_as_absent() -> None:
    dataset = image_dataset(textured())
    for keyword, value in (("KVP", "high"), ("EchoTime", "nan"), ("WindowCenter", "x"), ("InstanceNumber", "one")):
        dataset.add_new(keyword, "LO", value)
    found = read_acquisition(dataset)
    assert found.exposure == ()
    assert found.instance_number is None
    assert read_display(dataset, 0).window is None


def test_exposure_and_derivation_are_read() -> None:
    dataset = image_dataset(textured(), KVP="120", Exposure="80", ImageType=["derived", "SECONDARY"])
    found = read_acquisition(dataset)
    assert dict(found.exposure) == {"KVP": 120.0, "Exposure": 80.0}
    assert list(found.exposure) == sorted(found.exposure)
    assert not found.original


@pytest.mark.parametrize(
    ("attributes", "kind"),
    [
        ({"Rows": 1, "Columns": 1}, ContentKind.IMAGE),
        ({"SpectroscopyData": b"1234", "Rows": 1, "Columns": 1}, ContentKind.OTHER),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.2"}, ContentKind.IMAGE),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.88.67"}, ContentKind.STRUCTURED_REPORT),
        ({"SOPClassUID": "1.2.3.4", "Modality": "PR"}, ContentKind.PRESENTATION_STATE),
        ({"ContentSequence": []}, ContentKind.STRUCTURED_REPORT),
        ({}, ContentKind.OTHER),
    ],
)
def test_what_an_instance_is_made_of(attributes: dict[str, object], kind: ContentKind) -> None:
    assert content_kind(item(**attributes)) is kind
