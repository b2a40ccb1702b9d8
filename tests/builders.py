"""Small makers of domain values, so that a test says only what it is about."""

from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256

from pacs_dedup.domain.acquisitions.facts import Acquisition, Geometry
from pacs_dedup.domain.compare import compare_studies
from pacs_dedup.domain.evidence import Comparison, Coverage, Evidence, Fact, Group, PatientTier, SopFindings
from pacs_dedup.domain.fingerprint import (
    ContentKind,
    FrameFingerprint,
    InstanceFingerprint,
    Rendition,
    StudyFingerprint,
)
from pacs_dedup.domain.frames.verification import FrameVerification
from pacs_dedup.domain.identifiers import (
    BlobId,
    Digest,
    SeriesInstanceUid,
    SopClassUid,
    SopInstanceUid,
    StudyInstanceUid,
    StudyKey,
    TransferSyntaxUid,
)
from pacs_dedup.domain.patients.identity import CheckState, IdentifierKind, PatientId, PatientIdentity, PersonNameParts

EXPLICIT_LITTLE_ENDIAN = TransferSyntaxUid("1.2.840.10008.1.2.1")
JPEG_BASELINE = TransferSyntaxUid("1.2.840.10008.1.2.4.50")
CT_IMAGE = SopClassUid("1.2.840.10008.5.1.4.1.1.2")
AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
HKID = PatientId("A123456", kind=IdentifierKind.HKID, check=CheckState.VALID)
CHAN = PersonNameParts(("CHAN",), ("TAI", "MAN"), family_known=True)
LOSSLESS = Rendition(512, 512, 12, 1, "MONOCHROME2", lossy=False, decoder="numpy")
SAME_NOISE = FrameVerification(0.97, 0.99, 0.2, 90_000, fine_correlation=0.95, unexplained_share=0.0)
OTHER_NOISE = FrameVerification(0.02, 0.8, 1.6, 90_000, fine_correlation=0.0)
NO_ANSWER = FrameVerification(refused="only 12 pixels carry grey levels that can be compared")
LOSSY = replace(LOSSLESS, lossy=True, decoder="jpeg", soft=True)


def digest_of(text: str, kind: str = "spd1") -> Digest:
    """A digest that stands for the pixels or the content that ``text`` names."""
    return Digest(f"{kind}:{sha256(text.encode()).hexdigest()}")


def blob_of(text: str) -> BlobId:
    """The blob id of the bytes that ``text`` names."""
    return BlobId(sha256(text.encode()).hexdigest())


def make_patient(
    *ids: PatientId, name: PersonNameParts = CHAN, birth_date: str = "19600229", sex: str = "M"
) -> PatientIdentity:
    """A patient; without ids the one whose identity card is `HKID`."""
    return PatientIdentity(ids or (HKID,), name, birth_date, sex)


PATIENT = make_patient()
STRANGER = make_patient(
    PatientId("B765432", kind=IdentifierKind.HKID, check=CheckState.VALID),
    name=PersonNameParts(("WONG",), ("SIU", "MING"), family_known=True),
    birth_date="19871111",
    sex="F",
)
NOBODY = PatientIdentity()


def make_geometry(place: float, **changes: object) -> Geometry:
    """An axial slice at a place along the body's axis, mm."""
    axial = Geometry(512, 512, (0.5, 0.5), AXIAL, (-128.0, -128.0, place), 1.0)
    return replace(axial, **changes)


def make_acquisition(place: float | None = 0.0, **changes: object) -> Acquisition:
    """A CT slice of one scanner and one moment; ``place`` None: the header has no geometry."""
    ct = Acquisition(
        modality="CT",
        manufacturer="ACME",
        model="Revolver",
        device_serial="4711",
        acquired_at="20260101093000",
        study_date="20260101",
        frame_of_reference_uid="1.2.3.9",
        geometry=None if place is None else make_geometry(place),
        exposure=(("KVP", 120.0),),
        kernel="STANDARD",
        series_description="HEAD",
        accession_number="ACC1",
    )
    return replace(ct, **changes)


def make_frame(pixels: str, **changes: object) -> FrameFingerprint:
    """A frame whose digest stands for the pixels that ``pixels`` names."""
    return replace(FrameFingerprint(digest_of(pixels), None, informative=True), **changes)


