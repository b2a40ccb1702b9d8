"""One pair of studies as programs read it: the same object from ``compare --json`` and from ``scan --json``.

The dataclasses are the format: their field names are the keys, docs/reference/verdict.schema.json is made from them.
Study ``a`` is the incoming one, ``b`` the prior.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pacs_dedup.domain.evidence import Comparison, Evidence, Fact, Group, InstanceCounts, PatientTier
from pacs_dedup.domain.header import DifferenceKind, HeaderDifference, HeaderGroup
from pacs_dedup.domain.verdict import Certainty, Disposition, Relation, Verdict
from pacs_dedup.reports.masking import masked_comparison, masked_difference, masked_summary
from pacs_dedup.reports.model import StudySummary
from pacs_dedup.reports.waterfall import acquisition_waterfall

_DECIMALS = 2


@dataclass(frozen=True, slots=True)
class Values:
    """What each side says of one fact; masked unless it was asked for."""

    a: str
    b: str


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """One fact that was compared.

    Attributes:
        bits: match weight; 0 where a side lacks the fact. Items of the group ``patient`` are on a scale of their own.
    """

    group: Group
    attribute: Fact
    level: str
    bits: float
    values: Values
    sentence: str


@dataclass(frozen=True, slots=True)
class CapItem:
    """What a cap takes from a group, whose facts depend on each other."""

    label: str
    bits: float


@dataclass(frozen=True, slots=True)
class DifferenceItem:
    """One element of the headers whose values differ, or that only one side has."""

    keyword: str
    tag: str
    group: HeaderGroup
    kind: DifferenceKind
    values: Values


@dataclass(frozen=True, slots=True)
class StudyObject:
    """One side.

    Attributes:
        source: calling AE title, or ``scan:<folder>``.
        paths: of its files, where they lie on this machine and were not received.
    """

    study_instance_uid: str
    source: str
    paths: tuple[str, ...]
    patient_name: str
    patient_id: str
    birth_date: str
    sex: str
    modality: str
    study_date: str
    description: str
    accession_number: str
    series: int
    instances: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class PairObject:
    """The judgement on one pair of studies.

    Attributes:
        match_weight_bits: the items that are not of the group ``patient``, and the caps, added up.
        patient_bits: the items of the group ``patient``, added up; how likely one patient was before is no part of it.
        better: the side that carries more (lossless, depth, matrix, completeness).
        vetoes: why it was not held although the relation would allow it.
        differences: of the headers of one pair of corresponding instances; None where that was not asked for.
        masked: names, numbers and dates are masked.
    """

    relation: Relation
    certainty: Certainty
    disposition: Disposition
    match_weight_bits: float
    patient_tier: PatientTier
    sentence: str
    evidence: tuple[EvidenceItem, ...]
    caps: tuple[CapItem, ...]
    patient_bits: float
    instances: InstanceCounts
    a: StudyObject
    b: StudyObject
    reasons: tuple[str, ...]
    against: tuple[str, ...]
    vetoes: tuple[str, ...]
    would_hold: bool
    better: Literal["a", "b", "equal"]
    digest_version: str
    rules_version: str
    masked: bool
    differences: tuple[DifferenceItem, ...] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class SideData:
    """One study and where its files are."""

    summary: StudySummary
    paths: Sequence[Path] = ()


def pair_object(
    verdict: Verdict,
    incoming: SideData,
    prior: SideData,
    *,
    differences: Sequence[HeaderDifference] | None = None,
    note: str = "",
    show_values: bool = False,
) -> PairObject:
    """Return the judgement on a pair as the object that is printed.

    Args:
        verdict: the judgement.
        incoming: the study that becomes ``a``.
        prior: the study that becomes ``b``.
        differences: of the headers, where they were looked at.
        note: whatever a reader should know besides.
        show_values: leave names, numbers and dates as they are.
    """
    shown = verdict if show_values else masked_verdict(verdict)
    evidence = shown.evidence
    return PairObject(
        relation=shown.relation,
        certainty=shown.certainty,
        disposition=shown.disposition,
        match_weight_bits=_rounded(evidence.total_bits),
        patient_tier=evidence.patient_tier,
        sentence=shown.sentence,
        evidence=tuple(_item(c) for c in sorted(evidence.comparisons, key=lambda c: -abs(c.weight_bits))),
        caps=_caps(evidence),
        patient_bits=_rounded(evidence.patient_bits),
        instances=evidence.instances,
        a=_study(incoming, show_values=show_values),
        b=_study(prior, show_values=show_values),
        reasons=shown.reasons,
        against=shown.against,
        vetoes=shown.vetoes,
        would_hold=shown.would_hold,
        better=_SIDES[shown.better],
        digest_version=shown.digest_version,
        rules_version=shown.rules_version,
        masked=not show_values,
        differences=_differences(differences, show_values=show_values),
        note=note,
    )


def masked_verdict(verdict: Verdict) -> Verdict:
    """Return a verdict whose evidence shows no names, numbers and dates; its sentences never did."""
    masked = tuple(map(masked_comparison, verdict.evidence.comparisons))
    return replace(verdict, evidence=replace(verdict.evidence, comparisons=masked))


_SIDES: dict[str, Literal["a", "b", "equal"]] = {"incoming": "a", "prior": "b", "equal": "equal"}


def _item(comparison: Comparison) -> EvidenceItem:
    return EvidenceItem(
        group=comparison.group,
        attribute=comparison.fact,
        level=comparison.level,
        bits=_rounded(comparison.weight_bits),
        values=Values(comparison.incoming, comparison.prior),
        sentence=comparison.sentence,
    )


def _caps(evidence: Evidence) -> tuple[CapItem, ...]:
    bars = acquisition_waterfall(evidence).bars
    return tuple(CapItem(bar.label, _rounded(bar.bits)) for bar in bars if bar.comparison is None)


def _study(side: SideData, *, show_values: bool) -> StudyObject:
    told = side.summary if show_values else masked_summary(side.summary)
    return StudyObject(
        study_instance_uid=told.key.study_instance_uid,
        source=told.key.source,
        paths=tuple(map(str, side.paths)),
        patient_name=told.patient_name,
        patient_id=told.patient_id,
        birth_date=told.birth_date,
        sex=told.sex,
        modality=told.modality,
        study_date=told.study_date,
        description=told.description,
        accession_number=told.accession_number,
        series=told.series,
        instances=told.instances,
        size_bytes=told.size_bytes,
    )


def _differences(
    differences: Sequence[HeaderDifference] | None, *, show_values: bool
) -> tuple[DifferenceItem, ...] | None:
    if differences is None:
        return None
    shown = differences if show_values else map(masked_difference, differences)
    return tuple(DifferenceItem(d.keyword, d.tag, d.group, d.kind, Values(d.incoming, d.prior)) for d in shown)


def _rounded(bits: float) -> float:
    return round(bits, _DECIMALS)
