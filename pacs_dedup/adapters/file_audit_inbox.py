"""Audit events on their way to the database: each a file of its own, durable before anything else is asked.

::

    root/audit/<time>-<number>-<event id>.json    an event, mode 0600; names sort by the time of recording
    root/audit/.<event id>                        an event that is being written
    root/audit/<name>.unreadable                  bytes that are no event; they are set aside, and never deleted

A file name says when, never who: the events themselves may name patients.
"""

import itertools
import json
import os
import secrets
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pacs_dedup.domain.audit import AuditEvent
from pacs_dedup.domain.audit_json import from_json, to_json
from pacs_dedup.domain.errors import OutOfStorage
from pacs_dedup.log import describe_error, get_logger
from pacs_dedup.ports.audit_trail import WaitingEvent

_log = get_logger(__name__)

_FOLDER_MODE, _FILE_MODE = 0o700, 0o600
_ABANDONED_AFTER_S = 3600
_SUFFIX, _SET_ASIDE = ".json", ".unreadable"


class FileAuditInbox:
    """`pacs_dedup.ports.audit_trail.AuditInbox` in a folder; threads and processes may share it."""

    def __init__(self, root: Path) -> None:
        """Open the inbox under the data folder, and clear away what a crash left half-written.

        Raises:
            OutOfStorage: its folder can not be made.
        """
        self._folder = root.absolute() / "audit"
        self._numbers = itertools.count()
        with _disk_errors_in_words():
            self._folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
            _sync_folder(self._folder.parent)
            self._remove_abandoned()

    def record(self, event: AuditEvent) -> None:
        """Keep an event, durably; or say in the log that one of this kind could not be kept."""
        try:
            self._write(json.dumps(to_json(event)).encode())
        except Exception as error:  # noqa: BLE001 - a transfer must not fail because its record does
            _log.error("an audit event could not be kept", event_kind=str(event.kind), **describe_error(error))

    def waiting(self, most: int) -> tuple[WaitingEvent, ...]:
        """Return what is kept, in the order in which it was recorded."""
        with _disk_errors_in_words():
            names = sorted(name for name in os.listdir(self._folder) if name.endswith(_SUFFIX))  # noqa: PTH208 - names
            events = (self._read(self._folder / name) for name in names)
            return tuple(itertools.islice((event for event in events if event is not None), most))

    def forget(self, event_ids: Collection[str]) -> None:
        """Delete the files of events that are kept elsewhere."""
        gone = set(event_ids)
        with _disk_errors_in_words():
            for file in self._folder.glob(f"*{_SUFFIX}"):
                if _event_id(file) in gone:
                    file.unlink(missing_ok=True)

    def _write(self, octets: bytes) -> None:
        event_id = secrets.token_hex(16)
        temporary = self._folder / f".{event_id}"
        place = self._folder / f"{time.time_ns():020d}-{next(self._numbers):06d}-{event_id}{_SUFFIX}"
        with _disk_errors_in_words():
            try:
                descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _FILE_MODE)
                with open(descriptor, "wb") as file:  # noqa: PTH123 - opens a descriptor, whose mode is set
                    file.write(octets)
                    file.flush()
                    os.fsync(descriptor)
                temporary.replace(place)
            finally:
                temporary.unlink(missing_ok=True)
            _sync_folder(self._folder)

    def _remove_abandoned(self) -> None:
        """Remove what a crash left half-written an hour ago or before; whoever wrote it was never told it was kept."""
        for file in self._folder.glob(".*"):
            with suppress(FileNotFoundError):  # another process may be clearing up too
                if time.time() - file.stat().st_mtime > _ABANDONED_AFTER_S:
                    file.unlink()

    def _read(self, file: Path) -> WaitingEvent | None:
        try:
            return WaitingEvent(_event_id(file), from_json(json.loads(file.read_bytes())))
        except FileNotFoundError:  # another process has carried it on
            return None
        except (ValueError, KeyError, TypeError, AttributeError):
            _log.error("a file in the audit folder is no event; it is set aside")
            with suppress(FileNotFoundError):
                file.rename(file.with_suffix(_SET_ASIDE))
            return None


def _event_id(file: Path) -> str:
    return file.stem.rpartition("-")[2]


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _disk_errors_in_words() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutOfStorage(
            f"the audit folder can not be used ({error.strerror}); see that the disk of storage.path has room, "
            "is mounted for writing and belongs to this account"
        ) from error
