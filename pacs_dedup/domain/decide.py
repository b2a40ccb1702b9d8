"""From evidence to a verdict: the relation, what happens, how sure, and why, in plain words."""

from collections.abc import Iterable
from typing import assert_never

from pacs_dedup.domain.evidence import Comparison, Evidence, Fact, Group, PatientTier
from pacs_dedup.domain.fingerprint import DIGEST_VERSION
from pacs_dedup.domain.policy import Action, Policy
from pacs_dedup.domain.relation import other_patient, perhaps_other_patient, relate
from pacs_dedup.domain.sentences import sentence_of
from pacs_dedup.domain.verdict import Certainty, Disposition, Relation, Verdict

_EXPLAINING = frozenset(
    {
        Fact.CONTENT_DIGESTS,
        Fact.KERNEL,
        Fact.ORIENTATION,
        Fact.OVERLAYS,
        Fact.PRESENTATION,
        Fact.SOP_INSTANCE_UIDS,
        Fact.SOURCE_REFERENCES,
        Fact.UNREADABLE,
    }
)
_OTHER_MOMENTS = frozenset({"same_day", "same_day_other_extent", "other_day", "shifted", "shifted_days"})
_TELLING = frozenset({"some", "differs", "conflicting", "to_prior", "turned"})
_NOT_COPIES = frozenset({Relation.DISTINCT, Relation.REPEAT_ACQUISITION})
_QUARANTINABLE = frozenset({Relation.EXACT_COPY, Relation.UID_CONFLICT})
_UNCHANGED = frozenset({Relation.RESEND, Relation.TRANSCODED_RESEND})
"""Every header came as it is known, the patient's details with it: no other name came under a kept UID."""
_DECIDED_UNDER_UIDS = frozenset(
    {
        Relation.RESEND,
        Relation.TRANSCODED_RESEND,
        Relation.CORRECTED_RESEND,
        Relation.CONTINUED,
    }
)
_DECIDED_WITHOUT_DIGESTS = frozenset(
    {
        Relation.LOSSY_TWIN,
        Relation.DISTINCT,
        Relation.REPEAT_ACQUISITION,
        Relation.OTHER_RECONSTRUCTION,
        Relation.DERIVED,
    }
)
_PHANTOM = "it shows a phantom or a test object, and such images are repeated on purpose"


def decide(evidence: Evidence, policy: Policy) -> Verdict:
    """Judge one incoming study against one prior. Pure: the same evidence and policy give the same verdict."""
    relation = relate(evidence, policy)
    vetoes = vetoes_against(relation, evidence, policy) if relation in _QUARANTINABLE else ()
    return Verdict(
        relation=relation,
        disposition=disposition_of(relation, evidence, policy, vetoes),
        certainty=certainty_of(relation, evidence),
        sentence=sentence_of(relation, evidence),
        evidence=evidence,
        reasons=_strongest(c for c in evidence.comparisons if _speaks_for(c, relation)),
        against=_strongest(c for c in evidence.comparisons if _speaks_against(c, relation)),
        vetoes=vetoes,
        would_hold=policy.action is Action.OBSERVE and _may_be_held(relation, vetoes),
        better=evidence.better,
        policy=policy,
        digest_version=DIGEST_VERSION,
    )


def disposition_of(relation: Relation, evidence: Evidence, policy: Policy, vetoes: tuple[str, ...] = ()) -> Disposition:
    """Say what happens to the incoming study; only a site that allows it, and only without veto, has it held."""
    safe = _safe_disposition(relation, evidence)
    held = policy.action is Action.QUARANTINE and _may_be_held(relation, vetoes)
    return Disposition.QUARANTINE if held else safe


def _may_be_held(relation: Relation, vetoes: tuple[str, ...]) -> bool:
    return relation in _QUARANTINABLE and not vetoes


