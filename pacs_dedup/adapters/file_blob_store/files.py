"""Files of the blob store: written in full, named by digest, linked without overwriting, made durable."""

import fcntl
import os
import secrets
import stat
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from blake3 import blake3

from pacs_dedup.domain.errors import OutOfStorage, Unreadable
from pacs_dedup.domain.identifiers import BlobId

_READ_BYTES = 1 << 20
_ABANDONED_AFTER_S = 3600


def copy(chunks: Iterable[bytes | memoryview], descriptor: int) -> tuple[BlobId, int]:
    """Write chunks to a file. Errors of whoever yields them pass through as they are."""
    hasher, size_bytes = blake3(), 0
    for chunk in chunks:
        octets = memoryview(chunk).cast("B")
        hasher.update(octets)
        size_bytes += octets.nbytes
        with disk_errors_in_words():
            write_all(descriptor, octets)
    return BlobId(hasher.hexdigest()), size_bytes


def write_all(descriptor: int, rest: memoryview) -> None:
    """Write all of it, in as many pieces as the system takes."""
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def digest_of(path: Path) -> tuple[BlobId, int]:
    """Read a file to its end; return its digest as a blob id, and its size.

    Raises:
        Unreadable: it is no regular file, or can not be read.
    """
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


def place_of(folder: Path, blob_id: BlobId) -> Path:
    """Return where in a folder a blob of this name belongs."""
    return folder / blob_id[:2] / blob_id[2:4] / blob_id


def has(place: Path, size_bytes: int) -> bool:
    """Tell whether the bytes are there in full length; a damaged file system may have cut them short."""
    try:
        return place.stat().st_size == size_bytes
    except FileNotFoundError:
        return False


def touch(place: Path, size_bytes: int) -> bool:
    """Mark bytes as having come again, durably; return False where they are not there in full length.

    They are looked for once more when they are marked: see `transit`.
    """
    try:
        descriptor = os.open(place, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        if os.fstat(descriptor).st_size != size_bytes:
            return False
        os.utime(descriptor)
        os.fsync(descriptor)
        return os.path.samestat(os.fstat(descriptor), place.stat())
    except FileNotFoundError:
        return False
    finally:
        os.close(descriptor)


def name_once(temporary: Path, place: Path, size_bytes: int) -> bool:
    """Name a file without overwriting another of that name, except one that was cut short."""
    try:
        os.link(temporary, place)
    except FileExistsError:
        if has(place, size_bytes):
            return False
        temporary.replace(place)
    return True


def point_to(link: Path, target: Path) -> None:
    """Make a symbolic link that bears its target's time of modification, in the place of an older one if need be."""
    modified_ns = target.stat().st_mtime_ns
    spare = link.with_name(f".{link.name}.{secrets.token_hex(8)}")
    spare.symlink_to(target)
    os.utime(spare, ns=(modified_ns, modified_ns), follow_symlinks=False)
    spare.replace(link)


def is_as_it_was(link: Path) -> bool:
    """Tell whether the file behind a link is there, and not modified since the link was made."""
    try:
        return link.stat().st_mtime_ns == link.lstat().st_mtime_ns
    except OSError:  # no link, or nothing where it points to
        return False


def sync_folder(folder: Path) -> None:
    """Make what was named in a folder, or taken from it, durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def begin(incoming: Path) -> tuple[int, Path]:
    """Create a temporary file for its owner only, and lock it: as long as its writer lives nobody clears it away."""
    while True:
        descriptor, name = tempfile.mkstemp(dir=incoming)  # mode 0600
        with suppress(OSError):  # a file system without locks; there only age tells
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink:
            return descriptor, Path(name)
        os.close(descriptor)  # somebody who was clearing up came between creating and locking


def remove_abandoned(incoming: Path) -> None:
    """Remove temporary files whose writer has ended; where files can not be locked, those an hour old."""
    for file in incoming.iterdir():
        with suppress(FileNotFoundError):  # another process may be clearing up too
            descriptor = os.open(file, os.O_RDONLY)
            try:
                if _is_abandoned(descriptor):
                    file.unlink()
            finally:
                os.close(descriptor)


def _is_abandoned(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return time.time() - os.fstat(descriptor).st_mtime > _ABANDONED_AFTER_S
    return True


@contextmanager
def disk_errors_in_words() -> Iterator[None]:
    """Turn what the system says of a failure into `OutOfStorage`."""
    try:
        yield
    except OSError as error:
        raise OutOfStorage(
            f"the blob store could not write ({error.strerror}); see that the disk of storage.path has room, "
            "is mounted for writing and belongs to this account"
        ) from error
