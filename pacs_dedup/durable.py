"""Files that survive a power cut: written in full, synchronised, named, and the folder that names them synchronised.

Everything that is acknowledged rests on this order, so it is written down once.
"""

import fcntl
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from pacs_dedup.domain.errors import OutOfStorage

UNFINISHED: Final = ".new-"
"""Names of files that are being written begin so; nobody has acknowledged what is in them."""

_ABANDONED_AFTER_S: Final = 3600


def sync(path: Path) -> None:
    """Make the bytes of a file durable, or what was named in a folder or taken from it.

    Raises:
        OSError: it can not be opened, or the disk failed; what was written since the last time may be lost.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_durably(folder: Path, name: str, content: bytes) -> None:
    """Write a small file for its owner only (mode 0600); when this returns bytes and name survive a power cut.

    A file of that name is replaced as a whole.

    Raises:
        OSError: the disk failed. The name may be there all the same; whoever asked must not rely on it.
    """
    descriptor, temporary = begin(folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
            temporary.replace(folder / name)
        sync(folder)
    finally:
        temporary.unlink(missing_ok=True)


def begin(folder: Path) -> tuple[int, Path]:
    """Create a temporary file for its owner only, and lock it: as long as its writer lives nobody clears it away.

    Returns:
        The descriptor, which the caller closes, and where the file is.
    """
    while True:
        descriptor, name = tempfile.mkstemp(dir=folder, prefix=UNFINISHED)  # mode 0600
        with suppress(OSError):  # a file system without locks; there only age tells
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink:
            return descriptor, Path(name)
        os.close(descriptor)  # somebody who was clearing up came between creating and locking


def remove_abandoned(files: Iterable[Path]) -> None:
    """Remove temporary files whose writer has ended; where files can not be locked, those an hour old."""
    for file in files:
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
def disk_errors_in_words(what: str) -> Iterator[None]:
    """Turn what the system says of a failure into `OutOfStorage`; ``what`` is the part of the product that it hit."""
    try:
        yield
    except OSError as error:
        raise OutOfStorage(
            f"{what} could not write ({error.strerror}); see that the disk of storage.path has room, "
            "is mounted for writing and belongs to this account"
        ) from error
