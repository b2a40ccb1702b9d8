"""Read what a compressed frame says about itself, before a decoder allocates anything for it."""

from dataclasses import dataclass
from typing import Final

from pacs_dedup.domain.errors import Unreadable


@dataclass(frozen=True, slots=True)
class CodeStreamHeader:
    """Frame header of a JPEG, JPEG-LS or JPEG 2000 code stream.

    Attributes:
        precision: bits of a sample.
        lossless: the code stream can be decoded by integer arithmetic alone, so that every decoder agrees.
        signed: whether JPEG 2000 declares signed samples; None of the other code streams, which know none.
    """

    rows: int
    columns: int
    samples: int
    precision: int
    lossless: bool
    signed: bool | None = None

    def disputes(self, bits_stored: int, *, signed: bool) -> bool:
        """Tell whether the code stream gives another number of bits or another sign than the header does."""
        return self.precision != bits_stored or (self.signed is not None and self.signed != signed)


_SOI: Final = b"\xff\xd8"
_SIZ: Final = b"\xff\x4f\xff\x51"
_COD: Final = b"\xff\x52"
_SOF_LOSSLESS: Final = frozenset({0xC3, 0xF7})
"""SOF3 (lossless, ISO/IEC 10918-1) and SOF55 (JPEG-LS, ISO/IEC 14495-1)."""
_SOF: Final = frozenset({0xC0, 0xC1, 0xC2}) | _SOF_LOSSLESS
_STANDALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
_SOS: Final = 0xDA
_REVERSIBLE: Final = 1
_SIGNED: Final = 0x80
_COD_TRANSFORM: Final = 13
"""Offset of the wavelet transformation byte after the COD marker (ISO/IEC 15444-1 A.6.1)."""


def read_header(frame: bytes) -> CodeStreamHeader:
    """Read the header of a compressed frame.

    Raises:
        Unreadable: no known code stream starts here, or it ends within its header.
    """
    try:
        if frame[:2] == _SOI:
            return _jpeg(frame)
        start = frame.find(_SIZ)
        if start >= 0:
            return _jpeg_2000(frame, start)
    except IndexError as error:
        raise Unreadable("a compressed frame ends within its header") from error
    raise Unreadable("a compressed frame starts with no known code stream")


def _jpeg(frame: bytes) -> CodeStreamHeader:
    position = len(_SOI)
    while position + 1 < len(frame):
        if frame[position] != 0xFF:  # noqa: PLR2004 - every marker starts so (ISO/IEC 10918-1 B.1.1.2)
            raise Unreadable("a JPEG frame has no marker where one must be")
        marker = frame[position + 1]
        if marker == 0xFF or marker in _STANDALONE:  # noqa: PLR2004 - fill byte
            position += 1 if marker == 0xFF else 2  # noqa: PLR2004 - fill byte
            continue
        if marker in _SOF:
            body = position + 4
            return CodeStreamHeader(
                rows=_u16(frame, body + 1),
                columns=_u16(frame, body + 3),
                samples=frame[body + 5],
                precision=frame[body],
                lossless=marker in _SOF_LOSSLESS,
            )
        if marker == _SOS:
            break
        position += 2 + _u16(frame, position + 2)
    raise Unreadable("a JPEG frame has no supported frame header (SOF0-3, SOF55)")


def _jpeg_2000(frame: bytes, start: int) -> CodeStreamHeader:
    siz = start + 6
    width, height, left, top = (_u32(frame, siz + offset) for offset in (2, 6, 10, 14))
    cod = frame.find(_COD, siz)
    if cod < 0:
        raise Unreadable("a JPEG 2000 frame has no coding style (COD)")
    return CodeStreamHeader(
        rows=height - top,
        columns=width - left,
        samples=_u16(frame, siz + 34),
        precision=(frame[siz + 36] & ~_SIGNED) + 1,
        lossless=frame[cod + _COD_TRANSFORM] == _REVERSIBLE,
        signed=bool(frame[siz + 36] & _SIGNED),
    )


def _u16(data: bytes, at: int) -> int:
    return data[at] << 8 | data[at + 1]


def _u32(data: bytes, at: int) -> int:
    return _u16(data, at) << 16 | _u16(data, at + 2)
