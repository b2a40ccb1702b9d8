"""Where received bytes live, named by their digest, written once, never altered."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pacs_dedup.domain.identifiers import BlobId


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """What `BlobStore.put` did.

    Attributes:
        added: False where the same bytes were there already, and none were written.
    """

    blob_id: BlobId
    size_bytes: int
    added: bool


class BlobStore(Protocol):
    """Content-addressed, write-once storage of DICOM files (PS3.10)."""

    def put(self, chunks: Iterable[bytes | memoryview]) -> StoredBlob:
        """Store bytes; when this returns they survive a power cut. Storing the same bytes again adds nothing.

        Raises:
            OutOfStorage: the disk is below its low-water mark or failed to write; nothing was kept.
        """
        ...

    def refer(self, path: Path) -> StoredBlob:
        """Take note of a file that stays where it is; its blob opens as if it were stored. Adds no bytes.

        Raises:
            Unreadable: the file can not be read.
        """
        ...

    def path(self, blob_id: BlobId) -> Path:
        """Return where the blob's bytes can be read from.

        Raises:
            BlobMissing: no such blob, or the file it refers to is gone.
        """
        ...

    def is_intact(self, blob_id: BlobId) -> bool:
        """Tell whether every byte of a blob is there and as it was received: all are read, and digested anew.

        False where the blob is missing, cut short, altered, or can not be read to its end.
        """
        ...

    def check_room(self) -> None:
        """Tell before a data set is taken whether there is room for it.

        Raises:
            OutOfStorage: free space is below the low-water mark.
        """
        ...
