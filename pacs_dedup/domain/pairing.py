"""Which frame of one study is which frame of the other, by exact digests: multisets, no positions needed."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from pacs_dedup.domain.fingerprint import FrameFingerprint, InstanceFingerprint, StudyFingerprint
from pacs_dedup.domain.identifiers import BlobId, Digest

T = TypeVar("T")


@dataclass(frozen=True, slots=True, order=True)
class FrameRef:
    """Where a frame's pixels are: the blob, and the frame's number in it, from 0."""

    blob_id: BlobId
    frame: int


@dataclass(frozen=True, slots=True)
class FrameItem:
    """One frame with the instance that it belongs to."""

    ref: FrameRef
    instance: InstanceFingerprint
    fingerprint: FrameFingerprint


@dataclass(frozen=True, slots=True)
class Pairing:
    """The frames and objects of two studies, sorted into pairs and leftovers.

    Attributes:
        exact: pairs (incoming, prior) of informative frames with equal stored digests.
        value: further pairs with equal value digests.
        left_incoming, left_prior: informative frames without a partner.
        uninformative: number of equal frames, and of equal common objects, that do not count.
        new_uninformative: number of such frames that only the incoming study has.
        content: number of non-pixel objects with equal content.
        renewed: pairs, of frames or of objects, whose incoming SOP Instance UID the prior lacks.
        new_content, prior_only_content: non-pixel objects that only one side has.
        unreadable_incoming, unreadable_prior: instances that gave no digest by which they could be compared.
    """

    exact: tuple[tuple[FrameItem, FrameItem], ...]
    value: tuple[tuple[FrameItem, FrameItem], ...]
    left_incoming: tuple[FrameItem, ...]
    left_prior: tuple[FrameItem, ...]
    uninformative: int
    content: int
    new_content: int
    prior_only_content: int
    unreadable_incoming: int
    unreadable_prior: int
    new_uninformative: int = 0
    renewed: int = 0


def distinct_instances(study: StudyFingerprint) -> tuple[InstanceFingerprint, ...]:
    """Return the study's instances, one for each SOP Instance UID and pixel content.

    The same instance sent twice in two encodings is one instance, not two; the header that came last speaks for it.
    """
    seen: dict[object, InstanceFingerprint] = {}
    for instance in study.instances:
        digests = tuple(frame.stored_digest for frame in instance.frames)
        content = digests or instance.content_digest or instance.blob_id
        seen[instance.sop_instance_uid, content] = instance
    return tuple(seen.values())


def frame_items(instances: Iterable[InstanceFingerprint]) -> tuple[FrameItem, ...]:
    """Return every frame of these instances, in order."""
    return tuple(
        FrameItem(FrameRef(instance.blob_id, number), instance, frame)
        for instance in instances
        for number, frame in enumerate(instance.frames)
    )


def pair(
    incoming: Iterable[InstanceFingerprint],
    prior: Iterable[InstanceFingerprint],
    common: frozenset[Digest] = frozenset(),
) -> Pairing:
    """Pair the frames and objects of two studies by their digests.

    Args:
        incoming: instances as `distinct_instances` returns them.
        prior: the same of the prior study.
        common: stored and content digests that so many patients share that they identify nobody; they do not count.
    """
    incoming, prior = tuple(incoming), tuple(prior)
    speaking_in, silent_in = _split(frame_items(incoming), common)
    speaking_pr, silent_pr = _split(frame_items(prior), common)
    exact, left_in, left_pr = _join(speaking_in, speaking_pr, lambda item: item.fingerprint.stored_digest)
    value, left_in, left_pr = _join(left_in, left_pr, lambda item: item.fingerprint.value_digest)
    silent, new_silent, _ = _join(silent_in, silent_pr, lambda item: item.fingerprint.stored_digest)
    objects_in, objects_pr = _objects(incoming), _objects(prior)
    joined, new, old = _join(objects_in, objects_pr, lambda instance: instance.content_digest)
    shared = tuple(couple for couple in joined if couple[0].content_digest not in common)
    return Pairing(
        exact=exact,
        value=value,
        left_incoming=left_in,
        left_prior=left_pr,
        uninformative=len(silent) + len(joined) - len(shared),
        content=len(shared),
        new_content=len(new),
        prior_only_content=len(old),
        unreadable_incoming=sum(map(_unexamined, incoming)),
        unreadable_prior=sum(map(_unexamined, prior)),
        new_uninformative=len(new_silent),
        renewed=_renewed((*(i.instance for i, _ in (*exact, *value)), *(i for i, _ in shared)), prior),
    )


def _renewed(paired: Iterable[InstanceFingerprint], prior: Iterable[InstanceFingerprint]) -> int:
    known = {instance.sop_instance_uid for instance in prior}
    return sum(1 for instance in paired if instance.sop_instance_uid not in known)


def _unexamined(instance: InstanceFingerprint) -> bool:
    """Whether an instance gave nothing by which it could be compared, whatever the reason."""
    return bool(instance.unreadable) or not (instance.frames or instance.content_digest)


def _split(
    items: tuple[FrameItem, ...], common: frozenset[Digest]
) -> tuple[tuple[FrameItem, ...], tuple[FrameItem, ...]]:
    speaking: list[FrameItem] = []
    silent: list[FrameItem] = []
    for item in items:
        frame = item.fingerprint
        speaks = frame.informative and frame.stored_digest not in common and frame.value_digest not in common
        (speaking if speaks else silent).append(item)
    return tuple(speaking), tuple(silent)


def _objects(instances: tuple[InstanceFingerprint, ...]) -> tuple[InstanceFingerprint, ...]:
    return tuple(i for i in instances if i.content_digest is not None and not i.frames)


def _join(
    left: Iterable[T], right: Iterable[T], key: Callable[[T], Digest | None]
) -> tuple[tuple[tuple[T, T], ...], tuple[T, ...], tuple[T, ...]]:
    """Join two multisets on a digest; None never joins. Returns pairs and what is left on either side."""
    waiting: dict[Digest, list[T]] = defaultdict(list)
    rest_right = list(right)
    for item in rest_right:
        digest = key(item)
        if digest is not None:
            waiting[digest].append(item)
    pairs: list[tuple[T, T]] = []
    rest_left: list[T] = []
    for item in left:
        digest = key(item)
        partners = waiting.get(digest) if digest is not None else None
        if partners:
            pairs.append((item, partners.pop(0)))
        else:
            rest_left.append(item)
    taken = {id(partner) for _, partner in pairs}
    return tuple(pairs), tuple(rest_left), tuple(i for i in rest_right if id(i) not in taken)
