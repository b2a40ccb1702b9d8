"""Copying files for a backup: whole, durable, for their owner only, and checked on the way."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from blake3 import blake3

from pacs_dedup.durable import sync

COPY_MODE = 0o400
_FOLDER_MODE = 0o700
_READ_BYTES = 1 << 20


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, for their owner only, where they are missing."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=_FOLDER_MODE, exist_ok=True)
        each.chmod(_FOLDER_MODE)  # whatever the umask says


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    return _hashed(path, hashlib.sha256())


def blake3_of(path: Path) -> str:
    """Return the BLAKE3 of a file, in hexadecimal digits: of a blob, its name."""
    return _hashed(path, blake3())


def copy_durably(source: Path, target: Path, *, mode: int = COPY_MODE, digest: str = "") -> bool:
    """Copy a file under a temporary name, synchronise it, and give it its name.

    Args:
        source: what to copy.
        target: where to; its folder is there.
        mode: of the copy, whatever the umask says.
        digest: BLAKE3 that the bytes must have; empty where none is known. With another one there is no copy, and the
            answer is False.

    Raises:
        FileNotFoundError: the source is gone.
        OSError: it can not be read, or the copy not be written.
    """
    hasher = blake3()
    spare = target.with_name(f".{target.name}.copying")
    try:
        with source.open("rb") as reading, os.fdopen(_create(spare, mode), "wb") as writing:
            while chunk := reading.read(_READ_BYTES):
                hasher.update(chunk)
                writing.write(chunk)
            writing.flush()
            os.fsync(writing.fileno())
        as_named = digest in ("", hasher.hexdigest())
        if as_named:
            spare.rename(target)
    finally:
        spare.unlink(missing_ok=True)
    return as_named


def linked(earlier: Path, source: Path, target: Path) -> bool:
    """Give an earlier copy a further name, if there is one as long as the source and the disk has hard links."""
    try:
        if earlier.stat().st_size != source.stat().st_size:
            return False
        os.link(earlier, target)
    except OSError:
        return False
    return True


def copy_link(source: Path, target: Path) -> None:
    """Copy a symbolic link with its time of modification."""
    status = source.lstat()
    target.symlink_to(source.readlink())
    os.utime(target, ns=(status.st_mtime_ns, status.st_mtime_ns), follow_symlinks=False)


def files_below(folder: Path) -> Iterator[Path]:
    """Yield every file and symbolic link below a folder, sorted in each folder; what vanishes is passed over."""
    with suppress(FileNotFoundError):
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
            if entry.is_dir(follow_symlinks=False):
                yield from files_below(Path(entry.path))
            else:
                yield Path(entry.path)


def sync_folders(folder: Path) -> None:
    """Make every name below a folder durable, and its own."""
    folders = [Path(path) for path, _, _ in os.walk(folder)]
    for each in [*folders, folder.parent]:
        sync(each)


def write_durably(path: Path, text: str) -> None:
    """Write a small text file, for its owner only."""
    with os.fdopen(_create(path, COPY_MODE), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _create(path: Path, mode: int) -> int:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    os.fchmod(descriptor, mode)
    return descriptor


def _hashed(path: Path, hasher: Any) -> str:
    with path.open("rb") as file:
        while chunk := file.read(_READ_BYTES):
            hasher.update(chunk)
    return str(hasher.hexdigest())
