"""Which real images play a study, whose they are, and on which side of the split they stand."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Literal

from pydicom import Dataset, dcmread
from pydicom.data import get_testdata_file

from benchmarks.simulator.model import Seed
from benchmarks.simulator.seed_studies import studies_of
from benchmarks.simulator.seed_table import IMAGES, VOLUMES, WHEEL_IMAGES, Image, Volume

Split = Literal["tune", "test"]
_LEAST_FRAMES = 5
_SLICES_AS_IMAGES = 2
_SPLIT_SALT = "split 3"
"""Taken by counting: it gives both sides about as many series, images and modalities."""


@cache
def load_seeds(corpus: Path) -> tuple[Seed, ...]:
    """Find all seeds below a corpus and in pydicom's wheel; the same order and names in every run.

    A corpus that is not there leaves the images of the wheel.
    """
    volumes = tuple(seed for volume in VOLUMES for seed in _volume_seeds(corpus, volume))
    images = tuple(seed for image in IMAGES for seed in _image_seed(corpus / image.path, image))
    there = {seed.name for seed in images}
    spare = (image for image in WHEEL_IMAGES if image.part_of not in there)
    wheel = tuple(seed for image in spare for seed in _image_seed(_in_wheel(image.path), image))
    slices = tuple(slice_ for volume in volumes for slice_ in _slices(volume))
    return (*volumes, *images, *wheel, *slices, *studies_of(volumes))


def split(seed: Seed) -> Split:
    """Say on which side a seed stands; a hash of the subject decides, so that nobody is on both."""
    return "tune" if sha256(f"{_SPLIT_SALT} {seed.subject}".encode()).digest()[0] % 2 else "test"


def _in_wheel(name: str) -> Path:
    return Path(get_testdata_file(name) or "")


def _image_seed(path: Path, image: Image) -> Iterable[Seed]:
    if path.is_file():
        yield Seed(image.name, image.subject, "image", image.modality, (path,))


def _volume_seeds(corpus: Path, volume: Volume) -> Iterable[Seed]:
    paths = sorted(p for p in corpus.glob(volume.glob) if p.is_file())
    if not paths:
        return
    parts = _parts(paths, volume)
    for number, (files, frames) in enumerate(parts, 1):
        if max(len(files), len(frames)) < _LEAST_FRAMES:
            continue
        name = f"{volume.name}-{number}" if len(parts) > 1 else volume.name
        yield Seed(name, volume.subject, "series", volume.modality, files, frames, volume.derived)


def _parts(paths: list[Path], volume: Volume) -> list[tuple[tuple[Path, ...], tuple[int, ...]]]:
    match volume.cut:
        case "stack":
            return [(tuple(part), ()) for part in _even_parts(_by_place(paths), volume.parts)]
        case "times":
            return [(tuple(part), ()) for part in _by_time(paths)]
        case "gradients":
            repeated = [path for part in _by_time(paths) for path in part]
            return [(tuple(part), ()) for part in _even_parts(repeated, volume.parts)]
        case "frames":
            return [((p,), tuple(part)) for p in paths for part in _even_parts(range(_frames(p)), volume.parts)]
        case "mosaic":
            return [((path,), tuple(range(volume.tiles))) for path in paths]


def _even_parts(items: Iterable[object], count: int) -> list[list[object]]:
    listed = list(items)
    size = len(listed) / count
    return [listed[round(i * size) : round((i + 1) * size)] for i in range(count)]


@cache
def _header(path: Path) -> Dataset:
    return dcmread(path, stop_before_pixels=True, force=True)


def _frames(path: Path) -> int:
    return int(_header(path).get("NumberOfFrames") or 1)


def _number(path: Path) -> int:
    return int(_header(path).get("InstanceNumber") or 0)


def _place(path: Path) -> tuple[float, ...]:
    return tuple(float(v) for v in _header(path).get("ImagePositionPatient") or ())


def _by_place(paths: list[Path]) -> list[Path]:
    return sorted(paths, key=lambda p: (_number(p), _place(p), p.name))


def _by_time(paths: list[Path]) -> list[list[Path]]:
    """Split a series that shows each place several times into its volumes, in the order of time, sorted by place."""
    seen: dict[tuple[float, ...], int] = defaultdict(int)
    volumes: dict[int, list[Path]] = defaultdict(list)
    for path in _by_place(paths):
        place = _place(path)
        volumes[seen[place]].append(path)
        seen[place] += 1
    return [sorted(volumes[key], key=_place) for key in sorted(volumes)]


def _slices(volume: Seed) -> Iterable[Seed]:
    """Cut single slices out of a series, a third and two thirds of the way through."""
    for step in range(1, _SLICES_AS_IMAGES + 1):
        yield replace(
            slice_of(volume, step * slices_in(volume) // (_SLICES_AS_IMAGES + 1)), name=f"{volume.name}/slice{step}"
        )


def slices_in(volume: Seed) -> int:
    """Count the slices or frames of a series."""
    return len(volume.frames) or len(volume.files)


def slice_of(volume: Seed, place: int) -> Seed:
    """Make a single-image study of one slice of a series."""
    files = volume.files if volume.frames else (volume.files[place],)
    frames = (volume.frames[place],) if volume.frames else ()
    return Seed(f"{volume.name}/place{place}", volume.subject, "image", volume.modality, files, frames, "slice")
