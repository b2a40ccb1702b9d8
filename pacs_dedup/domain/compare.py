"""Compare two studies: every fact, weighed, and how they cover each other. Pure; the pixels were looked at before."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from pacs_dedup.domain.acquisitions.comparison import compare_acquisitions
from pacs_dedup.domain.acquisitions.extent import compare_extents, series_sizes
from pacs_dedup.domain.acquisitions.facts import Acquisition
from pacs_dedup.domain.evidence import Comparison, Evidence, Fact, Group, PatientTier
from pacs_dedup.domain.fingerprint import InstanceFingerprint, StudyFingerprint
from pacs_dedup.domain.frames import sop_findings
from pacs_dedup.domain.frames.alignment import LookAt, Looked, plan
from pacs_dedup.domain.frames.comparison import compare_pixels
from pacs_dedup.domain.frames.coverage import cover
from pacs_dedup.domain.frames.findings import read_all, read_twins
from pacs_dedup.domain.frames.instance_counts import count_instances
from pacs_dedup.domain.frames.pairing import distinct_instances, pair
from pacs_dedup.domain.frames.rendition import better_side
from pacs_dedup.domain.frames.uid_comparison import compare_uids
from pacs_dedup.domain.identifiers import Digest
from pacs_dedup.domain.patients.name_frequencies import UNCOUNTED, NameFrequencies
from pacs_dedup.domain.patients.of_studies import compare_study_patients

GROUP_CAPS: dict[Group, tuple[float, float]] = {
    Group.PIXELS: (-40.0, 40.0),
    Group.UIDS: (-4.0, 40.0),
    Group.TIME: (-8.0, 16.0),
    Group.DEVICE: (-6.0, 5.0),
    Group.GEOMETRY: (-7.0, 15.0),
    Group.EXPOSURE: (-4.0, 3.0),
    Group.TEXT: (-3.0, 6.0),
    Group.ORDER: (0.0, 12.0),
    Group.STRUCTURE: (-7.0, 3.0),
}
"""Least and most that a group may add, in bits: its facts depend on each other."""

_ONE_MOMENT = ("equal", "shifted", "shifted_days")
_ONE_DAY = ("same_day", "same_day_other_extent")


def compare_studies(
    incoming: StudyFingerprint,
    prior: StudyFingerprint,
    looked: Sequence[Looked] = (),
    common: frozenset[Digest] = frozenset(),
    frequencies: NameFrequencies = UNCOUNTED,
) -> Evidence:
    """Compare an incoming study with a prior one.

    Args:
        incoming: what arrived.
        prior: what it is compared with.
        looked: frame pairs whose pixels were compared, as `plan_looks` asked for.
        common: stored and content digests that so many patients share that they identify nobody.
        frequencies: how common names are among the patients that are known.
    """
    left, right = distinct_instances(incoming), distinct_instances(prior)
    pairing = pair(left, right, common)
    acquired = _acquired(left, right)
    findings = read_all(looked)
    sop = sop_findings.find(incoming, prior, read_twins(findings))
    coverage = cover(pairing, left, prior, findings)
    equal = coverage.matched > 0 or sop.shared > sop.conflicting
    patients = compare_study_patients(left, right, pixels_equal=equal, frequencies=frequencies)
    comparisons = (
        *compare_pixels(pairing, coverage, looked),
        *compare_uids(incoming, prior, sop),
        *acquired,
        *patients.comparisons,
    )
    return Evidence(
        comparisons=comparisons,
        coverage=coverage,
        sop=sop,
        patient_tier=patients.tier,
        instances=count_instances(left, right, pairing, coverage),
        incoming_instances=len(incoming.by_sop_instance_uid),
        prior_instances=len(prior.by_sop_instance_uid),
        same_source=incoming.key.source == prior.key.source,
        quality_control=any(i.quality_control for i in (*left, *right)),
        total_bits=total_bits(comparisons),
        patient_bits=patients.bits,
        patient_model=patients.model,
        patient_vetoes=patients.vetoes,
        better=better_side(left, right, values_equal=not pairing.left_incoming and not pairing.left_prior),
    )


def plan_looks(
    incoming: StudyFingerprint, prior: StudyFingerprint, common: frozenset[Digest] = frozenset()
) -> tuple[LookAt, ...]:
    """Choose the frame pairs whose pixels should be compared before `compare_studies` is final."""
    left, right = distinct_instances(incoming), distinct_instances(prior)
    pairing = pair(left, right, common)
    acquired = {c.fact: c.level for c in _acquired(left, right)}
    if acquired[Fact.MODALITY] == "differs" and not pairing.exact:
        return ()
    told = acquired[Fact.ACQUISITION_TIME] in _ONE_MOMENT and acquired[Fact.ACQUISITION_FRACTIONS] != "differs"
    same_time = told or acquired[Fact.EVENT_UIDS] == "shared"
    same_setup = acquired[Fact.DEVICE] == "serial_equal" and acquired[Fact.ACQUISITION_TIME] in _ONE_DAY
    one_study = incoming.key.study_instance_uid == prior.key.study_instance_uid
    captured = acquired[Fact.MODALITY] == "converted" and _one_person(left, right)
    beside = tuple(known for _, known in (*pairing.exact, *pairing.value))
    return plan(
        pairing.left_incoming,
        pairing.left_prior,
        wide=same_time or same_setup or one_study or captured,
        one_moment=same_time,
        beside=beside,
    )


def _one_person(left: Sequence[InstanceFingerprint], right: Sequence[InstanceFingerprint]) -> bool:
    """Whether a capture may be of the other side's patient: captures keep nothing else to go by."""
    tier = compare_study_patients(left, right, pixels_equal=False).tier
    return tier in (PatientTier.SAME, PatientTier.PROBABLE)


def total_bits(comparisons: Iterable[Comparison]) -> float:
    """Add the weights group by group, each group within its caps; the patient has a scale of its own."""
    sums: dict[Group, float] = defaultdict(float)
    for comparison in comparisons:
        if comparison.group in GROUP_CAPS:
            sums[comparison.group] += comparison.weight_bits
    return sum(min(max(bits, GROUP_CAPS[group][0]), GROUP_CAPS[group][1]) for group, bits in sums.items())


def _acquired(incoming: Sequence[InstanceFingerprint], prior: Sequence[InstanceFingerprint]) -> tuple[Comparison, ...]:
    one_extent = series_sizes(incoming).total() == series_sizes(prior).total()
    acquired = compare_acquisitions(_acquisitions(incoming), _acquisitions(prior), one_extent=one_extent)
    return (*acquired, compare_extents(incoming, prior))


def _acquisitions(instances: Sequence[InstanceFingerprint]) -> tuple[Acquisition, ...]:
    images = tuple(i.acquisition for i in instances if i.frames)
    return images or tuple(i.acquisition for i in instances)
