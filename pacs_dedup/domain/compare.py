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
from pacs_dedup.domain.patient import PatientIdentity
from pacs_dedup.domain.patient_comparison import compare_patients
from pacs_dedup.domain.pixel_comparison import compare_pixels
from pacs_dedup.domain.policy import Policy
from pacs_dedup.domain.rendition import better_side
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
_DEFAULT_POLICY = Policy()


def compare_studies(
    incoming: StudyFingerprint,
    prior: StudyFingerprint,
    looked: Sequence[Looked] = (),
    common: frozenset[Digest] = frozenset(),
    policy: Policy = _DEFAULT_POLICY,
) -> Evidence:
    """Compare an incoming study with a prior one.

    Args:
        looked: frame pairs whose pixels were compared, as `plan_looks` asked for.
        common: stored digests that so many patients share that they identify nobody.
    """
    left, right = distinct_instances(incoming), distinct_instances(prior)
    pairing = pair(left, right, common)
    acquired = compare_acquisitions(_acquisitions(left), _acquisitions(right))
    same_kernel = next(c.level for c in acquired if c.fact is Fact.KERNEL) != "differs"
    findings = _read_all(looked, left, policy, same_kernel=same_kernel)
    copies = frozenset((s.incoming.blob_id, s.prior.blob_id) for s, f in findings if f is Finding.COPY)
    sop = sop_findings.find(incoming, prior, copies)
    coverage = _cover(pairing, left, right, [finding for _, finding in findings])
    patients = compare_patients(_patient(left), _patient(right), pixels_equal=coverage.matched > 0 or sop.shared > 0)
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
        patient_link=patients.link,
        incoming_instances=len(left),
        prior_instances=len(right),
        same_source=incoming.key.source == prior.key.source,
        total_bits=total_bits(comparisons),
        patient_bits=patients.bits,
        better=better_side(left, right),
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
    looked: Sequence[Looked], incoming: Sequence[InstanceFingerprint], policy: Policy, *, same_kernel: bool
) -> list[tuple[Looked, Finding]]:
    modality = {i.blob_id: i.acquisition.modality for i in incoming}
    return [
        (look, read(look, policy, modality.get(look.incoming.blob_id, ""), same_kernel=same_kernel)) for look in looked
    ]


def _cover(
    pairing: Pairing,
    incoming: Sequence[InstanceFingerprint],
    prior: Sequence[InstanceFingerprint],
    findings: Sequence[Finding],
) -> Coverage:
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
        unreadable_incoming=sum(1 for i in incoming if i.unreadable),
        unreadable_prior=sum(1 for i in prior if i.unreadable),
        tried=len(findings),
        confirmed=confirmed,
        rejected=findings.count(Finding.REPEAT),
        reconstructed=findings.count(Finding.RECONSTRUCTION),
    )


def _acquisitions(instances: Sequence[InstanceFingerprint]) -> tuple[Acquisition, ...]:
    images = tuple(i.acquisition for i in instances if i.frames)
    return images or tuple(i.acquisition for i in instances)


def _patient(instances: Sequence[InstanceFingerprint]) -> PatientIdentity:
    """The identity that most instances name; the first of them where there is a tie."""
    named = [i.patient for i in instances]
    return max(named, key=named.count) if named else PatientIdentity()
