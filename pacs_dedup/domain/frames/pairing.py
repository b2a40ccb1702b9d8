"""Which frame of one study is which frame of the other, by exact digests: multisets, no positions needed."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from pacs_dedup.domain.fingerprint import FrameFingerprint, InstanceFingerprint, StudyFingerprint
from pacs_dedup.domain.frames.references import References, names_across
from pacs_dedup.domain.identifiers import BlobId, Digest

T = TypeVar("T")
_FRAMES_OF_A_TEMPLATE = 3
_NONE: frozenset[Digest] = frozenset()
_NOTHING = Digest("")


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

    @property
    def shown_as(self) -> Digest | None:
        """How a screen shows the stored values of this frame."""
        return self.fingerprint.presentation_digest or self.instance.presentation_digest

    @property
    def seen(self) -> tuple[Digest, ...]:
        """Stored values, how they are shown and what is drawn over them: all that a blank page can say."""
        return (
            self.fingerprint.stored_digest,
            self.shown_as or _NOTHING,
            self.instance.overlay_digest or _NOTHING,
        )


FramePairs = tuple[tuple[FrameItem, FrameItem], ...]
InstancePairs = tuple[tuple[InstanceFingerprint, InstanceFingerprint], ...]


@dataclass(frozen=True, slots=True)
class Pairing:
    """The frames and objects of two studies, sorted into pairs and leftovers.

    Attributes:
        exact: pairs (incoming, prior) of informative frames with equal stored digests.
        value: further pairs with equal value digests, or with the same colours by a palette and without one.
        turned: further pairs that are equal once one is rotated or reflected; the same picture, but no copy.
        silent: pairs of equal frames that do not count, shown alike and with the same overlays.
        left_incoming, left_prior: informative frames without a partner.
        silent_incoming: frames that do not count and that only the incoming study has.
        objects: pairs of objects with equal content that name the same instances, or copies of them.
        common_objects: further such pairs whose content so many patients share that they do not count.
        new_objects, prior_only_objects: objects that only one side has, or of which the other says the same of other
            instances.
        renewed: pairs, of frames or of objects, whose incoming SOP Instance UID the prior lacks.
        unreadable_incoming, unreadable_prior: instances that gave no digest by which they could be compared.
    """

    exact: FramePairs
    value: FramePairs
    turned: FramePairs
    silent: FramePairs
    left_incoming: tuple[FrameItem, ...]
    left_prior: tuple[FrameItem, ...]
    silent_incoming: tuple[FrameItem, ...]
    objects: InstancePairs
    common_objects: InstancePairs
    new_objects: tuple[InstanceFingerprint, ...]
    prior_only_objects: tuple[InstanceFingerprint, ...]
    renewed: int
    unreadable_incoming: int
    unreadable_prior: int

    @property
    def content(self) -> int:
        """Number of non-pixel objects with equal content that count."""
        return len(self.objects)

    @property
    def new_content(self) -> int:
        """Number of non-pixel objects that only the incoming study has."""
        return len(self.new_objects)

    @property
    def prior_only_content(self) -> int:
        """Number of non-pixel objects that only the prior has."""
        return len(self.prior_only_objects)

    @property
    def uninformative(self) -> int:
        """Number of equal frames, and of equal common objects, that do not count."""
        return len(self.silent) + len(self.common_objects)

    @property
    def equal_frames(self) -> int:
        """Number of frame pairs that digests prove to be copies."""
        return len(self.exact) + len(self.value)


def distinct_instances(study: StudyFingerprint) -> tuple[InstanceFingerprint, ...]:
    """Return the study's instances, one for each SOP Instance UID, pixel content, meaning and what an object names.

    The same instance sent twice in two encodings is one instance, not two; the header that came last speaks for it.
    """
    seen: dict[object, InstanceFingerprint] = {}
    for instance in study.instances:
        digests = tuple(frame.stored_digest for frame in instance.frames)
        named = digests or instance.content_digest or instance.blob_id
        about = instance.content_digest and instance.referenced_sop_instance_uids
        seen[instance.sop_instance_uid, named, instance.content_digest, about] = instance
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
        common: stored and content digests that so many patients share that they identify nobody; they do not count,
            unless the two studies share more different frames of them than a template has.
    """
    incoming, prior = tuple(incoming), tuple(prior)
    speaking_in, silent_in = _split(frame_items(incoming), common)
    speaking_pr, silent_pr = _split(frame_items(prior), common)
    if _more_than_a_template(silent_in, silent_pr):
        (speaking_in, silent_in), (speaking_pr, silent_pr) = (_split(frame_items(i), _NONE) for i in (incoming, prior))
    named, left_in, left_pr = _join(speaking_in, speaking_pr, _named_stored)
    alike, left_in, left_pr = _join(left_in, left_pr, lambda item: (*item.seen, item.fingerprint.shown_digest))
    exact, left_in, left_pr = _join(left_in, left_pr, _stored)
    exact = (*named, *alike, *exact)
    value, left_in, left_pr = _join(left_in, left_pr, lambda item: item.fingerprint.value_digest)
    shown, left_in, left_pr = _join(left_in, left_pr, lambda item: item.fingerprint.shown_digest)
    turned, left_in, left_pr = _join(left_in, left_pr, lambda item: item.fingerprint.orientation_digest)
    silent, silent_incoming, silent_prior = _join(silent_in, silent_pr, lambda item: item.seen)
    poor_in, silent_incoming = _in_place_of(left_pr, silent_incoming, common)
    poor_pr, _ = _in_place_of(left_in, silent_prior, common)
    left_in, left_pr = (*left_in, *poor_in), (*left_pr, *poor_pr)
    joined, new, old = _join_objects(incoming, prior, _references(incoming, prior, (*value, *shown), left_in, left_pr))
    shared = tuple(couple for couple in joined if couple[0].content_digest not in common)
    return Pairing(
        exact=exact,
        value=(*value, *shown),
        turned=turned,
        silent=silent,
        left_incoming=left_in,
        left_prior=left_pr,
        silent_incoming=silent_incoming,
        objects=shared,
        common_objects=tuple(couple for couple in joined if couple[0].content_digest in common),
        new_objects=new,
        prior_only_objects=old,
        renewed=_renewed((*(i.instance for i, _ in (*exact, *value, *shown)), *(i for i, _ in shared)), prior),
        unreadable_incoming=sum(map(unexamined, incoming)),
        unreadable_prior=sum(map(unexamined, prior)),
    )


