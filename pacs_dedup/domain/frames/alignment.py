"""Which frames deserve a look at their pixels: the plan of verification.

A frame is looked at beside the one that ought to be its copy: the one under the same SOP Instance UID, else the one at
the same slice position (of several, as volumes in time have, the one of its number), else the one whose noise sketch is
nearest. The frames next to that one in its series are
looked at too: a copy must resemble its original more than it resembles the original's neighbours.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pacs_dedup.domain.acquisitions.comparison import reconstruction_level
from pacs_dedup.domain.acquisitions.facts import Geometry
from pacs_dedup.domain.acquisitions.weights import MISSING
from pacs_dedup.domain.fingerprint import Rendition
from pacs_dedup.domain.frames.pairing import FrameItem, FrameRef
from pacs_dedup.domain.frames.verification import FrameVerification

SAMPLE = 9
"""Frames of 512 x 512 looked at in one series at most; evenly spread. Of smaller ones as many as cost as much."""
MOST_LOOKS = 27
"""Frames looked at in one pair of studies, unless they have more series: each is looked at once."""
_FULL_FRAME = 512 * 512
SKETCH_BITS = 512
_FAR_SKETCH = 0.30
"""Share of differing sketch bits beyond which two frames are not worth a look (correlation below about 0.6)."""
_SAME_PLACE_MM = 0.05


@dataclass(frozen=True, slots=True)
class LookAt:
    """A pair of frames whose pixels are to be compared, and the prior's neighbours of that frame.

    Attributes:
        series: the Series Instance UID of the incoming frame; looks are read series by series.
        modalities: (0008,0060) of the two frames; a capture has another one than its original.
        least_matrix: pixels of the smaller of the two frames; None where that is unknown.
        kernel: level at which the two headers' reconstructions compare: ``equal``, ``differs`` or ``missing``.
        one_moment: the two studies say that they were acquired at one time, or in one irradiation event, and the two
            frames have one number and one setting in them: some scanners give all volumes of a run the same time, and
            echoes and energies come at one time too. Or one is declared to be the other.
        declared: one frame says that it is the other, compressed with loss.
        one_uid: the two instances have one SOP Instance UID; what it names is in question, and its headers prove less.
        search_region: other facts make a copy plausible, and one frame may show a part of the other; finding the part
            takes as long as twenty looks.
        sketch_distance: share of differing sketch bits, 0..0.5; all that is left where pixels are no longer held.
        neighbour_distance: the least such share to one of the neighbours.
    """

    incoming: FrameRef
    prior: FrameRef
    neighbours: tuple[FrameRef, ...] = ()
    series: str = ""
    modalities: frozenset[str] = frozenset()
    least_matrix: int | None = None
    kernel: str = MISSING
    one_moment: bool = False
    declared: bool = False
    one_uid: bool = False
    search_region: bool = False
    sketch_distance: float | None = None
    neighbour_distance: float | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """A `LookAt` that was carried out.

    Attributes:
        beside: what comparing the incoming frame with the neighbours of the prior's frame gave; without those that
            could not be compared.
        held: the pixels of both frames are still here; where they are not, the sketches have to stand in.
    """

    at: LookAt
    result: FrameVerification
    beside: tuple[FrameVerification, ...] = ()
    held: bool = True


def plan(
    incoming: Sequence[FrameItem],
    prior: Sequence[FrameItem],
    *,
    wide: bool,
    one_moment: bool = False,
    beside: Sequence[FrameItem] = (),
) -> tuple[LookAt, ...]:
    """Choose the pairs of frames to look at, an even sample of each series.

    Args:
        incoming: informative frames that have no exact partner.
        prior: the same of the prior study.
        wide: other facts make a copy plausible, so look even where the sketches are far apart.
        one_moment: the two studies say that they were acquired at one time.
        beside: further frames of the prior, whose partners are known: they may be neighbours too.
    """
    if not incoming or not prior:
        return ()
    chosen = (item for series in samples(incoming, prior) for item in series)
    partners = ((item, _partner(item, prior, wide=wide, one_time=one_moment)) for item in chosen)
    everything = (*prior, *beside)
    return tuple(_look_at(i, p, everything, wide=wide, one_time=one_moment) for i, p in partners if p is not None)


def sketch_distance(left: bytes | None, right: bytes | None) -> float | None:
    """Share of differing bits of two sketches, 0..0.5, blind to inversion; None where one is missing."""
    if left is None or right is None:
        return None
    differing = (int.from_bytes(left) ^ int.from_bytes(right)).bit_count()
    return min(differing, SKETCH_BITS - differing) / SKETCH_BITS


def nearest_sketches(a: FrameItem, b: FrameItem) -> float | None:
    """Return the least distance between a sketch of one frame and a sketch of the other, border kept or cut off."""
    distances = (sketch_distance(x, y) for x in _sketches(a) for y in _sketches(b))
    return min((distance for distance in distances if distance is not None), default=None)


def _sketches(item: FrameItem) -> tuple[bytes | None, bytes | None]:
    return (item.fingerprint.sketch, item.fingerprint.trimmed_sketch)


def samples(items: Iterable[FrameItem], prior: Iterable[FrameItem]) -> Iterable[Sequence[FrameItem]]:
    """Yield a sample of the frames of each series, first to last; the more series, the smaller each sample.

    Small matrices have little noise each, and one swapped frame among many of them would not show in any other. They
    are cheap only beside others as small: where the prior has none of their size, the smallest counts.
    """
    sizes = {_pixels(item) for item in prior} or {_FULL_FRAME}
    by_series: dict[str, list[FrameItem]] = {}
    for item in items:
        by_series.setdefault(item.instance.series_instance_uid, []).append(item)
    most = max(1, min(SAMPLE, MOST_LOOKS // max(1, len(by_series))))
    for members in by_series.values():
        own = _pixels(members[0])
        size = min(most * _as_cheap(own if own in sizes else max(own, min(sizes))), len(members))
        yield [members[(2 * n + 1) * len(members) // (2 * size)] for n in range(size)]


def _pixels(item: FrameItem) -> int:
    return max((r.rows * r.columns for r in _renditions(item)), default=_FULL_FRAME)


def _as_cheap(pixels: int) -> int:
    """Return how many frames of so many pixels cost as much as one of 512 x 512."""
    return max(1, _FULL_FRAME // max(1, pixels))


def _look_at(item: FrameItem, partner: FrameItem, prior: Sequence[FrameItem], *, wide: bool, one_time: bool) -> LookAt:
    beside = _neighbours(partner, prior)
    distances = (nearest_sketches(item, neighbour) for neighbour in beside)
    declared = _compressed_from(item, partner) or _compressed_from(partner, item)
    return LookAt(
        incoming=item.ref,
        prior=partner.ref,
        neighbours=tuple(neighbour.ref for neighbour in beside),
        series=item.instance.series_instance_uid,
        modalities=frozenset({item.instance.acquisition.modality, partner.instance.acquisition.modality}),
        least_matrix=min((r.rows * r.columns for r in _renditions(item, partner)), default=None),
        kernel=reconstruction_level((item.instance.acquisition,), (partner.instance.acquisition,)),
        one_moment=declared or (one_time and _one_shot(item, partner) and not _at_two_times(item, partner)),
        declared=declared,
        one_uid=item.instance.sop_instance_uid == partner.instance.sop_instance_uid,
        search_region=wide and _may_show_part(item, partner),
        sketch_distance=nearest_sketches(item, partner),
        neighbour_distance=min((distance for distance in distances if distance is not None), default=None),
    )


def _compressed_from(copy: FrameItem, source: FrameItem) -> bool:
    """Whether a frame is marked as compressed with loss and names the other as its one source (PS3.3 C.7.6.1.1.5).

    What both name, as a topogram, is no source of the one.
    """
    rendition = copy.instance.rendition
    lossy = rendition is not None and rendition.lossy and copy.ref.frame == source.ref.frame
    named, known = (set(item.instance.referenced_sop_instance_uids) for item in (copy, source))
    return lossy and named - known == {source.instance.sop_instance_uid}


def _one_shot(a: FrameItem, b: FrameItem) -> bool:
    """Whether two frames of one time may be one: of one number, and of settings that agree as far as both tell them."""
    numbers = {(item.instance.acquisition.instance_number, item.ref.frame) for item in (a, b)}
    left, right = (dict(item.instance.acquisition.exposure) for item in (a, b))
    return len(numbers) == 1 and all(left[keyword] == right[keyword] for keyword in left.keys() & right.keys())


def _at_two_times(a: FrameItem, b: FrameItem) -> bool:
    """Whether two frames under one UID tell two moments; among many, one repeated under its old UID would be lost."""
    one, other = (item.instance.acquisition.acquired_at_of(item.ref.frame) for item in (a, b))
    kept = a.instance.sop_instance_uid == b.instance.sop_instance_uid
    return kept and not (one.startswith(other) or other.startswith(one))


def _may_show_part(a: FrameItem, b: FrameItem) -> bool:
    """Whether one frame may be a part of the other: another matrix, or a border on one side only."""
    known = _renditions(a, b)
    one_size = len(known) > 1 and len({(r.rows, r.columns) for r in known}) == 1
    bordered = [item.fingerprint.trimmed_sketch is not None for item in (a, b)]
    return not one_size or bordered[0] != bordered[1]


def _renditions(*items: FrameItem) -> list[Rendition]:
    return [item.instance.rendition for item in items if item.instance.rendition is not None]


def _partner(item: FrameItem, prior: Sequence[FrameItem], *, wide: bool, one_time: bool) -> FrameItem | None:
    same_uid = [p for p in prior if p.instance.sop_instance_uid == item.instance.sop_instance_uid]
    if same_uid:
        return next((p for p in same_uid if p.ref.frame == item.ref.frame), same_uid[0])
    place = _place(item)
    if wide and place is not None:
        there = [p for p in prior if (q := _place(p)) is not None and abs(q - place) <= _SAME_PLACE_MM]
        if there:
            return min(there, key=lambda p: (one_time and not _one_shot(item, p), _distance(item, p)))
    eligible = [p for p in prior if not _lies_elsewhere(item, p)]
    if not eligible:
        return None
    nearest = min(eligible, key=lambda p: (_distance(item, p), _number(p)[0] != _number(item)[0]))
    return nearest if wide or _distance(item, nearest) <= _FAR_SKETCH else None


def _distance(a: FrameItem, b: FrameItem) -> float:
    distance = nearest_sketches(a, b)
    return 1.0 if distance is None else distance


def _lies_elsewhere(a: FrameItem, b: FrameItem) -> bool:
    """Whether the headers place two slices of one orientation apart: neighbours, however alike, are no copies."""
    here, there = _place(a), _place(b)
    if here is None or there is None:
        return False
    return _orientation(a) == _orientation(b) and abs(here - there) > _SAME_PLACE_MM


def _orientation(item: FrameItem) -> tuple[float, ...]:
    geometry = _geometry(item)
    return geometry.orientation if geometry is not None else ()


def _place(item: FrameItem) -> float | None:
    """Slice position, mm; None where the header does not place the frame."""
    geometry = _geometry(item)
    return geometry.along_normal if geometry is not None else None


def _geometry(item: FrameItem) -> Geometry | None:
    """Where a frame lies; a classic multi-frame instance has one position for all its frames, which places none."""
    acquired = item.instance.acquisition
    return acquired.geometry_of(item.ref.frame) if acquired.frames or len(item.instance.frames) == 1 else None


def _neighbours(item: FrameItem, prior: Sequence[FrameItem]) -> tuple[FrameItem, ...]:
    """The frames next to this one in its series: in space and, at one place, in time; without places, in order."""
    series = [p for p in prior if p.instance.series_instance_uid == item.instance.series_instance_uid]
    place = _place(item)
    if place is None:
        return _beside(item, series)
    placed = [(p, q) for p in series if (q := _place(p)) is not None]
    here = [p for p, q in placed if abs(q - place) <= _SAME_PLACE_MM]
    below = max((q for _, q in placed if q < place - _SAME_PLACE_MM), default=None)
    above = min((q for _, q in placed if q > place + _SAME_PLACE_MM), default=None)
    next_slices = [
        min((p for p, q in placed if q == wanted), key=lambda p: p.ref)
        for wanted in (below, above)
        if wanted is not None
    ]
    return (*next_slices, *_beside(item, here))


def _beside(item: FrameItem, series: Sequence[FrameItem]) -> tuple[FrameItem, ...]:
    """The frames before and after this one by number, those with the very same pixels left out."""
    ordered = sorted(series, key=_number)
    at = [p.ref for p in ordered].index(item.ref)
    others = (*ordered[max(0, at - 1) : at], *ordered[at + 1 : at + 2])
    return tuple(p for p in others if p.fingerprint.stored_digest != item.fingerprint.stored_digest)


def _number(item: FrameItem) -> tuple[int, FrameRef]:
    return (item.instance.acquisition.instance_number or 0, item.ref)
