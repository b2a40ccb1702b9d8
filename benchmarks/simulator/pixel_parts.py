"""Parts of a study, more than a study, and damaged ones; bits that mean nothing; colours (P22, P25-P27)."""

import random
from collections.abc import Callable
from functools import partial

import imagecodecs
import numpy as np
from pydicom import Dataset
from pydicom.encaps import encapsulate
from pydicom.pixels import apply_color_lut
from pydicom.uid import JPEGLSLossless

from benchmarks.simulator.code_streams import as_container, unsigned
from benchmarks.simulator.model import (
    Apply,
    Effect,
    Extent,
    Pixels,
    Study,
    Transform,
    Uids,
    copied,
    series_of,
    set_syntax,
)
from benchmarks.simulator.pixel_data import (
    decompressed,
    is_colour,
    is_grey,
    set_native,
    stored_values,
)
from benchmarks.simulator.pixel_encodings import each
from benchmarks.simulator.pixel_greys import derive
from benchmarks.simulator.renew import uid_map

_PART, _MORE = Effect(extent=Extent.PART), Effect(extent=Extent.MORE)
_BROKEN = Effect(pixels=Pixels.BROKEN, encoding=True)
_LAID_OUT = Effect(encoding=True, slight=True)
_COLOUR_LUT = "PaletteColorLookupTable"


def _first_half(study: Study, _: random.Random) -> Study:
    return copied(study[: len(study) // 2])


def _every_second(study: Study, _: random.Random) -> Study:
    return copied(study[::2])


def _one_missing(study: Study, generator: random.Random) -> Study:
    gone = generator.randrange(len(study))
    return copied(tuple(d for i, d in enumerate(study) if i != gone))


def _with_average(study: Study, generator: random.Random) -> Study:
    """Add an instance that nobody had: the average of all slices, as a thick slab shows it."""
    result = copied(study)
    slab = copied(study[:1])[0]
    decompressed(slab)
    values = np.mean([stored_values(d) for d in study], axis=0)
    set_native(slab, np.rint(values).astype(np.int64))
    slab.SOPInstanceUID = uid_map(generator)(f"slab {study[0].SOPInstanceUID}")
    slab.ImageType = ["DERIVED", "PRIMARY", "AVERAGE"]
    slab.InstanceNumber = len(study) + 1
    set_syntax(slab, slab.file_meta.TransferSyntaxUID)
    return (*result, slab)


def _truncate_native(dataset: Dataset) -> None:
    """Keep the first 60 % of the pixels and leave the header as it was."""
    decompressed(dataset)
    dataset.PixelData = dataset.PixelData[: len(dataset.PixelData) * 6 // 20 * 2]


def _truncate_stream(dataset: Dataset) -> None:
    """Keep the first 60 % of each JPEG-LS code stream."""
    decompressed(dataset)
    frames = as_container(stored_values(dataset), dataset)
    streams = [imagecodecs.jpegls_encode(unsigned(frame)) for frame in frames]
    dataset.PixelData = encapsulate([stream[: len(stream) * 6 // 20 * 2] for stream in streams])
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    set_syntax(dataset, JPEGLSLossless)


def _litter(study: Study, generator: random.Random) -> Study:
    """Set bits above High Bit that mean nothing, as old overlays did."""
    result, noise = copied(study), np.random.default_rng(generator.getrandbits(32))
    for dataset in result:
        decompressed(dataset)
        words = np.frombuffer(dataset.PixelData, "<u2")
        litter = noise.integers(0, 1 << 16, words.shape, np.uint16) & np.uint16(0xFFFF << dataset.BitsStored & 0xFFFF)
        dataset.PixelData = (words & np.uint16((1 << dataset.BitsStored) - 1) | litter).tobytes()
    return result


def _other_planes(dataset: Dataset) -> None:
    """Turn samples by pixel into samples by plane."""
    decompressed(dataset)
    values = stored_values(dataset)
    dataset.PlanarConfiguration = 1
    data = as_container(values.transpose(0, 3, 1, 2), dataset).tobytes()
    dataset.PixelData = data + b"\0" * (len(data) % 2)


def _expand_palette(dataset: Dataset) -> None:
    """Replace palette indices by eight-bit colours."""
    values = stored_values(dataset)
    colours = np.stack([apply_color_lut(frame.astype(np.uint16), dataset) for frame in values])
    shift = 8 * (colours.dtype.itemsize - 1)
    for element in [e for e in dataset if e.keyword.endswith("Data") and _COLOUR_LUT in e.keyword]:
        del dataset[element.tag]
    for element in [e for e in dataset if _COLOUR_LUT in e.keyword]:
        del dataset[element.tag]
    dataset.PhotometricInterpretation = "RGB"
    set_native(dataset, (colours >> shift).astype(np.int64), bits=8, signed=False)


_TO_YBR = np.array([[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]])
_CENTRE = np.array([0.0, 128.0, 128.0])


def _convert_colours(dataset: Dataset) -> None:
    """Turn RGB into YBR_FULL or back; rounding loses a level here and there (PS3.3 C.7.6.3.1.2)."""
    values = stored_values(dataset)
    rgb = dataset.PhotometricInterpretation == "RGB"
    other = values @ _TO_YBR.T + _CENTRE if rgb else (values - _CENTRE) @ np.linalg.inv(_TO_YBR).T
    dataset.PhotometricInterpretation = "YBR_FULL" if rgb else "RGB"
    set_native(dataset, np.clip(np.rint(other), 0, 255).astype(np.int64))


def _several(study: Study) -> bool:
    return len(study) >= 5


def _averageable(study: Study) -> bool:
    return _several(study) and is_grey(study) and len(series_of(study)) == 1


def _with_spare_bits(study: Study) -> bool:
    return is_grey(study) and all(d.BitsAllocated == 16 and d.BitsStored < 16 for d in study)


def _palette(study: Study) -> bool:
    return all(d.PhotometricInterpretation == "PALETTE COLOR" for d in study)


def _structural(name: str, effect: Effect, apply: Apply, fits: Callable[[Study], bool]) -> Transform:
    whole = effect.pixels is not Pixels.BROKEN
    return Transform(name, "structure", lossless=whole, expected=effect, apply=apply, fits=fits)


def _colours(name: str, pixels: Pixels, change: Callable[[Dataset], None], fits: Callable[[Study], bool]) -> Transform:
    effect = Effect(pixels=pixels, uids=Uids.ALL, headers=True, also=frozenset({"presentation_twin"}))
    apply = partial(derive, change=change, description=name)
    return Transform(name, "structure", lossless=False, expected=effect, apply=apply, fits=fits)


PARTS: tuple[Transform, ...] = (
    _structural("first_half", _PART, _first_half, _several),
    _structural("every_second", _PART, _every_second, _several),
    _structural("one_missing", _PART, _one_missing, _several),
    _structural("slab_added", _MORE, _with_average, _averageable),
    _structural("truncated", _BROKEN, each(_truncate_native), lambda s: is_grey(s) or is_colour(s)),
    _structural("truncated_stream", _BROKEN, each(_truncate_stream), lambda s: is_grey(s) or is_colour(s)),
    _structural("littered_high_bits", _LAID_OUT, _litter, _with_spare_bits),
    _structural("planes_apart", _LAID_OUT, each(_other_planes), is_colour),
    _colours("palette_expanded", Pixels.VALUES, _expand_palette, _palette),
    _colours("colours_converted", Pixels.DEGRADED, _convert_colours, is_colour),
)
"""P22 and P25-P27."""
