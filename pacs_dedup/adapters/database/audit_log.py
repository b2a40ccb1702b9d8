"""The audit log: one chain, whoever appends, because the database lets one append at a time."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection, func, or_, select, update

from pacs_dedup.adapters.database.audit_rows import rows, to_entry, to_row
from pacs_dedup.adapters.database.audit_tables import audit_deliveries, audit_log
from pacs_dedup.adapters.database.engine import Transactions, insert
from pacs_dedup.domain.audit_chain import AuditEntry, Head, SealKey, entry_after
from pacs_dedup.ports.audit_log import Delivery
from pacs_dedup.ports.audit_trail import WaitingEvent
from pacs_dedup.ports.clock import Clock

_ADVISORY_LOCK = 0x61756469  # "audi": beside the one of the migrations


class DatabaseAuditLog:
    """`pacs_dedup.ports.audit_log.AuditLog` over a database."""

    def __init__(self, transactions: Transactions, clock: Clock, key: SealKey | None = None) -> None:
        """Open the log; entries that are appended are sealed with ``key``, if there is one."""
        self._transactions = transactions
        self._clock = clock
        self._key = key

    def append(self, events: Sequence[WaitingEvent]) -> None:
        """Add events to the end of the chain, in one transaction."""
        if events:
            self._transactions.write(partial(_append, events=events, key=self._key))

    def entries(self, after: int = 0, most: int = 1000) -> tuple[AuditEntry, ...]:
        """Return entries in the order of their numbers."""
        return self._transactions.read(partial(_entries, after=after, most=most))

    def head(self) -> Head:
        """Return where the chain ends."""
        return self._transactions.read(_head)

    def meet(self, receiver: str) -> None:
        """Remember a receiver, and that it needs nothing of what is there."""
        self._transactions.write(partial(_meet, receiver=receiver))

    def claim_delivery(self, receiver: str, most: int, lease: timedelta) -> Delivery | None:
        """Lease what a receiver has not been sent; an expired lease counts as none."""
        now = self._clock.now()
        return self._transactions.write(partial(_claim, receiver=receiver, most=most, now=now, until=now + lease))

    def delivered(self, delivery: Delivery, sequence: int) -> None:
        """Note how far a receiver was sent the log, if the lease is still held."""
        held = audit_deliveries.c.receiver == delivery.receiver, audit_deliveries.c.lease == delivery.lease
        statement = update(audit_deliveries).where(*held).values(sent=sequence, lease=None, lease_until=None)
        self._transactions.write(lambda connection: connection.execute(statement))


def _append(connection: Connection, *, events: Sequence[WaitingEvent], key: SealKey | None) -> None:
    if connection.dialect.name == "postgresql":  # on SQLite the transaction holds the only write lock
        connection.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
    head = _head(connection)
    for waiting in events:
        entry = entry_after(head, waiting.event_id, waiting.event, key)
        statement = insert(connection, audit_log).values(to_row(entry))
        unless_known = statement.on_conflict_do_nothing(index_elements=[audit_log.c.event_id])
        if connection.execute(unless_known.returning(audit_log.c.sequence)).one_or_none() is not None:
            head = Head(entry.sequence, entry.digest)


def _head(connection: Connection) -> Head:
    last = select(audit_log.c.sequence, audit_log.c.hash).order_by(audit_log.c.sequence.desc()).limit(1)
    row = connection.execute(last).one_or_none()
    return Head() if row is None else Head(row.sequence, row.hash)


def _entries(connection: Connection, *, after: int, most: int) -> tuple[AuditEntry, ...]:
    following = rows(connection).where(audit_log.c.sequence > after).order_by(audit_log.c.sequence).limit(most)
    return tuple(to_entry(row) for row in connection.execute(following))


def _meet(connection: Connection, *, receiver: str) -> None:
    first = {"receiver": receiver, "sent": _head(connection).sequence}
    connection.execute(insert(connection, audit_deliveries).values(first).on_conflict_do_nothing())


def _claim(connection: Connection, *, receiver: str, most: int, now: datetime, until: datetime) -> Delivery | None:
    _meet(connection, receiver=receiver)
    free = or_(audit_deliveries.c.lease_until.is_(None), audit_deliveries.c.lease_until <= now)
    lease = secrets.token_hex(16)
    claim = update(audit_deliveries).where(audit_deliveries.c.receiver == receiver, free)
    claimed = claim.values(lease=lease, lease_until=until).returning(audit_deliveries.c.sent)
    row = connection.execute(claimed).one_or_none()
    if row is None:
        return None
    entries = _entries(connection, after=row.sent, most=most)
    if not entries:
        nothing = update(audit_deliveries).where(audit_deliveries.c.receiver == receiver)
        connection.execute(nothing.values(lease=None, lease_until=None))
        return None
    return Delivery(receiver, entries, lease)