def make_instance(name: str = "1", pixels: str | None = None, **changes: object) -> InstanceFingerprint:
    """An image with one frame.

    Args:
        name: ends the SOP Instance UID; a number.
        pixels: what the frame shows; by default what its name says.
        changes: any attribute; the blob, and the data-set digest, follow from all the rest unless given.
    """
    image = InstanceFingerprint(
        blob_id=BlobId(""),
        study_instance_uid=StudyInstanceUid("1.2.3"),
        series_instance_uid=SeriesInstanceUid("1.2.3.1"),
        sop_instance_uid=SopInstanceUid(f"1.2.3.1.{name}"),
        sop_class_uid=CT_IMAGE,
        transfer_syntax_uid=EXPLICIT_LITTLE_ENDIAN,
        content=ContentKind.IMAGE,
        patient=PATIENT,
        acquisition=make_acquisition(),
        dataset_digest=Digest(""),
        frames=(make_frame(name if pixels is None else pixels),),
        presentation_digest=digest_of("window", "prs1"),
        rendition=LOSSLESS,
    )
    made = replace(image, **changes)
    dataset = made.dataset_digest or digest_of(repr(replace(made, transfer_syntax_uid=TransferSyntaxUid(""))), "dsd3")
    return replace(made, dataset_digest=dataset, blob_id=made.blob_id or blob_of(repr(made)))


def make_report(name: str = "9", text: str | None = "no finding", **changes: object) -> InstanceFingerprint:
    """A structured report that says ``text``; None: it could not be digested."""
    said = None if text is None else digest_of(text, "cnt1")
    report = {"content": ContentKind.STRUCTURED_REPORT, "content_digest": said, "frames": (), "rendition": None}
    return make_instance(name, **{"presentation_digest": None, **report, **changes})


def make_slices(count: int, **changes: object) -> tuple[InstanceFingerprint, ...]:
    """A stack of axial slices, 1 mm apart, numbered and shown from 1 on."""
    return tuple(
        make_instance(str(n), **{"acquisition": make_acquisition(float(n)), **changes}) for n in range(1, count + 1)
    )


def renewed(
    instances: Iterable[InstanceFingerprint], root: str = "1.2.7", **changes: object
) -> tuple[InstanceFingerprint, ...]:
    """The same instances as another archive files them: all UIDs begin with another root."""
    return tuple(_renewed(instance, root, changes) for instance in instances)


def again(instance: InstanceFingerprint, **changes: object) -> InstanceFingerprint:
    """The instance with changes, and with the blob and the data-set digest that follow from them."""
    made = replace(instance, **{"dataset_digest": Digest(""), **changes})
    dataset = made.dataset_digest or digest_of(repr(made), "dsd3")
    return replace(made, dataset_digest=dataset, blob_id=blob_of(repr(made)))


def make_study(
    *instances: InstanceFingerprint, source: str = "QEHPACS", uid: str = "", generation: int = 1
) -> StudyFingerprint:
    """A study of these instances; its UID is theirs."""
    own = uid or (instances[0].study_instance_uid if instances else "1.2.3")
    return StudyFingerprint(StudyKey(StudyInstanceUid(own), source), generation, instances)


def make_evidence(**changes: object) -> Evidence:
    """Evidence for a pure copy: ten of ten frames equal, one patient, no shared UID.

    Args:
        changes: attributes of `Evidence`; further, ``levels`` maps facts to the levels they reached.
    """
    levels = changes.pop("levels", {})
    assert isinstance(levels, dict)
    pure = Evidence(
        comparisons=tuple(Comparison(fact, Group.STRUCTURE, level, 0.0, "said") for fact, level in levels.items()),
        coverage=make_coverage(),
        sop=SopFindings(),
        patient_tier=PatientTier.SAME,
        incoming_instances=10,
        prior_instances=10,
    )
    return replace(pure, **changes)


def make_coverage(**changes: int) -> Coverage:
    """Ten items on either side, all with equal digests."""
    return replace(Coverage(incoming=10, prior=10, exact=10, images_matched=10), **changes)


def make_comparison(fact: Fact, bits: float, group: Group = Group.PIXELS, level: str = "equal") -> Comparison:
    """One finding of a certain weight."""
    return Comparison(fact, group, level, bits, f"{fact} is {level}")


def evidence_of(incoming: Iterable[InstanceFingerprint], prior: Iterable[InstanceFingerprint]) -> Evidence:
    """What comparing two studies, from two hospitals, gives without looking at pixels."""
    return compare_studies(make_study(*incoming, source="PMHPACS"), make_study(*prior))


def _renewed(instance: InstanceFingerprint, root: str, changes: dict[str, object]) -> InstanceFingerprint:
    uids = {
        "study_instance_uid": StudyInstanceUid(root),
        "series_instance_uid": SeriesInstanceUid(f"{root}.1"),
        "sop_instance_uid": SopInstanceUid(f"{root}.1.{instance.sop_instance_uid.rpartition('.')[2]}"),
    }
    return again(instance, **{**uids, **changes})
