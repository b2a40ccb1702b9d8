import pytest
from pydicom import Dataset

from pacs_dedup.dicom.content_kind import content_kind
from pacs_dedup.dicom.read_acquisition import read_acquisition
from pacs_dedup.dicom.rendition import read_display
from pacs_dedup.domain.acquisitions.comparison import compare_acquisitions
from pacs_dedup.domain.acquisitions.facts import Acquisition
from pacs_dedup.domain.evidence import Fact
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


def test_a_crop_of_an_oblique_slice_stays_in_its_plane() -> None:
    cosines = (0.99999847690895, 0.00016127547177, -0.0017378636327, 0.0, 0.99572469772261, 0.09237059242641)
    whole = (-628.84, -637.43, -72.76)
    cut = tuple(p + 123.5 * (row + column) for p, row, column in zip(whole, cosines[:3], cosines[3:], strict=True))
    places = []
    for position in (whole, cut):
        dataset = image_dataset(textured(), ImagePositionPatient=list(position), ImageOrientationPatient=list(cosines))
        geometry = read_acquisition(dataset).geometry
        assert geometry is not None
        places.append(geometry.along_normal)
    assert places[0] == pytest.approx(places[1], abs=0.02)


def test_an_enhanced_image_gives_the_geometry_of_every_frame() -> None:
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
    assert [facts.geometry and facts.geometry.along_normal for facts in found.frames] == [3.0, 4.0]
    display = read_display(dataset, 1)
    assert (display.slope, display.intercept, display.window) == (2.0, -5.0, (40.0, 400.0))


def classic_slice(place: int) -> Dataset:
    """One slice of a CT as a classic object has it."""
    return image_dataset(
        textured(),
        Modality="CT",
        PixelSpacing=["0.5", "0.5"],
        SliceThickness="3",
        ImageOrientationPatient=["1", "0", "0", "0", "1", "0"],
        ImagePositionPatient=["-10", "-20", str(place)],
        AcquisitionDate="20260101",
        AcquisitionTime=f"10111{place}.25",
        KVP="120",
        XRayTubeCurrent=str(200 + place),
        ExposureTime="500",
        ConvolutionKernel="B30f",
        ReconstructionDiameter="250",
    )


def enhanced_ct(places: range) -> Dataset:
    """The same slices as one enhanced object has them (PS3.3 A.38)."""
    frames = [
        item(
            FrameContentSequence=[item(FrameAcquisitionDateTime=f"2026010110111{place}.25")],
            PlanePositionSequence=[item(ImagePositionPatient=[-10, -20, place])],
            CTExposureSequence=[item(XRayTubeCurrentInmA=200.0 + place, ExposureTimeInms=500.0)],
        )
        for place in places
    ]
    shared = item(
        PixelMeasuresSequence=[item(PixelSpacing=[0.5, 0.5], SliceThickness=3)],
        PlaneOrientationSequence=[item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])],
        CTXRayDetailsSequence=[item(KVP=120)],
        CTReconstructionSequence=[item(ConvolutionKernel="B30f", ReconstructionDiameter=250)],
    )
    groups = {"PerFrameFunctionalGroupsSequence": frames, "SharedFunctionalGroupsSequence": [shared]}
    return image_dataset(textured(), Modality="CT", **groups)


def test_an_enhanced_object_says_what_its_classic_slices_say() -> None:
    classic = tuple(read_acquisition(classic_slice(place)) for place in range(6))
    enhanced = (read_acquisition(enhanced_ct(range(6))),)
    levels = {c.fact: c.level for c in compare_acquisitions(enhanced, classic)}
    expected = {
        Fact.ACQUISITION_TIME: "equal",
        Fact.ACQUISITION_FRACTIONS: "equal",
        Fact.GEOMETRY: "equal",
        Fact.EXPOSURE: "equal_vector",
        Fact.KERNEL: "equal",
    }
    assert {fact: levels[fact] for fact in expected} == expected


def test_converted_elements_of_a_legacy_object_are_read_as_they_were() -> None:
    unassigned = item(KVP="100", ConvolutionKernel="BONE", AcquisitionDateTime="20260101101112")
    frames = [item(UnassignedPerFrameConvertedAttributesSequence=[unassigned]) for _ in range(2)]
    found = read_acquisition(image_dataset(textured(), PerFrameFunctionalGroupsSequence=frames))
    assert (found.kernel, dict(found.exposure), found.acquired_at) == ("BONE", {"KVP": 100.0}, "20260101101112")
    assert len(found.frames) == 2


