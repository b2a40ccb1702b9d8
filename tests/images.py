"""Images for tests: arrays with content, and DICOM files that carry them in any transfer syntax."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset, FileMetaDataset, dcmwrite
from pydicom.encaps import encapsulate
from pydicom.uid import (
    CTImageStorage,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    JPEG2000Lossless,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)
from rle.utils import encode_pixel_data

Array = NDArray[Any]


def textured(rows: int = 96, columns: int = 80, *, bits: int = 12, seed: int = 1, noise: float = 0.02) -> Array:
    """An image with anatomy-like shapes and noise, unsigned, using about all of its bits."""
    generator = np.random.default_rng(seed)
    y, x = np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : columns * 1j]
    body = np.exp(-2 * (x**2 + (1.3 * y) ** 2)) + 0.3 * np.cos(7 * x + 2 * y) * np.exp(-4 * (x**2 + y**2))
    values = body + noise * generator.standard_normal((rows, columns))
    scaled = (values - values.min()) / np.ptp(values) * ((1 << bits) - 1)
    return np.rint(scaled).astype(np.uint16 if bits > 8 else np.uint8)


def image_dataset(array: Array, *, bits: int | None = None, **attributes: Any) -> Dataset:
    """A complete data set around an array of (rows, columns[, 3]) or, with ``NumberOfFrames``, of frames of these."""
    framed = "NumberOfFrames" in attributes and array.shape[0] == attributes["NumberOfFrames"]
    shape = array.shape[1:] if framed else array.shape
    dataset = Dataset()
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = "1.2.826.0.1.3680043.10.1.3"
    dataset.StudyInstanceUID = "1.2.826.0.1.3680043.10.1.1"
    dataset.SeriesInstanceUID = "1.2.826.0.1.3680043.10.1.2"
    dataset.Modality = "CT"
    dataset.PatientName, dataset.PatientID = "CHAN^TAI MAN", "A123456(3)"
    dataset.Rows, dataset.Columns = shape[0], shape[1]
    dataset.SamplesPerPixel = 3 if len(shape) == 3 else 1
    dataset.PhotometricInterpretation = "RGB" if len(shape) == 3 else "MONOCHROME2"
    if len(shape) == 3:
        dataset.PlanarConfiguration = 0
    dataset.BitsAllocated = array.dtype.itemsize * 8
    dataset.BitsStored = bits or dataset.BitsAllocated
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = int(array.dtype.kind == "i")
    dataset.PixelData = array.tobytes() + b"\0" * (array.nbytes % 2)
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    dataset["PixelData"].VR = "OW" if array.dtype.itemsize > 1 else "OB"
    return dataset


def write(dataset: Dataset, path: Path, syntax: str = ExplicitVRLittleEndian) -> Path:
    """Write a data set as a PS3.10 file."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.get("SOPClassUID", CTImageStorage)
    meta.MediaStorageSOPInstanceUID = dataset.get("SOPInstanceUID", "") or "1.2.3"
    meta.TransferSyntaxUID = syntax
    dataset.file_meta = meta
    big = syntax == "1.2.840.10008.1.2.2"
    dcmwrite(path, dataset, implicit_vr=syntax == "1.2.840.10008.1.2", little_endian=not big, enforce_file_format=True)
    return path


def write_compressed(dataset: Dataset, path: Path, syntax: str, streams: list[bytes]) -> Path:
    """Write a data set with its pixels replaced by code streams, one a frame."""
    dataset.PixelData = encapsulate(streams)
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    return write(dataset, path, syntax)


def rle_stream(array: Array) -> bytes:
    """Encode one frame as RLE Lossless."""
    return encode_pixel_data(
        array.tobytes(),
        rows=array.shape[0],
        columns=array.shape[1],
        samples_per_pixel=array.shape[2] if array.ndim == 3 else 1,
        bits_allocated=array.dtype.itemsize * 8,
        byteorder="<",
    )


def jpeg_lossless_stream(array: Array, predictor: int) -> bytes:
    """Encode one frame by JPEG process 14, no colour conversion."""
    colour = "RGB" if array.ndim == 3 else None
    return imagecodecs.jpeg8_encode(
        _unsigned(array),
        lossless=True,
        predictor=predictor,
        bitspersample=array.dtype.itemsize * 8,
        colorspace=colour,
        outcolorspace=colour,
    )


def _unsigned(array: Array) -> Array:
    return array.view(f"u{array.dtype.itemsize}")


LOSSLESS_ENCODERS: dict[str, Callable[[Array], bytes]] = {
    RLELossless: rle_stream,
    JPEGLosslessSV1: lambda a: jpeg_lossless_stream(a, 1),
    JPEGLossless: lambda a: jpeg_lossless_stream(a, 6),
    JPEGLSLossless: lambda a: imagecodecs.jpegls_encode(_unsigned(a)),
    JPEG2000Lossless: lambda a: imagecodecs.jpeg2k_encode(a, reversible=True, codecformat="j2k"),
    HTJ2KLossless: lambda a: imagecodecs.htj2k_encode(a, reversible=True),
}
"""Lossless transfer syntaxes with an encoder for one frame."""
