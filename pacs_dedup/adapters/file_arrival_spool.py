"""A spool of arrivals in a folder: one file for each, written under a temporary name, synchronised, then renamed.

::

    root/spool/<microseconds>-<bytes>-<receipt>   one arrival that waits, mode 0600
    root/spool/.new-…                             one that is being written; nobody has acknowledged it yet
    root/spool/set-aside/                         files that are torn or foreign; for a person

The first line of a file names its form and the BLAKE3-256 of the rest, which is JSON. Names tell the order in which
instances came, their size and their random receipt, and nothing of any patient.
"""

import json
import os
import re
import secrets
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from blake3 import blake3

from pacs_dedup.domain.errors import SpoolFull, Unreadable
from pacs_dedup.domain.identifiers import AeTitle, BlobId, SopClassUid, SopInstanceUid, TransferSyntaxUid
from pacs_dedup.durable import UNFINISHED, disk_errors_in_words, remove_abandoned, sync, write_durably
from pacs_dedup.log import get_logger
from pacs_dedup.ports.arrival_book import Arrival
from pacs_dedup.ports.arrival_spool import SpoolUsage, WaitingArrival

_log = get_logger(__name__)

_FOLDER_MODE = 0o700
_FORM = b"pacs_dedup arrival 1 "
_SPOOL = "the spool"
_NAME = re.compile(r"(?P<moment>\d{17})-(?P<size>\d{1,15})-[0-9a-f]{32}")
_RECEIPT = re.compile(r"[0-9a-f]{32}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class FileArrivalSpool:
    """`pacs_dedup.ports.arrival_spool.ArrivalSpool` in a folder of one file system."""

    def __init__(self, root: Path, *, most_arrivals: int, most_bytes: int) -> None:
        """Open the spool below ``root``, making its folders where they are missing.

        Args:
            root: the data folder.
            most_arrivals: number of arrivals that may wait.
            most_bytes: size of the instances that may wait to be recorded, all together.

        Raises:
            OutOfStorage: the folders can not be made.
        """
        self._folder = root.absolute() / "spool"
        self._aside = self._folder / "set-aside"
        self._most_arrivals, self._most_bytes = most_arrivals, most_bytes
        self._lock = threading.Lock()
        self._sizes: dict[str, int] = {}
        self._total_bytes = 0
        self._writing: dict[str, int] = {}
        with disk_errors_in_words(_SPOOL):
            self._folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
            self._aside.mkdir(mode=_FOLDER_MODE, exist_ok=True)
            for folder in (self._folder, self._folder.parent):
                sync(folder)
            remove_abandoned(self._folder.glob(f"{UNFINISHED}*"))
            self._look()

    def put(self, waiting: WaitingArrival) -> None:
        """Keep an arrival; when this returns it, and its name, survive a power cut."""
        name, size_bytes = _name(waiting.arrival), waiting.arrival.size_bytes
        self._reserve(name, size_bytes)
        written = False
        try:
            with disk_errors_in_words(_SPOOL):
                write_durably(self._folder, name, _encode(waiting))
            written = True
        finally:
            with self._lock:
                self._writing.pop(name, None)
                if written:
                    self._count(name, size_bytes)

    def waiting(self) -> Iterator[WaitingArrival]:
        """Yield what waits, oldest first; what is torn or foreign is moved out of the way."""
        for name in self._look():
            try:
                yield _decode((self._folder / name).read_bytes())
            except FileNotFoundError:  # another process that shares the folder has recorded it
                continue
            except OSError as error:
                _log.error("a spooled arrival can not be read now", cause=error.strerror)
            except Unreadable as error:
                self._set_aside(name, str(error))

    def remove(self, waiting: WaitingArrival) -> None:
        """Forget an arrival. A file that a power cut brings back is recorded again, which is once."""
        name = _name(waiting.arrival)
        with disk_errors_in_words(_SPOOL):
            (self._folder / name).unlink(missing_ok=True)
        self._forget(name)

    def usage(self) -> SpoolUsage:
        """Tell how full the spool is; files that nobody could read are counted on the disk."""
        with self._lock:
            arrivals, size_bytes, oldest = len(self._sizes), self._total_bytes, min(self._sizes, default="")
        oldest_at = _EPOCH + timedelta(microseconds=int(oldest.partition("-")[0])) if oldest else None
        with disk_errors_in_words(_SPOOL):
            aside = sum(1 for _ in self._aside.iterdir())
        return SpoolUsage(arrivals, size_bytes, oldest_at, aside)

    def _reserve(self, name: str, size_bytes: int) -> None:
        """Take a place, before anything is written."""
        with self._lock:
            arrivals = len(self._sizes) + len(self._writing)
            bytes_waiting = self._total_bytes + sum(self._writing.values())
            known = name in self._sizes
            if not known and (arrivals >= self._most_arrivals or bytes_waiting + size_bytes > self._most_bytes):
                raise SpoolFull(
                    f"{arrivals} arrivals of {bytes_waiting >> 20} MiB wait for the database; see that it runs, or "
                    "raise limits.spool_arrivals and limits.spool_mb"
                )
            self._writing[name] = size_bytes

    def _count(self, name: str, size_bytes: int) -> None:
        self._total_bytes += size_bytes - self._sizes.get(name, 0)
        self._sizes[name] = size_bytes

    def _forget(self, name: str) -> None:
        with self._lock:
            self._total_bytes -= self._sizes.pop(name, 0)

    def _look(self) -> list[str]:
        """Return the names of what waits, in order, and count it anew; what bears no such name is set aside."""
        foreign = []
        with self._lock, disk_errors_in_words(_SPOOL):
            found: dict[str, int] = {}
            for entry in os.scandir(self._folder):
                if match := _NAME.fullmatch(entry.name):
                    found[entry.name] = int(match["size"])
                elif not entry.name.startswith(UNFINISHED) and entry.name != self._aside.name:
                    foreign.append(entry.name)
            self._sizes, self._total_bytes = found, sum(found.values())
        for name in foreign:
            self._set_aside(name, "its name is none of a spooled arrival")
        return sorted(found)

    def _set_aside(self, name: str, cause: str) -> None:
        place = self._aside / name
        with disk_errors_in_words(_SPOOL), suppress(FileNotFoundError):
            (self._folder / name).rename(place.with_name(f"{name}.{secrets.token_hex(4)}") if place.exists() else place)
        self._forget(name)
        _log.error("a file of the spool was set aside; see spool/set-aside in the data folder", cause=cause)


def _name(arrival: Arrival) -> str:
    if not _RECEIPT.fullmatch(arrival.receipt):
        raise ValueError("an arrival that waits needs a receipt of 32 lower-case hexadecimal digits")
    microseconds = (arrival.received_at - _EPOCH) // timedelta(microseconds=1)
    return f"{microseconds:017d}-{arrival.size_bytes}-{arrival.receipt}"


def _encode(waiting: WaitingArrival) -> bytes:
    forward_at = waiting.forward_at.isoformat() if waiting.forward_at else None
    arrival = asdict(waiting.arrival) | {"received_at": waiting.arrival.received_at.isoformat()}
    body = json.dumps({"arrival": arrival, "forward_to": waiting.forward_to, "forward_at": forward_at}).encode()
    return _FORM + blake3(body).hexdigest().encode() + b"\n" + body


def _decode(content: bytes) -> WaitingArrival:
    """Read one file.

    Raises:
        Unreadable: it is torn, or was written by something else.
    """
    head, _, body = content.partition(b"\n")
    if not head.startswith(_FORM):
        raise Unreadable("it does not begin as a spooled arrival does; another version may have written it")
    if head.removeprefix(_FORM) != blake3(body).hexdigest().encode():
        raise Unreadable("its checksum is another: the file system lost a part of it, or somebody altered it")
    try:
        said = json.loads(body)
        forward_at = said["forward_at"]
        return WaitingArrival(
            arrival=_to_arrival(said["arrival"]),
            forward_to=tuple(said["forward_to"]),
            forward_at=datetime.fromisoformat(forward_at) if forward_at else None,
        )
    except (ValueError, KeyError, TypeError):
        raise Unreadable("it holds another set of facts than this version writes") from None


def _to_arrival(said: dict[str, str]) -> Arrival:
    return Arrival(
        blob_id=BlobId(said["blob_id"]),
        source=said["source"],
        received_at=datetime.fromisoformat(said["received_at"]),
        size_bytes=int(said["size_bytes"]),
        transfer_syntax_uid=TransferSyntaxUid(said["transfer_syntax_uid"]),
        called_ae=AeTitle(said["called_ae"]),
        peer_address=said["peer_address"],
        association=said["association"],
        sop_class_uid=SopClassUid(said["sop_class_uid"]),
        sop_instance_uid=SopInstanceUid(said["sop_instance_uid"]),
        refused=said["refused"],
        locator=said["locator"],
        receipt=said["receipt"],
    )
