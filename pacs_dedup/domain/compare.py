"""Compare two studies: every fact, weighed, and how they cover each other. Pure; the pixels were looked at before."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from pacs_dedup.domain import sop_findings
from pacs_dedup.domain.acquisition import Acquisition
from pacs_dedup.domain.acquisition_comparison import compare_acquisitions
from pacs_dedup.domain.alignment import Finding, LookAt, Looked, plan, read
from pacs_dedup.domain.evidence import Comparison, Coverage, Evidence, Fact, Group
from pacs_dedup.domain.fingerprint import InstanceFingerprint, StudyFingerprint
from pacs_dedup.domain.identifiers import Digest
from pacs_dedup.domain.pairing import Pairing, distinct_instances, pair
from pacs_dedup.domain.pixel_comparison import compare_pixels
from pacs_dedup.domain.policy import DEFAULT_POLICY, Policy
from pacs_dedup.domain.rendition import better_side
from pacs_dedup.domain.sop_findings import TwinLooks
from pacs_dedup.domain.study_patients import compare_study_patients
from pacs_dedup.domain.uid_comparison import compare_uids

GROUP_CAPS: dict[Group, tuple[float, float]] = {
    Group.PIXELS: (-40.0, 40.0),
    Group.UIDS: (-4.0, 40.0),
    Group.TIME: (-8.0, 16.0),
    Group.DEVICE: (-6.0, 5.0),
    Group.GEOMETRY: (-7.0, 15.0),
    Group.EXPOSURE: (-4.0, 3.0),
    Group.TEXT: (-3.0, 6.0),
    Group.STRUCTURE: (-7.0, 3.0),
}
"""Least and most that a group may add, in bits: its facts depend on each other."""
Findings = Sequence[tuple[Looked, Finding]]


def compare_studies(
    incoming: StudyFingerprint,
    prior: StudyFingerprint,
    looked: Sequence[Looked] = (),
    common: frozenset[Digest] = frozenset(),
    policy: Policy = DEFAULT_POLICY,
) -> Evidence:
    """Compare an incoming study with a prior one.

    Args:
        incoming: what arrived.
        prior: what it is compared with.
        looked: frame pairs whose pixels were compared, as `plan_looks` asked for.
        common: stored and content digests that so many patients share that they identify nobody.
        policy: holds the thresholds by which a look is read.
    """
    left, right = distinct_instances(incoming), distinct_instances(prior)
    pairing = pair(left, right, common)
    acquired = compare_acquisitions(_acquisitions(left), _acquisitions(right))
    kernel = next(c.level for c in acquired if c.fact is Fact.KERNEL)
    findings = _read_all(looked, left, policy, kernel)
    sop = sop_findings.find(incoming, prior, _twin_looks(findings))
    coverage = _cover(pairing, left, prior, findings)
    patients = compare_study_patients(left, right, pixels_equal=coverage.matched > 0 or sop.shared > 0)
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
        incoming_instances=len(incoming.by_sop_instance_uid),
        prior_instances=len(prior.by_sop_instance_uid),
        same_source=incoming.key.source == prior.key.source,
        total_bits=total_bits(comparisons),
        patient_bits=patients.bits,
        better=better_side(left, right, values_equal=not pairing.left_incoming and not pairing.left_prior),
    )


def plan_looks(
    incoming: StudyFingerprint, prior: StudyFingerprint, common: frozenset[Digest] = frozenset()
) -> tuple[LookAt, ...]:
    """Choose the frame pairs whose pixels should be compared before `compare_studies` is final."""
    left, right = distinct_instances(incoming), distinct_instances(prior)
    pairing = pair(left, right, common)
    acquired = {c.fact: c.level for c in compare_acquisitions(_acquisitions(left), _acquisitions(right))}
    if acquired[Fact.MODALITY] == "differs" and not pairing.exact:
        return ()
    same_time = acquired[Fact.ACQUISITION_TIME] in ("equal", "shifted") or acquired[Fact.EVENT_UIDS] == "shared"
    same_setup = acquired[Fact.DEVICE] == "serial_equal" and acquired[Fact.ACQUISITION_TIME] == "same_day"
    return plan(pairing.left_incoming, pairing.left_prior, wide=same_time or same_setup)


def total_bits(comparisons: Iterable[Comparison]) -> float:
    """Add the weights group by group, each group within its caps; the patient has a scale of its own."""
    sums: dict[Group, float] = defaultdict(float)
    for comparison in comparisons:
        if comparison.group in GROUP_CAPS:
            sums[comparison.group] += comparison.weight_bits
    return sum(min(max(bits, GROUP_CAPS[group][0]), GROUP_CAPS[group][1]) for group, bits in sums.items())


def _read_all(
    looked: Sequence[Looked], incoming: Sequence[InstanceFingerprint], policy: Policy, kernel: str
) -> Findings:
    modality = {i.blob_id: i.acquisition.modality for i in incoming}
    return [(look, read(look, policy, modality.get(look.incoming.blob_id, ""), kernel)) for look in looked]


def _twin_looks(findings: Findings) -> TwinLooks:
    pairs = [((look.incoming.blob_id, look.prior.blob_id), finding) for look, finding in findings]
    return TwinLooks(
        copies=frozenset(pair for pair, finding in pairs if finding is Finding.COPY),
        refuted=frozenset(pair for pair, finding in pairs if finding in (Finding.REPEAT, Finding.RECONSTRUCTION)),
    )


def _cover(
    pairing: Pairing, incoming: Sequence[InstanceFingerprint], prior: StudyFingerprint, looked: Findings
) -> Coverage:
    findings = [finding for _, finding in looked]
    digests = len(pairing.exact) + len(pairing.value)
    confirmed = findings.count(Finding.COPY)
    open_pairs = min(len(pairing.left_incoming), len(pairing.left_prior))
    # The looks are an even sample of the frames that are left: their share of copies stands for all of those.
    verified = round(open_pairs * confirmed / len(findings)) if findings else 0
    return Coverage(
        incoming=digests + len(pairing.left_incoming) + pairing.content + pairing.new_content,
        prior=digests + len(pairing.left_prior) + pairing.content + pairing.prior_only_content,
        exact=len(pairing.exact) + pairing.content,
        value=len(pairing.value),
        verified=verified,
        images_matched=digests + verified,
        uninformative=pairing.uninformative,
        new_content=pairing.new_content,
        prior_only_content=pairing.prior_only_content,
        unreadable_incoming=pairing.unreadable_incoming,
        unreadable_prior=pairing.unreadable_prior,
        tried=len(findings),
        confirmed=confirmed,
        rejected=findings.count(Finding.REPEAT),
        reconstructed=findings.count(Finding.RECONSTRUCTION),
        new_uninformative=pairing.new_uninformative,
        renewed=pairing.renewed + _renewed_copies(incoming, prior, looked),
    )


def _renewed_copies(incoming: Sequence[InstanceFingerprint], prior: StudyFingerprint, looked: Findings) -> int:
    uids = {i.blob_id: i.sop_instance_uid for i in incoming}
    copies = (uids.get(look.incoming.blob_id) for look, finding in looked if finding is Finding.COPY)
    return sum(1 for uid in copies if uid is not None and uid not in prior.by_sop_instance_uid)


def _acquisitions(instances: Sequence[InstanceFingerprint]) -> tuple[Acquisition, ...]:
    images = tuple(i.acquisition for i in instances if i.frames)
    return images or tuple(i.acquisition for i in instances)
