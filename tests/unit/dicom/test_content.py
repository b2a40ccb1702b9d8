from pathlib import Path

import pytest
from pydicom import Dataset
from pydicom.uid import (
    BasicTextSRStorage,
    CTDefinedProcedureProtocolStorage,
    EncapsulatedPDFStorage,
    GrayscaleSoftcopyPresentationStateStorage,
    ImplicitVRLittleEndian,
    KeyObjectSelectionDocumentStorage,
    RawDataStorage,
    RealWorldValueMappingStorage,
    RTStructureSetStorage,
    TwelveLeadECGWaveformStorage,
)

from pacs_dedup.domain.fingerprint import ContentKind, InstanceFingerprint
from pacs_dedup.domain.identifiers import BlobId
from pacs_dedup.pipeline.examine import examine
from tests.images import write


def item(**attributes: object) -> Dataset:
    made = Dataset()
    for keyword, value in attributes.items():
        setattr(made, keyword, value)
    return made


def code(value: str) -> list[Dataset]:
    return [item(CodeValue=value, CodingSchemeDesignator="DCM", CodeMeaning="concept")]


def said(text: str, concept: str = "121071") -> Dataset:
    return item(RelationshipType="CONTAINS", ValueType="TEXT", ConceptNameCodeSequence=code(concept), TextValue=text)


def shown(uid: str) -> Dataset:
    reference = [item(ReferencedSOPClassUID="1.2.840.10008.5.1.4.1.1.2", ReferencedSOPInstanceUID=uid)]
    return item(RelationshipType="CONTAINS", ValueType="IMAGE", ReferencedSOPSequence=reference)


def thing(sop_class: str, root: str = "1.2.3", patient: str = "CHAN^TAI MAN", **content: object) -> Dataset:
    made = item(SOPClassUID=sop_class, SOPInstanceUID=f"{root}.1", StudyInstanceUID=f"{root}.2", PatientName=patient)
    made.SeriesInstanceUID = f"{root}.3"
    made.StudyDate = "20260101" if root == "1.2.3" else "20260202"
    for keyword, value in content.items():
        setattr(made, keyword, value)
    return made


def examined(dataset: Dataset, folder: Path, syntax: str = "1.2.840.10008.1.2.1") -> InstanceFingerprint:
    return examine(write(dataset, folder / "object.dcm", syntax), BlobId("0" * 64))


def report(**changes: object) -> Dataset:
    tree = [said("no finding"), shown("1.2.3.9")]
    defaults = {"ValueType": "CONTAINER", "ConceptNameCodeSequence": code("126000"), "ContentSequence": tree}
    return thing(BasicTextSRStorage, **{**defaults, **changes})


OBJECTS = {
    ContentKind.STRUCTURED_REPORT: (report(), report(ContentSequence=[said("fracture"), shown("1.2.3.9")])),
    ContentKind.KEY_OBJECTS: (
        thing(KeyObjectSelectionDocumentStorage, ContentSequence=[shown("1.2.3.9")]),
        thing(KeyObjectSelectionDocumentStorage, ContentSequence=[shown("1.2.3.9"), shown("1.2.3.10")]),
    ),
    ContentKind.PRESENTATION_STATE: (
        thing(GrayscaleSoftcopyPresentationStateStorage, GraphicAnnotationSequence=[item(GraphicLayer="A")]),
        thing(GrayscaleSoftcopyPresentationStateStorage, GraphicAnnotationSequence=[item(GraphicLayer="B")]),
    ),
    ContentKind.ENCAPSULATED_DOCUMENT: (
        thing(EncapsulatedPDFStorage, EncapsulatedDocument=b"%PDF-1", MIMETypeOfEncapsulatedDocument="application/pdf"),
        thing(EncapsulatedPDFStorage, EncapsulatedDocument=b"%PDF-2", MIMETypeOfEncapsulatedDocument="application/pdf"),
    ),
    ContentKind.WAVEFORM: (
        thing(TwelveLeadECGWaveformStorage, WaveformSequence=[item(SamplingFrequency="500")]),
        thing(TwelveLeadECGWaveformStorage, WaveformSequence=[item(SamplingFrequency="250")]),
    ),
    ContentKind.RADIOTHERAPY: (
        thing(RTStructureSetStorage, ROIContourSequence=[item(ReferencedROINumber="1")]),
        thing(RTStructureSetStorage, ROIContourSequence=[item(ReferencedROINumber="2")]),
    ),
    ContentKind.OTHER: (
        thing(RawDataStorage, ContentCreatorName=""),
        thing(RawDataStorage, ContentCreatorName="", LossyImageCompression="00"),
    ),
}


