"""Equal frames of which the headers, or their order, say something else: a correction, or another picture."""

from collections.abc import Sequence

from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.frames.pairing import FrameItem, Pairing
from pacs_dedup.domain.identifiers import Digest


def placed_otherwise(incoming: FrameItem, prior: FrameItem) -> bool:
    """Whether the incoming header says what the prior's does not; what only the prior says is not lost by a hold."""
    one_to_one = len(incoming.instance.frames) == len(prior.instance.frames)
    placed = one_to_one or prior.instance.acquisition.geometry_of(prior.ref.frame) is not None
    told, known = (_told_of_place(item, of_the_first=one_to_one, placed=placed) for item in (incoming, prior))
    return any(value and value != other for value, other in zip(told, known, strict=True))


def _told_of_place(item: FrameItem, *, of_the_first: bool, placed: bool) -> tuple[object, ...]:
    """Everything that says how a frame lies in the patient.

    Args:
        item: the frame.
        of_the_first: what holds for the first frame of each instance can be compared.
        placed: the frame's own position can.
    """
    acquired = item.instance.acquisition
    first, own = acquired.geometry, acquired.geometry_of(item.ref.frame)
    turned = own or first
    return (
        acquired.laterality_of(item.ref.frame),
        acquired.patient_position,
        acquired.patient_orientation,
        acquired.view_position,
        acquired.view_codes,
        turned.orientation if turned is not None else (),
        first.orientation if first is not None and of_the_first else (),
        first.position if first is not None and of_the_first else (),
        own.position if own is not None and placed else (),
    )


def measured_otherwise(incoming: FrameItem, prior: FrameItem) -> bool:
    """Whether the incoming header gives another factor of standardised uptake, or one that the prior lacks."""
    told, known = (set(item.instance.acquisition.uptake) for item in (incoming, prior))
    return bool(told - known)


def out_of_order(pairing: Pairing) -> int:
    """Count the frames of incoming multi-frame instances that hold frames of a prior one in another order."""
    moving = {
        (incoming.ref.blob_id, prior.ref.blob_id): (_digests(incoming.instance), _digests(prior.instance))
        for incoming, prior in pairing.exact
        if len(incoming.instance.frames) > 1 and len(prior.instance.frames) > 1
    }
    known = {prior for _, prior in moving.values()}
    shuffled = {
        blob: len(arrived)
        for (blob, _), (arrived, prior) in moving.items()
        if arrived not in known and not _in_one_order(arrived, prior)
    }
    return sum(shuffled.values())


def _digests(instance: InstanceFingerprint) -> tuple[Digest, ...]:
    return tuple(frame.stored_digest for frame in instance.frames)


def _in_one_order(left: Sequence[Digest], right: Sequence[Digest]) -> bool:
    """Whether what two sequences share follows one another alike; one may repeat or leave out some."""
    shared = set(left) & set(right)
    shorter, longer = sorted(([digest for digest in side if digest in shared] for side in (left, right)), key=len)
    rest = iter(longer)
    return all(digest in rest for digest in shorter)
