"""System calls of the service that fail on request; `failing_calls.c` is preloaded into it."""

import errno
import mmap
import os
import shutil
import struct
import subprocess
from dataclasses import dataclass, field
from enum import IntFlag
from pathlib import Path

_SOURCE = Path(__file__).with_name("failing_calls.c")
_ORDER = struct.Struct("=III")
_PAGE_BYTES = 16
_FAILED_AT = 12


class Call(IntFlag):
    """What may fail; the bits that the C source knows."""

    SYNC = 1
    RENAME = 2
    LINK = 4
    WRITE = 8


@dataclass(slots=True)
class FailingCalls:
    """The order to fail, shared with every process of the service.

    Attributes:
        folder: where the compiled library and the page lie; outside of ``root``.
        root: only calls on files below it fail.
    """

    folder: Path
    root: Path
    _page: mmap.mmap = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        flags = ["-std=c11", "-O2", "-fPIC", "-shared"]
        subprocess.run(["cc", *flags, str(_SOURCE), "-o", str(self._library), "-ldl"], check=True)
        self._page_file.write_bytes(bytes(_PAGE_BYTES))
        with self._page_file.open("r+b") as file:
            self._page = mmap.mmap(file.fileno(), _PAGE_BYTES)

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs in its environment to obey."""
        return {
            "LD_PRELOAD": str(self._library),
            "FAILING_CALLS_PAGE": str(self._page_file),
            "FAILING_CALLS_ROOT": str(self.root) + os.sep,
        }

    @property
    def failed(self) -> int:
        """How many calls were made to fail so far."""
        return int.from_bytes(self._page[_FAILED_AT:], "little")

    def begin(self, calls: Call, *, error: int = errno.EIO, one_in: int = 1) -> None:
        """Let one in so many of these calls fail, from now on."""
        self._page[:_FAILED_AT] = _ORDER.pack(calls, error, one_in)

    def end(self) -> None:
        """Let all calls be."""
        self._page[:_FAILED_AT] = _ORDER.pack(0, 0, 1)

    @property
    def _library(self) -> Path:
        return self.folder / "failing_calls.so"

    @property
    def _page_file(self) -> Path:
        return self.folder / "page"


def can_compile() -> bool:
    """Tell whether there is a C compiler; without one these faults are left out, and the table says so."""
    return shutil.which("cc") is not None
