"""Lossy compression, kept or undone (P8-P12)."""

import random
from collections.abc import Callable
from functools import partial
from io import BytesIO

import imagecodecs
import numpy as np
from PIL import Image
from pydicom import Dataset
from pydicom.encaps import generate_frames
from pydicom.uid import JPEG2000, JPEGBaseline8Bit, JPEGExtended12Bit

from benchmarks.simulator.code_streams import as_container, set_streams, through_dcmtk
from benchmarks.simulator.model import Apply, Effect, Pixels, Study, Transform, Uids, copied
from benchmarks.simulator.pixel_data import (
    COLOURS,
    Array,
    decompressed,
    frames_of,
    is_colour,
    is_grey,
    rescale_of,
    set_native,
    stored_values,
)
from benchmarks.simulator.pixel_scale import forget_padding, set_rescale, to_eight_bits, window_of, windowed
from benchmarks.simulator.renew import mark_derived, mark_lossy

_JPEG, _JPEG_LS, _JPEG_2000 = "ISO_10918_1", "ISO_14495_1", "ISO_15444_1"
_TWELVE_BITS = 12
_LOSSY = Effect(pixels=Pixels.DEGRADED, uids=Uids.ALL, encoding=True, headers=True)
_IN_PLACE = Effect(pixels=Pixels.DEGRADED, encoding=True, headers=True, in_place=True)

Compress = Callable[[Dataset], Dataset]


def compress_study(study: Study, generator: random.Random, *, compress: Compress, method: str, renew: bool) -> Study:
    """Compress every instance with loss and mark it.

    Args:
        compress: one instance, of which it may alter the copy it gets.
        method: Lossy Image Compression Method (0028,2114).
        renew: obey the standard with SOP Instance UIDs of its own.
    """
    result = copied(study)
    for dataset in result:
        decompressed(dataset)
    sizes = [len(dataset.PixelData) for dataset in result]
    packed = tuple(compress(dataset) for dataset in result)
    if renew:
        mark_derived(packed, "lossy compression", generator, name_source=True)
    mark_lossy(packed, sum(sizes) / max(sum(len(d.PixelData) for d in packed), 1), method)
    return packed


def eight_bits_for_jpeg(dataset: Dataset) -> None:
    """Bring a grey image of more than eight bits to eight by its own window; colour is eight bits already."""
    if dataset.SamplesPerPixel == 1 and (dataset.BitsStored > 8 or dataset.PixelRepresentation):
        values = stored_values(dataset)
        to_eight_bits(dataset, windowed(dataset, values, *window_of(dataset, values)))


def jpeg_baseline(dataset: Dataset, *, quality: int) -> Dataset:
    """Compress by JPEG process 1 with libjpeg-turbo; colour as YCbCr with halved columns."""
    eight_bits_for_jpeg(dataset)
    frames = as_container(stored_values(dataset), dataset)
    if dataset.SamplesPerPixel == 1:
        set_streams(dataset, JPEGBaseline8Bit, [imagecodecs.jpeg8_encode(f, level=quality) for f in frames])
        return dataset
    source = "RGB" if dataset.PhotometricInterpretation == "RGB" else "YCBCR"
    streams = [
        imagecodecs.jpeg8_encode(f, level=quality, colorspace=source, outcolorspace="YCBCR", subsampling="422")
        for f in frames
    ]
    set_streams(dataset, JPEGBaseline8Bit, streams)
    dataset.PhotometricInterpretation, dataset.PlanarConfiguration = "YBR_FULL_422", 0
    return dataset


def jpeg_baseline_dcmtk(dataset: Dataset, *, quality: int) -> Dataset:
    """Compress by JPEG process 1 with DCMTK."""
    eight_bits_for_jpeg(dataset)
    return through_dcmtk(dataset, ("dcmcjpeg", "+eb", "+q", str(quality), "+un"))


def jpeg_extended(dataset: Dataset, *, quality: int) -> Dataset:
    """Compress by JPEG process 4 with twelve bits; what does not start at zero is shifted, and the rescale tells."""
    low_twelve_bits(dataset)
    frames = as_container(stored_values(dataset), dataset)
    encode = partial(imagecodecs.jpeg8_encode, level=quality, bitspersample=_TWELVE_BITS)
    set_streams(dataset, JPEGExtended12Bit, [encode(frame) for frame in frames])
    return dataset


def jpeg_extended_dcmtk(dataset: Dataset, *, quality: int) -> Dataset:
    """Compress by JPEG process 4 with DCMTK."""
    low_twelve_bits(dataset)
    return through_dcmtk(dataset, ("dcmcjpeg", "+ee", "+bt", "+q", str(quality), "+un"))


def low_twelve_bits(dataset: Dataset) -> None:
    """Shift stored values so that they start at zero, and store them in twelve unsigned bits, in place."""
    values = stored_values(dataset)
    least = min(int(values.min()), 0)
    if least:
        slope, intercept = rescale_of(dataset)
        set_rescale(dataset, slope, intercept + slope * least)
        forget_padding(dataset)
    set_native(dataset, values - least, bits=_TWELVE_BITS, signed=False)


def jpeg2000(dataset: Dataset, *, ratio: float) -> Dataset:
    """Compress by JPEG 2000 to about a ratio of native to compressed bytes."""
    frames = as_container(stored_values(dataset), dataset)
    set_streams(dataset, JPEG2000, [_to_ratio(frame, ratio, int(dataset.BitsStored)) for frame in frames])
    if dataset.SamplesPerPixel == COLOURS and dataset.PhotometricInterpretation == "RGB":
        dataset.PhotometricInterpretation = "YBR_ICT"
    return dataset


