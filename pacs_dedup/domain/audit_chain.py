"""The audit log as a chain: each entry names the digest of the one before, so that none can be changed unseen.

The digest is SHA-256 over the entry as JSON in one spelling: names sorted, no spaces, everything beyond ASCII escaped.
A seal is a keyed digest of that digest (HMAC-SHA-256, RFC 2104): whoever can write the database but does not have the
key can compute a new chain, and can not seal it.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pacs_dedup.domain.audit import AuditEvent
from pacs_dedup.domain.audit_json import to_json

_KEY_ID_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain ends.

    Attributes:
        sequence: number of the last entry; 0 before the first.
        digest: its digest, 64 hexadecimal digits.
    """

    sequence: int = 0
    digest: str = "0" * 64


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One entry of the audit log.

    Attributes:
        record: everything that the digest is made of: the event as `to_json` writes it, ``event_id``, ``sequence`` and
            ``previous_hash``.
        digest: as it was stored; `digest_of` says what it should be.
        seal: ``<key id>:<64 hexadecimal digits>``; empty where it was never sealed.
    """

    record: Mapping[str, Any]
    digest: str
    seal: str = ""

    @property
    def sequence(self) -> int:
        """Number of the entry, from 1 on without gaps."""
        return int(self.record["sequence"])

    def to_json(self) -> dict[str, Any]:
        """Return the entry as it is exported: the record, ``hash`` and ``seal``."""
        return {**self.record, "hash": self.digest, "seal": self.seal}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> "AuditEntry":
        """Read back what `to_json` returned."""
        record = {name: value for name, value in said.items() if name not in ("hash", "seal")}
        return cls(record, str(said.get("hash", "")), str(said.get("seal", "")))


@dataclass(frozen=True, slots=True)
class SealKey:
    """The secret of an installation under which entries are sealed.

    Attributes:
        secret: 32 random bytes.
    """

    secret: bytes

    @property
    def key_id(self) -> str:
        """Eight hexadecimal digits that tell one key from another and do not betray it."""
        return hmac.digest(self.secret, b"name of this key", "sha256").hex()[:_KEY_ID_DIGITS]

    def seal(self, digest: str) -> str:
        """Seal the digest of an entry."""
        return f"{self.key_id}:{hmac.digest(self.secret, digest.encode(), 'sha256').hex()}"


@dataclass(frozen=True, slots=True)
class Verification:
    """What became of walking along a chain.

    Attributes:
        head: the last entry that is as it was written.
        broken: what is wrong with the next one; empty where the chain is whole.
        unsealed: how many entries bear no seal of the key that was given; each of them rests on the chain alone.
        anchored: whether the anchor that was asked for was met on the way; True where none was.
    """

    head: Head = Head()
    broken: str = ""
    unsealed: int = 0
    anchored: bool = True


def digest_of(record: Mapping[str, Any]) -> str:
    """Return the digest of an entry's record, 64 hexadecimal digits."""
    return hashlib.sha256(canonical(record).encode("ascii")).hexdigest()


def canonical(value: Mapping[str, Any]) -> str:
    """Write JSON in the one spelling that is digested; pure ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def entry_after(head: Head, event_id: str, event: AuditEvent, key: SealKey | None) -> AuditEntry:
    """Return the entry that follows the head of a chain."""
    place = {"sequence": head.sequence + 1, "event_id": event_id, "previous_hash": head.digest}
    record = to_json(event) | place
    digest = digest_of(record)
    return AuditEntry(record, digest, key.seal(digest) if key else "")


def verify(
    entries: Iterable[AuditEntry], key: SealKey | None = None, anchor: str = "", start: Head | None = None
) -> Verification:
    """Walk along a chain until its end, or to the first entry that is not as it was written.

    Args:
        entries: in the order of the log.
        key: checks the seals too, where it is known.
        anchor: a digest that was noted outside; it must be that of an entry on the way.
        start: what comes before the first entry; the beginning of the log, if it is not given.
    """
    found = Verification(head=start or Head(), anchored=not anchor)
    for entry in entries:
        broken = _what_is_wrong(entry, found.head, key)
        if broken:
            return replace(found, broken=broken)
        found = replace(
            found,
            head=Head(entry.sequence, entry.digest),
            unsealed=found.unsealed + (key is not None and _key_id(entry) != key.key_id),
            anchored=found.anchored or entry.digest == anchor,
        )
    return found


def _what_is_wrong(entry: AuditEntry, before: Head, key: SealKey | None) -> str:
    """Say what is wrong with an entry. Everything in it may be forged: nothing of it is quoted but a whole number."""
    number = before.sequence + 1
    if entry.record.get("sequence") != number:
        return f"entry {number} is missing; {_named(entry)} is in its place"
    if entry.record.get("previous_hash") != before.digest:
        return f"entry {number} does not follow entry {before.sequence}: it names another digest"
    if not _has_its_digest(entry):
        return f"entry {number} was changed: its digest is another"
    if key is not None and _key_id(entry) == key.key_id and not _has_its_seal(entry, key):
        return f"entry {number} bears a false seal"
    return ""


def _named(entry: AuditEntry) -> str:
    sequence = entry.record.get("sequence")
    return f"entry {sequence}" if isinstance(sequence, int | None) else "an entry without a number"


def _has_its_digest(entry: AuditEntry) -> bool:
    try:
        return digest_of(entry.record) == entry.digest
    except RecursionError:  # we write nothing that is nested so deeply
        return False


def _has_its_seal(entry: AuditEntry, key: SealKey) -> bool:
    """Compare seals as bytes: of text, `hmac` compares ASCII alone, and a forged seal may hold any letter."""
    return hmac.compare_digest(entry.seal.encode("utf-8", "surrogatepass"), key.seal(entry.digest).encode("ascii"))


def _key_id(entry: AuditEntry) -> str:
    return entry.seal.partition(":")[0]
