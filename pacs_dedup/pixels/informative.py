"""Whether a frame may speak in a verdict: blank, nearly empty, drawn and boiler-plate frames may not."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pacs_dedup.pixels.blocks import over_blocks
from pacs_dedup.pixels.canonical import Pixels
from pacs_dedup.pixels.normal_form import MIN_DISTINCT, MIN_ENTROPY_BITS
from pacs_dedup.pixels.statistics import Histogram

MIN_FOREGROUND: Final = 0.02
_BLOCK: Final = 4
_LEAST_BLOCKS: Final = 8
_LEAST_BLOCK_SHARE: Final = 0.01
_BLOCK_ENTROPY_BITS: Final = 4.0
_TEMPLATE_TOKENS: Final = (
    "DOSE",
    "PATIENT_INFO",
    "PATIENT INFO",
    "EXAM SUMMARY",
    "SUMMARY",
    "SCREEN SAVE",
    "SURVIEW",
)
_TOPOGRAM: Final = "LOCALIZER"
_SAMPLED_PIXELS: Final = 1 << 16
_DRAWN_FLAT_SHARE: Final = 0.25
_DRAWN_SHARE_OF_PATTERNS: Final = 0.01
_DRAWN_PATTERNS: Final = 300
_DRAWN_LINES: Final = 0.75
_MIXERS: Final = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], np.uint64).astype(np.int64)
"""Odd numbers of 64 bits, which give different steps different sums but for chance."""


def is_informative(
    frame: Pixels, image_type: tuple[str, ...] = (), modality: str = "", histogram: Histogram | None = None
) -> bool:
    """Tell whether a frame may speak in a verdict.

    Blank, constant, low-entropy, nearly empty and drawn frames are equal between studies that have nothing to do with
    each other, and so are the pages that scanners add (dose, patient information, plans on a survey view): ImageType
    (0008,0008) names those. A CT scanner stores its topogram once for each series planned on it. Where the background
    takes so much of the frame that few bits are left, as a window burnt in does, the rest of it is asked alone.

    Args:
        frame: stored values, or the colours of a palette.
        image_type: ImageType in capitals.
        modality: Modality (0008,0060).
        histogram: of ``frame``, if somebody has counted already.
    """
    if any(token in value for value in image_type for token in _TEMPLATE_TOKENS):
        return False
    if modality == "CT" and _TOPOGRAM in image_type:
        return False
    histogram = histogram or Histogram.of(frame)
    return (
        histogram.distinct >= MIN_DISTINCT
        and 1.0 - histogram.modal_share >= MIN_FOREGROUND
        and (histogram.entropy_bits >= MIN_ENTROPY_BITS or has_textured_blocks(frame))
        and not is_drawn(frame)
    )


def has_textured_blocks(frame: Pixels) -> bool:
    """Tell whether what is neither background nor saturated has content of its own.

    Of the blocks of 4 x 4 pixels at least 8, and one in a hundred, hold neither the most frequent value of the frame
    nor its least or greatest, and are not flat; and their pixels have 4 bits of entropy. The strokes of letters are
    thinner than a block. Figures: docs/decisions/0016.
    """
    plane = _plane(frame)
    if min(plane.shape) < _BLOCK:
        return False
    counted = Histogram.of(plane)
    outside = (counted.values[0], counted.values[-1], counted.values[counted.counts.argmax()])
    inside = over_blocks(np.logical_and, np.logical_and.reduce([plane != value for value in outside]), _BLOCK)
    textured = inside & (over_blocks(np.maximum, plane, _BLOCK) > over_blocks(np.minimum, plane, _BLOCK))
    if np.count_nonzero(textured) < max(_LEAST_BLOCKS, _LEAST_BLOCK_SHARE * textured.size):
        return False
    rows, columns = textured.shape
    blocks = plane[: rows * _BLOCK, : columns * _BLOCK].reshape(rows, _BLOCK, columns, _BLOCK).swapaxes(1, 2)
    return Histogram.of(blocks[textured]).entropy_bits >= _BLOCK_ENTROPY_BITS


def is_drawn(frame: Pixels) -> bool:
    """Tell whether a frame was drawn (test pattern, bars, text) and never measured, so that it has no noise.

    Of its neighbourhoods of 2 x 2 pixels, those of the background left out, at least a quarter are exactly flat, and
    the others show fewer than 300 different steps, and than one in a hundred; and its rows, or its columns, repeat. So
    does no scan, however few greys a window left of it. Figures: docs/decisions/0016.
    """
    if frame.dtype.kind == "f" or min(frame.shape[:2]) < 2:  # noqa: PLR2004 - rows and columns of a neighbourhood
        return False
    here, *others = _neighbours(frame)
    flat = (here == others[0]) & (here == others[1]) & (here == others[2])
    if int(flat.sum()) < _DRAWN_FLAT_SHARE * flat.size:  # the background, once left out, can only lower the share
        return False
    counted = Histogram.of(here)
    background = int((flat & (here == counted.values[counted.counts.argmax()])).sum())
    measured = flat.size - background
    if int(flat.sum()) - background < _DRAWN_FLAT_SHARE * measured:
        return False
    steps = np.stack([other[~flat].astype(np.int64) - here[~flat] for other in others])
    few = np.unique(_MIXERS @ steps).size < min(_DRAWN_PATTERNS, _DRAWN_SHARE_OF_PATTERNS * measured)
    return bool(few) and min(_different_lines(frame), _different_lines(frame.swapaxes(0, 1))) < _DRAWN_LINES


def _different_lines(frame: Pixels) -> float:
    """Return the share of different rows among those that are not of one value."""
    rows = np.ascontiguousarray(frame).reshape(frame.shape[0], -1)
    busy = [row.tobytes() for row in rows if (row != row[0]).any()]
    return len(set(busy)) / max(1, len(busy))


def _neighbours(frame: Pixels) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return pixels, the ones right of them, the ones below, and the ones right of those.

    Of large frames some rows speak for all.
    """
    plane = _plane(frame)
    step = max(1, plane.size // _SAMPLED_PIXELS)
    rows, below = plane[:-1:step], plane[1::step]
    return rows[:, :-1], rows[:, 1:], below[:, :-1], below[:, 1:]


def _plane(frame: Pixels) -> NDArray[Any]:
    """Return one value a pixel: of colour the sum of the samples."""
    return frame if frame.ndim == 2 else frame.sum(axis=2, dtype=np.int64)  # noqa: PLR2004 - rows, columns
