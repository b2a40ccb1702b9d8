"""Perceptual hash of a frame: finds candidates, proves nothing (neighbouring slices of one series share it)."""

from typing import Final

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pacs_dedup.pixels.grey import GreyFrame, area_average

_GRID: Final = 64
_LOW, _HIGH = 1.0, 99.0


def perceptual_hash(frame: GreyFrame) -> str | None:
    """Return imagehash's pHash of a frame as 16 hexadecimal digits, None of a frame without contrast.

    The frame is first reduced to at most 64 x 64 by area averaging, then windowed between its 1st and 99th percentile:
    on full images the hash would cost a hundred times as much and say the same.
    """
    small = area_average(frame.values, _GRID)
    window = eight_bits(small)
    return None if window is None else str(imagehash.phash(Image.fromarray(window)))


def eight_bits(values: NDArray[np.float32]) -> NDArray[np.uint8] | None:
    """Map values between robust percentiles to 0..255; None where there is no contrast."""
    low, high = np.percentile(values, (_LOW, _HIGH))
    if not high > low:
        return None
    scaled: NDArray[np.uint8] = np.rint(np.clip((values - low) / (high - low), 0, 1) * 255).astype(np.uint8)
    return scaled
