"""What a file system can do for us: room, durable writes, hard links."""

import os
import shutil
import tempfile
from pathlib import Path

from pacs_dedup.durable import sync

_PROBE = b"pacs_dedup tries whether this disk takes and keeps what is written\n"


def free_bytes(folder: Path) -> int:
    """Return how much an unprivileged account may still write.

    Raises:
        OSError: the folder can not be reached.
    """
    return shutil.disk_usage(folder).free


def try_durable_write(folder: Path) -> None:
    """Write, synchronise, rename and remove a small file, and synchronise the folder, as receiving does.

    Raises:
        OSError: one of these can not be done.
    """
    descriptor, name = tempfile.mkstemp(prefix=".check-", dir=folder)
    path = Path(name)
    try:
        try:
            os.write(descriptor, _PROBE)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        path = path.rename(f"{name}.renamed")
        sync(folder)
    finally:
        path.unlink(missing_ok=True)


def try_hard_link(folder: Path) -> None:
    """Give a file a second name, which is how a blob gets its own without overwriting another.

    Raises:
        OSError: the file system has no hard links, or the account may not make them.
    """
    descriptor, name = tempfile.mkstemp(prefix=".check-", dir=folder)
    os.close(descriptor)
    second = Path(f"{name}.second")
    try:
        os.link(name, second)
    finally:
        second.unlink(missing_ok=True)
        Path(name).unlink()
