"""Make small pictures of frames for a person to look at: never for diagnosis, never for a verdict."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

THUMBNAIL_SIDE = 256
"""Longest side, in pixels: enough to recognise an instance, small enough to embed hundreds in one report."""

_PERCENTILES = (1.0, 99.0)
_SAMPLED_PIXELS = 1 << 18
_COLOUR_DIMENSIONS = 3
_SCREEN_BITS = 8
_HEAT_FULL_SCALE = 0.25
"""A quarter of the grey range is full heat: a copy stays dark, a burnt-in mark glows."""


@dataclass(frozen=True, slots=True)
class Shown:
    """How stored values become what a screen shows (PS3.3 C.11.1, C.11.2).

    Attributes:
        photometric_interpretation: (0028,0004); MONOCHROME1 is shown inverted, YBR_FULL is turned into RGB.
        bits_stored: of a colour sample; grey values are windowed instead.
        window: centre and width in rescaled values; without it the 1st to 99th percentile.
        padding: stored value that means "no pixel here"; it is shown as the darkest other value.
    """

    photometric_interpretation: str = "MONOCHROME2"
    bits_stored: int = 8
    rescale_slope: float = 1.0
    rescale_intercept: float = 0.0
    window: tuple[float, float] | None = None
    padding: float | None = None


def thumbnail(values: NDArray[np.uint8], *, side: int = THUMBNAIL_SIDE) -> bytes:
    """Return a PNG of what `display_values` made, at most ``side`` pixels wide and high."""
    return _png(_reduced(_image(values), side))


def difference_thumbnail(a: NDArray[np.uint8], b: NDArray[np.uint8], *, side: int = THUMBNAIL_SIDE) -> bytes | None:
    """Return a PNG heat map of the absolute difference, None where the two shapes differ.

    Args:
        a: what `display_values` made of one frame.
        b: what it made of the other, with the same window.
        side: longest side of the result, in pixels.
    """
    if a.shape != b.shape:
        return None
    gap = np.abs(a.astype(np.int16) - b.astype(np.int16))
    if gap.ndim == _COLOUR_DIMENSIONS:
        gap = gap.max(axis=2)
    heat = np.minimum(gap / (255.0 * _HEAT_FULL_SCALE), 1.0)
    return _png(_reduced(_image(_glow(heat)), side))


def display_values(array: NDArray[Any], shown: Shown) -> NDArray[np.uint8]:
    """Return one frame as a screen shows it: (rows, columns) grey or (rows, columns, 3) RGB, uint8.

    Args:
        array: stored values, (rows, columns) or (rows, columns, 3); any integer or float dtype.
        shown: what the header says about them.
    """
    if array.ndim == _COLOUR_DIMENSIONS:
        return _rgb(array, shown)
    scaled = _windowed(array, shown)
    if shown.photometric_interpretation == "MONOCHROME1":
        scaled = 1 - scaled
    grey: NDArray[np.uint8] = np.rint(scaled * 255).astype(np.uint8)
    return grey


def _windowed(array: NDArray[Any], shown: Shown) -> NDArray[np.float32]:
    values = array.astype(np.float32)
    finite = np.isfinite(values)
    if shown.padding is not None:
        finite &= array != shown.padding
    values = values * np.float32(shown.rescale_slope) + np.float32(shown.rescale_intercept)
    if not finite.any():
        return np.zeros(array.shape, np.float32)
    low, high = _limits(values[finite], shown.window)
    scaled = np.clip((np.where(finite, values, low) - low) / max(high - low, 1e-6), 0, 1)
    return np.asarray(scaled, np.float32)


def _limits(values: NDArray[np.float32], window: tuple[float, float] | None) -> tuple[float, float]:
    if window is not None and window[1] > 0:
        return window[0] - window[1] / 2, window[0] + window[1] / 2
    step = max(1, values.size // _SAMPLED_PIXELS)
    low, high = np.percentile(values.reshape(-1)[::step], _PERCENTILES)
    if high > low:
        return float(low), float(high)
    return float(values.min(initial=0)), float(values.max(initial=1))


def _rgb(array: NDArray[Any], shown: Shown) -> NDArray[np.uint8]:
    colours = array[:, :, :3]
    if colours.dtype != np.uint8 or shown.bits_stored != _SCREEN_BITS:
        top = (1 << shown.bits_stored) - 1
        colours = np.rint(np.clip(colours / top, 0, 1) * 255).astype(np.uint8)
    if shown.photometric_interpretation.startswith("YBR_FULL"):
        return np.asarray(Image.fromarray(np.ascontiguousarray(colours), mode="YCbCr").convert("RGB"))
    return np.ascontiguousarray(colours)


def _glow(heat: NDArray[Any]) -> NDArray[np.uint8]:
    """Map 0..1 to black, violet, orange, pale yellow: ordered in lightness, so that it survives a grey printer."""
    stops = (0.0, 0.33, 0.66, 1.0)
    channels = ((8, 110, 240, 255), (8, 30, 130, 246), (14, 120, 30, 190))
    return np.stack([np.interp(heat, stops, channel) for channel in channels], axis=2).astype(np.uint8)


def _image(values: NDArray[np.uint8]) -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(values))


def _reduced(image: Image.Image, side: int) -> Image.Image:
    longest = max(image.size)
    if longest <= side:
        return image
    width, height = (max(1, round(length * side / longest)) for length in image.size)
    return image.resize((width, height), Image.Resampling.BOX)


def _png(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, format="PNG", optimize=True)
    return out.getvalue()
