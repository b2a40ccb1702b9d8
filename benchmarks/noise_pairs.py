"""Pairs of real frames for the noise model: copies by every change, and repeats, neighbours and strangers.

Frames come from the folder of real images. A subject is a patient, or a study where the patient has no number; its
name alone decides whether it tunes or tests, so that both halves stay what they are when images are added.
"""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
from blake3 import blake3

from benchmarks.plane_copies import SAME_FIELD, Plane
from pacs_dedup.dicom.decode_pixels import decode_frames
from pacs_dedup.dicom.open_dataset import DicomDataset, open_dataset
from pacs_dedup.domain.errors import PacsDedupError
from pacs_dedup.pixels.grey import grey_frame
from pacs_dedup.pixels.informative import is_informative

LEAST_SIDE = 60
FRAMES_OF_A_FILE = 12
LOSSY = frozenset(name for name in SAME_FIELD if name.startswith(("JPEG", "J2K")))
BESIDES = ("JPEG 75", "J2K 20:1", "0.75 size", "other window")
"""What happens to the second frame of a pair that is no copy, besides nothing."""
SAME_PLACE_MM = 0.05
TUNING_SHARE = 0.5
ALTERED = frozenset({"dcm_qa_12bit"})
"""Folders whose pixels were altered by hand: neither copies nor repeats."""
NO_PATIENTS = frozenset({"", "Anonimo", "ANONYMOUS"})


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One frame of the folder.

    Attributes:
        plane: grey values.
        subject: patient, or study.
        series: folder, series and shape: frames of one series can be neighbours.
        place: mm along the slice normal, None where unknown.
        kernel: convolution kernel, empty outside CT.
        study: Study Instance UID.
    """

    plane: Plane
    subject: str
    series: str
    place: float | None
    kernel: str
    study: str
    modality: str


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two frames, what they are to each other, and what happened to the second."""

    kind: str
    change: str
    first: Frame
    second: Frame

    @property
    def lossless(self) -> bool:
        """Whether neither was compressed with loss."""
        return self.change not in LOSSY

    def planes(self) -> tuple[Plane, Plane]:
        """Return the two planes, the change applied to the second."""
        changed = SAME_FIELD[self.change](self.second.plane) if self.change else self.second.plane
        return self.first.plane, np.ascontiguousarray(changed, np.float32)


def tunes(subject: str) -> bool:
    """Tell whether a subject tunes the model; the others test it."""
    return blake3(subject.encode()).digest()[0] < 256 * TUNING_SHARE


def frames(corpus: Path) -> list[Frame]:
    """Read every informative lossless frame of the folder once."""
    seen: set[bytes] = set()
    found: list[Frame] = []
    for path in sorted(path for path in corpus.rglob("*") if path.is_file()):
        try:
            dataset, folder = open_dataset(path), path.relative_to(corpus).parts[0]
            if folder not in ALTERED and "PixelData" in dataset and dataset.get("Modality") != "SEG":
                found += _frames(dataset, folder, seen)
        except PacsDedupError:
            continue
    return found


def _frames(dataset: DicomDataset, folder: str, seen: set[bytes]) -> Iterator[Frame]:
    for index, decoded in enumerate(decode_frames(dataset)):
        values = decoded.array if decoded.rgb is None else decoded.rgb
        if index >= FRAMES_OF_A_FILE or decoded.lossy:
            return
        if min(values.shape[:2]) < LEAST_SIDE or not is_informative(values, modality=str(dataset.get("Modality", ""))):
            continue
        plane = grey_frame(decoded.array, decoded.photometric_interpretation, decoded.padding, decoded.rgb).values
        name = blake3(plane.tobytes()).digest()
        if name in seen:
            continue
        seen.add(name)
        study = str(dataset.get("StudyInstanceUID", ""))
        series = f"{folder} {dataset.get('SeriesInstanceUID')} {dataset.get('SeriesNumber')} {plane.shape}"
        kernel = str(dataset.get("ConvolutionKernel", ""))
        patient = str(dataset.get("PatientID", ""))
        subject = f"{folder} {study if patient in NO_PATIENTS else patient}"
        yield Frame(plane, subject, f"{series} {kernel}", _place(dataset), kernel, study, str(dataset.get("Modality")))


def _place(dataset: DicomDataset) -> float | None:
    if "ImageOrientationPatient" not in dataset or "ImagePositionPatient" not in dataset:
        return None
    across = np.array(dataset.ImageOrientationPatient, float)
    return float(np.cross(across[:3], across[3:]) @ np.array(dataset.ImagePositionPatient, float))


def copies(found: list[Frame], of_a_series: int) -> Iterator[Pair]:
    """Yield some frames of every series, each unchanged and changed in every way."""
    for members in _by_series(found).values():
        step = max(1, len(members) // of_a_series)
        for frame in members[step // 2 :: step][:of_a_series]:
            yield from (Pair("copy", change, frame, frame) for change in ("", *SAME_FIELD))


def others(found: list[Frame], of_a_kind: int) -> Iterator[Pair]:
    """Yield pairs that are no copies, at most so many of a kind and subject, each unchanged and changed."""
    groups: dict[tuple[str, str], list[tuple[Frame, Frame]]] = defaultdict(list)
    for kind, a, b in _related(found):
        groups[kind, a.subject].append((a, b))
    for (kind, subject), pairs in sorted(groups.items(), key=lambda each: each[0]):
        chosen = random.Random(subject).sample(pairs, min(of_a_kind, len(pairs)))
        for a, b in chosen:
            yield from (Pair(kind, change, a, b) for change in (("",) if kind == "stranger" else ("", *BESIDES)))


def _related(found: list[Frame]) -> Iterator[tuple[str, Frame, Frame]]:
    for members in _by_series(found).values():
        yield from (("neighbour", a, b) for a, b in pairwise(members) if not _same_place(a, b))
    by_subject: dict[tuple[str, tuple[int, ...]], list[Frame]] = defaultdict(list)
    for frame in found:
        if frame.modality in {"CT", "MR"}:
            by_subject[frame.subject, frame.plane.shape].append(frame)
    for members in by_subject.values():
        for a, b in combinations(members, 2):
            if _same_place(a, b):
                yield ("repeat" if a.modality == "MR" else "reconstruction", a, b)
            elif a.study != b.study and a.place is not None and b.place is not None:
                yield "other position", a, b
    middles = [members[len(members) // 2] for members in _by_series(found).values()]
    yield from (("stranger", a, b) for a, b in combinations(middles, 2) if a.subject != b.subject)


def _same_place(a: Frame, b: Frame) -> bool:
    """Tell whether two frames show one place; frames of one file without positions follow each other in time."""
    if a.place is None or b.place is None:
        return False
    return abs(a.place - b.place) <= SAME_PLACE_MM


def _by_series(found: list[Frame]) -> dict[str, list[Frame]]:
    groups: dict[str, list[Frame]] = defaultdict(list)
    for frame in found:
        groups[frame.series].append(frame)
    for members in groups.values():
        members.sort(key=lambda frame: (frame.place is None, frame.place))
    return groups