def _to_ratio(frame: Array, ratio: float, bits: int) -> bytes:
    """Find the quality in dB that gives the wanted size within 5 %: size grows with it nearly exponentially."""
    wanted, low, high = np.log(frame.nbytes / ratio), (15.0, -np.inf), (110.0, np.inf)
    for _ in range(9):
        known = np.isfinite(low[1]) and np.isfinite(high[1])
        share = (wanted - low[1]) / max(high[1] - low[1], 1e-9) if known else 0.5
        level = low[0] + (high[0] - low[0]) * min(max(share, 0.1), 0.9)
        stream = _jpeg2000_stream(frame, level, bits)
        size = np.log(len(stream))
        if abs(size - wanted) < 0.05:
            break
        low, high = (low, (level, size)) if size > wanted else ((level, size), high)
    return stream


def _jpeg2000_stream(frame: Array, level: float, bits: int) -> bytes:
    colour = frame.ndim == COLOURS
    return imagecodecs.jpeg2k_encode(
        frame, level=level, codecformat="j2k", reversible=False, bitspersample=bits, mct=colour, numthreads=1
    )


def jpegls_near(dataset: Dataset, *, near: int) -> Dataset:
    """Compress by JPEG-LS with no sample further off than ``near``, by DCMTK, which respects Bits Stored."""
    return through_dcmtk(dataset, ("dcmcjpls", "+en", "+md", str(near), "+un"))


def jpeg_undone_by_dcmtk(dataset: Dataset, *, quality: int) -> Dataset:
    """Compress with libjpeg-turbo and decompress with DCMTK, whose decoder rounds otherwise."""
    return through_dcmtk(jpeg_baseline(dataset, quality=quality), ("dcmdjpeg", "+cp"))


def jpeg2000_undone_by_pillow(dataset: Dataset, *, ratio: float) -> Dataset:
    """Compress with one build of OpenJPEG and decompress with Pillow's."""
    packed = jpeg2000(dataset, ratio=ratio)
    streams = generate_frames(packed.PixelData, number_of_frames=frames_of(packed))
    frames = np.stack([np.asarray(Image.open(BytesIO(stream))) for stream in streams])
    packed.PhotometricInterpretation = packed.PhotometricInterpretation.replace("YBR_ICT", "RGB")
    unused = frames.dtype.itemsize * 8 - int(packed.BitsStored)  # Pillow stretches samples to the whole word
    set_native(packed, frames.astype(np.int64) >> unused)
    return packed


def _of_twelve_bits(study: Study) -> bool:
    return is_grey(study) and all(_span(d) < 1 << _TWELVE_BITS for d in study)


def _span(dataset: Dataset) -> int:
    values = stored_values(dataset)
    return int(values.max()) - min(int(values.min()), 0)


def _of_eight_bits_at_last(study: Study) -> bool:
    return is_grey(study) or is_colour(study)


def _unsigned_grey(study: Study) -> bool:
    return is_grey(study) and all(d.PixelRepresentation == 0 for d in study)


def _without_sign(study: Study) -> bool:
    return _unsigned_grey(study) or is_colour(study)


def _lossy(
    name: str, compress: Compress, method: str, fits: Callable[[Study], bool], *, renew: bool = True
) -> Transform:
    apply: Apply = partial(compress_study, compress=compress, method=method, renew=renew)
    return Transform(name, "lossy", lossless=False, expected=_LOSSY if renew else _IN_PLACE, apply=apply, fits=fits)


LOSSY: tuple[Transform, ...] = (
    *(_lossy(f"jpeg_q{q}", partial(jpeg_baseline, quality=q), _JPEG, _of_eight_bits_at_last) for q in (95, 90, 75, 50)),
    _lossy("jpeg_q75_same_uid", partial(jpeg_baseline, quality=75), _JPEG, _of_eight_bits_at_last, renew=False),
    _lossy("jpeg_q75_dcmtk", partial(jpeg_baseline_dcmtk, quality=75), _JPEG, _of_eight_bits_at_last),
    _lossy("jpeg_extended_q90", partial(jpeg_extended, quality=90), _JPEG, _of_twelve_bits),
    _lossy("jpeg_extended_q75_dcmtk", partial(jpeg_extended_dcmtk, quality=75), _JPEG, _of_twelve_bits),
    *(
        _lossy(f"jpeg2000_{ratio}", partial(jpeg2000, ratio=ratio), _JPEG_2000, _of_eight_bits_at_last)
        for ratio in (10, 20, 40)
    ),
    _lossy("jpeg2000_10_same_uid", partial(jpeg2000, ratio=10), _JPEG_2000, _of_eight_bits_at_last, renew=False),
    *(_lossy(f"jpegls_near{n}", partial(jpegls_near, near=n), _JPEG_LS, _without_sign) for n in (2, 4)),
    _lossy("jpeg_q75_native_dcmtk", partial(jpeg_undone_by_dcmtk, quality=75), _JPEG, _of_eight_bits_at_last),
    _lossy("jpeg2000_20_native_pillow", partial(jpeg2000_undone_by_pillow, ratio=20), _JPEG_2000, _unsigned_grey),
)
"""P8-P12; palette images are left out: an encoder would have to turn them into colours first."""
