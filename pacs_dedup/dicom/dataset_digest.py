"""DSD-3: one digest over a whole data set, the same in every transfer syntax."""

from collections.abc import Iterable
from typing import Final

from blake3 import blake3
from pydicom.dataset import Dataset

from pacs_dedup.dicom.canonical_elements import CanonicalWriter
from pacs_dedup.dicom.elements import raw_value
from pacs_dedup.dicom.pixel_description import decoded_interpretation
from pacs_dedup.domain.identifiers import Digest

_VOLATILE: Final = frozenset(
    {
        0x00080001,  # Length to End (retired)
        0x00080005,  # Specific Character Set: text is digested decoded
        0x00080015,  # Instance Coercion DateTime
        0x00082111,  # Derivation Description: transcoders tell there how they compressed
        0x00089215,  # Derivation Code Sequence: the same in codes
        0x04000561,  # Original Attributes Sequence
        0x00280004,  # Photometric Interpretation: digested by its meaning
        0x00280006,  # Planar Configuration: a matter of encoding
        0xFFFCFFFC,  # Data Set Trailing Padding
    }
)
_PIXELS: Final = frozenset({0x7FE00001, 0x7FE00002, 0x7FE00003, 0x7FE00008, 0x7FE00009, 0x7FE00010})


def dataset_digest(dataset: Dataset, pixel_digest: str) -> Digest:
    """Digest every standard element that a transfer must keep; equal means: the same object again.

    Pixel elements are represented by ``pixel_digest``, over the decoded frames where they can be decoded, so that a
    lossless change of the transfer syntax changes nothing. Private elements do not enter: their value
    representation is lost in Implicit VR. Text is compared decoded, numbers as numbers.
    """
    writer = CanonicalWriter(b"DSD3", skip=_VOLATILE | _PIXELS)
    writer.dataset(dataset)
    writer.bytes(decoded_interpretation(dataset).encode())
    writer.bytes(pixel_digest.encode())
    return Digest(f"dsd3:{writer.hexdigest()}")


def frames_digest(stored_digests: Iterable[Digest]) -> Digest:
    """Digest the stored digests of all frames in order (OBJ-1)."""
    return Digest(f"obj1:{blake3(b'OBJ1' + ' '.join(stored_digests).encode()).hexdigest()}")


def raw_pixel_digest(dataset: Dataset) -> Digest:
    """Digest the pixel element as it is encoded, for pixels that can not be decoded."""
    hasher = blake3(b"RAW1")
    for tag in sorted(_PIXELS & {int(tag) for tag in dataset.keys()}):  # noqa: SIM118 - a data set iterates elements
        value = raw_value(dataset, tag)
        hasher.update(value if isinstance(value, bytes) else b"")
    return Digest(f"raw1:{hasher.hexdigest()}")
