"""Reports to try the writers on: realistic, with Chinese names, long texts and hostile ones."""

from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO

import numpy as np
from PIL import Image

from pacs_dedup.domain.case import CaseEvent, CaseState, ReviewCase, Verb
from pacs_dedup.domain.evidence import Comparison, Coverage, Evidence, Fact, Group, PatientTier, SopFindings
from pacs_dedup.domain.header import DifferenceKind, HeaderDifference, HeaderGroup
from pacs_dedup.domain.identifiers import CaseId, StudyInstanceUid, StudyKey
from pacs_dedup.domain.verdict import Certainty, Disposition, Relation, Verdict
from pacs_dedup.reports.model import (
    CaseReport,
    Pictures,
    ReportData,
    SenderTotals,
    StudySummary,
    UnreadableInstance,
)

NOON = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)
HOSTILE = '<script>alert("x")</script>\'"><img src=http://evil.example/x>'


def a_study(source: str = "QEHPACS", **changes: object) -> StudySummary:
    values: dict[str, object] = {
        "key": StudyKey(StudyInstanceUid("1.2.826.0.1.3680043.8.498.4523987234982374982374"), source),
        "patient_name": "CHAN^TAI MAN=陳^大文",
        "patient_id": "A123456(3)",
        "birth_date": "19580214",
        "sex": "M",
        "modality": "CT",
        "study_date": "20260307",
        "description": "CT THORAX PLAIN",
        "accession_number": "QEH26030700123",
        "series": 2,
        "instances": 140,
        "size_bytes": 73_482_112,
        "received_at": NOON - timedelta(days=2),
    }
    return StudySummary(**{**values, **changes})  # type: ignore[arg-type]


def evidence(link: PatientTier = PatientTier.SAME) -> Evidence:
    def found(fact: Fact, group: Group, level: str, bits: float, sentence: str, a: str = "", b: str = "") -> Comparison:
        return Comparison(fact, group, level, bits, sentence, a, b)

    return Evidence(
        comparisons=(
            found(Fact.FRAME_DIGESTS, Group.PIXELS, "all", 22.0, "140 of 140 frames have exactly the same pixels"),
            found(Fact.STUDY_INSTANCE_UID, Group.UIDS, "differs", -2.0, "the Study Instance UIDs differ"),
            found(Fact.ACQUISITION_TIME, Group.TIME, "equal", 13.0, "the acquisition times are the same to the second"),
            found(Fact.EVENT_UIDS, Group.TIME, "shared", 15.9, "both name the same irradiation event"),
            found(Fact.DEVICE, Group.DEVICE, "serial_equal", 5.0, "the scanner's serial number is the same"),
            found(Fact.GEOMETRY, Group.GEOMETRY, "equal", 12.0, "every slice lies at the same place"),
            found(Fact.KERNEL, Group.EXPOSURE, "missing", 0.0, "this is missing on one side and was not compared"),
            found(
                Fact.DESCRIPTION, Group.TEXT, "differs", 0.0, "the descriptions differ", "CT CHEST", "CT THORAX PLAIN"
            ),
            found(
                Fact.PATIENT_ID,
                Group.PATIENT,
                "not_comparable",
                0.0,
                "the Patient IDs come from different systems and can not be compared",
                "PWH0099812",
                "A123456(3)",
            ),
            found(
                Fact.PATIENT_NAME, Group.PATIENT, "exact", 16.0, "the Chinese names are the same", "陳大文", "陈大文"
            ),
            found(Fact.SEX, Group.PATIENT, "differs", -6.0, "the sex differs", "F", "M"),
        ),
        coverage=Coverage(incoming=140, prior=140, exact=140, images_matched=140),
        sop=SopFindings(),
        patient_tier=link,
        incoming_instances=140,
        prior_instances=140,
        total_bits=53.0,
        patient_bits=10.0,
        better="prior",
    )


def a_verdict(relation: Relation = Relation.EXACT_COPY, disposition: Disposition = Disposition.FLAG) -> Verdict:
    return Verdict(
        relation=relation,
        disposition=disposition,
        certainty=Certainty.CERTAIN,
        sentence="A copy under new UIDs, for the same patient: 140 of 140 items have exactly the same pixels.",
        evidence=evidence(),
        reasons=("140 of 140 frames have exactly the same pixels", "the acquisition times are the same to the second"),
        against=("the Study Instance UIDs differ",),
        vetoes=("the patient is not surely the same",),
        better="prior",
        digest_version="spd1.aid1",
    )


