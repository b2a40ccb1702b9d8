"""Frame-by-frame decoding to canonical stored values: no colour conversion, no rescale, no window."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydicom import uid
from pydicom.dataset import Dataset, FileDataset
from pydicom.encaps import generate_frames, get_frame

from pacs_dedup.dicom.code_streams import LOSSY_SYNTAXES, decode_code_stream
from pacs_dedup.dicom.elements import text
from pacs_dedup.dicom.native_frames import Pixels, check_length, native_frame
from pacs_dedup.dicom.open_dataset import PARSE_ERRORS, open_dataset, transfer_syntax_of
from pacs_dedup.dicom.palette import expand_palette
from pacs_dedup.dicom.pixel_description import PixelDescription, PixelElement
from pacs_dedup.dicom.rendition import Display, read_display
from pacs_dedup.domain.errors import BadRequest, Unreadable

NATIVE_DECODER: Final = "native"
_BIG_ENDIAN: Final = uid.ExplicitVRBigEndian
_NATIVE_SYNTAXES: Final = frozenset(
    {uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian, uid.DeflatedExplicitVRLittleEndian, _BIG_ENDIAN}
)
_AS_DECODED: Final = {"YBR_RCT": "RGB", "YBR_ICT": "RGB"}
"""JPEG 2000 decoders undo the colour transformation that the code stream itself declares (ISO/IEC 15444-1 annex G)."""


@dataclass(frozen=True, slots=True, eq=False)
class DecodedFrame:
    """One frame, decoded.

    Attributes:
        array: stored values, (rows, columns) or (rows, columns, samples); masked to the stored bits, signed where the
            header says so, samples interleaved by pixel. int32; int64 for 32 unsigned bits; float32 or float64 for
            float pixel data.
        photometric_interpretation: of ``array``: what a JPEG 2000 decoder turned to RGB is RGB, everything else as
            declared (YBR_FULL stays YBR_FULL; YBR_FULL_422 is expanded).
        bits_stored: bits of a stored value.
        rescale_slope, rescale_intercept: of this frame (PS3.3 C.11.1); 1 and 0 where absent.
        window: center and width of the first window of this frame, None where absent.
        padding: PixelPaddingValue (0028,0120).
        lossy: transfer syntax is lossy, or LossyImageCompression (0028,2110) is 01.
        soft: another decoder may give other values.
        decoder: family and version.
        disputed: the code stream gives another sign or another number of bits than the header.
        rgb: palette colour expanded to (rows, columns, 3) of uint8; None for everything else.
    """

    array: Pixels
    photometric_interpretation: str
    bits_stored: int
    rescale_slope: float
    rescale_intercept: float
    window: tuple[float, float] | None
    padding: float | None
    lossy: bool
    soft: bool
    decoder: str
    disputed: bool = False
    rgb: NDArray[np.uint8] | None = None


def decode_frame(path: Path, frame: int = 0) -> DecodedFrame:
    """Decode one frame (0-based) of a file.

    Raises:
        Unreadable: the file or its pixels can not be decoded; the message gives the cause.
        BadRequest: the file has no such frame.
    """
    dataset = open_dataset(path)
    description = PixelDescription.read(dataset)
    if not 0 <= frame < description.frames:
        raise BadRequest(f"frame {frame} was asked for; the image has {description.frames} frame(s), counted from 0")
    value = _pixel_bytes(dataset, description)
    if not _is_compressed(dataset):
        return _native(dataset, description, value, frame)
    try:
        stream = get_frame(value, frame, number_of_frames=description.frames, extended_offsets=_offsets(dataset))
    except PARSE_ERRORS as error:
        raise Unreadable("the compressed frames can not be told apart: fragments or offsets are damaged") from error
    return _compressed(dataset, description, stream, frame)


def decode_frames(dataset: FileDataset) -> Iterator[DecodedFrame]:
    """Decode all frames in order, one in memory at a time.

    Raises:
        Unreadable: at the first frame that can not be decoded, or where there are not as many as declared.
    """
    yield from _decoded(dataset, PixelDescription.read(dataset))


def container_frames(dataset: FileDataset) -> Iterator[Pixels]:
    """Decode all frames with every bit of their containers: what stands in the bits that the samples leave unused.

    Raises:
        Unreadable: a frame can not be decoded.
    """
    for decoded in _decoded(dataset, PixelDescription.read(dataset).whole_containers()):
        yield decoded.array


def _decoded(dataset: FileDataset, description: PixelDescription) -> Iterator[DecodedFrame]:
    value = _pixel_bytes(dataset, description)
    if not _is_compressed(dataset):
        for index in range(description.frames):
            yield _native(dataset, description, value, index)
        return
    count = 0
    for index, stream in enumerate(code_streams(dataset, description.frames)):
        count += 1
        yield _compressed(dataset, description, stream, index)
    if count != description.frames:
        raise Unreadable(f"{description.frames} frame(s) are declared, {count} are there")


def code_streams(dataset: FileDataset, frames: int) -> Iterator[bytes]:
    """Cut encapsulated pixel data into its frames, fragments joined (PS3.5 A.4).

    Raises:
        Unreadable: the fragments are damaged.
    """
    try:
        yield from generate_frames(dataset.PixelData, number_of_frames=frames, extended_offsets=_offsets(dataset))
    except PARSE_ERRORS as error:
        raise Unreadable("the compressed frames can not be told apart: fragments or offsets are damaged") from error


def is_lossy(dataset: FileDataset) -> bool:
    """Tell whether compression has changed the pixels, by the transfer syntax or by what the header says."""
    return transfer_syntax_of(dataset) in LOSSY_SYNTAXES or text(dataset, "LossyImageCompression") == "01"


def _is_compressed(dataset: FileDataset) -> bool:
    return transfer_syntax_of(dataset) not in _NATIVE_SYNTAXES


def _pixel_bytes(dataset: FileDataset, description: PixelDescription) -> bytes:
    """Return the value of the pixel element, its length checked against the description where it is native."""
    try:
        value = dataset[description.element].value
    except PARSE_ERRORS as error:
        raise Unreadable("the value of Pixel Data can not be read") from error
    if not isinstance(value, bytes):
        raise Unreadable("Pixel Data has no value")
    if _is_compressed(dataset):
        return value
    check_length(value, description)
    if _is_swapped(dataset, description):
        return np.frombuffer(value[: len(value) & ~1], np.uint16).byteswap().tobytes()
    return value


def _is_swapped(dataset: FileDataset, description: PixelDescription) -> bool:
    """Tell whether bytes of 8-bit (or single-bit) samples lie in big-endian words: PS3.5 8.1.2 and annex D."""
    if transfer_syntax_of(dataset) != _BIG_ENDIAN or description.element is not PixelElement.INTEGER:
        return False
    return description.bits_allocated <= 8 and dataset["PixelData"].VR == "OW"  # noqa: PLR2004 - bits of a byte


def _native(dataset: FileDataset, description: PixelDescription, value: bytes, index: int) -> DecodedFrame:
    big_endian = transfer_syntax_of(dataset) == _BIG_ENDIAN
    array = native_frame(value, index, description, big_endian=big_endian)
    return _frame(dataset, description, array, index, NATIVE_DECODER)


def _compressed(dataset: FileDataset, description: PixelDescription, stream: bytes, index: int) -> DecodedFrame:
    decoded = decode_code_stream(stream, transfer_syntax_of(dataset), description)
    header = decoded.header
    found = _frame(dataset, description, decoded.values, index, decoded.decoder)
    return replace(
        found,
        photometric_interpretation=_AS_DECODED.get(description.photometric_interpretation)
        or found.photometric_interpretation,
        lossy=found.lossy or (header is not None and not header.lossless),
        soft=header is not None and not header.lossless,
        disputed=header is not None and header.disputes(description.bits_stored, signed=description.signed),
    )


def _frame(dataset: FileDataset, d: PixelDescription, array: Pixels, index: int, decoder: str) -> DecodedFrame:
    display: Display = read_display(dataset, index)
    return DecodedFrame(
        array=array,
        photometric_interpretation="YBR_FULL" if d.subsampled else d.photometric_interpretation,
        bits_stored=d.bits_stored,
        rescale_slope=display.slope,
        rescale_intercept=display.intercept,
        window=display.window,
        padding=display.padding,
        lossy=is_lossy(dataset),
        soft=False,
        decoder=decoder,
        rgb=expand_palette(array, dataset) if d.photometric_interpretation == "PALETTE COLOR" else None,
    )


def _offsets(dataset: Dataset) -> tuple[bytes, bytes] | None:
    """Return the extended offset table (PS3.3 C.7.6.3.1.8), None where there is none."""
    if "ExtendedOffsetTable" not in dataset or "ExtendedOffsetTableLengths" not in dataset:
        return None
    return dataset.ExtendedOffsetTable, dataset.ExtendedOffsetTableLengths
