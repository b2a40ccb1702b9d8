"""Which of two versions of the same images carries more; the one that carries less is never the keeper."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from pacs_dedup.domain.fingerprint import InstanceFingerprint

Quality = tuple[int, int, int, int]
Instances = Sequence[InstanceFingerprint]


def better_side(incoming: Instances, prior: Instances, *, values_equal: bool = False) -> str:
    """Say which side carries more: ``incoming``, ``prior`` or ``equal``.

    Lossless before lossy, then depth, then matrix, then completeness. Images are compared under one SOP Instance UID,
    then with equal frames, then all that are left together. One image that came better is enough for ``incoming``, for
    what arrived is then not to be lost.

    Args:
        incoming: what arrived.
        prior: what it is compared with.
        values_equal: every frame has its equal on the other side, so a wider container or a border adds nothing.
    """
    couples, left, right = _couples(incoming, prior)
    found = {_compare(a, b, values_equal=values_equal, of=max) for a, b in couples}
    if left and right:
        found |= {_compare(left, right, values_equal=values_equal, of=of) for of in (min, max)}
    found -= {"equal"}
    return min(found or {_more((_frames(incoming),), (_frames(prior),))})  # incoming goes before prior


def _couples(incoming: Instances, prior: Instances) -> tuple[list[tuple[Instances, Instances]], Instances, Instances]:
    """Return what corresponds, and what is left of either side."""
    couples: list[tuple[Instances, Instances]] = []
    for key in (_uid, _pixels):
        here, there = _grouped(incoming, key), _grouped(prior, key)
        both = {name for name in here.keys() & there.keys() if name}
        couples += [(here[name], there[name]) for name in both]
        incoming, prior = ([i for i in side if key(i) not in both] for side in (incoming, prior))
    return couples, incoming, prior


def _grouped(
    instances: Instances, key: Callable[[InstanceFingerprint], object]
) -> dict[object, list[InstanceFingerprint]]:
    groups: dict[object, list[InstanceFingerprint]] = defaultdict(list)
    for instance in instances:
        groups[key(instance)].append(instance)
    return groups


def _uid(instance: InstanceFingerprint) -> object:
    return instance.sop_instance_uid


def _pixels(instance: InstanceFingerprint) -> object:
    return tuple(frame.stored_digest for frame in instance.frames)


def _compare(incoming: Instances, prior: Instances, *, values_equal: bool, of: Callable[[Iterable[int]], int]) -> str:
    left, right = (_quality(side, values_equal=values_equal, of=of) for side in (incoming, prior))
    return _more(left, right)


def _more(left: tuple[int, ...], right: tuple[int, ...]) -> str:
    return "equal" if left == right else "incoming" if left > right else "prior"


def _quality(instances: Instances, *, values_equal: bool, of: Callable[[Iterable[int]], int]) -> Quality:
    renditions = [i.rendition for i in instances if i.rendition is not None and not i.unreadable]
    if not renditions:
        return (0, 0, 0, 0)
    return (
        of(int(not r.lossy) for r in renditions),
        0 if values_equal else of(r.bits_stored for r in renditions),
        0 if values_equal else of(r.rows * r.columns for r in renditions),
        _frames(instances),
    )


def _frames(instances: Instances) -> int:
    return sum(len(i.frames) or 1 for i in instances if not i.unreadable)
