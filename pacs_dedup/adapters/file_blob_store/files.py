"""Files of the blob store: named by digest, linked without overwriting."""

import os
import secrets
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from blake3 import blake3

from pacs_dedup.domain.errors import Unreadable
from pacs_dedup.domain.identifiers import BlobId
from pacs_dedup.durable import disk_errors_in_words

BLOB_STORE: Final = "the blob store"
"""How errors name it."""

_READ_BYTES = 1 << 20


def copy(chunks: Iterable[bytes | memoryview], descriptor: int) -> tuple[BlobId, int]:
    """Write chunks to a file. Errors of whoever yields them pass through as they are."""
    hasher, size_bytes = blake3(), 0
    for chunk in chunks:
        octets = memoryview(chunk).cast("B")
        hasher.update(octets)
        size_bytes += octets.nbytes
        with disk_errors_in_words(BLOB_STORE):
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
