"""The values that the simulator deals in."""

import random
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path
from typing import Literal

from pydicom import Dataset, FileMetaDataset, dcmwrite
from pydicom.uid import UID, ExplicitVRBigEndian, ImplicitVRLittleEndian

Study = tuple[Dataset, ...]
"""Instances of one study in memory, each with ``file_meta.TransferSyntaxUID``; transforms return new ones."""

Apply = Callable[[Study, random.Random], Study]
"""A change: returns a new study; the generator decides everything that is random."""

Kind = Literal["series", "image", "study"]
Family = Literal["metadata", "lossless", "lossy", "geometry", "structure"]


@dataclass(frozen=True, slots=True)
class Seed:
    """Real images that play one study.

    Attributes:
        name: unique, the same in every run.
        subject: best guess of who or what was scanned; a subject is wholly in one split.
        kind: ``series`` has five frames or more, ``image`` one, ``study`` several series.
        files: one a slice, or one multi-frame file.
        frames: which frames of a multi-frame file (0-based), or which tiles of a mosaic; empty for all.
        derived: how it was cut from a larger series: ``part``, ``slice``, ``tiles``; ``composed`` of series; empty for
            what is as found.
        members: the series of a ``study``, in order.
    """

    name: str
    subject: str
    kind: Kind
    modality: str
    files: tuple[Path, ...]
    frames: tuple[int, ...] = ()
    derived: str = ""
    members: tuple["Seed", ...] = ()


class Pixels(IntEnum):
    """What became of the pixels; the graver the higher."""

    STORED = 0
    """Stored values are equal, however they are encoded."""
    VALUES = 1
    """Stored values were mapped by whole numbers, inverted or framed by a constant border; nothing is lost."""
    DEGRADED = 2
    """Values are lost, but the noise of the acquisition is still there."""
    REVIEW = 3
    """So much is lost (cropped, captured from a screen) that asking a person is a right answer."""
    TURNED = 4
    """Rotated or mirrored: which side is which has changed."""
    BROKEN = 5
    """Can not be decoded."""


class Uids(IntEnum):
    """Which identifiers were renewed."""

    KEPT = 0
    UPPER = 1
    """Study, or Study and Series; every SOP Instance UID is kept."""
    ALL = 2


class Person(IntEnum):
    """What became of the patient in the header; the graver the higher."""

    KEPT = 0
    COERCED = 1
    """The same person as another hospital writes them."""
    REMOVED = 2
    OTHER = 3
    """Somebody else: the misfiling that must be told."""


class Extent(IntEnum):
    """How much of the study is there."""

    WHOLE = 0
    PART = 1
    MORE = 2
    SHIFTED = 3
    """Some is missing and something was added."""


@dataclass(frozen=True, slots=True)
class Effect:
    """How a transform changes the relation of its result to its input.

    Attributes:
        encoding: the transfer syntax or the layout of the pixel element changed.
        headers: attributes that describe the study changed.
        presentation: the same pixels would be shown otherwise.
        reorganised: frames moved between objects (single frames to a multi-frame object or back).
        slight: it may come to nothing: the header had nothing to change, the encoding was the same before.
        also: names that suit as well where nothing else changed.
        in_place: pixels changed and the SOP Instance UID stayed, as the standard forbids and some systems do.
    """

    pixels: Pixels = Pixels.STORED
    uids: Uids = Uids.KEPT
    person: Person = Person.KEPT
    extent: Extent = Extent.WHOLE
    encoding: bool = False
    headers: bool = False
    presentation: bool = False
    reorganised: bool = False
    in_place: bool = False
    slight: bool = False
    also: frozenset[str] = frozenset()

    def then(self, later: "Effect") -> "Effect":
        """Return the effect of both, one after the other."""
        return Effect(
            pixels=max(self.pixels, later.pixels),
            uids=max(self.uids, later.uids),
            person=max(self.person, later.person),
            extent=_extent(self.extent, later.extent),
            encoding=self.encoding or later.encoding,
            headers=self.headers or later.headers,
            presentation=self.presentation or later.presentation,
            reorganised=self.reorganised or later.reorganised,
            in_place=self.in_place or later.in_place,
            slight=self.slight or later.slight,
            also=self.also | later.also,
        )

    def but(self, **changes: object) -> "Effect":
        """Return a copy with some fields changed."""
        return replace(self, **changes)


def _extent(a: Extent, b: Extent) -> Extent:
    return Extent.SHIFTED if {a, b} == {Extent.PART, Extent.MORE} else max(a, b)


def always(_: Study) -> bool:
    """Accept every study."""
    return True


@dataclass(frozen=True, slots=True)
class Transform:
    """One thing that happens to a study in transfer.

    Attributes:
        name: unique; parameters are part of it.
        lossless: the stored values of every frame that is left can be recovered exactly.
        expected: how the relation to the study before it changes.
        apply: returns a new study; the input is never altered. The generator decides everything that is random.
        fits: whether it can happen to this study; ask before applying.
    """

    name: str
    family: Family
    lossless: bool
    expected: Effect
    apply: Apply
    fits: Callable[[Study], bool] = always


class DoesNotFit(ValueError):
    """A transform was asked to do what it can not do to this study: compress a palette image with loss."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Transforms one after the other, as between hospital A, a gateway and hospital B."""

    name: str
    steps: tuple[Transform, ...]

    @property
    def lossless(self) -> bool:
        return all(step.lossless for step in self.steps)

    @property
    def effect(self) -> Effect:
        effect = Effect()
        for step in self.steps:
            effect = effect.then(step.expected)
        return effect

    def fits(self, study: Study) -> bool:
        """Tell whether every step can happen to this study, as far as can be told before the first one."""
        return all(step.fits(study) for step in self.steps)

    def apply(self, study: Study, seed: int | str = 0) -> Study:
        """Send a study through all steps; the same study and seed give the same result.

        Raises:
            DoesNotFit: a step can not happen to what the steps before it made.
        """
        generator = random.Random(f"{self.name}/{seed}")
        for step in self.steps:
            if not step.fits(study):
                raise DoesNotFit(f"{step.name} can not happen to what the steps before it made")
            study = step.apply(study, generator)
        return study


def copied(study: Study) -> Study:
    """Copy a study, so that no change reaches the original."""
    return tuple(deepcopy(dataset) for dataset in study)


def series_of(study: Study) -> tuple[str, ...]:
    """Return the Series Instance UIDs of a study in the order in which they come."""
    return tuple(dict.fromkeys(str(dataset.SeriesInstanceUID) for dataset in study))


def syntax_of(dataset: Dataset) -> UID:
    """Return the transfer syntax of an instance."""
    return UID(dataset.file_meta.TransferSyntaxUID)


def set_syntax(dataset: Dataset, syntax: str) -> None:
    """Give an instance fresh file meta information for a transfer syntax and its present UIDs."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = UID(syntax)
    dataset.file_meta = meta


def write_study(study: Study, folder: Path) -> tuple[Path, ...]:
    """Write a study as PS3.10 files named by their order; return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(write_instance(d, folder / f"{i:04d}.dcm") for i, d in enumerate(study))


def write_instance(dataset: Dataset, path: Path) -> Path:
    """Write one instance in its transfer syntax."""
    syntax = syntax_of(dataset)
    set_syntax(dataset, syntax)
    for _ in dataset.iterall():
        pass  # elements still raw would be written with the byte order that they were read in
    dcmwrite(
        path,
        dataset,
        implicit_vr=syntax == ImplicitVRLittleEndian,
        little_endian=syntax != ExplicitVRBigEndian,
        enforce_file_format=True,
    )
    return path
