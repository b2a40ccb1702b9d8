"""Data sets into DICOM files: transfer syntaxes, and file meta that never changes."""

from dataclasses import dataclass, replace
from io import BytesIO

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset, dcmwrite
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.pixels.utils import reshape_pixel_array
from pydicom.uid import (
    JPEG2000,
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from maker.people import make_uid

Frame = NDArray[np.integer]
_IMPLEMENTATION = make_uid("implementation")
_NATIVE = (ImplicitVRLittleEndian, ExplicitVRLittleEndian, DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian)


@dataclass(frozen=True, slots=True)
class Instance:
    """One object of a sending.

    Attributes:
        dataset: with native little-endian pixels, whatever the syntax.
        syntax: the transfer syntax it is written in.
        quality: of a lossy syntax: the JPEG quality, or the peak signal-to-noise ratio of JPEG 2000 in dB.
        keep_share: share of the code stream that is kept; below 1 it is torn off.
    """

    dataset: Dataset
    syntax: UID = ExplicitVRLittleEndian
    quality: int = 0
    keep_share: float = 1.0


def frames_of(dataset: Dataset) -> list[Frame]:
    """Read the frames of a data set with native little-endian pixels; colour has its samples last."""
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    pixels = reshape_pixel_array(dataset, np.frombuffer(dataset.PixelData, _dtype(dataset)))
    return list(pixels) if int(dataset.get("NumberOfFrames", 1)) > 1 else [pixels]


def _dtype(dataset: Dataset) -> np.dtype[np.generic]:
    return np.dtype(f"<{'i' if dataset.PixelRepresentation else 'u'}{dataset.BitsAllocated // 8}")


def set_pixels(dataset: Dataset, frames: list[Frame], bits_stored: int, *, signed: bool = False) -> None:
    """Put frames into a data set, native and little endian, and describe them (PS3.3 C.7.6.3)."""
    first = frames[0]
    allocated = first.dtype.itemsize * 8
    dataset.Rows, dataset.Columns = first.shape[:2]
    dataset.SamplesPerPixel = 1 if first.ndim == 2 else first.shape[2]
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = allocated, bits_stored, bits_stored - 1
    dataset.PixelRepresentation = int(signed)
    if len(frames) > 1:
        dataset.NumberOfFrames = len(frames)
    if first.ndim > 2:
        dataset.PlanarConfiguration = 0
    data = b"".join(frame.astype(frame.dtype.newbyteorder("<")).tobytes() for frame in frames)
    dataset.add_new("PixelData", "OW" if allocated > 8 else "OB", data + b"\0" * (len(data) % 2))


def file_bytes(instance: Instance) -> bytes:
    """Write one instance as a PS3.10 file."""
    dataset = _recoded(instance)
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = instance.syntax
    meta.ImplementationClassUID = _IMPLEMENTATION
    meta.ImplementationVersionName = "SAMPLES_1"
    dataset.file_meta = meta
    buffer = BytesIO()
    dcmwrite(buffer, dataset, enforce_file_format=True)
    return buffer.getvalue()


def _recoded(instance: Instance) -> Dataset:
    dataset = Dataset(instance.dataset)
    if "PixelData" not in dataset:
        return dataset
    if instance.syntax == ExplicitVRBigEndian and dataset.BitsAllocated > 8:
        dataset.add_new("PixelData", "OW", np.frombuffer(dataset.PixelData, "<u2").astype(">u2").tobytes())
    elif instance.syntax == RLELossless:
        dataset.file_meta = instance.dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset.compress(RLELossless, encoding_plugin="pydicom", generate_instance_uid=False)
    elif instance.syntax not in _NATIVE:
        streams = [_code_stream(frame, instance) for frame in frames_of(instance.dataset)]
        dataset.add_new("PixelData", "OB", encapsulate(streams))
        dataset["PixelData"].is_undefined_length = True
    return dataset


def _code_stream(frame: Frame, instance: Instance) -> bytes:
    bits = instance.dataset.BitsStored
    match instance.syntax:
        case x if x == JPEGLSLossless:
            stream = imagecodecs.jpegls_encode(frame)
        case x if x == JPEG2000Lossless:
            stream = imagecodecs.jpeg2k_encode(
                frame, codecformat="j2k", reversible=True, bitspersample=bits, numthreads=1
            )
        case x if x == JPEG2000:
            stream = imagecodecs.jpeg2k_encode(
                frame, level=instance.quality, codecformat="j2k", reversible=False, bitspersample=bits, numthreads=1
            )
        case x if x == JPEGLosslessSV1:
            stream = imagecodecs.jpeg8_encode(frame, lossless=True, predictor=1, bitspersample=bits)
        case x if x == JPEGBaseline8Bit:
            stream = imagecodecs.jpeg8_encode(frame, level=instance.quality)
        case other:
            message = f"no encoder for {other}"
            raise ValueError(message)
    return bytes(stream)[: int(len(stream) * instance.keep_share)]


def torn(series: tuple[Instance, ...], keep_share: float) -> tuple[Instance, ...]:
    """Cut the code streams of these instances after a share of their length."""
    return tuple(replace(instance, keep_share=keep_share) for instance in series)
