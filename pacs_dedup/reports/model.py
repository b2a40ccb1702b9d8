"""What a report tells: plain values, gathered by the pipeline, printed by the writers beside this module."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pacs_dedup.domain.case import CaseState, ReviewCase
from pacs_dedup.domain.header import HeaderDifference
from pacs_dedup.domain.identifiers import StudyKey
from pacs_dedup.domain.verdict import Disposition, Relation, Verdict

PATIENT_DATA_STATEMENT = (
    "This report holds patient data: names, numbers and images. Keep it where patient data may be kept, "
    "and hand it on only to people who may see it."
)


@dataclass(frozen=True, slots=True)
class StudySummary:
    """One study as a reviewer recognises it; empty strings where the headers say nothing.

    Attributes:
        size_bytes: of all its instances as received.
        received_at: when its first instance came.
    """

    key: StudyKey
    patient_name: str = ""
    patient_id: str = ""
    birth_date: str = ""
    sex: str = ""
    modality: str = ""
    study_date: str = ""
    description: str = ""
    accession_number: str = ""
    series: int = 0
    instances: int = 0
    size_bytes: int = 0
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pictures:
    """One pair of instances to look at, as PNG bytes.

    Attributes:
        caption: which instances these are.
        difference: heat map of the absolute difference; None where the shapes differ or a side is missing.
        note: why a picture is missing; empty when all are there.
    """

    caption: str = ""
    incoming: bytes | None = None
    prior: bytes | None = None
    difference: bytes | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class CaseReport:
    """One case with all that a person needs to judge it.

    Attributes:
        differences: of the headers of one corresponding pair of instances.
        differences_note: which pair that is, or why there are none to show.
        held_until: set while the incoming study is in quarantine.
    """

    case: ReviewCase
    incoming: StudySummary
    prior: StudySummary
    differences: tuple[HeaderDifference, ...] = ()
    differences_note: str = ""
    pictures: Pictures = Pictures()
    held: bool = False
    held_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SenderTotals:
    """What one sender brought, and how much of it was here already.

    Attributes:
        source: calling AE title, or ``scan:<folder>``.
        copies: incoming studies whose content was here already, all of it, in this or a better version.
        copy_bytes: bytes of those studies.
        alerts: studies whose first judgement is an alarm, held back or not.
        flags: studies whose first judgement is for a person, and no alarm.
    """

    source: str
    studies: int
    instances: int
    size_bytes: int
    copies: int = 0
    copy_bytes: int = 0
    flags: int = 0
    alerts: int = 0


@dataclass(frozen=True, slots=True)
class UnreadableInstance:
    """An instance that is kept, but could not be compared; it is forwarded unless it was refused."""

    source: str
    received_at: datetime
    size_bytes: int
    cause: str
    reference: str = ""


@dataclass(frozen=True, slots=True)
class ReportData:
    """Everything one report says.

    Attributes:
        query: what was asked, in words, so that the report can be made again.
        since, until: arrivals and cases of this period; None: from the beginning.
        action: how far the product was allowed to go.
        pairs: number of judged pairs by relation, newest generation of each, ``DISTINCT`` included.
        dispositions: the same pairs by disposition.
        copy_bytes: bytes of incoming studies whose content was here already.
        sites: the hospital behind an AE title, where the configuration names one.
    """

    generated_at: datetime
    query: str
    action: str
    product_version: str
    digest_versions: tuple[str, ...]
    rules_versions: tuple[str, ...]
    since: datetime | None = None
    until: datetime | None = None
    studies: int = 0
    instances: int = 0
    size_bytes: int = 0
    copies: int = 0
    copy_bytes: int = 0
    held: int = 0
    pairs: tuple[tuple[Relation, int], ...] = ()
    dispositions: tuple[tuple[Disposition, int], ...] = ()
    senders: tuple[SenderTotals, ...] = ()
    cases: tuple[CaseReport, ...] = ()
    unreadable: tuple[UnreadableInstance, ...] = ()
    sites: Mapping[str, str] = field(default_factory=dict)


_URGENCY = {Disposition.QUARANTINE: 0, Disposition.FLAG: 1}
_OPEN = frozenset({CaseState.NEW, CaseState.ESCALATED})


def needs_a_person(report: CaseReport) -> bool:
    """Tell whether the case still waits for a decision."""
    return report.case.state in _OPEN


def is_alarm(verdict: Verdict) -> bool:
    """Tell whether a verdict is an alarm; two images under one UID are one where they are held back, too."""
    return verdict.disposition is Disposition.ALERT or verdict.relation is Relation.UID_CONFLICT


def by_urgency(cases: tuple[CaseReport, ...]) -> tuple[CaseReport, ...]:
    """Return open cases before decided ones, alarms before holds before flags, oldest first within each."""
    return tuple(
        sorted(
            cases,
            key=lambda c: (
                not needs_a_person(c),
                not is_alarm(c.case.verdict),
                _URGENCY.get(c.case.verdict.disposition, len(_URGENCY)),
                c.case.opened_at,
            ),
        )
    )
