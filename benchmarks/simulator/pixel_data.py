"""Stored values out of a data set and into it, by decoders that the product does not share code with."""

from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.encaps import generate_frames
from pydicom.pixels import get_decoder
from pydicom.uid import ExplicitVRLittleEndian, RLELossless

from benchmarks.simulator.model import Study, set_syntax, syntax_of

Array = NDArray[Any]
COLOURS = 3


def frames_of(dataset: Dataset) -> int:
    """Count the frames of an image."""
    return int(dataset.get("NumberOfFrames") or 1)


def stored_values(dataset: Dataset) -> Array:
    """Decode an image without colour conversion.

    Returns:
        int64 of (frames, rows, columns) or (frames, rows, columns, 3); samples interleaved.
    """
    values = _encapsulated(dataset) if syntax_of(dataset).is_compressed else _native(dataset)
    return _signed(values, dataset)


def _native(dataset: Dataset) -> Array:
    samples, bits = int(dataset.SamplesPerPixel), int(dataset.BitsAllocated)
    big = not syntax_of(dataset).is_little_endian
    data = dataset.PixelData
    if big and bits == 8 and dataset["PixelData"].VR == "OW":
        data = np.frombuffer(data[: len(data) & ~1], "u2").byteswap().tobytes()
    if dataset.PhotometricInterpretation == "YBR_FULL_422":
        return _expanded(np.frombuffer(data, "u1"), dataset)
    count = frames_of(dataset) * dataset.Rows * dataset.Columns * samples
    flat = np.frombuffer(data, f"{'>' if big else '<'}u{bits // 8}", count=count)
    if samples == 1:
        return flat.reshape(-1, dataset.Rows, dataset.Columns)
    if dataset.get("PlanarConfiguration", 0) == 1:
        return flat.reshape(-1, samples, dataset.Rows, dataset.Columns).transpose(0, 2, 3, 1)
    return flat.reshape(-1, dataset.Rows, dataset.Columns, samples)


def _expanded(flat: Array, dataset: Dataset) -> Array:
    """Repeat the colour differences of YBR_FULL_422, laid out Y Y Cb Cr, for both pixels (PS3.3 C.7.6.3.1.2)."""
    frames, rows, columns = frames_of(dataset), int(dataset.Rows), int(dataset.Columns)
    pairs = flat[: frames * rows * columns * 2].reshape(frames, rows, columns // 2, 4)
    return pairs[..., [0, 2, 3, 1, 2, 3]].reshape(frames, rows, columns, COLOURS)


def _encapsulated(dataset: Dataset) -> Array:
    if syntax_of(dataset) == RLELossless:
        values, _ = get_decoder(RLELossless).as_array(dataset, raw=True, decoding_plugin="pydicom")
        return values if frames_of(dataset) > 1 else values[None]
    streams = generate_frames(dataset.PixelData, number_of_frames=frames_of(dataset))
    return np.stack([decode_stream(stream, int(dataset.SamplesPerPixel)) for stream in streams])


def decode_stream(stream: bytes, samples: int = 1) -> Array:
    """Decode one code stream by what it is, not by what the header says it is."""
    if stream[:2] != b"\xff\xd8":
        return imagecodecs.jpeg2k_decode(stream)
    if b"\xff\xf7" in stream[:4096]:
        return imagecodecs.jpegls_decode(stream)
    raw = "YCBCR" if samples == COLOURS else None
    return imagecodecs.jpeg8_decode(stream, colorspace=raw, outcolorspace=raw)


def _signed(values: Array, dataset: Dataset) -> Array:
    """Mask to the stored bits and give the values their sign."""
    stored, shift = int(dataset.BitsStored), 0
    if not syntax_of(dataset).is_compressed:
        shift = int(dataset.HighBit) + 1 - stored
    words = (values.astype(np.int64) >> shift) & ((1 << stored) - 1)
    if dataset.PixelRepresentation == 1:
        words = np.where(words >> (stored - 1), words - (1 << stored), words)
    return words


def set_native(dataset: Dataset, values: Array, *, bits: int | None = None, signed: bool | None = None) -> None:
    """Write stored values as uncompressed pixel data, explicit VR little endian, low-aligned.

    Args:
        dataset: changed in place.
        values: (frames, rows, columns) or (frames, rows, columns, 3), whole numbers.
        bits: Bits Stored; as it is where None. Bits Allocated follows: 8 up to 8 bits, else 16 (or 32).
        signed: Pixel Representation; as it is where None.
    """
    stored = bits or int(dataset.BitsStored)
    signed = bool(dataset.PixelRepresentation) if signed is None else signed
    allocated = next(size for size in (8, 16, 32) if stored <= size)
    dataset.Rows, dataset.Columns = values.shape[1], values.shape[2]
    dataset.SamplesPerPixel = COLOURS if values.ndim == 4 else 1
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = allocated, stored, stored - 1
    dataset.PixelRepresentation = int(signed)
    if values.ndim == 4:
        dataset.PlanarConfiguration = 0
    elif "PlanarConfiguration" in dataset:
        del dataset.PlanarConfiguration
    data = values.astype(f"<{'i' if signed else 'u'}{allocated // 8}").tobytes()
    dataset.PixelData = data + b"\0" * (len(data) % 2)
    dataset["PixelData"].VR = "OB" if allocated == 8 else "OW"
    dataset["PixelData"].is_undefined_length = False
    set_syntax(dataset, ExplicitVRLittleEndian)


def decompressed(dataset: Dataset) -> None:
    """Turn an image into explicit VR little endian with the same stored values, in place."""
    values = stored_values(dataset)
    if dataset.PhotometricInterpretation in ("YBR_RCT", "YBR_ICT"):
        dataset.PhotometricInterpretation = "RGB"
    if dataset.PhotometricInterpretation == "YBR_FULL_422":
        dataset.PhotometricInterpretation = "YBR_FULL"
    set_native(dataset, values)


def is_grey(study: Study) -> bool:
    """Tell whether every instance is a monochrome image."""
    return all(str(d.get("PhotometricInterpretation", "")).startswith("MONOCHROME") for d in study)


def is_colour(study: Study) -> bool:
    """Tell whether every instance has three samples a pixel."""
    return all(d.get("SamplesPerPixel") == COLOURS for d in study)


def modality_values(dataset: Dataset, values: Array) -> Array:
    """Apply the rescale of a data set to stored values; float64."""
    slope, intercept = rescale_of(dataset)
    return values * slope + intercept


def rescale_of(dataset: Dataset) -> tuple[float, float]:
    """Return slope and intercept (PS3.3 C.11.1), 1 and 0 where there are none."""
    holder = dataset
    for name in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
        groups = dataset.get(name)
        if groups and "PixelValueTransformationSequence" in groups[0]:
            holder = groups[0].PixelValueTransformationSequence[0]
            break
    return float(holder.get("RescaleSlope", 1) or 1), float(holder.get("RescaleIntercept", 0) or 0)
