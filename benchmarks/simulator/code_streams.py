"""Frames into code streams: which encoder makes which transfer syntax."""

import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import imagecodecs
import numpy as np
from pydicom import Dataset, dcmread
from pydicom.encaps import encapsulate
from pydicom.uid import HTJ2KLossless, JPEG2000Lossless, JPEGLosslessSV1, JPEGLSLossless, RLELossless

from benchmarks.simulator.model import set_syntax, write_instance
from benchmarks.simulator.pixel_data import COLOURS, Array, decompressed, stored_values

Encode = Callable[[Array], bytes]


def as_container(values: Array, dataset: Dataset) -> Array:
    """Cast stored values to the integer type of their container; a sign is kept."""
    kind = "i" if dataset.PixelRepresentation == 1 else "u"
    return np.ascontiguousarray(values.astype(f"<{kind}{int(dataset.BitsAllocated) // 8}"))


def unsigned(frame: Array) -> Array:
    """Read two's complement as unsigned words, for encoders that know no sign."""
    return frame.view(f"u{frame.dtype.itemsize}")


def jpeg_lossless(frame: Array) -> bytes:
    """Encode by JPEG process 14, selection value 1."""
    colour = "RGB" if frame.ndim == COLOURS else None
    bits = frame.dtype.itemsize * 8
    return imagecodecs.jpeg8_encode(
        unsigned(frame), lossless=True, predictor=1, bitspersample=bits, colorspace=colour, outcolorspace=colour
    )


LOSSLESS_ENCODERS: dict[str, Encode] = {
    JPEG2000Lossless: lambda f: imagecodecs.jpeg2k_encode(f, reversible=True, codecformat="j2k", numthreads=1),
    HTJ2KLossless: lambda f: imagecodecs.htj2k_encode(f, reversible=True),
    JPEGLSLossless: lambda f: imagecodecs.jpegls_encode(unsigned(f)),
    JPEGLosslessSV1: jpeg_lossless,
}
"""One frame of stored values -> code stream, nothing lost."""


def encode(dataset: Dataset, syntax: str, encoder: Encode) -> None:
    """Replace the pixels of an image by code streams of its stored values, in place."""
    decompressed(dataset)
    frames = as_container(stored_values(dataset), dataset)
    set_streams(dataset, syntax, [encoder(frame) for frame in frames])


def set_streams(dataset: Dataset, syntax: str, streams: Sequence[bytes]) -> None:
    """Put code streams, one a frame, into an image, in place."""
    dataset.PixelData = encapsulate(list(streams))
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    set_syntax(dataset, syntax)


def encode_run_length(dataset: Dataset) -> None:
    """Compress by RLE (PS3.5 annex G), in place."""
    decompressed(dataset)
    dataset.compress(RLELossless, encoding_plugin="pydicom", generate_instance_uid=False)
    set_syntax(dataset, RLELossless)


def through_dcmtk(dataset: Dataset, command: Sequence[str]) -> Dataset:
    """Pass an instance through a DCMTK command ``command in out``; return what it wrote.

    Raises:
        RuntimeError: the command failed; its words are in the message.
    """
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "in.dcm"), Path(folder, "out.dcm")
        write_instance(dataset, source)
        done = subprocess.run([*command, str(source), str(target)], capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{command[0]} failed: {done.stderr.strip()[:300]}")
        result = dcmread(target)
        result.PixelData  # noqa: B018 - read before the file goes away
    return result
