"""At which level two multisets of slice geometries agree."""

from bisect import bisect_left
from collections import Counter, defaultdict
from typing import Final

from pacs_dedup.domain.acquisitions.facts import Geometry
from pacs_dedup.domain.acquisitions.multisets import SHARE_FOR_EQUAL, share
from pacs_dedup.domain.acquisitions.weights import MISSING

_SAME_PLACE_MM: Final = 0.05
_SAME_FIELD: Final = 0.01
"""Share by which two fields of view may differ: resampling rounds the spacing."""
_SHARE_FOR_OVERLAP: Final = 0.2

Geometries = Counter[Geometry]


def geometry_level(left: Geometries, right: Geometries) -> str:
    """Say how the slices of two studies lie to each other; without positions, how their matrices compare."""
    if not left or not right:
        return MISSING
    placed, known = (Counter({g: n for g, n in side.items() if g.position}) for side in (left, right))
    return _place_level(placed, known) if placed and known else _matrix_level(left, right)


def extent(geometries: Geometries) -> str:
    """Return how many slices there are and where they begin and end; empty where they have no positions."""
    along = sorted(g.along_normal for g in geometries if g.along_normal is not None)
    slices = sum(n for g, n in geometries.items() if g.position)
    return f"{slices} slices, {along[0]:.1f} to {along[-1]:.1f} mm" if along else ""


def _place_level(left: Geometries, right: Geometries) -> str:
    common = share(left, right)
    if common >= SHARE_FOR_EQUAL:
        return "equal" if left.total() == right.total() else "contained"
    if _same_places(left, right) >= SHARE_FOR_EQUAL and _one_field(left, right):
        return "same_field"
    return "overlaps" if common >= _SHARE_FOR_OVERLAP else "differs"


def _matrix_level(left: Geometries, right: Geometries) -> str:
    spacings = all(g.spacing for side in (left, right) for g in side)
    here, there = (
        Counter({(g.rows, g.columns, g.spacing if spacings else ()): 0 for g in side}) for side in (left, right)
    )
    for counted, side in ((here, left), (there, right)):
        for g, n in side.items():
            counted[g.rows, g.columns, g.spacing if spacings else ()] += n
    if share(here, there) >= SHARE_FOR_EQUAL:
        return "same_matrix"
    return "same_field" if spacings and _one_field(left, right) else "other_matrix"


def _same_places(left: Geometries, right: Geometries) -> float:
    """Share of the smaller side's slices that lie where one of the other side lies, whatever their matrix."""
    here, there = _along(left), _along(right)
    found = sum(_met(places, there[turn]) for turn, places in here.items() if turn in there)
    return found / min(left.total(), right.total())


def _along(geometries: Geometries) -> dict[tuple[float, ...], list[float]]:
    """Places along the normal, in order, of each orientation."""
    places: dict[tuple[float, ...], list[float]] = defaultdict(list)
    for geometry, count in geometries.items():
        if geometry.along_normal is not None:
            places[geometry.orientation] += [geometry.along_normal] * count
    return {turn: sorted(along) for turn, along in places.items()}


def _met(here: list[float], there: list[float]) -> int:
    """Count the places of one sorted list that the other has too, each used once."""
    rest, found = list(there), 0
    for place in here:
        at = bisect_left(rest, place - _SAME_PLACE_MM)
        if at < len(rest) and rest[at] <= place + _SAME_PLACE_MM:
            del rest[: at + 1]
            found += 1
    return found


def _one_field(left: Geometries, right: Geometries) -> bool:
    """Whether every field of view of one side is one of the other's, sampled with another matrix."""
    here, there = ({g.field for g in side} for side in (left, right))
    return all(any(_alike(a, b) for b in there) for a in here) or all(any(_alike(a, b) for b in here) for a in there)


def _alike(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return (
        bool(a) and len(a) == len(b) and all(abs(x - y) <= _SAME_FIELD * max(x, y) for x, y in zip(a, b, strict=True))
    )
