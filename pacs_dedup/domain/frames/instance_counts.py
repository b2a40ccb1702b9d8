"""How many instances of two studies are the same, re-encoded, near, different, or alone."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from pacs_dedup.domain.evidence import Coverage, InstanceCounts
from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.frames.pairing import Pairing
from pacs_dedup.domain.identifiers import BlobId

Instances = Sequence[InstanceFingerprint]


def count_instances(incoming: Instances, prior: Instances, pairing: Pairing, coverage: Coverage) -> InstanceCounts:
    """Sort the incoming instances by what the prior has of them, and count what only the prior has.

    Args:
        incoming: instances as `distinct_instances` returns them.
        prior: the same of the prior study.
        pairing: how their frames and objects pair.
        coverage: how many frames looks at pixels confirmed; a sample that stands for all.
    """
    partners = _partners(pairing)
    sorts = Counter(_sort(instance, partners.get(instance.blob_id, Counter())) for instance in incoming)
    touched = {partner.blob_id for found in partners.values() for partner in found}
    open_incoming = [instance for instance in incoming if not partners.get(instance.blob_id)]
    open_prior = [instance for instance in prior if instance.blob_id not in touched]
    near = _near(open_incoming, open_prior, pairing, coverage)
    clashing = _clashing(open_incoming, open_prior) if not near else 0
    return InstanceCounts(
        identical=sorts["identical"],
        re_encoded=sorts["re_encoded"],
        near=near,
        different=sorts["partly"] + clashing,
        only_in_a=len(open_incoming) - near - clashing,
        only_in_b=len(open_prior) - min(near, _with_frames(open_prior)) - clashing,
    )


def _sort(instance: InstanceFingerprint, found: Counter[InstanceFingerprint]) -> str:
    if not found:
        return "open"
    if found.total() < len(instance.frames) + (instance.content_digest is not None):
        return "partly"
    return "identical" if _unchanged(instance, found) else "re_encoded"


def _partners(pairing: Pairing) -> dict[BlobId, Counter[InstanceFingerprint]]:
    """Count, for each incoming blob, with which prior instances its frames or its content pair."""
    partners: dict[BlobId, Counter[InstanceFingerprint]] = defaultdict(Counter)
    for frame, prior_frame in (*pairing.exact, *pairing.value, *pairing.silent):
        partners[frame.instance.blob_id][prior_frame.instance] += 1
    for instance, prior_instance in (*pairing.objects, *pairing.common_objects):
        partners[instance.blob_id][prior_instance] += 1
    return partners


def _unchanged(instance: InstanceFingerprint, found: Counter[InstanceFingerprint]) -> bool:
    (partner, *others) = found
    same_frames = [f.stored_digest for f in instance.frames] == [f.stored_digest for f in partner.frames]
    return not others and same_frames and instance.transfer_syntax_uid == partner.transfer_syntax_uid


def _near(incoming: Instances, prior: Instances, pairing: Pairing, coverage: Coverage) -> int:
    """Spread the frames that looks confirmed over the instances that are left, one partner for each."""
    share = coverage.verified / len(pairing.left_incoming) if pairing.left_incoming else 0.0
    most = _with_frames(incoming) if _with_frames(prior) else 0
    return min(round(share * _with_frames(incoming)), most)


def _with_frames(instances: Instances) -> int:
    return sum(1 for instance in instances if instance.frames)


def _clashing(incoming: Iterable[InstanceFingerprint], prior: Iterable[InstanceFingerprint]) -> int:
    known = {instance.sop_instance_uid for instance in prior}
    return len({instance.sop_instance_uid for instance in incoming} & known)