def _stored(item: FrameItem) -> Hashable:
    return (item.fingerprint.stored_digest, item.fingerprint.shown_digest)


def _named_stored(item: FrameItem) -> Hashable:
    """Tell what pairs first: a still that repeats a frame of a cine must not take that frame's place."""
    return (item.instance.sop_instance_uid, item.ref.frame, _stored(item))


def _renewed(paired: Iterable[InstanceFingerprint], prior: Iterable[InstanceFingerprint]) -> int:
    known = {instance.sop_instance_uid for instance in prior}
    return sum(1 for instance in paired if instance.sop_instance_uid not in known)


def unexamined(instance: InstanceFingerprint) -> bool:
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


def _in_place_of(
    speaking: Iterable[FrameItem], silent: Iterable[FrameItem], common: frozenset[Digest]
) -> tuple[tuple[FrameItem, ...], tuple[FrameItem, ...]]:
    """Return the silent frames that stand where a speaking one of the other side stands, and the others.

    Compression and windows may leave so few grey levels of an image that it says nothing by itself. Where its header
    names one moment, place and number with an image that speaks, the two deserve a look.
    """
    places = {_station(item) for item in speaking} - {None}
    poor: list[FrameItem] = []
    others: list[FrameItem] = []
    for item in silent:
        shared = item.fingerprint.stored_digest in common or item.fingerprint.value_digest in common
        (poor if not shared and _station(item) in places else others).append(item)
    return tuple(poor), tuple(others)


def _station(item: FrameItem) -> Hashable:
    """Moment, number and place of a frame; None where the header does not tell the moment."""
    acquired = item.instance.acquisition
    geometry = acquired.geometry_of(item.ref.frame)
    place = None if geometry is None or geometry.along_normal is None else round(geometry.along_normal, 1)
    moment = acquired.acquired_at
    return (acquired.modality, moment, acquired.instance_number, item.ref.frame, place) if moment else None


def _more_than_a_template(left: Iterable[FrameItem], right: Iterable[FrameItem]) -> bool:
    """Tell whether frames that are silent only because many have them are too many for a template or a test pattern.

    A whole study that is filed again and again, each time for somebody else, must not fall silent.
    """
    here, there = ([item.fingerprint for item in side if item.fingerprint.informative] for side in (left, right))
    stored = {frame.stored_digest for frame in here} & {frame.stored_digest for frame in there}
    values = {frame.value_digest for frame in here} & {frame.value_digest for frame in there} - {None}
    return max(len(stored), len(values)) > _FRAMES_OF_A_TEMPLATE


def _references(
    incoming: Iterable[InstanceFingerprint],
    prior: Iterable[InstanceFingerprint],
    rewritten: FramePairs,
    left_incoming: Iterable[FrameItem],
    left_prior: Iterable[FrameItem],
) -> References:
    """Name what objects may point at, as both studies have it."""
    pairs = ((i.instance, p.instance) for i, p in rewritten if len(i.instance.frames) == len(p.instance.frames))
    left = tuple([item.instance for item in side] for side in (left_incoming, left_prior))
    return names_across(incoming, prior, pairs, (left[0], left[1]))


def _join_objects(
    incoming: Iterable[InstanceFingerprint], prior: Iterable[InstanceFingerprint], references: References
) -> tuple[InstancePairs, tuple[InstanceFingerprint, ...], tuple[InstanceFingerprint, ...]]:
    here = [(instance, said) for instance in incoming if (said := references.of_incoming(instance))]
    there = [(instance, said) for instance in prior if (said := references.of_prior(instance))]
    joined, new, old = _join(here, there, lambda told: told[1])
    return tuple((a, b) for (a, _), (b, _) in joined), tuple(a for a, _ in new), tuple(b for b, _ in old)


def _join(
    left: Iterable[T], right: Iterable[T], key: Callable[[T], Hashable]
) -> tuple[tuple[tuple[T, T], ...], tuple[T, ...], tuple[T, ...]]:
    """Join two multisets on a digest; None never joins. Returns pairs and what is left on either side."""
    waiting: dict[Hashable, list[T]] = defaultdict(list)
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
