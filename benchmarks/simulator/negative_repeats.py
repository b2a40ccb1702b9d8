"""Real images of one patient that are alike and not the same: neighbours, repeats, runs, positions, weightings."""

from collections.abc import Iterator
from functools import partial
from itertools import combinations

from benchmarks.simulator.exposures import minutes_later
from benchmarks.simulator.model import Seed
from benchmarks.simulator.negative_model import NegativePair, pair, passed
from benchmarks.simulator.seeds import slice_of, slices_in

_SAME_PLACES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("repeat", tuple(f"epi-run{run}-{time}" for run in (4, 5, 6, 7) for time in (1, 2))),
    ("repeat", ("epi-ap-", "epi-pa-")),
    ("repeat", ("epi-rl-", "epi-lr-")),
    ("repeat", ("rest-",)),
    ("other_weighting", ("dti-",)),
    ("other_position", ("position-",)),
)
"""Series that show the same places of one patient again, by the beginnings of their names, and what they are."""

_DISTANCES = (1, 2)


def neighbours(seeds: tuple[Seed, ...]) -> Iterator[NegativePair]:
    """Pair slices of one series that lie next to each other, or one apart, as single-image studies (N1)."""
    for volume in _volumes(seeds):
        for step in _DISTANCES:
            for place in range(slices_in(volume) - step):
                a, b = slice_of(volume, place), slice_of(volume, place + step)
                yield from passed(pair("neighbour_slices", a, b))


def repeated_series(seeds: tuple[Seed, ...]) -> Iterator[NegativePair]:
    """Pair series that show the same places at another time (N2, N3, N5, N7)."""
    for kind, a, b in repeats(seeds):
        yield from passed(pair(kind, a, b, partial(minutes_later, minutes=4)))
        yield pair(f"{kind} at the same minute", a, b)


def repeated_slices(seeds: tuple[Seed, ...]) -> Iterator[NegativePair]:
    """Pair the slices of such series place by place, as single-image studies: no alignment can help."""
    for kind, a, b in repeats(seeds):
        for place in range(min(slices_in(a), slices_in(b))):
            one, other = slice_of(a, place), slice_of(b, place)
            yield from passed(pair(f"{kind}, one slice", one, other, partial(minutes_later, minutes=4)))
            yield pair(f"{kind}, one slice, at the same minute", one, other)


def same_patient(seeds: tuple[Seed, ...]) -> Iterator[NegativePair]:
    """Pair other series and images of one patient: other days, other parts, other contrasts (N6)."""
    found = [seed for seed in seeds if not seed.name.startswith("wheel-") and seed.derived != "slice"]
    for a, b in combinations(found, 2):
        alike = any(_among(a, names) and _among(b, names) for _, names in _SAME_PLACES)
        reconstructed = {a.name[:5], b.name[:5]} == {"head-"} and a.modality == "CT"
        one_source = set(a.files) & set(b.files)  # a mosaic holds the very tiles that a volume was cut from
        if a.subject == b.subject and not alike and not reconstructed and not one_source:
            yield from passed(pair("same_patient_other_study", a, b))


def _volumes(seeds: tuple[Seed, ...]) -> list[Seed]:
    return [seed for seed in seeds if seed.kind == "series"]


def repeats(seeds: tuple[Seed, ...]) -> Iterator[tuple[str, Seed, Seed]]:
    """Pair the series that show the same places of one patient, slice by slice, and say what they are."""
    for kind, names in _SAME_PLACES:
        members = [seed for seed in _volumes(seeds) if _among(seed, names)]
        for a, b in combinations(members, 2):
            if slices_in(a) == slices_in(b):
                yield kind, a, b


def _among(seed: Seed, beginnings: tuple[str, ...]) -> bool:
    return seed.name.startswith(beginnings)
