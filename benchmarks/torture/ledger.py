"""What was offered to the service and what it said: the senders' book."""

import hashlib
import json
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

SUCCESS = 0x0000
_PREAMBLE_AND_PREFIX = 132
_GROUP_LENGTH_ELEMENT = 12  # (0002,0000) UL with its value (PS3.10 7.1)


@dataclass(frozen=True, slots=True)
class Content:
    """What an acknowledgement is about: an instance's name and its bytes.

    Attributes:
        digest: SHA-256 of the encoded data set, in hexadecimal; computed here and not by the product.
    """

    sop_instance_uid: str
    digest: str


@dataclass(frozen=True, slots=True)
class Offer:
    """One file that a sender is to send until it is acknowledged.

    Attributes:
        kind: why it was made: ``new``, ``again``, ``copy``, ``conflict``, ``large``.
    """

    content: Content
    path: Path
    kind: str


@dataclass(slots=True)
class Account:
    """What happened to one content, over all senders.

    Attributes:
        attempts: requests that may have reached the service, answered or not.
        acknowledged: how many of them were answered with Success.
        refused: how many were answered with anything else.
    """

    attempts: int = 0
    acknowledged: int = 0
    refused: int = 0


@dataclass(slots=True)
class Ledger:
    """The senders' book. Threads may share it."""

    accounts: dict[Content, Account] = field(default_factory=dict)
    statuses: dict[int, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def attempt(self, content: Content) -> None:
        """Count a request that is about to be sent."""
        with self._lock:
            self.accounts.setdefault(content, Account()).attempts += 1

    def answer(self, content: Content, status: int | None) -> bool:
        """Count the answer to a request, None where none came; say whether it was Success."""
        with self._lock:
            account = self.accounts[content]
            if status is not None:
                self.statuses[status] = self.statuses.get(status, 0) + 1
                account.acknowledged += status == SUCCESS
                account.refused += status != SUCCESS
        return status == SUCCESS

    def totals(self) -> Account:
        """Add all accounts up."""
        with self._lock:
            known = list(self.accounts.values())
        return Account(
            sum(each.attempts for each in known),
            sum(each.acknowledged for each in known),
            sum(each.refused for each in known),
        )


@dataclass(slots=True)
class Journal:
    """A file of JSON lines that tells what happened, in order; what the table is made from."""

    path: Path
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self, event: str, **facts: object) -> None:
        """Append one line with the time of day."""
        line = json.dumps({"at": round(time.time(), 3), "event": event, **facts}, default=str)
        with self._lock, self.path.open("a") as file:
            file.write(line + "\n")


def read_lines(paths: Iterable[Path]) -> list[Mapping[str, object]]:
    """Return the lines of ledgers, in order; a line that a kill cut short is left out."""
    found = []
    for path in paths:
        for line in path.read_text().splitlines():
            try:
                found.append(json.loads(line))
            except json.JSONDecodeError:
                continue
    return found


def data_set_of(part10: bytes) -> bytes:
    """Return the data set of a PS3.10 file as encoded: what follows the file meta information.

    Raises:
        ValueError: it is none, for example because it was cut short.
    """
    if part10[128:132] != b"DICM" or part10[132:138] != b"\x02\x00\x00\x00UL":
        raise ValueError("not a file of PS3.10")
    start = _PREAMBLE_AND_PREFIX + _GROUP_LENGTH_ELEMENT
    return part10[start + int.from_bytes(part10[start - 4 : start], "little") :]


def digest_of(data_set: bytes) -> str:
    """Return the digest under which contents are compared."""
    return hashlib.sha256(data_set).hexdigest()
