"""RLE Lossless -> stored values (PS3.5 annex G). Segments are checked here: the decoder panics on lengths that lie."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from rle.rle import decode_segment

from pacs_dedup.dicom.native_frames import Pixels, check_length, native_frame, stored_values
from pacs_dedup.dicom.open_dataset import PARSE_ERRORS
from pacs_dedup.dicom.pixel_description import PixelDescription
from pacs_dedup.domain.errors import Unreadable

_HEADER: Final = 64
_MAX_SEGMENTS: Final = 15
_MAX_RATIO: Final = 64
"""A run of 128 bytes takes two (PS3.5 G.3.1)."""


def run_length_values(frame: bytes, d: PixelDescription) -> Pixels:
    """Decode one frame: a segment for each byte of each sample, most significant byte first.

    Raises:
        Unreadable: the frame is damaged, or too short for what the header declares.
    """
    if len(frame) <= _HEADER or d.frame_bits // 8 > _MAX_RATIO * (len(frame) - _HEADER):
        raise Unreadable("an RLE frame is too short for the image that the header declares")
    segments = _segments(frame)
    if d.bits_allocated == 1:
        return _bits(segments, d)
    octets = d.bits_allocated // 8
    if len(segments) != d.samples * octets:
        raise Unreadable(f"an RLE frame has {len(segments)} segments, the header declares {d.samples * octets}")
    pixels = d.rows * d.columns
    if any(len(segment) < pixels for segment in segments):
        raise Unreadable("an RLE segment is shorter than the image")
    parts = np.empty((pixels, d.samples, octets), np.uint8)
    for number, segment in enumerate(segments):
        sample, octet = divmod(number, octets)
        parts[:, sample, octets - 1 - octet] = segment[:pixels]
    shape = (d.rows, d.columns) if d.samples == 1 else (d.rows, d.columns, d.samples)
    return stored_values(parts.view(f"<u{octets}").reshape(shape), d)


def _bits(segments: list[NDArray[np.uint8]], d: PixelDescription) -> Pixels:
    """Return single bits, which encoders write packed, as native pixels are, or one to a byte."""
    if len(segments) != 1 or d.samples != 1:
        raise Unreadable("an RLE frame of single bits must have one segment")
    if segments[0].size >= d.frame_bits:
        return segments[0][: d.frame_bits].astype(np.int32).reshape(d.rows, d.columns) & 1
    one = d.single_frame()
    octets = segments[0].tobytes()
    check_length(octets, one)
    return native_frame(octets, 0, one)


def _segments(frame: bytes) -> list[NDArray[np.uint8]]:
    """Decode the segments of a frame, whose header holds their count and offsets (PS3.5 G.5)."""
    header = np.frombuffer(frame, "<u4", _HEADER // 4).tolist()
    count, offsets = header[0], header[1:]
    starts = offsets[:count]
    if not 1 <= count <= _MAX_SEGMENTS or starts != sorted(starts) or starts[0] < _HEADER or starts[-1] >= len(frame):
        raise Unreadable("the header of an RLE frame is damaged")
    ends = [*starts[1:], len(frame)]
    try:
        return [
            np.frombuffer(bytes(decode_segment(frame[start:end])), np.uint8)
            for start, end in zip(starts, ends, strict=True)
        ]
    except PARSE_ERRORS as error:
        raise Unreadable(f"an RLE segment can not be decoded ({type(error).__name__})") from error
