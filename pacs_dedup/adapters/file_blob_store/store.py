"""Blobs in a folder: written once under a temporary name, synchronised, then linked to the name of their digest.

::

    root/blobs/ab/cd/abcd…       the bytes, mode 0440
    root/references/ab/cd/abcd…  symbolic links to files that stay where they were found
    root/incoming/               bytes that nobody has acknowledged yet
    root/leaving/ab/cd/abcd…     bytes that are being let go; still read until that is done
    root/released/ab/cd/abcd…    where bytes are that were let go and did not come again

Folders have mode 0700. Only a blob id ever becomes part of a path.
"""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pacs_dedup.adapters.file_blob_store.files import (
    BLOB_STORE,
    copy,
    digest_of,
    has,
    is_as_it_was,
    name_once,
    place_of,
    point_to,
    touch,
)
from pacs_dedup.adapters.file_blob_store.transit import BLOBS, LEAVING, forget_release, whereabouts_of
from pacs_dedup.domain.errors import BlobMissing, OutOfStorage, Unreadable
from pacs_dedup.domain.identifiers import BlobId, is_blob_id
from pacs_dedup.durable import begin, disk_errors_in_words, remove_abandoned, sync
from pacs_dedup.ports.blob_store import StoredBlob

_FOLDER_MODE = 0o700
_BLOB_MODE = 0o440


class FileBlobStore:
    """`pacs_dedup.ports.blob_store.BlobStore` in a folder of one file system; threads and processes may share it."""

    def __init__(self, root: Path, low_water_bytes: int) -> None:
        """Open the store, making its folders where they are missing.

        Temporary files of writes that a crash interrupted were never acknowledged; they are removed. Those of another
        process that is at work are locked, and stay.

        Raises:
            OutOfStorage: the folders can not be made.
        """
        self._root = root.absolute()
        self._low_water_bytes = low_water_bytes
        self._durable_folders: set[Path] = set()
        with disk_errors_in_words(BLOB_STORE):
            self._root.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
            for folder in (self._blobs, self._references, self._incoming):
                folder.mkdir(mode=_FOLDER_MODE, exist_ok=True)
            sync(self._root)
            sync(self._root.parent)
            remove_abandoned(self._incoming.iterdir())

    @property
    def _blobs(self) -> Path:
        return self._root / BLOBS

    @property
    def _references(self) -> Path:
        return self._root / "references"

    @property
    def _incoming(self) -> Path:
        return self._root / "incoming"

    def put(self, chunks: Iterable[bytes | memoryview]) -> StoredBlob:
        """Store bytes; when this returns they, and their name, survive a power cut."""
        self.check_room()
        with self._temporary_file() as (descriptor, temporary):
            blob_id, size_bytes = copy(chunks, descriptor)
            with disk_errors_in_words(BLOB_STORE):
                added = self._publish(descriptor, temporary, blob_id, size_bytes)
        return StoredBlob(blob_id, size_bytes, added=added)

    def refer(self, path: Path) -> StoredBlob:
        """Take note of a file that stays where it is. Its bytes are read once, for their digest."""
        blob_id, size_bytes = digest_of(path)
        if has(place_of(self._blobs, blob_id), size_bytes):
            return StoredBlob(blob_id, size_bytes, added=False)
        link = place_of(self._references, blob_id)
        known = is_as_it_was(link)
        if not known:
            with disk_errors_in_words(BLOB_STORE):
                self._make_folder(link.parent)
                point_to(link, path.absolute())
                sync(link.parent)
        return StoredBlob(blob_id, size_bytes, added=not known)

    def path(self, blob_id: BlobId) -> Path:
        """Return where the blob's bytes can be read from.

        A file that was referred to counts as gone when its time of modification is another: what it holds now may be
        something else.
        """
        if not is_blob_id(blob_id):
            raise BlobMissing("that is no blob id; a blob id has 64 lower-case hexadecimal digits")
        stored, leaving, link = (place_of(self._root / folder, blob_id) for folder in (BLOBS, LEAVING, "references"))
        for place in (stored, leaving, stored):  # it may be put back in between
            if place.is_file():
                return place
        if is_as_it_was(link):
            return link.readlink()
        if whereabouts := whereabouts_of(self._root, blob_id):
            raise BlobMissing(f"blob {blob_id}: {whereabouts}; have it sent again from there if it is needed")
        cause = "the scanned file it stands for is gone or altered" if link.is_symlink() else "it is not in the store"
        raise BlobMissing(f"blob {blob_id}: {cause}; put it back, or have it sent or scanned again")

    def is_intact(self, blob_id: BlobId) -> bool:
        """Read a blob to its end and compare its digest with its name."""
        try:
            digest, _ = digest_of(self.path(blob_id))
        except (BlobMissing, Unreadable):
            return False
        return digest == blob_id

    def check_room(self) -> None:
        """Tell before a data set is taken whether there is room for it."""
        with disk_errors_in_words(BLOB_STORE):
            free_bytes = shutil.disk_usage(self._root).free
        if free_bytes < self._low_water_bytes:
            raise OutOfStorage(
                f"{free_bytes >> 20} MiB are free, less than the low-water mark of {self._low_water_bytes >> 20} MiB; "
                "make room on the disk of storage.path, or lower storage.low_water_mb"
            )

    @contextmanager
    def _temporary_file(self) -> Iterator[tuple[int, Path]]:
        """Open a file for its owner only (mode 0600) that is gone afterwards, whatever happened."""
        with disk_errors_in_words(BLOB_STORE):
            descriptor, temporary = begin(self._incoming)
        try:
            yield descriptor, temporary
        finally:
            temporary.unlink(missing_ok=True)
            os.close(descriptor)

    def _publish(self, descriptor: int, temporary: Path, blob_id: BlobId, size_bytes: int) -> bool:
        """Give the bytes their name, durably. Return False where they had it already.

        The folder is synchronised in that case too: whoever was first may not have come that far yet.
        """
        place = place_of(self._blobs, blob_id)
        self._make_folder(place.parent)
        added = False
        while not touch(place, size_bytes):
            os.fchmod(descriptor, _BLOB_MODE)
            os.fsync(descriptor)
            if added := name_once(temporary, place, size_bytes):
                break
        sync(place.parent)
        forget_release(self._root, blob_id)
        return added

    def _make_folder(self, folder: Path) -> None:
        """Make a folder two levels down and its name durable, once in the life of this store."""
        if folder in self._durable_folders:
            return
        folder.parent.mkdir(mode=_FOLDER_MODE, exist_ok=True)
        folder.mkdir(mode=_FOLDER_MODE, exist_ok=True)
        sync(folder.parent)
        sync(folder.parent.parent)
        self._durable_folders.add(folder)
