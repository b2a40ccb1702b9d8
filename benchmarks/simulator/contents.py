"""What a seed shows, so that no pair that shows one image twice passes for two images."""

from functools import lru_cache
from hashlib import sha256

import numpy as np

from benchmarks.simulator.admission import study_of
from benchmarks.simulator.model import Seed
from benchmarks.simulator.pixel_data import Array, stored_values


@lru_cache(maxsize=4096)
def frames_shown(seed: Seed) -> frozenset[str]:
    """Return a digest of each frame that a seed shows, before anything is done to it.

    Frames whose stored values differ by no more than a rising map (a rescale, a window, bits above the stored ones that
    an overlay once used) have one digest: it is taken over the ranks of the values, not over the values.
    """
    return frozenset(digest_of_ranks(frame) for dataset in study_of(seed) for frame in stored_values(dataset))


def share_an_image(a: Seed, b: Seed) -> bool:
    """Tell whether two seeds show one image: cines repeat frames, and such a pair is no pair of two images."""
    return not frames_shown(a).isdisjoint(frames_shown(b))


def digest_of_ranks(frame: Array) -> str:
    """Digest a frame by the order of its values: (rows, columns) or (rows, columns, 3)."""
    _, ranks = np.unique(frame, return_inverse=True)
    return sha256(f"{frame.shape}".encode() + ranks.astype("<u4").tobytes()).hexdigest()
