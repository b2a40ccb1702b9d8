"""What the figures of one look at two frames weigh: bits for one acquisition, reconstructed once, against all else.

A copy shares its original's noise. How much is lost depends on what lies between: nothing where both are lossless and
of one size, some where one was resampled, more where one was compressed with loss. So there is one small logistic
model for each fidelity, with weights that are never negative: a higher correlation or a lower noise ratio never weighs
less. The weights come from `benchmarks/noise_model.py`.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import log2
from typing import Final

from pacs_dedup.domain.frames.verification import Fidelity, FrameVerification

MOST_BITS: Final = 10.0
"""What one look can weigh at most, for or against: no more than the pairs that the weights come from can show."""
LEAST_COPY_BITS: Final = 2.5
LEAST_REPEAT_BITS: Final = 4.0
"""More than a copy needs: strong compression removes noise, and what is left looks like another acquisition."""
MOST_UNEXPLAINED: Final = 0.03
"""Share of pixels that may miss the fitted grey curve where nothing lies between original and copy."""
_UNDECLARED_LOSS_BITS: Final = 8.0
"""Weight against a copy of grey levels that do not follow where the headers know of no loss.

So much that noise alone never makes such a pair a copy: two volumes of a quiet phantom correlate at 0.99.
"""
_LEAST, _MOST = 1 / 256, 4.0
_LEAST_NOISE_RATIO: Final = 1 / 16
_KERNEL_NOISE_RATIO: Final = 1.5
_KERNEL_ENERGY_BITS: Final = 0.6
_SAME_RAW_CORRELATION: Final = 0.75
_NOT_ANOTHER_CORRELATION: Final = 0.9
_MANY_TIMES: Final = 4.0
"""Noise that agrees at 0.9 differs by little more than itself; what differs by four times as much is something else."""
ENOUGH_PIXELS: Final = 10_000
"""Small matrices hold more fine structure than noise, so that correlation says less of them."""


class Reading(StrEnum):
    """What one look at two frames says."""

    COPY = "copy"
    RECONSTRUCTION = "reconstruction"
    REPEAT = "repeat"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class NoiseWeights:
    """One logistic model, in bits; all weights but the constant are at least 0.

    Attributes:
        constant: bits where every figure is 0.
        correlation: bits for every halving of ``1 - correlation``.
        fine_correlation: bits for every halving of ``1 - fine_correlation``.
        noise_ratio: bits for every halving of the noise ratio.
    """

    constant: float
    correlation: float
    fine_correlation: float
    noise_ratio: float


WEIGHTS: Final = {
    Fidelity.EXACT: NoiseWeights(-0.78, 0.50, 1.47, 0.43),
    Fidelity.RESAMPLED: NoiseWeights(-4.75, 0.0, 0.92, 3.61),
    Fidelity.LOSSY: NoiseWeights(-4.08, 1.27, 0.0, 2.34),
}


def copy_bits(found: FrameVerification) -> float:
    """Return log2 of how many times likelier the figures are for a copy than for another acquisition or neighbour.

    Returns:
        Bits within +-`MOST_BITS`; 0 where the comparison was refused.
    """
    return max(-MOST_BITS, min(MOST_BITS, unbounded_bits(found)) + unexplained_bits(found))


def unbounded_bits(found: FrameVerification) -> float:
    """Return what the model gives as it comes: no measure of certainty, but it ranks looks at one frame."""
    if found.refused:
        return 0.0
    weights = WEIGHTS[found.fidelity]
    each = (weights.correlation, weights.fine_correlation, weights.noise_ratio)
    return weights.constant + sum(w * x for w, x in zip(each, features(found), strict=True))


def features(found: FrameVerification) -> tuple[float, float, float]:
    """Return what the weights apply to: halvings of 1 - correlation, 1 - fine correlation, and the noise ratio."""
    return (
        _halvings(1.0 - found.correlation),
        _halvings(1.0 - found.fine_correlation),
        _halvings(max(found.noise_ratio, _LEAST_NOISE_RATIO)),
    )


def unexplained_bits(found: FrameVerification) -> float:
    """Return what weighs against a copy of grey levels that do not follow though no loss is known; 0 elsewhere."""
    exact = found.fidelity is Fidelity.EXACT and not found.refused
    unexplained = exact and found.unexplained_share > MOST_UNEXPLAINED
    return -_UNDECLARED_LOSS_BITS if unexplained else 0.0


def read_figures(found: FrameVerification, *, kernel: str, reconstructed: bool) -> Reading:
    """Say what the figures of one look mean.

    Args:
        found: the figures.
        kernel: level at which kernel and slice thickness compare: ``equal``, ``differs`` or ``missing``.
        reconstructed: the modality makes several images of one acquisition (CT, MR, PT, NM).
    """
    if found.refused:
        return Reading.UNCLEAR
    if reconstructed and kernel != "equal" and _shares_raw_data(found, kernel):
        return Reading.RECONSTRUCTION
    bits = copy_bits(found)
    if bits >= LEAST_COPY_BITS:
        return Reading.COPY
    same_raw_data = reconstructed and kernel == "missing" and found.correlation >= _SAME_RAW_CORRELATION
    repeat = bits <= -LEAST_REPEAT_BITS and not same_raw_data and not _at_odds(found)
    return Reading.REPEAT if repeat else Reading.UNCLEAR


def _shares_raw_data(found: FrameVerification, kernel: str) -> bool:
    """Tell whether two frames have noise of one source, filtered differently."""
    if found.correlation < _SAME_RAW_CORRELATION:
        return False
    other_noise = found.noise_ratio > _KERNEL_NOISE_RATIO and abs(found.energy_ratio) > _KERNEL_ENERGY_BITS
    return kernel == "differs" or (found.fidelity is Fidelity.EXACT and other_noise)


def _at_odds(found: FrameVerification) -> bool:
    """Tell whether noise that agrees is measured to differ by many times itself, which no second acquisition does."""
    agrees = found.live_pixels >= ENOUGH_PIXELS and found.correlation >= _NOT_ANOTHER_CORRELATION
    return agrees and found.noise_ratio >= _MANY_TIMES


def _halvings(left: float) -> float:
    """Return how often what is left of 1 was halved, from -2 to 8 times."""
    return -log2(min(max(left, _LEAST), _MOST))
