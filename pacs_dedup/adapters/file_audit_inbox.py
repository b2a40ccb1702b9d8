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
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from pacs_dedup.domain.audit import AuditEvent
from pacs_dedup.domain.audit_json import from_json, to_json
from pacs_dedup.durable import UNFINISHED, disk_errors_in_words, remove_abandoned, sync, write_durably
from pacs_dedup.log import describe_error, get_logger
from pacs_dedup.ports.audit_trail import WaitingEvent

_log = get_logger(__name__)

_FOLDER_MODE = 0o700
_INBOX = "the audit folder"
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
        """Return what is kept, in the order in which it was recorded."""
        with disk_errors_in_words(_INBOX):
            names = sorted(name for name in os.listdir(self._folder) if name.endswith(_SUFFIX))  # noqa: PTH208 - names
            events = (self._read(self._folder / name) for name in names)
            return tuple(itertools.islice((event for event in events if event is not None), most))

    def forget(self, event_ids: Collection[str]) -> None:
        """Delete the files of events that are kept elsewhere."""
        gone = set(event_ids)
        with disk_errors_in_words(_INBOX):
            for file in self._folder.glob(f"*{_SUFFIX}"):
                if _event_id(file) in gone:
                    file.unlink(missing_ok=True)

    def _write(self, octets: bytes) -> None:
        name = f"{time.time_ns():020d}-{next(self._numbers):06d}-{secrets.token_hex(16)}{_SUFFIX}"
        with disk_errors_in_words(_INBOX):
            write_durably(self._folder, name, octets)

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