def a_case(
    number: int = 7,
    relation: Relation = Relation.EXACT_COPY,
    disposition: Disposition = Disposition.FLAG,
    state: CaseState = CaseState.NEW,
) -> ReviewCase:
    events = [CaseEvent("opened", NOON, "pacs_dedup")]
    if state is CaseState.DECIDED:
        events.append(CaseEvent("decided", NOON + timedelta(hours=1), "wong.sm", Verb.SAME, "looked at both"))
    return ReviewCase(
        case_id=CaseId(number),
        incoming=StudyKey(StudyInstanceUid("1.2.3.4"), "PWHPACS"),
        generation=1,
        prior=StudyKey(StudyInstanceUid("1.2.3.5"), "QEHPACS"),
        verdict=a_verdict(relation, disposition),
        state=state,
        opened_at=NOON + timedelta(minutes=number),
        events=tuple(events),
    )


@cache
def a_picture(seed: int, side: int = 256) -> bytes:
    rows, columns = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    body = (rows**2 / 0.7 + columns**2 < 0.7) * 120 + ((rows - 0.1) ** 2 + (columns - 0.2) ** 2 < 0.05) * 80
    noise = np.random.default_rng(seed).normal(0, 9, body.shape)
    out = BytesIO()
    Image.fromarray(np.clip(body + noise, 0, 255).astype(np.uint8)).save(out, "PNG")
    return out.getvalue()


def differences() -> tuple[HeaderDifference, ...]:
    patient, coercion = HeaderGroup.PATIENT, DifferenceKind.COERCION
    return (
        HeaderDifference(
            "PatientName (ideographic)", "0010,0010", patient, DifferenceKind.FORMAT, "陈^大文", "陳^大文"
        ),
        HeaderDifference("PatientID", "0010,0020", patient, DifferenceKind.IDENTITY, "PWH0099812", "A123456(3)"),
        HeaderDifference("IssuerOfPatientID", "0010,0021", patient, DifferenceKind.IDENTITY, "PWH", ""),
        HeaderDifference(
            "StudyInstanceUID", "0020,000D", HeaderGroup.STUDY, coercion, "1.2.826.0.1.4", "1.2.826.0.1.5"
        ),
        HeaderDifference("AccessionNumber", "0008,0050", HeaderGroup.STUDY, coercion, "", "QEH26030700123"),
        HeaderDifference("KVP", "0018,0060", HeaderGroup.ACQUISITION, DifferenceKind.FORMAT, "120", "120.0"),
        HeaderDifference(
            "0029,1010", "0029,1010", HeaderGroup.PRIVATE, DifferenceKind.VENDOR, "", "8 bytes, digest 1f"
        ),
        HeaderDifference("ImageComments", "0020,4000", HeaderGroup.OTHER, DifferenceKind.CONTENT, "x" * 159 + "…", ""),
    )


def a_case_report(case: ReviewCase | None = None, **changes: object) -> CaseReport:
    values: dict[str, object] = {
        "case": case or a_case(),
        "incoming": a_study(
            "PWHPACS", patient_name="CHAN^TAI-MAN=陈^大文", patient_id="PWH0099812", accession_number=""
        ),
        "prior": a_study(),
        "differences": differences(),
        "differences_note": "Compared: the first pair of instances with equal pixels.",
        "pictures": Pictures("Instance 70 of 140", a_picture(1), a_picture(1), a_picture(2)),
    }
    return CaseReport(**{**values, **changes})  # type: ignore[arg-type]


def a_report(**changes: object) -> ReportData:
    values: dict[str, object] = {
        "generated_at": NOON,
        "query": "all arrivals and cases since the beginning",
        "action": "flag",
        "product_version": "0.1.0",
        "digest_versions": ("spd1.aid1",),
        "rules_versions": ("2026.1",),
        "studies": 24,
        "instances": 1842,
        "size_bytes": 981_223_000,
        "copies": 9,
        "copy_bytes": 310_000_000,
        "held": 1,
        "pairs": (
            (Relation.EXACT_COPY, 5),
            (Relation.RESEND, 2),
            (Relation.LOSSY_COPY, 2),
            (Relation.WRONG_PATIENT, 1),
            (Relation.SUBSET, 1),
            (Relation.DISTINCT, 30),
        ),
        "dispositions": ((Disposition.ALERT, 1), (Disposition.FLAG, 8), (Disposition.ACCEPT, 32)),
        "senders": (
            SenderTotals("QEHPACS", 14, 1200, 600_000_000, 1, 20_000_000, 1, 0),
            SenderTotals("PWHPACS", 10, 642, 381_223_000, 8, 290_000_000, 7, 1),
        ),
        "cases": (
            a_case_report(a_case(9, state=CaseState.DECIDED)),
            a_case_report(),
            a_case_report(
                a_case(8, Relation.WRONG_PATIENT, Disposition.ALERT),
                pictures=Pictures(note="The pixels could not be decoded."),
            ),
            a_case_report(
                a_case(6, disposition=Disposition.QUARANTINE), held=True, held_until=NOON + timedelta(days=1)
            ),
        ),
        "unreadable": (
            UnreadableInstance(
                "PWHPACS", NOON, 51_200, "the pixel data are shorter than Rows x Columns say", "b3:9f21"
            ),
        ),
    }
    return ReportData(**{**values, **changes})  # type: ignore[arg-type]
