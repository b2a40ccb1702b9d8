"""What an object names: other instances, by what they hold, for a copy with new UIDs names the copies."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field

from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.identifiers import BlobId

Names = Mapping[str, frozenset[Hashable]]
Instances = Iterable[InstanceFingerprint]
Couples = Iterable[tuple[InstanceFingerprint, InstanceFingerprint]]
Said = tuple[Hashable, ...]


@dataclass(frozen=True, slots=True)
class References:
    """By what the instances of two studies are known where an object of either names them.

    A UID stands for what the object's own study holds under it, else for what the other study does, else for itself:
    objects that point at images which nobody has name the same only by the same UID.
    """

    incoming: Names = field(default_factory=dict)
    prior: Names = field(default_factory=dict)

    def of_incoming(self, instance: InstanceFingerprint) -> Said | None:
        """Return what an incoming object says, and of what; None where it has no content."""
        return _said(instance, self.incoming, self.prior)

    def of_prior(self, instance: InstanceFingerprint) -> Said | None:
        """Return what an object of the prior says, and of what; None where it has no content."""
        return _said(instance, self.prior, self.incoming)


def names_within(instances: Instances) -> References:
    """Name what the objects of one study point at; only `References.of_incoming` is of use."""
    instances = tuple(instances)
    return References(_names(instances, _pointed_at(instances), {}))


def names_across(
    incoming: Instances, prior: Instances, rewritten: Couples, left: tuple[Instances, Instances]
) -> References:
    """Name what the objects of two studies point at by what both sides have of it.

    Args:
        incoming: the instances of one study.
        prior: those of the other.
        rewritten: pairs of instances whose frames pair though their stored pixels differ.
        left: those with frames that have no equal, of either side; the only ones of one moment, place and number
            correspond, for one of them may have been compressed.
    """
    incoming, prior = tuple(incoming), tuple(prior)
    wanted = _pointed_at((*incoming, *prior))
    if not wanted:
        return References()
    here, there = map(_by_place, left)
    placed = ((here[place], there[place]) for place in here.keys() & there.keys())
    known_as = {one.blob_id: _held(other) for one, other in (*placed, *rewritten)}
    return References(_names(incoming, wanted, known_as), _names(prior, wanted, {}))


def _pointed_at(instances: Instances) -> frozenset[str]:
    objects = (instance for instance in instances if instance.content_digest is not None)
    return frozenset(uid for instance in objects for uid in instance.referenced_sop_instance_uids)


def _by_place(instances: Instances) -> dict[Hashable, InstanceFingerprint]:
    distinct = {instance.blob_id: instance for instance in instances}.values()
    often = Counter(map(_place, distinct))
    return {place: i for i in distinct if often[place := _place(i)] == 1 and i.acquisition.acquired_at}


def _place(instance: InstanceFingerprint) -> tuple[object, ...]:
    acquired = instance.acquisition
    position = acquired.geometry.position if acquired.geometry is not None else ()
    return (acquired.acquired_at, position, acquired.instance_number)


def _names(instances: Instances, wanted: frozenset[str], known_as: Mapping[BlobId, Hashable]) -> Names:
    names: dict[str, set[Hashable]] = defaultdict(set)
    for instance in instances:
        if instance.sop_instance_uid not in wanted:
            continue
        names[instance.sop_instance_uid].add(known_as.get(instance.blob_id) or _held(instance))
    return {uid: frozenset(held) for uid, held in names.items()}


def _held(instance: InstanceFingerprint) -> Hashable:
    """Return what tells an instance from others whatever its UID; blank pages differ by what is drawn over them."""
    frames = tuple(frame.stored_digest for frame in instance.frames)
    drawn = None if any(frame.informative for frame in instance.frames) else instance.overlay_digest
    held = (frames, instance.content_digest, instance.code_stream_digest, drawn)
    return held if any(held) else instance.sop_instance_uid


def _said(instance: InstanceFingerprint, own: Names, other: Names) -> Said | None:
    if instance.content_digest is None:
        return None
    named = instance.referenced_sop_instance_uids
    return (instance.content_digest, *(own.get(uid) or other.get(uid) or uid for uid in named))
