"""Which frames deserve a look at their pixels, and what a look says: the plan of verification and its reading.

A frame is looked at beside the one that ought to be its copy: the one under the same SOP Instance UID, else the one at
the same slice position, else the one whose noise sketch is nearest. Where the prior has neighbouring slices, they are
looked at too: a copy must resemble its original more than it resembles the original's neighbours.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pacs_dedup.domain.pairing import FrameItem, FrameRef
from pacs_dedup.domain.policy import Policy
from pacs_dedup.domain.verification import FrameVerification

SAMPLE = 9
"""Frames looked at in one pair of studies; evenly spread."""
SKETCH_BITS = 512
_FAR_SKETCH = 0.30
"""Share of differing sketch bits beyond which two frames are not worth a look (correlation below about 0.6)."""
_SAME_PLACE_MM = 0.05
_NEAR_NOISE_RATIO = 1.5
_RECONSTRUCTED_MODALITIES = frozenset({"CT", "MR", "PT", "NM"})


@dataclass(frozen=True, slots=True)
class LookAt:
    """A pair of frames whose pixels are to be compared, and the prior's neighbours of that frame."""

    incoming: FrameRef
    prior: FrameRef
    neighbours: tuple[FrameRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Looked:
    """A `LookAt` that was carried out.

    Attributes:
        best_neighbour: the highest correlation with a neighbour of the prior's frame; None where there is none.
    """

    incoming: FrameRef
    prior: FrameRef
    result: FrameVerification
    best_neighbour: float | None = None


class Finding(StrEnum):
    """What a look at two frames says."""

    COPY = "copy"
    RECONSTRUCTION = "reconstruction"
    REPEAT = "repeat"
    UNCLEAR = "unclear"


def plan(incoming: Sequence[FrameItem], prior: Sequence[FrameItem], *, wide: bool) -> tuple[LookAt, ...]:
    """Choose at most `SAMPLE` pairs of frames to look at.

    Args:
        incoming: informative frames that have no exact partner.
        prior: the same of the prior study.
        wide: other facts make a copy plausible, so look even where the sketches are far apart.
    """
    if not incoming or not prior:
        return ()
    step = max(1, len(incoming) // SAMPLE)
    chosen = incoming[step // 2 :: step][:SAMPLE]
    partners = ((item, _partner(item, prior, wide=wide)) for item in chosen)
    return tuple(LookAt(i.ref, p.ref, _neighbours(p, prior)) for i, p in partners if p is not None)


def read(looked: Looked, policy: Policy, modality: str, kernel: str) -> Finding:
    """Say what the figures of one look mean.

    Args:
        looked: one look with its figures.
        policy: holds the thresholds.
        modality: (0008,0060) of the incoming frame; only some modalities are reconstructed more than once.
        kernel: level at which kernel and slice thickness compare: ``equal``, ``differs`` or ``missing``.
    """
    result = looked.result
    if result.refused:
        return Finding.UNCLEAR
    if result.correlation < policy.repeat_correlation:
        return Finding.REPEAT
    if result.correlation < policy.copy_correlation:
        return Finding.UNCLEAR
    if looked.best_neighbour is not None and looked.best_neighbour >= result.correlation:
        return Finding.UNCLEAR
    return _copy_or_reconstruction(result, kernel) if modality in _RECONSTRUCTED_MODALITIES else Finding.COPY


def _copy_or_reconstruction(result: FrameVerification, kernel: str) -> Finding:
    """Reconstructions of one acquisition share its noise; what the headers name counts, then how much they differ."""
    if kernel == "differs":
        return Finding.RECONSTRUCTION
    return Finding.UNCLEAR if kernel == "missing" and result.noise_ratio > _NEAR_NOISE_RATIO else Finding.COPY


def sketch_distance(left: bytes | None, right: bytes | None) -> float | None:
    """Share of differing bits of two sketches, 0..0.5, blind to inversion; None where one is missing."""
    if left is None or right is None:
        return None
    differing = (int.from_bytes(left) ^ int.from_bytes(right)).bit_count()
    return min(differing, SKETCH_BITS - differing) / SKETCH_BITS


def _partner(item: FrameItem, prior: Sequence[FrameItem], *, wide: bool) -> FrameItem | None:
    same_uid = [p for p in prior if p.instance.sop_instance_uid == item.instance.sop_instance_uid]
    if same_uid:
        return next((p for p in same_uid if p.ref.frame == item.ref.frame), same_uid[0])
    place = _place(item)
    if wide and place is not None:
        there = [p for p in prior if (q := _place(p)) is not None and abs(q - place) <= _SAME_PLACE_MM]
        if there:
            return min(there, key=lambda p: _distance(item, p))
    eligible = [p for p in prior if not _lies_elsewhere(item, p)]
    if not eligible:
        return None
    nearest = min(eligible, key=lambda p: _distance(item, p))
    return nearest if wide or _distance(item, nearest) <= _FAR_SKETCH else None


def _distance(a: FrameItem, b: FrameItem) -> float:
    distance = sketch_distance(a.fingerprint.sketch, b.fingerprint.sketch)
    return 1.0 if distance is None else distance


def _lies_elsewhere(a: FrameItem, b: FrameItem) -> bool:
    """Whether the headers place two slices of one orientation apart: neighbours, however alike, are no copies."""
    here, there = _place(a), _place(b)
    if here is None or there is None:
        return False
    return _orientation(a) == _orientation(b) and abs(here - there) > _SAME_PLACE_MM


def _orientation(item: FrameItem) -> tuple[float, ...]:
    geometry = item.instance.acquisition.geometry
    return geometry.orientation if geometry is not None else ()


def _place(item: FrameItem) -> float | None:
    """Slice position of a single-frame instance, mm; frames of one multi-frame instance share a header position."""
    geometry = item.instance.acquisition.geometry
    return geometry.along_normal if geometry is not None and len(item.instance.frames) == 1 else None


def _neighbours(item: FrameItem, prior: Sequence[FrameItem]) -> tuple[FrameRef, ...]:
    """The slices next to this one in the same series, if the series has positions."""
    place = _place(item)
    if place is None:
        return ()
    series = sorted(
        (q, p.ref)
        for p in prior
        if p.instance.series_instance_uid == item.instance.series_instance_uid and (q := _place(p)) is not None
    )
    at = bisect_left(series, (place, item.ref))
    beside = series[max(0, at - 1) : at] + series[at + 1 : at + 2]
    return tuple(ref for q, ref in beside if abs(q - place) > _SAME_PLACE_MM)
