"""Audit events on their way to the database: each a file of its own, durable before anything else is asked.

::

    root/audit/<time>-<number>-<event id>.json    an event, mode 0600; names sort by the time of recording
    root/audit/.new-…                             an event that is being written
    root/audit/<name>.unreadable                  bytes that are no event; they are set aside, and never deleted

A file name says when, never who: the events themselves may name patients.
"""

import itertools
import json
import os
import secrets
import threading
import time
from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pacs_dedup.domain.audit import AuditEvent
from pacs_dedup.domain.audit_json import from_json, to_json
from pacs_dedup.durable import UNFINISHED, disk_errors_in_words, remove_abandoned, sync, write_durably
from pacs_dedup.log import describe_error, get_logger
from pacs_dedup.ports.audit_trail import InboxUsage, WaitingEvent

_log = get_logger(__name__)

_FOLDER = "audit"
_FOLDER_MODE = 0o700
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INBOX = "the audit folder"
_SUFFIX, _SET_ASIDE = ".json", ".unreadable"


class FileAuditInbox:
    """`pacs_dedup.ports.audit_trail.AuditInbox` in a folder; threads and processes may share it."""

    def __init__(self, root: Path) -> None:
        """Open the inbox under the data folder, and clear away what a crash left half-written.

        Raises:
            OutOfStorage: its folder can not be made.
        """
        self._folder = root.absolute() / _FOLDER
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._known: dict[str, str] = {}
        with disk_errors_in_words(_INBOX):
            self._folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
            sync(self._folder.parent)
            remove_abandoned(self._folder.glob(f"{UNFINISHED}*"))

    def record(self, event: AuditEvent) -> None:
        """Keep an event, durably; or say in the log that one of this kind could not be kept."""
        try:
            self._write(json.dumps(to_json(event)).encode())
        except Exception as error:  # noqa: BLE001 - a transfer must not fail because its record does
            _log.error("an audit event could not be kept", event_kind=str(event.kind), **describe_error(error))

    def waiting(self, most: int) -> tuple[WaitingEvent, ...]:
        """Return what is kept, in the order in which it was recorded.

        The folder is listed only where fewer are known: to carry a long backlog on costs no more for each event.
        """
        with self._lock, disk_errors_in_words(_INBOX):
            events = self._first(most)
            if len(events) < most:
                self._known = {_event_id(name): name for name in sorted(self._names())}
                events = self._first(most)
            return events

    def forget(self, event_ids: Collection[str]) -> None:
        """Delete the files of events that are kept elsewhere; the folder is listed only for those nobody asked for."""
        with self._lock, disk_errors_in_words(_INBOX):
            names = [self._known.pop(event_id, "") for event_id in event_ids]
            if not all(names):
                gone = set(event_ids)
                names += [name for name in self._names() if _event_id(name) in gone]
            for name in filter(None, names):
                (self._folder / name).unlink(missing_ok=True)

    def usage(self) -> InboxUsage:
        """Tell how full the inbox is, by the names in its folder."""
        return _usage(self._folder)

    def _names(self) -> list[str]:
        return [name for name in os.listdir(self._folder) if name.endswith(_SUFFIX)]  # noqa: PTH208 - names

    def _first(self, most: int) -> tuple[WaitingEvent, ...]:
        """Read the first of the known events; what is gone, or is no event, is known no more."""
        found: list[WaitingEvent] = []
        for event_id, name in list(self._known.items()):
            if len(found) >= most:
                break
            event = self._read(self._folder / name)
            if event is None:
                del self._known[event_id]
            else:
                found.append(event)
        return tuple(found)

    def _write(self, octets: bytes) -> None:
        name = f"{time.time_ns():020d}-{next(self._numbers):06d}-{secrets.token_hex(16)}{_SUFFIX}"
        with disk_errors_in_words(_INBOX):
            write_durably(self._folder, name, octets)

    def _read(self, file: Path) -> WaitingEvent | None:
        try:
            return WaitingEvent(_event_id(file.name), from_json(json.loads(file.read_bytes())))
        except FileNotFoundError:  # another process has carried it on
            return None
        except (ValueError, KeyError, TypeError, AttributeError):
            _log.error("a file in the audit folder is no event; it is set aside")
            with suppress(FileNotFoundError):
                file.rename(file.with_suffix(_SET_ASIDE))
            return None


def usage_of(root: Path) -> InboxUsage:
    """Tell how full the inbox under a data folder is; where there is none yet it is empty.

    Raises:
        OutOfStorage: its folder can not be read.
    """
    folder = root.absolute() / _FOLDER
    return _usage(folder) if folder.is_dir() else InboxUsage()


def _usage(folder: Path) -> InboxUsage:
    with disk_errors_in_words(_INBOX):
        listed = os.listdir(folder)  # noqa: PTH208 - names
    names = [name for name in listed if name.endswith(_SUFFIX)]
    aside = sum(name.endswith(_SET_ASIDE) for name in listed)
    return InboxUsage(len(names), _recorded_at(min(names)) if names else None, aside)


def _event_id(name: str) -> str:
    return name.removesuffix(_SUFFIX).rpartition("-")[2]


def _recorded_at(name: str) -> datetime | None:
    """Read the time in a file's name; None where somebody else gave the name."""
    try:
        return _EPOCH + timedelta(microseconds=int(name.partition("-")[0]) // 1000)
    except (ValueError, OverflowError):
        return None
