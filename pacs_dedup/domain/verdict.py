"""The verdict: which relation two studies have, how sure, what follows, and why."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pacs_dedup.domain.evidence import Evidence
from pacs_dedup.domain.identifiers import CaseId, StudyKey
from pacs_dedup.domain.policy import DEFAULT_POLICY, Policy

RULES_VERSION = "2026.2"
"""Version of weights and rules; stored with every verdict."""


class Relation(StrEnum):
    """What an incoming study is to a prior one."""

    DISTINCT = "distinct"
    RESEND = "resend"
    TRANSCODED_RESEND = "transcoded_resend"
    CORRECTED_RESEND = "corrected_resend"
    UID_CONFLICT = "uid_conflict"
    LOSSY_TWIN = "lossy_twin"
    EXACT_COPY = "exact_copy"
    LOSSY_COPY = "lossy_copy"
    WRONG_PATIENT = "wrong_patient"
    COPY_PATIENT_UNKNOWN = "copy_patient_unknown"
    OTHER_RECONSTRUCTION = "other_reconstruction"
    DERIVED = "derived"
    REPEAT_ACQUISITION = "repeat_acquisition"
    SUBSET = "subset"
    SUPERSET = "superset"
    OVERLAP = "overlap"
    PROCEDURE_SPLIT = "procedure_split"
    CONTINUED = "continued"
    ORIENTATION_TWIN = "orientation_twin"
    PRESENTATION_TWIN = "presentation_twin"
    UNINFORMATIVE_MATCH = "uninformative_match"
    UNDIGESTABLE = "undigestable"
    UNDECIDED = "undecided"


class Disposition(StrEnum):
    """What happens to the incoming study. All but QUARANTINE forward it at once."""

    ACCEPT = "accept"
    LINK = "link"
    FLAG = "flag"
    ALERT = "alert"
    QUARANTINE = "quarantine"

    @property
    def opens_case(self) -> bool:
        """Whether a person has to look."""
        return self in (Disposition.FLAG, Disposition.ALERT, Disposition.QUARANTINE)


class Certainty(StrEnum):
    """How sure the verdict is; never a bare percentage."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One judgement on an incoming study against one prior.

    Attributes:
        sentence: the verdict as a radiographer would read it aloud; no patient data.
        reasons, against: sentences that speak for and against it, strongest first.
        vetoes: why it was not quarantined although the relation would allow it.
        would_hold: the site only observes; one that quarantines would have this study held back.
        better: ``incoming``, ``prior`` or ``equal``: which side carries more.
        policy, digest_version, rules_version: what it was computed with, so that it can be computed again.
    """

    relation: Relation
    disposition: Disposition
    certainty: Certainty
    sentence: str
    evidence: Evidence
    reasons: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    vetoes: tuple[str, ...] = ()
    would_hold: bool = False
    better: str = "equal"
    policy: Policy = DEFAULT_POLICY
    digest_version: str = ""
    rules_version: str = RULES_VERSION


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict as it is kept: who was compared with whom, and when. Appended, never edited.

    Attributes:
        prior: equal to ``incoming`` where a study is compared with its own earlier generations or within itself.
    """

    incoming: StudyKey
    generation: int
    prior: StudyKey
    verdict: Verdict
    judged_at: datetime
    case_id: CaseId | None = None
