"""Studies of several series that fare unequally: one series lost, compressed, or made anew, encodings mixed (P28)."""

import random
from collections.abc import Callable
from itertools import cycle

from pydicom import Dataset

from benchmarks.simulator.exposures import acquire_again
from benchmarks.simulator.header_uids import reroot
from benchmarks.simulator.model import Apply, Effect, Extent, Pixels, Study, Transform, Uids, copied, series_of
from benchmarks.simulator.pixel_data import is_colour, is_grey
from benchmarks.simulator.pixel_encodings import ENCODINGS
from benchmarks.simulator.pixel_lossy import LOSSY

_SEVERAL = 3
_BY_NAME = {transform.name: transform for transform in (*ENCODINGS, *LOSSY)}
_MIXED = ("jpegls_lossless", "explicit_little", "jpeg2000_lossless", "rle")
_COMPRESSION = "jpeg_q75_same_uid"


def in_series(study: Study, uid: str) -> Study:
    """Return the instances of one series."""
    return tuple(dataset for dataset in study if dataset.SeriesInstanceUID == uid)


def with_series_changed(study: Study, uid: str, changed: Study) -> Study:
    """Put other instances in the place of those of one series; the order of series stays."""
    found: list[Dataset] = []
    for own in series_of(study):
        found.extend(changed if own == uid else in_series(study, own))
    return tuple(found)


def _one_missing(study: Study, generator: random.Random) -> Study:
    gone = generator.choice(series_of(study))
    return copied(tuple(dataset for dataset in study if dataset.SeriesInstanceUID != gone))


def _one_made_anew(study: Study, generator: random.Random) -> Study:
    """Leave one series out and put a second exposure of it there, minutes later, as after a patient moved."""
    chosen = generator.choice(series_of(study))
    before = in_series(study, chosen)
    again = acquire_again(copied(before), salt=f"repeat {generator.random()}", days=0)
    for dataset in again:
        dataset.StudyInstanceUID, dataset.StudyDate = study[0].StudyInstanceUID, study[0].get("StudyDate", "")
    return with_series_changed(copied(study), chosen, again)


def _one_compressed(study: Study, generator: random.Random) -> Study:
    """Compress one series with loss; UIDs stay, as some archives leave them."""
    chosen = generator.choice(series_of(study))
    packed = _BY_NAME[_COMPRESSION].apply(in_series(study, chosen), generator)
    return with_series_changed(copied(study), chosen, packed)


def _one_compressed_all_rerooted(study: Study, generator: random.Random) -> Study:
    return reroot(_one_compressed(study, generator), generator)


def _encoded_apart(study: Study, generator: random.Random) -> Study:
    """Send the series of a study in different transfer syntaxes, all without loss."""
    encoded = (
        _BY_NAME[name].apply(in_series(study, uid), generator)
        for uid, name in zip(series_of(study), cycle(_MIXED), strict=False)
    )
    return tuple(dataset for series in encoded for dataset in series)


def _several(study: Study) -> bool:
    return len(series_of(study)) >= _SEVERAL


def _several_grey(study: Study) -> bool:
    return _several(study) and is_grey(study)


def _several_compressible(study: Study) -> bool:
    return _several(study) and (is_grey(study) or is_colour(study))


Fits = Callable[[Study], bool]
_LOSSY_IN_PLACE = Effect(pixels=Pixels.DEGRADED, encoding=True, headers=True, in_place=True)


def _mixed(name: str, effect: Effect, apply: Apply, fits: Fits = _several, *, lossless: bool = True) -> Transform:
    return Transform(name, "structure", lossless=lossless, expected=effect, apply=apply, fits=fits)


SERIES: tuple[Transform, ...] = (
    _mixed("series_missing", Effect(extent=Extent.PART), _one_missing),
    _mixed("series_repeated", Effect(extent=Extent.SHIFTED), _one_made_anew, _several_grey),
    _mixed("series_lossy_same_uid", _LOSSY_IN_PLACE, _one_compressed, _several_compressible, lossless=False),
    _mixed(
        "series_lossy",
        Effect(pixels=Pixels.DEGRADED, uids=Uids.ALL, encoding=True, headers=True),
        _one_compressed_all_rerooted,
        _several_compressible,
        lossless=False,
    ),
    _mixed("series_encoded_apart", Effect(encoding=True, slight=True), _encoded_apart, _several_compressible),
)
"""P28; they happen to studies of three series or more."""
