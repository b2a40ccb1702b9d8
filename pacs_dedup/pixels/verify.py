"""Tell whether two frames share their noise, or merely their anatomy (docs/decisions/0012)."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pacs_dedup.domain.verification import FrameVerification
from pacs_dedup.pixels.common_grid import common_grid
from pacs_dedup.pixels.filters import erode, gaussian
from pacs_dedup.pixels.grey import GreyFrame, Plane
from pacs_dedup.pixels.monotone_fit import fit_monotone

_FINE, _COARSE = 1.0, 2.5
_END_SHARE: Final = 0.01
_EROSION: Final = 2
_MIN_LIVE: Final = 400
_MIN_LIVE_SHARE: Final = 0.02
_WINSOR: Final = 3.0
_MAD_TO_SIGMA: Final = 1.4826
_BLOCK: Final = 8
_BLOCK_AGREES: Final = 0.3
_EIGHT_BITS: Final = 255
_MAX_UNEXPLAINED: Final = 0.03
_UNEXPLAINED: Final = (
    "neither image was compressed with loss, yet the grey levels of one do not follow from the other's: "
    "a repeat acquisition with little noise, or a processed copy"
)
_FLAT_QUANTILE: Final = 0.5
_CONTRAST: Final = 0.1
"""A block whose contrast is below this share of the image's carries noise alone and can not disagree."""


def verify_grey_frames(first: GreyFrame, second: GreyFrame, *, lossless: bool = False) -> FrameVerification:
    """Compare two frames after bringing them to one grid and one grey scale.

    The one with more grey levels is mapped onto the other, because a window or 8 bits only take levels away.

    Args:
        first: one frame.
        second: the other; the order does not matter.
        lossless: neither was ever compressed with loss. Then, on one grid, the grey levels of a copy follow from its
            original's; where they do not, a high correlation means no more than a scan with little noise, repeated.
    """
    a, b = common_grid(first.values, second.values)
    if np.unique(a).size < np.unique(b).size:
        a, b = b, a
    fit = fit_monotone(a, b)
    outliers = _outlier_blocks(fit.fitted, b)
    live = _live(fit.fitted, fit.low, fit.high) & ~_spread(outliers, b.shape)
    count = int(live.sum())
    if count < max(_MIN_LIVE, _MIN_LIVE_SHARE * live.size):
        return FrameVerification(
            live_pixels=count,
            inverted=fit.inverted,
            refused=f"only {count} pixels carry grey levels that can be compared",
        )
    residual_a, residual_b = _band(fit.fitted), _band(b)
    exact = lossless and first.values.shape == second.values.shape
    return FrameVerification(
        correlation=_correlation(_winsorised(residual_a[live]), _winsorised(residual_b[live])),
        likeness=_correlation(fit.fitted[live], b[live]),
        noise_ratio=_noise_ratio(fit.fitted, b, live),
        live_pixels=count,
        inverted=fit.inverted,
        outlier_share=float(outliers.mean()) if outliers.size else 0.0,
        refused=_UNEXPLAINED if exact and _unexplained_share(fit.fitted, b, live) > _MAX_UNEXPLAINED else "",
    )


def _unexplained_share(fitted: Plane, target: Plane, live: NDArray[np.bool_]) -> float:
    """Return the share of pixels that miss the fitted curve by more than one grey level, or 1/255 of the range."""
    span = float(np.ptp(target))
    step = span / max(min(np.unique(target).size - 1, _EIGHT_BITS), 1)
    return float((np.abs(fitted - target)[live] > step).mean())


def _live(fitted: Plane, low: float, high: float) -> NDArray[np.bool_]:
    margin = _END_SHARE * (high - low)
    return erode((fitted > low + margin) & (fitted < high - margin), _EROSION)


def _band(values: Plane) -> Plane:
    return gaussian(values, _FINE) - gaussian(values, _COARSE)


def _winsorised(values: Plane) -> Plane:
    middle = float(np.median(values))
    limit = _WINSOR * _MAD_TO_SIGMA * float(np.median(np.abs(values - middle)))
    return np.clip(values, middle - limit, middle + limit) if limit > 0 else values


def _correlation(a: NDArray[Any], b: NDArray[Any]) -> float:
    x, y = a.astype(np.float64) - a.mean(dtype=np.float64), b.astype(np.float64) - b.mean(dtype=np.float64)
    scale = float(np.sqrt((x * x).sum() * (y * y).sum()))
    return float((x * y).sum() / scale) if scale > 0 else 0.0


def _noise_ratio(fitted: Plane, target: Plane, live: NDArray[np.bool_]) -> float:
    """Return how much the two differ, in units of the noise of the target, where the image is flat."""
    smooth = gaussian(target, _COARSE)
    slope = np.hypot(*np.gradient(smooth))
    flat = live & (slope <= np.quantile(slope[live], _FLAT_QUANTILE))
    noise = float(np.std((target - gaussian(target, _FINE))[flat]))
    difference = float(np.std((fitted - target)[flat]))
    return difference / noise if noise > 0 else 0.0


def _outlier_blocks(fitted: Plane, target: Plane) -> NDArray[np.bool_]:
    """Tell which 8 x 8 blocks have contrast of their own and do not correlate: burnt-in text, marks, an annotation."""
    a, b = _blocks(fitted), _blocks(target)
    a, b = a - a.mean(axis=(1, 3), keepdims=True), b - b.mean(axis=(1, 3), keepdims=True)
    energy_a, energy_b = (a * a).mean(axis=(1, 3)), (b * b).mean(axis=(1, 3))
    spread = _CONTRAST * float(np.std(target))
    busy: NDArray[np.bool_] = np.maximum(energy_a, energy_b) > spread * spread
    strange: NDArray[np.bool_] = (a * b).mean(axis=(1, 3)) < _BLOCK_AGREES * np.sqrt(energy_a * energy_b)
    return busy & strange


def _spread(blocks: NDArray[np.bool_], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return a mask of pixels from a mask of blocks, its margin of a block included: residuals reach that far."""
    grown = ~erode(~blocks, 1)
    mask = np.zeros(shape, np.bool_)
    pixels = np.repeat(np.repeat(grown, _BLOCK, axis=0), _BLOCK, axis=1)
    mask[: pixels.shape[0], : pixels.shape[1]] = pixels
    return mask


def _blocks(values: Plane) -> NDArray[np.float64]:
    rows, columns = values.shape[0] // _BLOCK, values.shape[1] // _BLOCK
    cut = values[: rows * _BLOCK, : columns * _BLOCK].astype(np.float64)
    return cut.reshape(rows, _BLOCK, columns, _BLOCK)
