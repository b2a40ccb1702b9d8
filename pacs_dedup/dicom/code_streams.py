"""Compressed frames -> stored values. Which decoder serves which transfer syntax: docs/decisions/0010."""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import imagecodecs
import numpy as np
from pydicom import uid

from pacs_dedup.dicom.code_stream_header import CodeStreamHeader, read_header
from pacs_dedup.dicom.native_frames import Pixels, check_length, native_frame, stored_values, with_sign
from pacs_dedup.dicom.open_dataset import PARSE_ERRORS
from pacs_dedup.dicom.pixel_description import PixelDescription
from pacs_dedup.dicom.run_length import run_length_values
from pacs_dedup.domain.errors import Unreadable

DEFLATED_IMAGE_FRAME: Final = "1.2.840.10008.1.2.8.1"
_COLOUR: Final = 3


@dataclass(frozen=True, slots=True)
class Codec:
    """How a family of transfer syntaxes is decoded.

    Attributes:
        family: name of the decoder, kept with every digest that hangs on it.
        decode: code stream -> samples as the stream has them, no colour conversion.
    """

    family: str
    decode: Callable[[bytes], Pixels]


def _decode_jpeg(frame: bytes) -> Pixels:
    """Decode any JPEG process; naming one colour space twice switches the conversion off."""
    raw = "YCBCR" if read_header(frame).samples == _COLOUR else None
    pixels: Pixels = imagecodecs.jpeg8_decode(frame, colorspace=raw, outcolorspace=raw)
    return pixels


_JPEG: Final = Codec("libjpeg-turbo", _decode_jpeg)
_JPEG_LS: Final = Codec("charls", imagecodecs.jpegls_decode)
_JPEG_2000: Final = Codec("openjpeg", lambda frame: imagecodecs.jpeg2k_decode(frame, numthreads=1))

JPEG_PROGRESSIVE_SPECTRAL: Final = "1.2.840.10008.1.2.4.53"
JPEG_PROGRESSIVE_FULL: Final = "1.2.840.10008.1.2.4.55"

CODECS: Final[Mapping[str, Codec]] = {
    uid.JPEGBaseline8Bit: _JPEG,
    uid.JPEGExtended12Bit: _JPEG,
    JPEG_PROGRESSIVE_SPECTRAL: _JPEG,
    JPEG_PROGRESSIVE_FULL: _JPEG,
    uid.JPEGLossless: _JPEG,
    uid.JPEGLosslessSV1: _JPEG,
    uid.JPEGLSLossless: _JPEG_LS,
    uid.JPEGLSNearLossless: _JPEG_LS,
    uid.JPEG2000Lossless: _JPEG_2000,
    uid.JPEG2000: _JPEG_2000,
    uid.HTJ2KLossless: _JPEG_2000,
    uid.HTJ2KLosslessRPCL: _JPEG_2000,
    uid.HTJ2K: _JPEG_2000,
}

LOSSY_SYNTAXES: Final = frozenset(
    {
        uid.JPEGBaseline8Bit,
        uid.JPEGExtended12Bit,
        JPEG_PROGRESSIVE_SPECTRAL,
        JPEG_PROGRESSIVE_FULL,
        uid.JPEGLSNearLossless,
        uid.JPEG2000,
        uid.HTJ2K,
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class DecodedStream:
    """One decompressed frame.

    Attributes:
        values: stored values.
        header: what the code stream says; None for RLE and deflated frames.
        decoder: family and version.
    """

    values: Pixels
    header: CodeStreamHeader | None
    decoder: str


def decode_code_stream(frame: bytes, syntax: str, description: PixelDescription) -> DecodedStream:
    """Decompress one frame.

    Raises:
        Unreadable: the transfer syntax has no decoder, the code stream is damaged, or its shape is not the header's.
    """
    if syntax == uid.RLELossless:
        return DecodedStream(run_length_values(frame, description), None, "pylibjpeg-rle")
    if syntax == DEFLATED_IMAGE_FRAME:
        return DecodedStream(_inflate(frame, description), None, "zlib")
    codec = CODECS.get(syntax)
    if codec is None:
        raise Unreadable(
            f"no decoder for transfer syntax {uid.UID(syntax).name or syntax}; the object is kept as it is"
        )
    header = read_header(frame)
    _check_shape((header.rows, header.columns, header.samples), description)
    try:
        samples = codec.decode(frame)
    except (RuntimeError, MemoryError, *PARSE_ERRORS) as error:
        raise Unreadable(f"{codec.family} can not decode a frame ({_cause(error)})") from error
    _check_shape((*samples.shape, 1)[:3], description)
    values = _low_aligned(samples, header, description)
    return DecodedStream(values, header, f"{codec.family} (imagecodecs {imagecodecs.__version__})")


def _low_aligned(samples: Pixels, header: CodeStreamHeader, d: PixelDescription) -> Pixels:
    """Turn decoder output into stored values, as a native copy would have them; signed where either header says so.

    Encoders have stored two's complement as unsigned samples, and headers have called signed samples unsigned: the
    bits are the same, and a scan without negative values has no reason to be called signed by either.
    """
    d = d if d.signed or not header.signed else replace(d, signed=True)
    bits = max(header.precision, d.bits_stored)
    words = samples.astype(np.uint32) & np.uint32((1 << bits) - 1)
    if bits == d.bits_allocated:
        return stored_values(words.astype(f"u{max(d.bits_allocated // 8, 1)}"), d)
    return with_sign(words, bits, signed=d.signed)


def _inflate(frame: bytes, d: PixelDescription) -> Pixels:
    try:
        octets = zlib.decompressobj(-zlib.MAX_WBITS).decompress(frame, d.frame_bits // 8 + 2)
    except zlib.error as error:
        raise Unreadable("a deflated frame can not be inflated") from error
    one = d.single_frame()
    check_length(octets, one)
    return native_frame(octets, 0, one)


def _check_shape(found: tuple[int, ...], d: PixelDescription) -> None:
    if found != (d.rows, d.columns, d.samples):
        shape = " x ".join(map(str, found))
        raise Unreadable(f"the code stream is {shape}, the header declares {d.rows} x {d.columns} x {d.samples}")


def _cause(error: BaseException) -> str:
    return f"{type(error).__name__}: {str(error)[:80]}".rstrip(": ")
