"""A small disk for the data folder, so that it can be filled up."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

SIZE_MB = 1024
_LEFT_BYTES = 24 * 1024  # what a filled disk has left: less than an instance with its record needs
_BALLAST = "ballast"


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """A file system of its own.

    Attributes:
        folder: where it is mounted.
        kind: ``ext4`` behind a loop device, else ``tmpfs``.
    """

    folder: Path
    kind: str

    def fill(self) -> None:
        """Leave next to no room."""
        with (self.folder / _BALLAST).open("ab") as file:
            while (free := shutil.disk_usage(self.folder).free) > _LEFT_BYTES:
                with suppress(OSError):
                    os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, free - _LEFT_BYTES)
                    continue
                break

    def relieve(self) -> None:
        """Give the room back."""
        (self.folder / _BALLAST).unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path) -> Iterator[SmallDisk | None]:
    """Mount a small file system on a folder, or yield None where this account may not."""
    folder.mkdir(parents=True)
    kind = _mount(folder)
    try:
        yield SmallDisk(folder, kind) if kind else None
    finally:
        if kind:
            subprocess.run(["umount", "--lazy", str(folder)], check=False)


def _mount(folder: Path) -> str:
    if os.geteuid() != 0:
        return ""
    image = folder.with_name(f"{folder.name}.ext4")
    with image.open("wb") as file:
        file.truncate(SIZE_MB << 20)
    made = subprocess.run(["mkfs.ext4", "-q", "-m", "0", str(image)], check=False, capture_output=True)
    if made.returncode == 0 and _mounted("-o", "loop", str(image), str(folder)):
        return "ext4"
    image.unlink()
    return "tmpfs" if _mounted("-t", "tmpfs", "-o", f"size={SIZE_MB}m", "none", str(folder)) else ""


def _mounted(*arguments: str) -> bool:
    return subprocess.run(["mount", *arguments], check=False, capture_output=True).returncode == 0