@pytest.mark.parametrize("broken", [item(FrameContentSequence=[]), item(PatientName="X")])
def test_functional_groups_without_content_read_as_absent(broken: Dataset) -> None:
    found = read_acquisition(image_dataset(textured(), PerFrameFunctionalGroupsSequence=[broken, broken]))
    assert found.acquired_at == ""
    assert found.frames[1].geometry == found.geometry


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"ExposureInuAs": "80123", "Exposure": "80"}, {"Exposure": 80.12}),
        ({"ExposureTimeInuS": "2500"}, {"ExposureTime": 2.5}),
        ({"XRayTubeCurrentInuA": "250000"}, {"XRayTubeCurrent": 250.0}),
        ({"EchoTime": "4.600000001"}, {"EchoTime": 4.6}),
    ],
)
def test_a_parameter_has_one_name_and_one_unit(attributes: dict[str, object], expected: dict[str, float]) -> None:
    assert dict(read_acquisition(image_dataset(textured(), **attributes)).exposure) == expected


def test_how_the_raw_data_were_processed_is_read() -> None:
    dataset = image_dataset(
        textured(),
        ImageType=["ORIGINAL", "PRIMARY", "M", "NORM", "TYPE7"],
        PresentationIntentType="for processing",
        CorrectedImage=["NORM", "ATTN"],
        ReconstructionDiameter="249.96",
    )
    assert read_acquisition(dataset).processing == (
        ("CorrectedImage", "ATTN\\NORM"),
        ("ImageType", "M\\NORM"),
        ("PresentationIntentType", "FOR PROCESSING"),
        ("ReconstructionDiameter", "250.0"),
    )


def test_codes_count_with_their_scheme_and_orders_with_their_issuer() -> None:
    code = item(CodeValue="CT01", CodingSchemeDesignator="99HA")
    issuer = item(LocalNamespaceEntityID="QEH")
    dataset = image_dataset(
        textured(),
        ProcedureCodeSequence=[code, item(CodeValue="CT02")],
        IssuerOfAccessionNumberSequence=[issuer],
        StationName="CT1",
    )
    found = read_acquisition(dataset)
    assert (found.procedure_codes, found.accession_issuer, found.station) == (("CT01@99HA",), "QEH", "CT1")


@pytest.mark.parametrize("frames", [1, 2])
def test_the_side_of_a_frame_is_read_from_its_functional_groups(frames: int) -> None:
    sides = [[item(FrameAnatomySequence=[item(FrameLaterality=side)]) for side in told] for told in ("L", "LR")]
    dataset = image_dataset(textured(), PerFrameFunctionalGroupsSequence=sides[frames - 1])
    found = read_acquisition(dataset)
    assert [found.laterality_of(frame) for frame in range(frames)] == ["L", "R"][:frames]
    dataset.ImageLaterality = "L"
    found = read_acquisition(dataset)
    assert [found.laterality_of(frame) for frame in range(frames)] == ["L", "R\\L"][:frames]
    assert found.laterality_of(2) == "L"


def test_a_view_is_read_with_its_modifiers() -> None:
    spot, cleavage = item(CodeValue="399055006", CodingSchemeDesignator="SCT"), item(LongCodeValue="399011000")
    view = item(CodeValue="399162004", CodingSchemeDesignator="SCT", ViewModifierCodeSequence=[spot, cleavage, item()])
    web = item(URNCodeValue="urn:view")
    found = read_acquisition(image_dataset(textured(), ViewCodeSequence=[view, item(), web]))
    assert found.view_codes == ("399162004@SCT+399011000@+399055006@SCT", "urn:view@")


def test_what_uptake_is_measured_by_is_read_of_positron_emission() -> None:
    injected = item(
        RadionuclideTotalDose="3.7e8",
        RadionuclideHalfLife="6586.2",
        RadiopharmaceuticalStartTime="083000.00",
        RadiopharmaceuticalStartDateTime="",
    )
    told = {"PatientWeight": "70.0", "PatientSize": "0", "RadiopharmaceuticalInformationSequence": [injected]}
    assert read_acquisition(image_dataset(textured(), Modality="PT", **told)).uptake == (
        ("PatientWeight", "70"),
        ("RadionuclideHalfLife", "6586.2"),
        ("RadionuclideTotalDose", "3.7e+08"),
        ("RadiopharmaceuticalStartTime", "083000"),
    )
    assert read_acquisition(image_dataset(textured(), Modality="CT", **told)).uptake == ()


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
