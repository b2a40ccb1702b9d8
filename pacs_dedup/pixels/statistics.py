"""How much a frame has to say: distinct values, entropy, foreground."""

from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from pacs_dedup.pixels.canonical import Pixels

MIN_DISTINCT: Final = 16
MIN_ENTROPY_BITS: Final = 2.0
MIN_FOREGROUND: Final = 0.02
_MAX_BINS: Final = 1 << 17
_TEMPLATE_TOKENS: Final = (
    "DOSE",
    "PATIENT_INFO",
    "PATIENT INFO",
    "EXAM SUMMARY",
    "SUMMARY",
    "SCREEN SAVE",
    "SURVIEW_INFO",
)


@dataclass(frozen=True, slots=True)
class Histogram:
    """Distribution of a frame's samples.

    Attributes:
        distinct: number of different values.
        entropy_bits: Shannon entropy of one sample.
        modal_share: share of the most frequent value, 0..1.
    """

    distinct: int
    entropy_bits: float
    modal_share: float

    @classmethod
    def of(cls, frame: Pixels) -> Self:
        """Count the samples of a frame; a float frame's NaNs count as one value."""
        counts = _counts(frame)
        if not counts.size:
            return cls(0, 0.0, 1.0)
        shares = counts / counts.sum()
        entropy = float(-(shares * np.log2(shares)).sum())
        return cls(counts.size, entropy, float(shares.max()))


def is_informative(frame: Pixels, image_type: tuple[str, ...] = ()) -> bool:
    """Tell whether a frame may speak in a verdict.

    Blank, constant, low-entropy and nearly empty frames are equal between studies that have nothing to do with each
    other, and so are pages of text that scanners add (dose, patient information): ImageType (0008,0008) names them.
    """
    if any(token in value.upper() for value in image_type for token in _TEMPLATE_TOKENS):
        return False
    histogram = Histogram.of(frame)
    return (
        histogram.distinct >= MIN_DISTINCT
        and histogram.entropy_bits >= MIN_ENTROPY_BITS
        and 1.0 - histogram.modal_share >= MIN_FOREGROUND
    )


def _counts(frame: Pixels) -> NDArray[Any]:
    flat = frame.ravel()
    if not flat.size:
        return np.empty(0)
    if flat.dtype.kind != "f":
        low, high = int(flat.min()), int(flat.max())
        if high - low < _MAX_BINS:
            counts = np.bincount((flat - flat.dtype.type(low)).astype(np.intp))
            return counts[counts > 0]
    return np.unique(flat, return_counts=True)[1]
