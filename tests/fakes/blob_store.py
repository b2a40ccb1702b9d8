"""Blobs in memory; a folder is made only for who asks for a path."""

import tempfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from threading import Lock

from blake3 import blake3

from pacs_dedup.adapters.system_clock import SystemClock
from pacs_dedup.domain.errors import BlobMissing, OutOfStorage, Unreadable
from pacs_dedup.domain.identifiers import BlobId, is_blob_id
from pacs_dedup.ports.blob_store import StoredBlob
from pacs_dedup.ports.clock import Clock


class MemoryBlobStore:
    """`BlobStore` and `TransitStore` in memory.

    Attributes:
        full: set it, and the store behaves as one whose disk is below its low-water mark.
        touched_at: when bytes came last.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self.full = False
        self.touched_at: dict[BlobId, datetime] = {}
        self._clock = clock or SystemClock()
        self._released: dict[BlobId, str] = {}
        self._lock = Lock()
        self._bytes: dict[BlobId, bytes] = {}
        self._references: dict[BlobId, tuple[Path, int]] = {}
        self._folder = tempfile.TemporaryDirectory(prefix="memory-blob-store-")

    def put(self, chunks: Iterable[bytes | memoryview]) -> StoredBlob:
        self.check_room()
        data = b"".join(bytes(chunk) for chunk in chunks)
        blob_id = BlobId(blake3(data).hexdigest())
        with self._lock:
            added = blob_id not in self._bytes
            self._bytes.setdefault(blob_id, data)
            self.touched_at[blob_id] = self._clock.now()
        return StoredBlob(blob_id, len(data), added=added)

    def refer(self, path: Path) -> StoredBlob:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise Unreadable(f"the file can not be read ({error.strerror})") from None
        blob_id = BlobId(blake3(data).hexdigest())
        added = blob_id not in self._bytes and not self._is_as_it_was(blob_id)
        if added:
            self._references[blob_id] = (path.absolute(), path.stat().st_mtime_ns)
        return StoredBlob(blob_id, len(data), added=added)

    def path(self, blob_id: BlobId) -> Path:
        if is_blob_id(blob_id) and blob_id in self._bytes:
            path = Path(self._folder.name, blob_id)
            if not path.exists():
                path.write_bytes(self._bytes[blob_id])
            return path
        if self._is_as_it_was(blob_id):
            return self._references[blob_id][0]
        if blob_id in self._released:
            raise BlobMissing(f"blob {blob_id}: {self._released[blob_id]}")
        raise BlobMissing("no such blob, or the file it stands for is gone or altered")

    def is_intact(self, blob_id: BlobId) -> bool:
        try:
            return blake3(self.path(blob_id).read_bytes()).hexdigest() == blob_id
        except BlobMissing:
            return False

    def holds(self, blob_id: BlobId) -> bool:
        return blob_id in self._bytes

    def part_with(self, blob_id: BlobId, untouched_since: datetime, whereabouts: str) -> bool:
        with self._lock:
            if blob_id in self._bytes and self.touched_at[blob_id] >= untouched_since:
                return False
            if self._bytes.pop(blob_id, None) is not None:
                Path(self._folder.name, blob_id).unlink(missing_ok=True)
                self._released[blob_id] = whereabouts
            return True

    def check_room(self) -> None:
        if self.full:
            raise OutOfStorage("the store is full; make room")

    def _is_as_it_was(self, blob_id: BlobId) -> bool:
        path, modified_ns = self._references.get(blob_id, (None, 0))
        return path is not None and path.is_file() and path.stat().st_mtime_ns == modified_ns
