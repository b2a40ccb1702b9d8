"""Tell whether two frames share their noise, or merely their anatomy (docs/decisions/0012 and 0097)."""

from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pacs_dedup.domain.frames.noise_model import copy_bits
from pacs_dedup.domain.frames.verification import Fidelity, FrameVerification
from pacs_dedup.pixels.bands import Bands, split
from pacs_dedup.pixels.blocks import is_constant, mean_difference, painted, spread, strange
from pacs_dedup.pixels.common_grid import MAX_SIDE, common_grids
from pacs_dedup.pixels.filters import erode
from pacs_dedup.pixels.grey import GreyFrame, Plane, sampled
from pacs_dedup.pixels.monotone_fit import MonotoneFit, fit_monotone
from pacs_dedup.pixels.region import find_overlap

_END_SHARE: Final = 0.01
_EROSION: Final = 2
_LEAST_LIVE: Final = 128
_ENOUGH_LIVE: Final = 400
_SHARE_OF_SMALL: Final = 0.03
_SHARE_OF_LARGE: Final = 0.01
"""With fewer than 128 pixels nothing is measured. Noise tells by itself where from 116 x 116 on 400 are left, and from
200 x 200 on one in a hundred."""
_WINSOR: Final = 3.0
_MAD_TO_SIGMA: Final = 1.4826
_SAMPLES: Final = 170
_FEW: Final = 8192
_EIGHT_BITS: Final = 255
_SETTLED: Final = 0.75
"""Correlation of the whole frames beyond which no part of them is looked for."""
_BETTER: Final = 0.1
"""By how much a part must correlate better than the whole to be what one of the frames shows."""
_FLAT_QUANTILE: Final = 0.5
_PAINT: Final = 0.05
"""Share of the range by which a painted block differs from the other image; less is what compression smoothed."""
_MOST_MARKS: Final = 0.25
"""Share of an image that marks may take; where more disagrees, the images do."""
_PAINT_MARGIN: Final = 2
"""In blocks: the edge of a painted area lies inside a block, and the coarse Gaussian reaches ten pixels beyond it."""
_NO_NOISE: Final = 1000.0
_TINY: Final = 1e-12
Mask = NDArray[np.bool_]


def verify_grey_frames(
    first: GreyFrame, second: GreyFrame, *, lossless: bool = False, search_region: bool = False
) -> FrameVerification:
    """Compare two frames after bringing them to one grid and one grey scale.

    The one with more grey levels is mapped onto the other, because a window or 8 bits only take levels away.

    Args:
        first: one frame.
        second: the other; exchanged, they give the same figures, with `energy_ratio` of the other sign.
        lossless: neither was ever compressed with loss.
        search_region: where the whole frames are no copies, look for a part of one that the other shows; takes ten
            times as long or more.
    """
    a, b = first.values, second.values
    whole = compare_planes(a, b, fidelity_of(a, b, lossless=lossless))
    if not search_region or (not whole.refused and whole.correlation >= _SETTLED):
        return whole
    overlap = find_overlap(a, b)
    if overlap is None:
        return whole
    part = compare_planes(overlap.first, overlap.second, Fidelity.RESAMPLED if lossless else Fidelity.LOSSY)
    better = not part.refused and (whole.refused or part.correlation > whole.correlation + _BETTER)
    return replace(part, region=overlap.region) if better else whole


def fidelity_of(first: Plane, second: Plane, *, lossless: bool) -> Fidelity:
    """Say how closely a copy could follow its original."""
    if not lossless:
        return Fidelity.LOSSY
    return Fidelity.EXACT if first.shape == second.shape else Fidelity.RESAMPLED


def compare_planes(first: Plane, second: Plane, fidelity: Fidelity) -> FrameVerification:
    """Compare two planes of one field of view; of several ways to bring them to one grid the kindest counts."""
    found = [_compare(a, b, fidelity) for a, b in common_grids(first, second)]
    kindest = max(found, key=lambda each: (not each.refused, copy_bits(each)))
    if kindest.refused or fidelity is not Fidelity.EXACT or max(first.shape) <= MAX_SIDE:
        return kindest
    # Means of several pixels bend with the curve, so whether grey levels follow is asked of single ones.
    single = _compare(sampled(first, MAX_SIDE), sampled(second, MAX_SIDE), fidelity)
    return kindest if single.refused else replace(kindest, unexplained_share=single.unexplained_share)


def _compare(a: Plane, b: Plane, fidelity: Fidelity) -> FrameVerification:
    turned = _richness(b) > _richness(a)
    if turned:
        a, b = b, a
    fit = fit_monotone(a, b, spread(painted(a, b), b.shape, 0))
    outliers = strange(fit.fitted, b)
    live = _live(fit) & ~_hidden(fit, b, outliers)
    count = int(np.count_nonzero(live))
    if count < _LEAST_LIVE:
        return _too_few(fit, b, count, outliers, fidelity)
    few = max(min(_ENOUGH_LIVE, _SHARE_OF_SMALL * live.size), _SHARE_OF_LARGE * live.size)
    return replace(_measured(fit, b, live, outliers, fidelity, turned=turned), thin=count < few)


def _too_few(fit: MonotoneFit, target: Plane, count: int, outliers: Mask, fidelity: Fidelity) -> FrameVerification:
    return FrameVerification(
        overall=_overall(fit, target, outliers),
        changed=_changed(fit, target),
        live_pixels=count,
        inverted=fit.inverted,
        outlier_share=_share(outliers),
        fidelity=fidelity,
        thin=True,
        refused=f"only {count} pixels carry grey levels that can be compared",
    )


