"""Which frame of each study a person should be shown first, side by side."""

from pacs_dedup.domain.fingerprint import InstanceFingerprint, StudyFingerprint
from pacs_dedup.domain.frames.pairing import FrameItem, FrameRef, distinct_instances, frame_items, pair


def representative_frames(
    incoming: StudyFingerprint, prior: StudyFingerprint
) -> tuple[FrameRef | None, FrameRef | None]:
    """Return one frame of each study: the middle one of those that correspond, else the middle one of each side.

    Frames correspond by an equal SOP Instance UID with other pixels or another meaning (that is what must be seen
    first), then by equal digests, then by equal SOP Instance UID. A study without any frame gives None.
    """
    left, right = distinct_instances(incoming), distinct_instances(prior)
    pairing = pair(left, right)
    known = {i.sop_instance_uid: i for i in right if i.frames}
    by_uid = [(i, known[i.sop_instance_uid]) for i in left if i.frames and i.sop_instance_uid in known]
    conflicting = [(a, b) for a, b in by_uid if _digests(a) != _digests(b)]
    equal = [(a.ref, b.ref) for a, b in pairing.exact or pairing.value]
    for pairs in (_first_frames(conflicting), equal, _first_frames(by_uid)):
        if pairs:
            return pairs[len(pairs) // 2]
    return _middle(left), _middle(right)


def _digests(instance: InstanceFingerprint) -> tuple[str | None, ...]:
    return (*(frame.stored_digest for frame in instance.frames), instance.content_digest)


def _first_frames(
    pairs: list[tuple[InstanceFingerprint, InstanceFingerprint]],
) -> list[tuple[FrameRef, FrameRef]]:
    return [(FrameRef(a.blob_id, 0), FrameRef(b.blob_id, 0)) for a, b in pairs]


def _middle(instances: tuple[InstanceFingerprint, ...]) -> FrameRef | None:
    frames = sorted(frame_items(instances), key=_in_order)
    return frames[len(frames) // 2].ref if frames else None


def _in_order(item: FrameItem) -> tuple[bool, int, int]:
    return (not item.fingerprint.informative, item.instance.acquisition.instance_number or 0, item.ref.frame)