def copy_for(dataset: Dataset, root: str, patient: str) -> Dataset:
    """The same object with new UIDs, for a patient of another name, on another day."""
    again = Dataset()
    again.update(dataset)
    again.SOPInstanceUID, again.StudyInstanceUID, again.SeriesInstanceUID = f"{root}.1", f"{root}.2", f"{root}.3"
    again.PatientName, again.StudyDate = patient, "20260303"
    return again


@pytest.mark.parametrize("kind", OBJECTS)
def test_content_is_the_same_under_new_uids_and_another_name(kind: ContentKind, tmp_path: Path) -> None:
    one, other = OBJECTS[kind]
    original = examined(one, tmp_path)
    assert original.content is kind
    assert original.unreadable is None
    assert original.frames == ()
    copy = examined(copy_for(one, "1.9", "LEE^MEI"), tmp_path)
    assert copy.content_digest == original.content_digest is not None
    assert copy.dataset_digest != original.dataset_digest
    assert examined(other, tmp_path).content_digest != original.content_digest


@pytest.mark.parametrize("kind", OBJECTS)
def test_content_is_the_same_in_implicit_vr(kind: ContentKind, tmp_path: Path) -> None:
    explicit, implicit = (
        examined(OBJECTS[kind][0], tmp_path, s) for s in ("1.2.840.10008.1.2.1", ImplicitVRLittleEndian)
    )
    assert implicit.content_digest == explicit.content_digest
    assert implicit.dataset_digest == explicit.dataset_digest


def test_a_report_of_other_instances_differs_in_its_references_alone(tmp_path: Path) -> None:
    one, other = (
        examined(report(), tmp_path),
        examined(report(ContentSequence=[said("no finding"), shown("1.2.3.77")]), tmp_path),
    )
    assert one.content_digest == other.content_digest
    assert one.referenced_sop_instance_uids == ("1.2.3.9",)
    assert other.referenced_sop_instance_uids == ("1.2.3.77",)


def test_two_images_that_changed_places_are_named_in_another_order(tmp_path: Path) -> None:
    evidence = [item(ReferencedSOPInstanceUID=uid) for uid in ("1.2.3.5", "1.2.3.9", "1.2.3.77")]
    listed = [item(ReferencedSeriesSequence=[item(ReferencedSOPSequence=evidence)])]

    def of(*uids: str) -> InstanceFingerprint:
        tree = [said("no finding"), *map(shown, uids)]
        return examined(report(ContentSequence=tree, CurrentRequestedProcedureEvidenceSequence=listed), tmp_path)

    one, other = of("1.2.3.77", "1.2.3.9"), of("1.2.3.9", "1.2.3.77")
    assert one.content_digest == other.content_digest
    assert one.referenced_sop_instance_uids == ("1.2.3.77", "1.2.3.9", "1.2.3.5")
    assert other.referenced_sop_instance_uids == ("1.2.3.9", "1.2.3.77", "1.2.3.5")


def test_worklist_objects_are_no_sources(tmp_path: Path) -> None:
    worklist = [item(ReferencedSOPInstanceUID="1.2.3.4")]
    request = [item(ReferencedStudySequence=worklist)]
    made = report(
        ReferencedPerformedProcedureStepSequence=worklist,
        ReferencedPatientSequence=worklist,
        ReferencedRequestSequence=request,
    )
    assert examined(made, tmp_path).referenced_sop_instance_uids == ("1.2.3.9",)


def test_the_subject_s_name_in_a_report_is_not_its_content(tmp_path: Path) -> None:
    named = [said("no finding"), said("CHAN TAI MAN", "121029"), shown("1.2.3.9")]
    assert (
        examined(report(ContentSequence=named), tmp_path).content_digest == examined(report(), tmp_path).content_digest
    )


def test_a_report_about_another_subject_is_another_object_of_equal_content(tmp_path: Path) -> None:
    chan, wong = (
        examined(report(ContentSequence=[said("no finding"), said(name, "121029")]), tmp_path)
        for name in ("CHAN TAI MAN", "WONG SIU MING")
    )
    assert chan.content_digest == wong.content_digest
    assert chan.dataset_digest != wong.dataset_digest


