"""Native pixel data -> stored values (PS3.5 section 8): masking, sign, bit packing, planes, byte order."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pacs_dedup.dicom.pixel_description import FLOAT_BITS, PixelDescription
from pacs_dedup.domain.errors import Unreadable

Pixels = NDArray[Any]
"""One frame: (rows, columns) or (rows, columns, samples); int32, int64 (32 unsigned bits), float32 or float64."""

_MAX_INT32_BITS: Final = 31


def check_length(value: bytes | memoryview, description: PixelDescription) -> None:
    """Refuse native pixel data whose length is not what the header declares.

    What may follow the last frame is padding: zeros, fewer than another frame would take.

    Raises:
        Unreadable: the lengths differ.
    """
    size, needed = len(value), description.native_bytes
    padded = needed < size < needed + max(description.frame_bits // 8, 2)
    if size == needed or (padded and (size == needed + 1 or not any(value[needed:]))):
        return
    d = description
    raise Unreadable(
        f"Pixel Data has {size} bytes, but {d.frames} frame(s) of {d.rows} x {d.columns} x {d.samples} at "
        f"{d.bits_allocated} bits need {needed}"
    )


def native_frame(
    buffer: bytes | memoryview, index: int, description: PixelDescription, *, big_endian: bool = False
) -> Pixels:
    """Cut frame ``index`` (0-based) out of native pixel data and return its stored values."""
    if description.bits_allocated == 1:
        return _shape(_bits(buffer, index, description), description)
    words = _words(buffer, index, description, big_endian=big_endian)
    if description.element in FLOAT_BITS:
        return _shape(words.astype(words.dtype.newbyteorder("=")), description)
    return _shape(stored_values(words, description), description)


def stored_values(words: Pixels, description: PixelDescription) -> Pixels:
    """Take the stored bits out of their containers and give them their sign (PS3.5 8.1.1).

    Bits above HighBit and below the stored ones (overlays, garbage) fall away.
    """
    d = description
    shift = d.high_bit + 1 - d.bits_stored
    if shift == 0 and d.bits_stored == words.dtype.itemsize * 8:
        kind = "i" if d.signed else "u"
        return _widen(
            words.view(f"{words.dtype.byteorder}{kind}{words.dtype.itemsize}"), d.bits_stored, signed=d.signed
        )
    unsigned = (words >> shift if shift else words) & words.dtype.type((1 << d.bits_stored) - 1)
    return with_sign(unsigned, d.bits_stored, signed=d.signed)


def with_sign(unsigned: Pixels, bits: int, *, signed: bool) -> Pixels:
    """Read ``bits`` low bits as two's complement where ``signed``; returns int32, or int64 for 32 unsigned bits."""
    if not signed:
        return _widen(unsigned, bits, signed=False)
    sign = 1 << (bits - 1)
    wide: Pixels = unsigned.astype(np.int32 if bits <= _MAX_INT32_BITS else np.int64)
    np.bitwise_xor(wide, sign, out=wide)
    np.subtract(wide, sign, out=wide)
    return wide.astype(np.int32, copy=False)


def _widen(values: Pixels, bits: int, *, signed: bool) -> Pixels:
    return values.astype(np.int32 if signed or bits <= _MAX_INT32_BITS else np.int64)


def _words(buffer: bytes | memoryview, index: int, d: PixelDescription, *, big_endian: bool) -> Pixels:
    kind = "f" if d.element in FLOAT_BITS else "u"
    dtype = np.dtype(f"{'>' if big_endian else '<'}{kind}{d.bits_allocated // 8}")
    count = d.frame_bits // d.bits_allocated
    return np.frombuffer(buffer, dtype, count, offset=index * count * dtype.itemsize)


def _bits(buffer: bytes | memoryview, index: int, d: PixelDescription) -> Pixels:
    first, last = index * d.frame_bits, (index + 1) * d.frame_bits
    octets = np.frombuffer(buffer, np.uint8)[first // 8 : (last + 7) // 8]
    return np.unpackbits(octets, bitorder="little")[first % 8 :][: d.frame_bits].astype(np.int32)


def _shape(values: Pixels, d: PixelDescription) -> Pixels:
    if d.subsampled:
        return _expand_422(values, d)
    if d.samples == 1:
        return values.reshape(d.rows, d.columns)
    if d.planar:
        return np.moveaxis(values.reshape(d.samples, d.rows, d.columns), 0, -1)
    return values.reshape(d.rows, d.columns, d.samples)


def _expand_422(values: Pixels, d: PixelDescription) -> Pixels:
    """Repeat the chrominance of each pair of pixels: Y1 Y2 B R -> Y1 B R, Y2 B R (PS3.3 C.7.6.3.1.2)."""
    if d.columns % 2:
        raise Unreadable("YBR_FULL_422 needs an even number of columns")
    pairs = values.reshape(d.rows, d.columns // 2, 4)
    luminance = pairs[:, :, :2].reshape(d.rows, d.columns, 1)
    chrominance = np.repeat(pairs[:, :, 2:], 2, axis=1)
    return np.concatenate([luminance, chrominance], axis=2)
