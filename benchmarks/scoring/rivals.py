"""What other programs go by, on the same studies: UIDs, digests of bytes, and perceptual hashes of pictures.

Each rival is dealt with kindly: half of the instances (or frames) make a copy, the picture that is hashed has its
contrast stretched between robust percentiles, MONOCHROME1 turned over, and each arriving frame may choose the nearest
of all frames of the prior.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import imagehash
import numpy as np
import pdqhash
import pydicom
from numpy.typing import NDArray
from PIL import Image

from pacs_dedup.dicom.decode_pixels import DecodedFrame, decode_frames
from pacs_dedup.dicom.open_dataset import open_dataset
from pacs_dedup.domain.errors import Unreadable
from pacs_dedup.pixels.grey import grey_frame
from pacs_dedup.pixels.signature import eight_bits

EXACT_RIVALS = ("UID", "SHA-256 of the file", "SHA-256 of encoded pixels", "SHA-256 of stored values")
PERCEPTUAL_RIVALS = ("phash-64", "PDQ")
FAR = 256.0
"""Distance where nothing could be hashed; beyond every threshold."""
SAMPLED_FRAMES = 5
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Traits:
    """What the rivals know of one study: one tuple each, of instances or of frames."""

    uids: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    encoded: tuple[str, ...] = ()
    stored: tuple[str, ...] = ()
    phashes: tuple[int, ...] = ()
    pdqs: tuple[int, ...] = ()


def traits_of(paths: Sequence[Path], at_most: int | None = None) -> Traits:
    """Take the traits of a study's files.

    Args:
        paths: its files, in order.
        at_most: frames to hash perceptually, evenly spread; None for all.
    """
    datasets = [pydicom.dcmread(path) for path in paths]
    frames = list(_frames(paths))
    chosen = _spread(frames, at_most or len(frames))
    pictures = [picture for picture in map(_picture, chosen) if picture is not None]
    return Traits(
        uids=tuple(str(d.get("SOPInstanceUID", "")) for d in datasets),
        files=tuple(sha256(path.read_bytes()).hexdigest() for path in paths),
        encoded=tuple(sha256(_encoded(d)).hexdigest() for d in datasets if _encoded(d)),
        stored=tuple(sha256(np.ascontiguousarray(frame.array).tobytes()).hexdigest() for frame in frames),
        phashes=tuple(int(str(imagehash.phash(Image.fromarray(picture))), 16) for picture in pictures),
        pdqs=tuple(_pdq(picture) for picture in pictures),
    )


def judge_by_rivals(incoming: Traits, prior: Traits) -> dict[str, float]:
    """Return what each rival makes of a pair: 1 or 0 for the exact ones, a distance in bits for the others."""
    exact = (
        (incoming.uids, prior.uids),
        (incoming.files, prior.files),
        (incoming.encoded, prior.encoded),
        (incoming.stored, prior.stored),
    )
    said = {name: float(half_known(*sides)) for name, sides in zip(EXACT_RIVALS, exact, strict=True)}
    near = ((incoming.phashes, prior.phashes), (incoming.pdqs, prior.pdqs))
    return said | {name: _distance_of_half(*sides) for name, sides in zip(PERCEPTUAL_RIVALS, near, strict=True)}


def best_threshold(copies: Sequence[float], others: Sequence[float]) -> tuple[float, float]:
    """Return the distance up to which a rival should say "copy" for the best F1, and that F1.

    Args:
        copies: distances of pairs that are copies.
        others: distances of pairs that are not.
    """
    scores = []
    for threshold in sorted({*copies, *others} - {FAR}):
        hits, false = sum(d <= threshold for d in copies), sum(d <= threshold for d in others)
        scores.append((2 * hits / (hits + false + len(copies)), -threshold))
    f1, negated = max(scores, default=(0.0, 1.0))
    return -negated, f1


def half_known(incoming: Sequence[str], prior: Sequence[str]) -> bool:
    known = set(prior) - {""}
    return bool(incoming) and 2 * sum(each in known for each in incoming) >= len(incoming)


def _distance_of_half(incoming: Sequence[int], prior: Sequence[int]) -> float:
    """Return the distance within which half of the incoming frames have a frame of the prior."""
    if not incoming or not prior:
        return FAR
    nearest = sorted(min((one ^ other).bit_count() for other in prior) for one in incoming)
    return float(nearest[(len(nearest) - 1) // 2])


def _frames(paths: Iterable[Path]) -> Iterator[DecodedFrame]:
    for path in paths:
        try:
            yield from decode_frames(open_dataset(path))
        except (Unreadable, ValueError, KeyError):  # a rival has nothing to say of what can not be decoded
            continue


def _picture(frame: DecodedFrame) -> NDArray[np.uint8] | None:
    grey = grey_frame(frame.array, frame.photometric_interpretation, frame.padding, frame.rgb)
    return eight_bits(grey.values)


def _pdq(picture: NDArray[np.uint8]) -> int:
    hashed: Callable[[Any], tuple[Any, int]] = pdqhash.compute
    bits, _quality = hashed(np.repeat(picture[:, :, None], 3, axis=2))
    return int("".join("1" if bit else "0" for bit in bits), 2)


def _spread(items: Sequence[T], at_most: int) -> Sequence[T]:
    step = max(1, len(items) // max(1, at_most))
    return items[step // 2 :: step][:at_most]


def _encoded(dataset: pydicom.Dataset) -> bytes:
    for keyword in ("PixelData", "FloatPixelData", "DoubleFloatPixelData"):
        if keyword in dataset:
            return bytes(dataset[keyword].value or b"")
    return b""
