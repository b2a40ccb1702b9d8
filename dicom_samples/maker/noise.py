"""Noise and texture that come out the same on every machine.

Only a hash, additions, multiplications, divisions and square roots are used: these are exact by IEEE 754, while
sine, exponential and the tails of library random numbers may differ in the last bit between processors and versions.
"""

from hashlib import shake_256

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float64]

_TERMS = 4
_UNIFORM_STD = 65536 / 12**0.5


def white_noise(seed: str, shape: tuple[int, ...]) -> Plane:
    """Draw nearly normal noise of mean 0 and standard deviation 1: the sum of four uniform numbers per sample."""
    count = int(np.prod(shape))
    drawn = np.frombuffer(shake_256(seed.encode()).digest(2 * _TERMS * count), dtype="<u2")
    first, second, third, fourth = drawn.reshape(_TERMS, count).astype(np.float64)
    centred = (first + second) + (third + fourth) - _TERMS * 65535 / 2
    return (centred / (_UNIFORM_STD * _TERMS**0.5)).reshape(shape)


def smooth(plane: Plane) -> Plane:
    """Convolve both axes with [1, 2, 1]/4, wrapping at the borders."""
    for axis in (0, 1):
        plane = (np.roll(plane, 1, axis) + 2.0 * plane + np.roll(plane, -1, axis)) / 4.0
    return plane


def detector_noise(seed: str, shape: tuple[int, int]) -> Plane:
    """Draw the noise of one exposure: slightly band-limited, standard deviation 1.

    The kernel [1, 2, 1]/4 on two axes leaves exactly three eighths of the standard deviation.
    """
    return smooth(white_noise(seed, shape)) / 0.375


def texture(seed: str, shape: tuple[int, int], grain: int) -> Plane:
    """Draw the soft texture of tissue: patches of ``grain`` pixels, blurred, between -1 and 1."""
    coarse = white_noise(seed, (shape[0] // grain + 1, shape[1] // grain + 1))
    plane = np.repeat(np.repeat(coarse, grain, axis=0), grain, axis=1)[: shape[0], : shape[1]]
    for _ in range(2 * grain):
        plane = smooth(plane)
    return plane / np.abs(plane).max()
