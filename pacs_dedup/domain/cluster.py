"""From pairwise verdicts to one answer for the incoming study."""

from collections.abc import Iterable

from pacs_dedup.domain.verdict import Disposition, Judgement, Relation

_GRAVITY = (
    Relation.UID_CONFLICT,
    Relation.WRONG_PATIENT,
    Relation.ORIENTATION_TWIN,
    Relation.RESEND,
    Relation.TRANSCODED_RESEND,
    Relation.CORRECTED_RESEND,
    Relation.LOSSY_TWIN,
    Relation.EXACT_COPY,
    Relation.PRESENTATION_TWIN,
    Relation.COPY_PATIENT_UNKNOWN,
    Relation.LOSSY_COPY,
    Relation.PROCEDURE_SPLIT,
    Relation.SUBSET,
    Relation.SUPERSET,
    Relation.OVERLAP,
    Relation.CONTINUED,
    Relation.UNDECIDED,
    Relation.OTHER_RECONSTRUCTION,
    Relation.DERIVED,
    Relation.REPEAT_ACQUISITION,
    Relation.UNDIGESTABLE,
    Relation.UNINFORMATIVE_MATCH,
    Relation.DISTINCT,
)
"""Between equally loud ones: safety first, then the relation that explains most of what arrived."""


def primary(judgements: Iterable[Judgement]) -> Judgement | None:
    """Return the judgement that speaks for the incoming study: an alarm, else the gravest.

    Between equals it is the one that matches most.
    """
    return min(judgements, key=_rank, default=None)


def _rank(judgement: Judgement) -> tuple[bool, int, int, float]:
    verdict = judgement.verdict
    quiet = verdict.disposition is not Disposition.ALERT and verdict.relation is not Relation.UID_CONFLICT
    return (quiet, _GRAVITY.index(verdict.relation), -verdict.evidence.coverage.matched, -verdict.evidence.total_bits)
