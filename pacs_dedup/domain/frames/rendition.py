"""Which of two versions of the same images carries more; the one that carries less is never the keeper."""

from collections.abc import Sequence

from pacs_dedup.domain.fingerprint import InstanceFingerprint

Quality = tuple[int, int, int, int]


def better_side(
    incoming: Sequence[InstanceFingerprint], prior: Sequence[InstanceFingerprint], *, values_equal: bool = False
) -> str:
    """Say which side carries more: ``incoming``, ``prior`` or ``equal``.

    Lossless before lossy, then depth, then matrix, then completeness; the worst image of a side speaks for it.

    Args:
        incoming: what arrived.
        prior: what it is compared with.
        values_equal: every frame has its equal on the other side, so a wider container or a border adds nothing.
    """
    left, right = _quality(incoming, values_equal=values_equal), _quality(prior, values_equal=values_equal)
    return "equal" if left == right else "incoming" if left > right else "prior"


def _quality(instances: Sequence[InstanceFingerprint], *, values_equal: bool) -> Quality:
    renditions = [i.rendition for i in instances if i.rendition is not None and not i.unreadable]
    if not renditions:
        return (0, 0, 0, 0)
    return (
        min(int(not r.lossy) for r in renditions),
        0 if values_equal else min(r.bits_stored for r in renditions),
        0 if values_equal else min(r.rows * r.columns for r in renditions),
        sum(len(i.frames) or 1 for i in instances if not i.unreadable),
    )
