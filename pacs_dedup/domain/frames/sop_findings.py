"""What happened under SOP Instance UIDs that two studies share."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from pacs_dedup.domain.evidence import SopFindings
from pacs_dedup.domain.fingerprint import FrameFingerprint, InstanceFingerprint, StudyFingerprint
from pacs_dedup.domain.frames.alignment import sketch_distance
from pacs_dedup.domain.identifiers import BlobId, by_one_rule

_NEAR_SKETCH = 0.15
"""Share of differing sketch bits within which nine in ten copies lie: docs/decisions/0098."""
_REACH = 2
"""Slices on either side among which a swapped one is looked for; those farther off have no near sketches."""
_FrameOf = tuple[InstanceFingerprint, FrameFingerprint]
Frames = Sequence[FrameFingerprint]


class SopFinding(StrEnum):
    """How two instances of one SOP Instance UID compare, the harmless first."""

    IDENTICAL = "identical"
    TRANSCODED = "transcoded"
    CORRECTED = "corrected"
    LOSSY_TWIN = "lossy_twin"
    UNSETTLED = "unsettled"
    NOT_COMPARABLE = "not_comparable"
    REFUTED = "refuted"
    CONFLICTING = "conflicting"


@dataclass(frozen=True, slots=True)
class TwinLooks:
    """What looking at pixels said about pairs of blobs (incoming, prior) under one SOP Instance UID.

    Attributes:
        copies: in how many frames a pair showed the same noise.
        refuted: pairs of which a frame showed other noise, or noise of another shape.
        left_open: pairs of which a frame was compared and neither shown to be the same nor another.
        vouched_series: Series Instance UIDs of the incoming study in which a look found a copy, and none refuted one.
        beside: the frames next to those of a prior blob, in its series or, of many frames, within itself.
        alike: in how many others a pair showed hardly any noise, and looked more alike than the neighbours do.
    """

    copies: Mapping[tuple[BlobId, BlobId], int] = field(default_factory=dict)
    refuted: frozenset[tuple[BlobId, BlobId]] = frozenset()
    left_open: frozenset[tuple[BlobId, BlobId]] = frozenset()
    vouched_series: frozenset[str] = frozenset()
    beside: Mapping[BlobId, Sequence[Frames]] = field(default_factory=dict)
    alike: Mapping[tuple[BlobId, BlobId], int] = field(default_factory=dict)

    def of(self, incoming: InstanceFingerprint, prior: InstanceFingerprint) -> SopFinding:
        """Say what a pair is whose pixels differ and of which one side lost some to compression.

        The looks are a sample. They speak for what was not looked at only within their series, and only where the
        sketches, which every frame has, are near, and nearer than those of the frames beside: one swapped slice among
        many twins must not pass for one of them.
        """
        pair = (incoming.blob_id, prior.blob_id)
        if pair in self.refuted:
            return SopFinding.REFUTED
        if pair in self.left_open:
            return SopFinding.UNSETTLED
        vouched = pair in self.copies or incoming.series_instance_uid in self.vouched_series
        copies, alike = self.copies.get(pair, 0), self.alike.get(pair, 0) if vouched else 0
        seen = len(incoming.frames) == len(prior.frames) == copies + alike
        twin = seen or (vouched and self._all_nearest(incoming, prior))
        return SopFinding.LOSSY_TWIN if twin else SopFinding.UNSETTLED

    def _all_nearest(self, incoming: InstanceFingerprint, prior: InstanceFingerprint) -> bool:
        beside = self.beside.get(prior.blob_id, ((),) * len(prior.frames))
        pairs = zip(incoming.frames, prior.frames, beside, strict=False)
        return len(incoming.frames) == len(prior.frames) and all(_is_nearest(x, y, others) for x, y, others in pairs)


_NO_LOOKS = TwinLooks()


def find(incoming: StudyFingerprint, prior: StudyFingerprint, looks: TwinLooks = _NO_LOOKS) -> SopFindings:
    """Count the findings over all shared SOP Instance UIDs; the gravest finding of a UID counts."""
    counts, objects = dict.fromkeys(SopFinding, 0), 0
    looks = replace(looks, beside=_frames_beside(prior)) if looks.vouched_series else looks
    shared = incoming.by_sop_instance_uid.keys() & prior.by_sop_instance_uid.keys()
    for uid in shared:
        known = prior.by_sop_instance_uid[uid]
        arrived = incoming.by_sop_instance_uid[uid]
        gravest = max((_against(i, known, looks) for i in arrived), key=_gravity)
        counts[gravest] += 1
        objects += gravest is SopFinding.CONFLICTING and any(_not_of_pixels(i, k) for i in arrived for k in known)
    return SopFindings(
        shared=len(shared),
        identical=counts[SopFinding.IDENTICAL],
        transcoded=counts[SopFinding.TRANSCODED],
        corrected=counts[SopFinding.CORRECTED],
        lossy_twin=counts[SopFinding.LOSSY_TWIN],
        unsettled=counts[SopFinding.UNSETTLED],
        conflicting=counts[SopFinding.CONFLICTING] + counts[SopFinding.REFUTED],
        refuted=counts[SopFinding.REFUTED],
        objects=objects,
        not_comparable=counts[SopFinding.NOT_COMPARABLE],
    )


def same_pixels(a: InstanceFingerprint, b: InstanceFingerprint) -> bool:
    """Tell whether two instances carry the same frames, or the same content where they have no pixels.

    Values that were written anew are the same frames only where they may mean the same: shown by another rescale or
    window, and not black for white. The frames of a segmentation or a dose are the same only with the same meaning.
    """
    if _means_otherwise(a, b):
        return False
    if _one_code_stream(a, b):
        return True
    if not a.frames and not b.frames:
        return a.content_digest is not None and a.content_digest == b.content_digest
    return _all_frames(a, b, lambda x, y: _same_frame(x, y) or _written_anew_to_mean_the_same((a, x), (b, y)))


def compare_instances(a: InstanceFingerprint, b: InstanceFingerprint, looks: TwinLooks = _NO_LOOKS) -> SopFinding:
    """Compare an incoming with a prior instance that have one SOP Instance UID."""
    if a.blob_id == b.blob_id:
        return SopFinding.IDENTICAL
    if (a.unreadable or b.unreadable) and not _one_code_stream(a, b):
        return SopFinding.NOT_COMPARABLE
    if same_pixels(a, b):
        if _names_others(a, b):
            return SopFinding.UNSETTLED
        if a.dataset_digest != b.dataset_digest:
            return SopFinding.CORRECTED
        same_syntax = a.transfer_syntax_uid == b.transfer_syntax_uid
        return SopFinding.IDENTICAL if same_syntax else SopFinding.TRANSCODED
    return _other_pixels(a, b, looks)


def _other_pixels(a: InstanceFingerprint, b: InstanceFingerprint, looks: TwinLooks) -> SopFinding:
    if _means_otherwise(a, b) and _equal_stored(a, b):
        return SopFinding.CONFLICTING  # equal masks of two segments, equal grids of two scalings
    if not a.frames and not b.frames and None in (a.content_digest, b.content_digest):
        return SopFinding.NOT_COMPARABLE  # the content of an object was digested by other rules, or not at all
    if a.frames and _all_frames(a, b, lambda x, y: _same_frame(x, y) or _same_values(x, y)):
        return SopFinding.UNSETTLED  # the values are related, and nothing says that they mean the same
    if not any(i.rendition is not None and i.rendition.lossy for i in (a, b)):
        return SopFinding.CONFLICTING
    return looks.of(a, b)


def _means_otherwise(a: InstanceFingerprint, b: InstanceFingerprint) -> bool:
    """Tell whether two instances say what they or their pixels mean, and say different things.

    Where only one could be decoded the digests differ by that alone.
    """
    told = a.content_digest is not None and b.content_digest is not None
    return told and a.content_digest != b.content_digest and bool(a.frames) == bool(b.frames)


def _not_of_pixels(a: InstanceFingerprint, b: InstanceFingerprint) -> bool:
    """Tell whether a conflict of two instances is one of content: a side has no pixels, or they mean something else."""
    return not a.frames or not b.frames or (_means_otherwise(a, b) and _equal_stored(a, b))


def _equal_stored(a: InstanceFingerprint, b: InstanceFingerprint) -> bool:
    return _all_frames(a, b, lambda x, y: x.stored_digest == y.stored_digest)


def _names_others(a: InstanceFingerprint, b: InstanceFingerprint) -> bool:
    """Tell whether two objects that say the same say it of other images; other rules read other references."""
    named = a.referenced_sop_instance_uids != b.referenced_sop_instance_uids
    return named and a.content_digest is not None and a.digest_version == b.digest_version


def _one_code_stream(a: InstanceFingerprint, b: InstanceFingerprint) -> bool:
    """Tell whether the compressed bytes are the same, which no decoder is needed for."""
    return a.code_stream_digest is not None and a.code_stream_digest == b.code_stream_digest


def _all_frames(
    a: InstanceFingerprint, b: InstanceFingerprint, alike: Callable[[FrameFingerprint, FrameFingerprint], bool]
) -> bool:
    return len(a.frames) == len(b.frames) and all(map(alike, a.frames, b.frames))


def _same_frame(x: FrameFingerprint, y: FrameFingerprint) -> bool:
    return x.shown_digest == y.shown_digest


def _same_values(x: FrameFingerprint, y: FrameFingerprint) -> bool:
    return x.value_digest is not None and x.value_digest == y.value_digest


def _written_anew_to_mean_the_same(one: _FrameOf, other: _FrameOf) -> bool:
    """Tell whether other numbers come with another rescale or window; alone they would be other grey levels.

    Whether the one makes up for the other can not be told: no factor and no offset is kept of a frame.
    """
    (a, x), (b, y) = one, other
    shown = (x.presentation_digest or a.presentation_digest, y.presentation_digest or b.presentation_digest)
    coloured = [i.rendition.samples_per_pixel > 1 for i in (a, b) if i.rendition is not None]
    otherwise = by_one_rule(*shown) and shown[0] != shown[1]
    return _same_values(x, y) and x.polarity == y.polarity and otherwise and not any(coloured)


def _is_nearest(x: FrameFingerprint, y: FrameFingerprint, beside: Frames) -> bool:
    """Tell whether two frames look alike by what is kept of them, and more than those beside the one look like it.

    Two that hold no picture do not differ in one.
    """
    own = _distance(x, y)
    if own is None:
        return not x.informative and not y.informative
    others = (_distance(x, other) for other in beside if other.stored_digest != y.stored_digest)
    return own <= _NEAR_SKETCH and all(own < other for other in others if other is not None)


def _distance(x: FrameFingerprint, y: FrameFingerprint) -> float | None:
    distances = [sketch_distance(a, b) for a in (x.sketch, x.trimmed_sketch) for b in (y.sketch, y.trimmed_sketch)]
    return min((distance for distance in distances if distance is not None), default=None)


def _frames_beside(prior: StudyFingerprint) -> Mapping[BlobId, Sequence[Frames]]:
    series: dict[str, list[InstanceFingerprint]] = defaultdict(list)
    for instance in prior.instances:
        series[instance.series_instance_uid].append(instance)
    return {blob: frames for members in series.values() for blob, frames in _each_beside(members)}


def _each_beside(series: Iterable[InstanceFingerprint]) -> Iterator[tuple[BlobId, Sequence[Frames]]]:
    ordered = sorted(series, key=_in_order)
    singles = [instance for instance in ordered if len(instance.frames) == 1]
    of_singles = _around([instance.frames[0] for instance in singles])
    yield from ((instance.blob_id, (frames,)) for instance, frames in zip(singles, of_singles, strict=True))
    yield from ((instance.blob_id, _around(instance.frames)) for instance in ordered if len(instance.frames) > 1)


def _around(frames: Frames) -> Sequence[Frames]:
    return [(*frames[max(0, n - _REACH) : n], *frames[n + 1 : n + 1 + _REACH]) for n in range(len(frames))]


def _in_order(instance: InstanceFingerprint) -> tuple[float, int, str]:
    geometry = instance.acquisition.geometry
    place = geometry.along_normal if geometry is not None else None
    return (place or 0.0, instance.acquisition.instance_number or 0, instance.sop_instance_uid)


def _against(arrived: InstanceFingerprint, known: Iterable[InstanceFingerprint], looks: TwinLooks) -> SopFinding:
    """Compare one arrival with every known version; the kindest finding counts, for one equal version is enough."""
    return min((compare_instances(arrived, version, looks) for version in known), key=_gravity)


_BY_GRAVITY = tuple(SopFinding)  # declared in this order: the later, the graver


def _gravity(finding: SopFinding) -> int:
    return _BY_GRAVITY.index(finding)