def _safe_disposition(relation: Relation, evidence: Evidence) -> Disposition:
    usual = _usual_disposition(relation, evidence)
    doubted = relation not in _UNCHANGED and perhaps_other_patient(evidence)
    return Disposition.FLAG if doubted and not usual.opens_case else usual


def _usual_disposition(relation: Relation, evidence: Evidence) -> Disposition:
    match relation:
        case Relation.CORRECTED_RESEND | Relation.UNDECIDED if _may_harm(evidence):
            return Disposition.ALERT
        case (
            Relation.DISTINCT
            | Relation.RESEND
            | Relation.TRANSCODED_RESEND
            | Relation.REPEAT_ACQUISITION
            | Relation.CONTINUED
            | Relation.UNINFORMATIVE_MATCH
            | Relation.UNDIGESTABLE
        ):
            return Disposition.ACCEPT
        case Relation.CORRECTED_RESEND | Relation.OTHER_RECONSTRUCTION | Relation.DERIVED | Relation.PROCEDURE_SPLIT:
            return Disposition.LINK
        case Relation.UID_CONFLICT | Relation.WRONG_PATIENT | Relation.ORIENTATION_TWIN:
            return Disposition.ALERT
        case (
            Relation.LOSSY_TWIN
            | Relation.EXACT_COPY
            | Relation.LOSSY_COPY
            | Relation.COPY_PATIENT_UNKNOWN
            | Relation.SUBSET
            | Relation.SUPERSET
            | Relation.OVERLAP
            | Relation.PRESENTATION_TWIN
            | Relation.UNDECIDED
        ):
            return Disposition.FLAG
        case _:
            assert_never(relation)


def _may_harm(evidence: Evidence) -> bool:
    """Whether two patients may be mixed up, or two images hide behind one UID."""
    return other_patient(evidence.patient_tier) or evidence.sop.unsettled > 0


def vetoes_against(relation: Relation, evidence: Evidence, policy: Policy) -> tuple[str, ...]:
    """List why a study may not be held back although its relation would allow it."""
    vetoes = _vetoes_against_conflict(evidence) if relation is Relation.UID_CONFLICT else _vetoes(evidence, policy)
    return tuple(words for applies, words in vetoes if applies)


def _vetoes_against_conflict(evidence: Evidence) -> tuple[tuple[bool, str], ...]:
    """One UID with two images is held to keep an archive from overwriting either, and nothing else is held with it."""
    coverage = evidence.coverage
    unexamined = coverage.unreadable_incoming + coverage.unreadable_prior + evidence.sop.not_comparable
    return (
        (evidence.patient_tier is not PatientTier.SAME, "the patient is not surely the same"),
        (evidence.sop.shared < evidence.incoming_instances, "it brings instances that nobody has yet"),
        (evidence.sop.corrected > 0, "it corrects instances, and a correction is never held back"),
        (evidence.sop.refuted > 0, "some images are told apart by their noise alone"),
        (evidence.sop.objects > 0, "what arrived may be the version that counts"),
        (unexamined > 0, "some of it could not be examined"),
        (evidence.better == "incoming", "what arrived is the better version"),
        (evidence.quality_control, _PHANTOM),
        *((True, veto) for veto in evidence.patient_vetoes),
    )


def _vetoes(evidence: Evidence, policy: Policy) -> tuple[tuple[bool, str], ...]:
    coverage = evidence.coverage
    # A share may round a missing frame away; what is held back has to be known to the last item.
    whole = coverage.matched >= coverage.incoming and not (coverage.new_content or coverage.new_uninformative)
    tied = evidence.level(Fact.SOURCE_REFERENCES) in ("to_prior", "to_incoming")
    return (
        (evidence.patient_tier is not PatientTier.SAME, "the patient is not surely the same"),
        (not whole, "not everything that arrived is known"),
        (coverage.unreadable_incoming > 0, "some of what arrived could not be examined"),
        (coverage.unreadable_prior > 0, "some of the prior could not be examined"),
        (coverage.prior_share < policy.complete_share, "the prior has more than what arrived"),
        (evidence.better == "incoming", "what arrived is the better version"),
        (coverage.value > 0, "its numbers were written anew, which may be a correction"),
        (_times_conflict(evidence), "the acquisition times conflict"),
        (not coverage.images_matched, "no image was compared"),
        (evidence.quality_control, _PHANTOM),
        (
            evidence.level(Fact.ORIENTATION) == "differs",
            "it may correct the side, position, order or measure of an image",
        ),
        (evidence.level(Fact.PRESENTATION) == "not_comparable", "nothing tells whether its images are shown alike"),
        (tied, "one study names the other as its source"),
        *((True, veto) for veto in evidence.patient_vetoes),
    )


