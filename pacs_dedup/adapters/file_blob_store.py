"""Blobs in a folder: written once under a temporary name, synchronised, then linked to the name of their digest.

::

    root/blobs/ab/cd/abcd…       the bytes, mode 0440
    root/references/ab/cd/abcd…  symbolic links to files that stay where they were found
    root/incoming/               bytes that nobody has acknowledged yet

Folders have mode 0700. Only a blob id ever becomes part of a path.
"""

import os
import secrets
import shutil
import stat
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from blake3 import blake3

from pacs_dedup.domain.errors import BlobMissing, OutOfStorage, Unreadable
from pacs_dedup.domain.identifiers import BlobId, is_blob_id
from pacs_dedup.ports.blob_store import StoredBlob

_FOLDER_MODE = 0o700
_BLOB_MODE = 0o440
_READ_BYTES = 1 << 20
_ABANDONED_AFTER_S = 3600


class FileBlobStore:
    """`pacs_dedup.ports.blob_store.BlobStore` in a folder of one file system; threads and processes may share it."""

    def __init__(self, root: Path, low_water_bytes: int) -> None:
        """Open the store, making its folders where they are missing.

        Temporary files of writes that a crash interrupted were never acknowledged; they are removed once nobody has
        written to them for an hour, because a younger one may belong to another process at work.

        Raises:
            OutOfStorage: the folders can not be made.
        """
        self._root = root.absolute()
        self._low_water_bytes = low_water_bytes
        self._durable_folders: set[Path] = set()
        with _disk_errors_in_words():
            self._root.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
            for folder in (self._blobs, self._references, self._incoming):
                folder.mkdir(mode=_FOLDER_MODE, exist_ok=True)
            _sync_folder(self._root)
            _sync_folder(self._root.parent)
            _remove_abandoned(self._incoming)

    @property
    def _blobs(self) -> Path:
        return self._root / "blobs"

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
            blob_id, size_bytes = _copy(chunks, descriptor)
            with _disk_errors_in_words():
                added = self._publish(descriptor, temporary, blob_id, size_bytes)
        return StoredBlob(blob_id, size_bytes, added=added)

    def refer(self, path: Path) -> StoredBlob:
        """Take note of a file that stays where it is. Its bytes are read once, for their digest."""
        blob_id, size_bytes = _digest_of(path)
        if _has(_place(self._blobs, blob_id), size_bytes):
            return StoredBlob(blob_id, size_bytes, added=False)
        link = _place(self._references, blob_id)
        known = _is_as_it_was(link)
        if not known:
            with _disk_errors_in_words():
                self._make_folder(link.parent)
                _point(link, path.absolute())
                _sync_folder(link.parent)
        return StoredBlob(blob_id, size_bytes, added=not known)

    def path(self, blob_id: BlobId) -> Path:
        """Return where the blob's bytes can be read from.

        A file that was referred to counts as gone when its time of modification is another: what it holds now may be
        something else.
        """
        if not is_blob_id(blob_id):
            raise BlobMissing("that is no blob id; a blob id has 64 lower-case hexadecimal digits")
        stored, link = _place(self._blobs, blob_id), _place(self._references, blob_id)
        if stored.is_file():
            return stored
        if _is_as_it_was(link):
            return link.readlink()
        cause = "the scanned file it stands for is gone or altered" if link.is_symlink() else "it is not in the store"
        raise BlobMissing(f"blob {blob_id}: {cause}; put it back, or have it sent or scanned again")

    def check_room(self) -> None:
        """Tell before a data set is taken whether there is room for it."""
        with _disk_errors_in_words():
            free_bytes = shutil.disk_usage(self._root).free
        if free_bytes < self._low_water_bytes:
            raise OutOfStorage(
                f"{free_bytes >> 20} MiB are free, less than the low-water mark of {self._low_water_bytes >> 20} MiB; "
                "make room on the disk of storage.path, or lower storage.low_water_mb"
            )

    @contextmanager
    def _temporary_file(self) -> Iterator[tuple[int, Path]]:
        """Open a file for its owner only (mode 0600) that is gone afterwards, whatever happened."""
        with _disk_errors_in_words():
            descriptor, name = tempfile.mkstemp(dir=self._incoming)
        try:
            yield descriptor, Path(name)
        finally:
            os.close(descriptor)
            Path(name).unlink(missing_ok=True)

    def _publish(self, descriptor: int, temporary: Path, blob_id: BlobId, size_bytes: int) -> bool:
        """Give the bytes their name, durably. Return False where they had it already.

        The folder is synchronised in that case too: whoever was first may not have come that far yet.
        """
        place = _place(self._blobs, blob_id)
        self._make_folder(place.parent)
        added = not _has(place, size_bytes)
        if added:
            os.fchmod(descriptor, _BLOB_MODE)
            os.fsync(descriptor)
            added = _link(temporary, place, size_bytes)
        _sync_folder(place.parent)
        return added

    def _make_folder(self, folder: Path) -> None:
        """Make a folder two levels down and its name durable, once in the life of this store."""
        if folder in self._durable_folders:
            return
        folder.parent.mkdir(mode=_FOLDER_MODE, exist_ok=True)
        folder.mkdir(mode=_FOLDER_MODE, exist_ok=True)
        _sync_folder(folder.parent)
        _sync_folder(folder.parent.parent)
        self._durable_folders.add(folder)


