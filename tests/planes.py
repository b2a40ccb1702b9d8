"""Planes of grey values, and what transfers do to them."""

import io
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pacs_dedup.pixels.grey import area_average
from tests.images import textured

Plane = NDArray[np.float32]


def anatomy(size: int = 256) -> Plane:
    """A picture without any noise."""
    return textured(size, size, noise=0.0).astype(np.float32)


def scan(noise_seed: int = 1, size: int = 256, noise: float = 80) -> Plane:
    """Anatomy that is always the same, with noise that is not."""
    grain = np.random.default_rng(noise_seed).standard_normal((size, size)).astype(np.float32)
    return anatomy(size) + np.float32(noise) * grain


def windowed(values: Plane, low: float = 0.5, high: float = 99.5) -> NDArray[np.uint8]:
    floor, ceiling = np.percentile(values, (low, high))
    return np.rint(np.clip((values - floor) / (ceiling - floor), 0, 1) * 255).astype(np.uint8)


def jpeg(values: Plane, quality: int = 75) -> Plane:
    buffer = io.BytesIO()
    Image.fromarray(windowed(values)).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer)).astype(np.float32)


def burnt_in(values: Plane) -> Plane:
    marked = values.copy()
    marked[10:30, 20:120] = values.max()
    return marked


def resized(values: Plane, side: int) -> Plane:
    return np.asarray(Image.fromarray(values).resize((side, side), Image.Resampling.LANCZOS))


COPIES: dict[str, Callable[[Plane], Plane]] = {
    "JPEG quality 75": jpeg,
    "8 bits": lambda v: windowed(v).astype(np.float32),
    "narrow window": lambda v: windowed(v, 20, 90).astype(np.float32),
    "half size": lambda v: area_average(v, v.shape[0] // 2),
    "three quarters": lambda v: resized(v, v.shape[0] * 3 // 4),
    "inverted": lambda v: -v,
    "gamma": lambda v: ((v - v.min()) / np.ptp(v)) ** np.float32(0.7),
}
