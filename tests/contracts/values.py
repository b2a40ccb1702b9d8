"""Domain values for the contract suites, each different by its number."""

from datetime import UTC, datetime, timedelta

from pacs_dedup.adapters.database import Database
from pacs_dedup.domain.acquisitions.facts import Acquisition, Geometry
from pacs_dedup.domain.evidence import Comparison, Coverage, Evidence, Fact, Group, PatientTier, SopFindings
from pacs_dedup.domain.fingerprint import ContentKind, FrameFingerprint, InstanceFingerprint, Rendition
from pacs_dedup.domain.identifiers import (
    AeTitle,
    BlobId,
    BlockingKey,
    Digest,
    SeriesInstanceUid,
    SopClassUid,
    SopInstanceUid,
    StudyInstanceUid,
    StudyKey,
    TransferSyntaxUid,
)
from pacs_dedup.domain.patients.identity import CheckState, IdentifierKind, PatientId, PatientIdentity, PersonNameParts
from pacs_dedup.domain.verdict import Certainty, Disposition, Judgement, Relation, Verdict
from pacs_dedup.ports.arrival_book import Arrival
from pacs_dedup.ports.journal import Step, Work

MORNING = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def blob(number: int) -> BlobId:
    """A blob id that ends in a number."""
    return BlobId(f"{number:064x}")


def study(number: int = 1, source: str = "EAST") -> StudyKey:
    """A study of a source."""
    return StudyKey(StudyInstanceUid(f"1.2.826.{number}"), source)


def keys(*numbers: int) -> set[BlockingKey]:
    """Blocking keys that end in these numbers."""
    return {BlockingKey(f"spd:{number}") for number in numbers}


def claimed_work(database: Database, step: Step) -> Work:
    """The work of a step that is due first; there must be some."""
    work = database.journal.claim(step, MINUTE)
    assert work is not None
    return work


def arrival(number: int = 1, *, source: str = "EAST", refused: str = "", locator: str = "") -> Arrival:
    """An arrival with every field filled."""
    return Arrival(
        blob_id=blob(number),
        source=source,
        received_at=MORNING,
        size_bytes=5_000_000_000 + number,
        transfer_syntax_uid=TransferSyntaxUid("1.2.840.10008.1.2.1"),
        called_ae=AeTitle("PACSDEDUP"),
        peer_address="192.0.2.7",
        association="a1b2",
        sop_class_uid=SopClassUid("1.2.840.10008.5.1.4.1.1.2"),
        sop_instance_uid=SopInstanceUid(f"1.2.826.1.{number}"),
        refused=refused,
        locator=locator,
    )


def fingerprint(number: int = 1, *, rows: int = 512) -> InstanceFingerprint:
    """A fingerprint with every field filled, bytes, floats and Chinese characters among them."""
    frame = FrameFingerprint(Digest("spd1:9f"), None, True, bytes(range(192, 256)), "00ff00ff00ff00ff")
    return InstanceFingerprint(
        blob_id=blob(number),
        study_instance_uid=StudyInstanceUid("1.2.3"),
        series_instance_uid=SeriesInstanceUid("1.2.3.4"),
        sop_instance_uid=SopInstanceUid(f"1.2.3.4.{number}"),
        sop_class_uid=SopClassUid("1.2.840.10008.5.1.4.1.1.2"),
        transfer_syntax_uid=TransferSyntaxUid("1.2.840.10008.1.2.1"),
        content=ContentKind.IMAGE,
        patient=PatientIdentity(
            ids=(PatientId("A123456", "HKSAR", IdentifierKind.HKID, CheckState.VALID, previous=True),),
            name=PersonNameParts(("CHAN",), ("TAI", "MAN"), "陈大文", family_known=True),
            birth_date="19700131",
            sex="M",
            display_name="CHAN TAI MAN 陳大文",
            display_id="A123456(3)",
        ),
        acquisition=Acquisition(
            modality="CT",
            geometry=Geometry(rows, 512, (0.7, 0.7), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), (-180.25, 1e-7, 3.0), 1.25),
            exposure=(("Exposure", 120.5), ("KVP", 120.0)),
            instance_number=number,
        ),
        dataset_digest=Digest("dsd3:00"),
        frames=(frame,),
        rendition=Rendition(rows, 512, 12, 1, "MONOCHROME2", lossy=False, decoder="native"),
        referenced_sop_instance_uids=(SopInstanceUid("1.2.9"),),
        previous_uids=("1.2.8",),
        unreadable="the code stream ends early",
    )


def verdict(
    relation: Relation = Relation.EXACT_COPY,
    disposition: Disposition = Disposition.FLAG,
    *,
    sentence: str = "The same images.",
    digest_version: str = "d1",
    rules_version: str = "r1",
) -> Verdict:
    """A verdict with evidence."""
    finding = Comparison(Fact.FRAME_DIGESTS, Group.PIXELS, "exact", 39.9, "All frames are equal.", "12", "12")
    evidence = Evidence(
        (finding,), Coverage(12, 12, exact=12), SopFindings(shared=12), PatientTier.SAME, total_bits=39.9
    )
    return Verdict(
        relation=relation,
        disposition=disposition,
        certainty=Certainty.CERTAIN,
        sentence=sentence,
        evidence=evidence,
        reasons=("All frames are equal.",),
        against=("The names differ.",),
        digest_version=digest_version,
        rules_version=rules_version,
    )


def judgement(
    incoming: int = 2,
    prior: int = 1,
    *,
    generation: int = 1,
    after: timedelta = timedelta(),
    verdict: Verdict = verdict(),  # noqa: B008 - a frozen value
) -> Judgement:
    """A judgement on study number ``incoming`` against study number ``prior``, some time after eight."""
    return Judgement(study(incoming), generation, study(prior, "WEST"), verdict, MORNING + after)
