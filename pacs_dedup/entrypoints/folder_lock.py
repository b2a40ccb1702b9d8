"""One service at a time on a data folder."""

import fcntl
import os
import time
from datetime import timedelta
from pathlib import Path
from types import TracebackType

from pacs_dedup.config import Settings
from pacs_dedup.domain.errors import BadConfiguration

_POLL_S = 0.05
_FOLDER_MODE = 0o700


class FolderLock:
    """An exclusive lock on a file in the data folder; freed by the kernel when its holder ends, however it does.

    With a database server several services may share one, so then nothing is locked.
    """

    def __init__(self, settings: Settings, name: str, *, within: timedelta = timedelta(0)) -> None:
        """Name the file to lock, and how long to wait for another holder to end."""
        self._path: Path = settings.storage.path / name
        self._needed = not settings.storage.database_url
        self._within = within
        self._descriptor: int | None = None

    def __enter__(self) -> "FolderLock":
        """Take the lock.

        Raises:
            BadConfiguration: another process holds it, or the folder can not be written.
        """
        if self._needed:
            self._descriptor = self._open()
            self._lock(self._descriptor)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Free the lock."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _open(self) -> int:
        try:
            self._path.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
            return os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise BadConfiguration(
                f"the data folder {self._path.parent.absolute()} can not be written ({error.strerror}); "
                "choose another one with storage.path"
            ) from None

    def _lock(self, descriptor: int) -> None:
        deadline = time.monotonic() + self._within.total_seconds()
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    os.close(descriptor)
                    raise BadConfiguration(
                        f"another pacs_dedup service uses the data folder {self._path.parent.absolute()}; "
                        "stop it, or choose another folder with storage.path"
                    ) from None
                time.sleep(_POLL_S)
            else:
                return