def certainty_of(relation: Relation, evidence: Evidence) -> Certainty:
    """Put the verdict into one of three bands; how often the verdicts of each are right is measured.

    A band is a statement about the kind of evidence, not a probability of this one case.
    """
    if relation in (Relation.UNDECIDED, Relation.UNDIGESTABLE) or evidence.coverage.sketched:
        return Certainty.POSSIBLE
    if _proven(relation, evidence):
        return Certainty.CERTAIN
    return Certainty.LIKELY if _leaves_one_reading(relation, evidence) else Certainty.POSSIBLE


def _proven(relation: Relation, evidence: Evidence) -> bool:
    """Whether exact digests decided: those under shared UIDs, or those of frames and objects."""
    coverage, sop = evidence.coverage, evidence.sop
    if relation is Relation.UID_CONFLICT:
        return sop.conflicting > sop.refuted
    if relation in _DECIDED_UNDER_UIDS:
        return sop.identical + sop.transcoded + sop.corrected > 0 and not sop.not_comparable
    by_digests = coverage.exact + coverage.value + coverage.turned > 0 and not coverage.verified
    return by_digests and relation not in _DECIDED_WITHOUT_DIGESTS


def _leaves_one_reading(relation: Relation, evidence: Evidence) -> bool:
    """Whether noise confirmed every look, or what the headers say fits no other relation."""
    coverage = evidence.coverage
    match relation:
        case Relation.DERIVED | Relation.REPEAT_ACQUISITION | Relation.OTHER_RECONSTRUCTION:
            return True
        case Relation.CONTINUED:
            return not coverage.tried  # new frames that were taken for altered copies of known ones may be some
        case Relation.DISTINCT:
            return evidence.total_bits < 0
        case _:
            return coverage.tried > 0 and coverage.confirmed - coverage.settled == coverage.tried


def _times_conflict(evidence: Evidence) -> bool:
    differs = evidence.level(Fact.ACQUISITION_TIME) in _OTHER_MOMENTS
    return differs and evidence.level(Fact.DEVICE) == "serial_equal"


def _speaks_for(comparison: Comparison, relation: Relation) -> bool:
    """Say whether a finding supports the relation; what speaks against a copy speaks for a repeat."""
    if comparison.group is Group.PATIENT and relation is Relation.WRONG_PATIENT:
        return comparison.weight_bits < 0
    if comparison.group is not Group.PATIENT and relation in _NOT_COPIES:
        return comparison.weight_bits < 0
    return comparison.weight_bits > 0 or _explains(comparison)


def _speaks_against(comparison: Comparison, relation: Relation) -> bool:
    return comparison.weight_bits != 0 and not _speaks_for(comparison, relation)


def _explains(comparison: Comparison) -> bool:
    """Some findings carry no weight but are why the relation is what it is."""
    told = comparison.fact in _EXPLAINING and comparison.level in _TELLING
    return told or comparison.fact is Fact.UNINFORMATIVE_FRAMES


def _strongest(comparisons: Iterable[Comparison]) -> tuple[str, ...]:
    return tuple(c.sentence for c in sorted(comparisons, key=lambda c: abs(c.weight_bits), reverse=True))
