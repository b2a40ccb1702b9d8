"""One UID, two images: UIDs that another object claims, and other pixels under headers as they were (N10)."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import combinations, pairwise

import numpy as np

from benchmarks.simulator.admission import study_of
from benchmarks.simulator.chains import chain_of
from benchmarks.simulator.model import DoesNotFit, Seed, Study, set_syntax, syntax_of
from benchmarks.simulator.negative_model import HIDDEN_EXCHANGE, Change, NegativePair, pair, passed
from benchmarks.simulator.negative_repeats import repeats
from benchmarks.simulator.pixel_data import set_native, stored_values
from benchmarks.simulator.seeds import slice_of, slices_in

_COMPRESSED = (chain_of("jpeg_q75_same_uid"), chain_of("jpeg2000_10_same_uid"))
_KERNEL = "another kernel"
_FEWEST_SLICES = 5
_PAINTED = frozenset({"CT", "MR", "CR", "DX"})
_LEAST_RADIUS, _DISC = 8, 25
"""A disc has a 25th of the height of its image as radius, 20 pixels of 512, but 8 pixels at least."""
_GREYS = ("BitsStored", "PixelRepresentation", "PhotometricInterpretation", "RescaleSlope", "RescaleIntercept")


def conflicting_uids(seeds: tuple[Seed, ...]) -> Iterator[NegativePair]:
    """Pair two slices, or two series, of which the second one claims the UIDs of the first (N10)."""
    facts = {"expected": frozenset({"uid_conflict"}), "alert_required": True, "hold_allowed": True}
    volumes = [seed for seed in seeds if seed.kind == "series"]
    for volume in volumes:
        for place in range(slices_in(volume) - 1):
            a, b = slice_of(volume, place), slice_of(volume, place + 1)
            yield pair("uid_conflict", a, b, partial(claim_uids, of=a), **facts)
    for a, b in combinations(volumes, 2):
        if a.subject == b.subject and len(a.files) == len(b.files) and slices_in(a) == slices_in(b):
            yield pair("uid_conflict, whole series", a, b, partial(claim_uids, of=a), **facts)


def claim_uids(study: Study, *, of: Seed) -> Study:
    """Write the UIDs of another study over one's own, instance by instance."""
    for dataset, claimed in zip(study, study_of(of), strict=True):
        for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"):
            setattr(dataset, keyword, claimed[keyword].value)
        set_syntax(dataset, syntax_of(dataset))
    return study


def other_pixels(seeds: tuple[Seed, ...]) -> Iterator[NegativePair]:
    """Give images the pixels of a neighbour, a repeat or another reconstruction and leave them everything else.

    After compression with loss that is an excuse for other pixels. Two slices that were exchanged within a series, and
    another kernel, must show all the same. Single slices of small volumes, and runs of such volumes a second apart, may
    be alike to the last grey level that is left.
    """
    for kind, a, b in _exchanges(seeds):
        change = partial(with_pixels_of, other=b)
        found = replace(_conflict(f"uid_conflict, pixels of {kind}", a, change, f"those of {b.name}"), sources=(a, b))
        shows = kind.startswith(_KERNEL)
        yield from (each if shows or each is found else _hidden(each) for each in passed(found, _COMPRESSED))
    for volume in (seed for seed in seeds if seed.kind == "series" and len(seed.files) >= _FEWEST_SLICES):
        place = len(volume.files) // 2
        found = _conflict(
            "uid_conflict, two slices exchanged", volume, partial(exchanged, place=place), "in the middle"
        )
        yield from passed(replace(found, sources=tuple(slice_of(volume, n) for n in (place, place + 1))), _COMPRESSED)


def painted_discs(seeds: tuple[Seed, ...]) -> Iterator[NegativePair]:
    """Paint a small disc into one image of a study and leave its UIDs, as who edits an image in place may."""
    for seed in seeds:
        if seed.kind != "study" and seed.derived != "slice" and seed.modality in _PAINTED:
            found = _conflict("uid_conflict, a disc painted in", seed, with_disc, "in the middle")
            yield from (each if each is found else _hidden(each) for each in passed(found, _COMPRESSED))


def with_disc(study: Study) -> Study:
    """Brighten a disc in the middle of the middle instance by a tenth of the range of its values."""
    dataset = study[len(study) // 2]
    values = stored_values(dataset)
    low, high = int(values.min()), int(values.max())
    down, across = np.ogrid[: values.shape[1], : values.shape[2]]
    away = np.hypot(down - values.shape[1] // 2, across - values.shape[2] // 2)
    disc = np.where(away <= max(_LEAST_RADIUS, values.shape[1] / _DISC), (high - low) // 10, 0)
    set_native(dataset, np.minimum(values + disc, high))
    return study


def _conflict(kind: str, seed: Seed, change: Change, detail: str) -> NegativePair:
    facts = {"expected": frozenset({"uid_conflict", "undecided"}), "alert_required": True, "hold_allowed": True}
    return pair(kind, seed, seed, change, detail=detail, **facts)


def _hidden(found: NegativePair) -> NegativePair:
    kind = found.kind.removeprefix("uid_conflict, ")
    return replace(found, kind=f"{HIDDEN_EXCHANGE}, {kind}")


def _exchanges(seeds: tuple[Seed, ...]) -> Iterator[tuple[str, Seed, Seed]]:
    for volume in (seed for seed in seeds if seed.kind == "series"):
        slices = [slice_of(volume, place) for place in range(slices_in(volume))]
        yield from (("a neighbour", a, b) for a, b in pairwise(slices))
    for _, a, b in repeats(seeds):
        yield from _whole_and_by_slice("a repeat", a, b)
    by_name = {seed.name: seed for seed in seeds}
    if "head-standard" in by_name:
        kernels = (by_name["head-standard"], by_name["head-bone"])
        for a, b in (kernels, kernels[::-1]):
            yield from _whole_and_by_slice(_KERNEL, a, b)


def _whole_and_by_slice(kind: str, a: Seed, b: Seed) -> Iterator[tuple[str, Seed, Seed]]:
    yield kind, a, b
    yield from ((f"{kind}, one slice", slice_of(a, n), slice_of(b, n)) for n in range(slices_in(a)))


def exchanged(study: Study, *, place: int) -> Study:
    """Let two slices that follow one another carry each other's pixels."""
    one, other = study[place : place + 2]
    one.PixelData, other.PixelData = other.PixelData, one.PixelData
    return study


def with_pixels_of(study: Study, *, other: Seed) -> Study:
    """Write the pixels of another study, and how their values are to be read, into one of the same size."""
    for dataset, source in zip(study, study_of(other), strict=True):
        values = stored_values(source)
        if values.shape != stored_values(dataset).shape:
            raise DoesNotFit("the frames are of another size")
        for keyword in _GREYS:
            if keyword in source:
                setattr(dataset, keyword, source[keyword].value)
        set_native(dataset, values)
    return study