def _copy(chunks: Iterable[bytes | memoryview], descriptor: int) -> tuple[BlobId, int]:
    """Write chunks to a file. Errors of whoever yields them pass through as they are."""
    hasher, size_bytes = blake3(), 0
    for chunk in chunks:
        octets = memoryview(chunk).cast("B")
        hasher.update(octets)
        size_bytes += octets.nbytes
        with _disk_errors_in_words():
            _write_all(descriptor, octets)
    return BlobId(hasher.hexdigest()), size_bytes


def _write_all(descriptor: int, rest: memoryview) -> None:
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _digest_of(path: Path) -> tuple[BlobId, int]:
    hasher, size_bytes = blake3(), 0
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise Unreadable("not a regular file; only files can be referred to")
        with path.open("rb") as file:
            while chunk := file.read(_READ_BYTES):
                hasher.update(chunk)
                size_bytes += len(chunk)
    except OSError as error:
        # File names may hold patients' names: only the cause is told.
        raise Unreadable(f"the file can not be read ({error.strerror}); check that it is there and readable") from None
    return BlobId(hasher.hexdigest()), size_bytes


def _place(folder: Path, blob_id: BlobId) -> Path:
    return folder / blob_id[:2] / blob_id[2:4] / blob_id


def _has(place: Path, size_bytes: int) -> bool:
    """Tell whether the bytes are there in full length; a damaged file system may have cut them short."""
    try:
        return place.stat().st_size == size_bytes
    except FileNotFoundError:
        return False


def _link(temporary: Path, place: Path, size_bytes: int) -> bool:
    """Name a file without overwriting another of that name, except one that was cut short."""
    try:
        os.link(temporary, place)
    except FileExistsError:
        if _has(place, size_bytes):
            return False
        temporary.replace(place)
    return True


def _point(link: Path, target: Path) -> None:
    """Make a symbolic link that bears its target's time of modification, in the place of an older one if need be."""
    modified_ns = target.stat().st_mtime_ns
    spare = link.with_name(f".{link.name}.{secrets.token_hex(8)}")
    spare.symlink_to(target)
    os.utime(spare, ns=(modified_ns, modified_ns), follow_symlinks=False)
    spare.replace(link)


def _is_as_it_was(link: Path) -> bool:
    try:
        return link.stat().st_mtime_ns == link.lstat().st_mtime_ns
    except OSError:  # no link, or nothing where it points to
        return False


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_abandoned(incoming: Path) -> None:
    for file in incoming.iterdir():
        with suppress(FileNotFoundError):  # another process may be clearing up too
            if time.time() - file.stat().st_mtime > _ABANDONED_AFTER_S:
                file.unlink()


@contextmanager
def _disk_errors_in_words() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutOfStorage(
            f"the blob store could not write ({error.strerror}); see that the disk of storage.path has room, "
            "is mounted for writing and belongs to this account"
        ) from error