def _measured(
    fit: MonotoneFit, target: Plane, live: Mask, outliers: Mask, fidelity: Fidelity, *, turned: bool
) -> FrameVerification:
    ours, theirs = split(fit.fitted), split(target)
    fine_a, fine_b = ours.fine[live], theirs.fine[live]
    ratio = _energy_ratio(fine_a, fine_b)
    return FrameVerification(
        correlation=_correlation(_winsorised(ours.middle[live]), _winsorised(theirs.middle[live])),
        likeness=_correlation(fit.fitted[live], target[live]),
        overall=_overall(fit, target, outliers),
        changed=_changed(fit, target),
        noise_ratio=_noise_ratio(fit.fitted, target, theirs, live),
        live_pixels=fine_a.size,
        inverted=fit.inverted,
        outlier_share=_share(outliers),
        fine_correlation=_correlation(_winsorised(fine_a), _winsorised(fine_b)),
        energy_ratio=-ratio if turned else ratio,
        fidelity=fidelity,
        unexplained_share=_unexplained_share(fit.fitted[live], target[live], target),
    )


def _overall(fit: MonotoneFit, target: Plane, outliers: Mask) -> float:
    shown = ~spread(outliers, target.shape)
    return _correlation(fit.fitted[shown], target[shown]) if shown.any() else 0.0


def _changed(fit: MonotoneFit, target: Plane) -> float:
    """Return the greatest difference of block means; where the curve ends, bright and dark pixels have no room."""
    inside = np.clip(target, np.float32(fit.low), np.float32(fit.high))
    return float(mean_difference(fit.fitted, inside).max(initial=0.0)) / max(fit.high - fit.low, _TINY)


def _share(mask: Mask) -> float:
    return float(np.count_nonzero(mask) / max(1, mask.size))


def _richness(values: Plane) -> tuple[int, bytes]:
    """Return what orders two planes by their number of grey levels, and, where these are equal, by anything fixed."""
    sample = sampled(values, _SAMPLES)
    return int(np.unique(sample).size), sample.tobytes()


def _live(fit: MonotoneFit) -> Mask:
    margin = _END_SHARE * (fit.high - fit.low)
    return erode((fit.fitted > fit.low + margin) & (fit.fitted < fit.high - margin), _EROSION)


def _hidden(fit: MonotoneFit, target: Plane, outliers: Mask) -> Mask:
    """Return the pixels where an image is constant, or has marks or paint that the other has not.

    Marks are few; where much disagrees, these are two pictures, and their disagreement counts.
    """
    constant = is_constant(fit.fitted) | is_constant(target)
    over = constant & (mean_difference(fit.fitted, target) > _PAINT * (fit.high - fit.low))
    hidden = spread(constant, target.shape, 0) | spread(over, target.shape, _PAINT_MARGIN)
    few = np.count_nonzero(outliers) <= _MOST_MARKS * outliers.size
    return hidden | spread(outliers, target.shape) if few else hidden


def _unexplained_share(fitted: NDArray[Any], target: NDArray[Any], plane: Plane) -> float:
    """Return the share of pixels that miss the fitted curve by more than one grey level, or 1/255 of the range."""
    levels = np.unique(sampled(plane, _SAMPLES))
    step = float(levels[-1] - levels[0]) / max(min(levels.size - 1, _EIGHT_BITS), 1)
    return float((np.abs(fitted - target) > step).mean())


def _winsorised(values: NDArray[Any]) -> NDArray[Any]:
    few = values[:: max(1, values.size // _FEW)]
    middle = float(np.median(few))
    limit = _WINSOR * _MAD_TO_SIGMA * float(np.median(np.abs(few - middle)))
    return np.clip(values, middle - limit, middle + limit) if limit > 0 else values


def _correlation(a: NDArray[Any], b: NDArray[Any]) -> float:
    x, y = a - a.mean(), b - b.mean()
    scale = float(np.sqrt(_sum(x, x) * _sum(y, y)))
    return min(1.0, max(-1.0, _sum(x, y) / scale)) if scale > 0 else 0.0


def _sum(x: NDArray[Any], y: NDArray[Any]) -> float:
    """Return the sum of products; numpy adds pairwise, so that float32 is enough."""
    return float((x * y).sum())


def _energy_ratio(fine_a: NDArray[Any], fine_b: NDArray[Any]) -> float:
    return float(np.log2((_sum(fine_a, fine_a) + _TINY) / (_sum(fine_b, fine_b) + _TINY)))


def _noise_ratio(fitted: Plane, target: Plane, bands: Bands, live: Mask) -> float:
    """Return how much the two differ, in units of the noise of the target, where the image is flat.

    Where nothing flat has noise, all that is live is asked; 1,000 where that has none either, for then none is shared.
    """
    slope = _slope(bands.smooth)
    rows, columns = 2 * slope.shape[0], 2 * slope.shape[1]
    here = live[:rows:2, :columns:2]
    fine, difference = bands.fine[:rows, :columns], (fitted - target)[:rows, :columns]
    if here.any():
        level = np.repeat(np.repeat(slope <= np.quantile(slope[here], _FLAT_QUANTILE), 2, axis=0), 2, axis=1)
        flat = live[:rows, :columns] & level
        if (noise := float(np.std(fine[flat]))) > 0:
            return float(np.std(difference[flat])) / noise
    noise = float(np.std(fine[live[:rows, :columns]]))
    return float(np.std(difference[live[:rows, :columns]])) / noise if noise > 0 else _NO_NOISE


def _slope(smooth: Plane) -> Plane:
    """Return the square of the gradient at every other pixel."""
    corner = smooth[0:-1:2, 0:-1:2]
    down, across = smooth[1::2, 0:-1:2] - corner, smooth[0:-1:2, 1::2] - corner
    return down * down + across * across