def test_a_document_does_not_change_by_padding(tmp_path: Path) -> None:
    plain, padded = (thing(EncapsulatedPDFStorage, EncapsulatedDocument=b"%PDF-12" + pad) for pad in (b"\0", b"\0\0\0"))
    assert examined(plain, tmp_path).content_digest == examined(padded, tmp_path).content_digest


def test_raw_data_are_compared_by_their_private_elements(tmp_path: Path) -> None:
    def raw(value: bytes) -> InstanceFingerprint:
        dataset = thing(RawDataStorage)
        dataset.private_block(0x0029, "ACME", create=True).add_new(0x10, "OB", value)
        return examined(dataset, tmp_path)

    assert raw(b"ab").content_digest != raw(b"cd").content_digest
    assert raw(b"ab").content_digest == raw(b"ab").content_digest


def test_uids_of_the_past_and_sources_are_read(tmp_path: Path) -> None:
    before = item(StudyInstanceUID="1.5.1", SOPInstanceUID="1.5.3", PatientID="9")
    found = examined(
        report(
            OriginalAttributesSequence=[item(ModifiedAttributesSequence=[before])],
            SourceImageSequence=[item(ReferencedSOPInstanceUID="1.5.9")],
        ),
        tmp_path,
    )
    assert found.previous_uids == ("1.5.1", "1.5.3")
    assert set(found.referenced_sop_instance_uids) == {"1.5.9", "1.2.3.9"}


def verified(name: str) -> dict[str, object]:
    return {
        "CompletionFlag": "COMPLETE",
        "VerificationFlag": "VERIFIED",
        "VerifyingObserverSequence": [item(VerifyingObserverName=name, VerificationDateTime="20260103")],
    }


def state(frame: int = 1, edge: int = 1, root: str = "1.2.3") -> Dataset:
    reference = item(ReferencedSOPInstanceUID=f"{root}.9", ReferencedFrameNumber=frame)
    return thing(
        GrayscaleSoftcopyPresentationStateStorage,
        root,
        ReferencedSeriesSequence=[item(SeriesInstanceUID=f"{root}.8", ReferencedImageSequence=[reference])],
        ShutterShape="RECTANGULAR",
        ShutterLeftVerticalEdge=edge,
        SoftwareVersions="1.0" if root == "1.2.3" else "2.0",
    )


def mapping(slope: float) -> Dataset:
    mapped = item(RealWorldValueSlope=slope, RealWorldValueIntercept=0.0)
    return thing(
        RealWorldValueMappingStorage,
        ReferencedImageRealWorldValueMappingSequence=[item(RealWorldValueMappingSequence=[mapped])],
    )


def protocol(kilovolts: str) -> Dataset:
    return thing(
        CTDefinedProcedureProtocolStorage, AcquisitionProtocolElementSpecificationSequence=[item(KVP=kilovolts)]
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (report(CompletionFlag="PARTIAL"), report(CompletionFlag="COMPLETE")),
        (report(VerificationFlag="UNVERIFIED"), report(VerificationFlag="VERIFIED")),
        (report(PreliminaryFlag="PRELIMINARY"), report(PreliminaryFlag="FINAL")),
        (report(**verified("LEE^MEI")), report(**verified("HO^SIU"))),
        (state(frame=1), state(frame=5)),
        (state(edge=1), state(edge=120)),
        (mapping(1.0), mapping(7.5)),
        (protocol("80"), protocol("140")),
    ],
)
def test_what_one_may_rely_on_and_what_it_is_about_is_content(one: Dataset, other: Dataset, tmp_path: Path) -> None:
    first, second = examined(one, tmp_path), examined(other, tmp_path)
    assert first.content_digest is not None
    assert first.content_digest != second.content_digest


def test_a_presentation_state_of_copies_by_other_equipment_is_the_same(tmp_path: Path) -> None:
    assert examined(state(), tmp_path).content_digest == examined(state(root="1.7"), tmp_path).content_digest


def test_orders_and_evidence_are_not_what_a_mapping_says(tmp_path: Path) -> None:
    ordered = mapping(1.0)
    ordered.RequestAttributesSequence = [item(RequestedProcedureID="77")]
    ordered.PerformedProcedureStepID = "78"
    ordered.ReferencedRequestSequence = [item(AccessionNumber="79")]
    ordered.DeviceSerialNumber = "80"
    assert examined(ordered, tmp_path).content_digest == examined(mapping(1.0), tmp_path).content_digest
