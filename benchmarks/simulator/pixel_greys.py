"""Grey values written in another way: windows, rescale, sign, inversion, padding, gamma (P13-P16, P21)."""

import random
from collections.abc import Callable
from functools import partial

import numpy as np
from pydicom import Dataset

from benchmarks.simulator.model import Effect, Pixels, Study, Transform, Uids, copied
from benchmarks.simulator.pixel_data import Array, decompressed, is_grey, rescale_of, set_native, stored_values
from benchmarks.simulator.pixel_encodings import each
from benchmarks.simulator.pixel_scale import (
    forget_padding,
    has_window,
    set_rescale,
    set_window,
    to_eight_bits,
    window_of,
    windowed,
)
from benchmarks.simulator.renew import mark_derived

_REWRITTEN = Effect(pixels=Pixels.VALUES, uids=Uids.ALL, headers=True)
_LOOKS_ALIKE = _REWRITTEN.but(also=frozenset({"presentation_twin"}))
_INVERTED = _REWRITTEN.but(presentation=True)
_SHOWN_INVERTED = Effect(headers=True, presentation=True)
_SHOWN = Effect(pixels=Pixels.DEGRADED, uids=Uids.ALL, headers=True)
_INVERSE = {"MONOCHROME1": "MONOCHROME2", "MONOCHROME2": "MONOCHROME1"}

Change = Callable[[Dataset], None]


def derive(study: Study, generator: random.Random, *, change: Change, description: str) -> Study:
    """Change every instance, decompressed, and mark the result as derived, with UIDs of its own."""
    result = copied(study)
    for dataset in result:
        decompressed(dataset)
        change(dataset)
    mark_derived(result, description, generator)
    return result


def _own_window(dataset: Dataset) -> None:
    values = stored_values(dataset)
    to_eight_bits(dataset, windowed(dataset, values, *window_of(dataset, values)))


def _other_window(dataset: Dataset) -> None:
    """Show through a window a third narrower or wider and off the middle, as another preset would."""
    values = stored_values(dataset)
    centre, width = window_of(dataset, values)
    to_eight_bits(dataset, windowed(dataset, values, centre + 0.15 * width, 1.4 * width))


def _full_range(dataset: Dataset) -> None:
    values = stored_values(dataset)
    slope, intercept = rescale_of(dataset)
    low, high = float(values.min()) * slope + intercept, float(values.max()) * slope + intercept
    to_eight_bits(dataset, windowed(dataset, values, (low + high) / 2, max(high - low, 1.0)))


def _gamma(dataset: Dataset, *, power: float) -> None:
    """Bake a display curve into twelve bits that show the window of the image."""
    values = stored_values(dataset)
    slope, intercept = rescale_of(dataset)
    centre, width = window_of(dataset, values)
    shown = np.clip((values * slope + intercept - centre) / width + 0.5, 0, 1) ** power
    _bake(dataset, shown)


def _sigmoid(dataset: Dataset) -> None:
    """Bake an S-shaped VOI look-up table into twelve bits."""
    values = stored_values(dataset)
    slope, intercept = rescale_of(dataset)
    centre, width = window_of(dataset, values)
    _bake(dataset, 1 / (1 + np.exp(-4 * (values * slope + intercept - centre) / width)))


def _bake(dataset: Dataset, shown: Array) -> None:
    levels = (1 << 12) - 1
    set_native(dataset, np.rint(shown * levels).astype(np.int64), bits=12, signed=False)
    forget_padding(dataset)
    set_rescale(dataset, 1, 0)
    set_window(dataset, (levels + 1) / 2, levels + 1)


def _double(dataset: Dataset) -> None:
    """Store twice the value plus 1024; the rescale makes up for it."""
    _rewrite(dataset, 2, 1024)


def _rewrite(dataset: Dataset, factor: int, offset: int) -> None:
    """Store ``factor * v + offset`` in as many bits as that needs, with the rescale that gives the same meaning."""
    values = stored_values(dataset)
    slope, intercept = rescale_of(dataset)
    _store(dataset, values * factor + offset)
    set_rescale(dataset, slope / factor, intercept - slope * offset / factor)


def _store(dataset: Dataset, values: Array) -> None:
    signed = bool(values.min() < 0)
    needed = int(max(values.max(), -values.min() - 1)).bit_length() + signed
    set_native(dataset, values, bits=max(int(dataset.BitsStored), needed), signed=signed)
    forget_padding(dataset)


def _other_sign(dataset: Dataset) -> None:
    """Store unsigned what was signed, shifted to start at zero, and the other way about."""
    values = stored_values(dataset)
    offset = -int(values.min()) if values.min() < 0 else -(1 << (int(values.max()).bit_length() - 1))
    _rewrite(dataset, 1, offset)


