"""Open a DICOM file without trusting it: bounded inflation, and one kind of error for everything that can go wrong."""

import logging
import struct
import warnings
import zlib
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias

from pydicom import config as pydicom_config
from pydicom import dcmread
from pydicom.dataset import FileDataset
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.filereader import read_file_meta_info
from pydicom.uid import DeflatedExplicitVRLittleEndian, ImplicitVRLittleEndian, MediaStorageDirectoryStorage

from pacs_dedup.domain.errors import BlobMissing, Unreadable

MAX_INFLATED_BYTES: Final = 2 << 30
"""A deflated data set may grow to this many bytes; deflate can inflate a thousandfold."""

_CHUNK: Final = 1 << 20
_PREAMBLE: Final = 128
_PREFIX: Final = b"DICM"
_META_HEADER: Final = _PREAMBLE + len(_PREFIX) + 12
"""Preamble, prefix, and the group length element (0002,0000) with its four-byte value."""
_META_LOOK: Final = 512
"""The media storage SOP class (0002,0002) is among the first elements of the file meta group."""
_FIRST_GROUPS: Final = (0x0002, 0x0008)
_ELEMENT_HEADER: Final = 8
_DEFLATED: Final = DeflatedExplicitVRLittleEndian.encode()
_FAR_ENOUGH: Final = 1 << 16
"""A transfer syntax that stands further into the file is not found in time; the child process's memory is bounded."""

PARSE_ERRORS: Final = (
    OSError,
    EOFError,
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    NotImplementedError,
    RecursionError,
    OverflowError,
    struct.error,
    zlib.error,
    LookupError,
    BytesLengthException,
)
"""What pydicom and the codecs raise on bytes that they can not understand."""

DicomDataset: TypeAlias = FileDataset
"""An opened data set, for modules that pass it on without looking into it."""

pydicom_config.settings.reading_validation_mode = pydicom_config.IGNORE
# pydicom's warnings and log records quote values of headers, which are patient data; our own errors say what is wrong.
logging.getLogger("pydicom").setLevel(logging.CRITICAL)
warnings.filterwarnings("ignore", module=r"pydicom\.")


def open_dataset(path: Path, *, stop_before_pixels: bool = False, max_inflated_bytes: int | None = None) -> FileDataset:
    """Read a DICOM file (PS3.10, or a bare data set without preamble).

    Elements stay undecoded until they are asked for, so that raw bytes of text can still be had.

    Raises:
        BlobMissing: there is no such file.
        Unreadable: it is not DICOM, is cut off inside the header, or inflates beyond ``max_inflated_bytes``
            (`MAX_INFLATED_BYTES` unless told otherwise).
    """
    if not path.is_file():
        raise BlobMissing("the file is no longer where it was; receive or scan it again")
    try:
        with path.open("rb") as file:
            _check_inflation(file, max_inflated_bytes or MAX_INFLATED_BYTES)
            bare = _looks_bare(file)
            file.seek(0)
            dataset = dcmread(file, stop_before_pixels=stop_before_pixels, force=bare)
    except InvalidDicomError as error:
        raise Unreadable("not a DICOM file: no DICM prefix after the preamble; nothing to do") from error
    except MemoryError as error:
        if not stop_before_pixels:
            raise  # pixels may need more than there is; whoever set the limit says so
        raise Unreadable("the header has an element that no memory holds; ask the sender for it again") from error
    except PARSE_ERRORS as error:
        raise Unreadable(
            f"the data set can not be parsed ({type(error).__name__}); ask the sender for it again"
        ) from error
    if not dataset:
        raise Unreadable("the data set is empty; ask the sender for it again")
    return dataset


def looks_like_dicom(path: Path) -> bool:
    """Tell from its first bytes whether a file is DICOM: the DICM prefix (PS3.10 7.1), or a bare data set's start.

    Raises:
        OSError: the file can not be read.
    """
    with path.open("rb") as file:
        return _has_prefix(file) or _looks_bare(file)


def is_media_directory(path: Path) -> bool:
    """Tell whether a file is a medium's index (PS3.10 8.6, DICOMDIR): it names instances and is none.

    Raises:
        OSError: the file can not be read.
    """
    with path.open("rb") as file:
        return MediaStorageDirectoryStorage.encode() in file.read(_META_LOOK)


def transfer_syntax_of(dataset: FileDataset) -> str:
    """Return the transfer syntax UID of the file meta group, Implicit VR Little Endian where there is none."""
    try:
        return str(dataset.file_meta.get("TransferSyntaxUID", "") or ImplicitVRLittleEndian)
    except PARSE_ERRORS:
        return ImplicitVRLittleEndian


def _has_prefix(file: BinaryIO) -> bool:
    file.seek(_PREAMBLE)
    return file.read(len(_PREFIX)) == _PREFIX


def _looks_bare(file: BinaryIO) -> bool:
    """Tell whether a file without DICM prefix starts as a data set does: with group 0002 or 0008, little endian."""
    if _has_prefix(file):
        return False
    file.seek(0)
    head = file.read(_ELEMENT_HEADER)
    return len(head) == _ELEMENT_HEADER and int.from_bytes(head[:2], "little") in _FIRST_GROUPS and head[3] == 0


def _check_inflation(file: BinaryIO, max_bytes: int) -> None:
    """Inflate a deflated data set into nothing, so that a bomb is found before memory is taken (PS3.5 A.5)."""
    if not _has_prefix(file) or _DEFLATED not in file.read(_FAR_ENOUGH):
        return
    file.seek(0)
    meta = read_file_meta_info(file.name)
    if meta.get("TransferSyntaxUID") != DeflatedExplicitVRLittleEndian:
        return
    file.seek(_META_HEADER + int(meta.get("FileMetaInformationGroupLength", 0)))
    stream, total = zlib.decompressobj(-zlib.MAX_WBITS), 0
    while not stream.eof and (chunk := stream.unconsumed_tail or file.read(_CHUNK)):
        total += len(stream.decompress(chunk, _CHUNK))
        if total > max_bytes:
            raise Unreadable(f"the deflated data set grows beyond {max_bytes >> 20} MiB; it is kept and not inflated")