def _left_justify(dataset: Dataset) -> None:
    """Move the bits to the top of the word, as values of sixteen bits."""
    used = int(stored_values(dataset).max()).bit_length()
    _rewrite(dataset, 1 << (16 - used), 0)


def _invert(dataset: Dataset, *, pixels: bool, tag: bool) -> None:
    """Invert pixels about their own range, or the photometric interpretation, or both, which looks as before."""
    if pixels:
        values = stored_values(dataset)
        slope, intercept = rescale_of(dataset)
        top = int(values.max()) + int(values.min())
        set_native(dataset, top - values)
        forget_padding(dataset)
        if has_window(dataset):
            _mirror_window(dataset, values, slope * top + 2 * intercept)
    if tag:
        dataset.PhotometricInterpretation = _INVERSE[dataset.PhotometricInterpretation]


def _mirror_window(dataset: Dataset, values: Array, top: float) -> None:
    """Keep what the window shows: it is mirrored in modality values as the stored values were."""
    centre, width = window_of(dataset, values)
    set_window(dataset, top - centre, width)


def _rewrite_padding(dataset: Dataset) -> None:
    """Write the least value that is not padding where there was padding (CT: the corners outside the circle)."""
    values = stored_values(dataset)
    least = int(values.min())
    inside = values[values > least]
    if inside.size:
        set_native(dataset, np.where(values == least, int(inside.min()), values))
    forget_padding(dataset)


def _circle(dataset: Dataset) -> None:
    """Write the darkest value outside the largest circle."""
    set_native(dataset, _masked(dataset))
    forget_padding(dataset)


def _masked(dataset: Dataset) -> Array:
    values = stored_values(dataset)
    dark = values.max() if dataset.PhotometricInterpretation == "MONOCHROME1" else values.min()
    rows, columns = values.shape[1:3]
    y, x = np.ogrid[-1 : 1 : rows * 1j, -1 : 1 : columns * 1j]
    return np.where((x**2 + y**2) <= 1, values, dark)


def _has_corners(study: Study) -> bool:
    """Whether anything lies outside the circle: where nothing does, the mask leaves an exact copy."""
    return is_grey(study) and any(not np.array_equal(_masked(d), stored_values(d)) for d in study)


def _unsigned_grey(study: Study) -> bool:
    return is_grey(study) and all(d.PixelRepresentation == 0 for d in study)


def _deep_grey(study: Study) -> bool:
    return is_grey(study) and all(d.BitsStored > 8 for d in study)


def _whole_words(study: Study) -> bool:
    return _unsigned_grey(study) and all(int(stored_values(d).max()) < 1 << 15 for d in study)


def _room_for_double(study: Study) -> bool:
    return is_grey(study) and all(v.min() > -(1 << 14) and v.max() < 1 << 14 for v in map(stored_values, study))


def _derived(name: str, effect: Effect, change: Change, fits: Callable[[Study], bool] = is_grey) -> Transform:
    apply = partial(derive, change=change, description=name.replace("_", " "))
    exact = effect.pixels <= Pixels.VALUES
    return Transform(name, "lossless" if exact else "lossy", lossless=exact, expected=effect, apply=apply, fits=fits)


GREYS: tuple[Transform, ...] = (
    _derived("eight_bits_own_window", _SHOWN, _own_window, _deep_grey),
    _derived("eight_bits_other_window", _SHOWN, _other_window, _deep_grey),
    _derived("eight_bits_full_range", _SHOWN, _full_range, _deep_grey),
    _derived("gamma_07", _SHOWN, partial(_gamma, power=0.7)),
    _derived("gamma_14", _SHOWN, partial(_gamma, power=1.4)),
    _derived("voi_lut_baked", _SHOWN, _sigmoid),
    _derived("rescale_rewritten", _REWRITTEN, _double, _room_for_double),
    _derived("sign_changed", _REWRITTEN, _other_sign),
    _derived("left_justified", _REWRITTEN, _left_justify, _whole_words),
    _derived("inverted", _LOOKS_ALIKE, partial(_invert, pixels=True, tag=True)),
    _derived("inverted_pixels_only", _INVERTED, partial(_invert, pixels=True, tag=False)),
    Transform(
        "inverted_tag_only",
        "lossless",
        lossless=True,
        expected=_SHOWN_INVERTED,
        apply=each(partial(_invert, pixels=False, tag=True)),
        fits=is_grey,
    ),
    _derived("padding_rewritten", _SHOWN, _rewrite_padding),
    _derived("circle_masked", _SHOWN, _circle, _has_corners),
)
"""P13-P16 and P21. ``inverted`` looks as before; with only pixels or only the tag inverted, black is white."""
