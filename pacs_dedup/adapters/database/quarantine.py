"""Holds: one row for each generation that was ever held."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, Update, select, update

from pacs_dedup.adapters.database.engine import Transactions, insert
from pacs_dedup.adapters.database.tables import HELD, holds
from pacs_dedup.domain.identifiers import StudyKey
from pacs_dedup.ports.quarantine import Hold


class DatabaseQuarantine:
    """`pacs_dedup.ports.quarantine.Quarantine` over a database."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def hold(self, hold: Hold) -> None:
        """Hold a generation back; its first hold is the only one it ever gets."""
        row = {
            "study_key": str(hold.key),
            "generation": hold.generation,
            "reason": hold.reason,
            "held_at": hold.held_at,
            "until": hold.until,
            "released_at": hold.released_at,
            "release_cause": hold.release_cause,
        }
        self._transactions.write(
            lambda connection: connection.execute(insert(connection, holds).values(row).on_conflict_do_nothing())
        )

    def release(self, key: StudyKey, generation: int, at: datetime, cause: str) -> bool:
        """End a hold. Of two who release at once, one gets True."""
        return self._change(_held(key, generation).values(released_at=at, release_cause=cause))

    def keep(self, key: StudyKey, generation: int, until: datetime | None) -> None:
        """Change until when a hold lasts; does nothing where it is not held."""
        self._change(_held(key, generation).values(until=until))

    def due(self, now: datetime) -> tuple[Hold, ...]:
        """Return holds whose time is over, the longest overdue first."""
        statement = select(holds).where(HELD, holds.c.until <= now)
        ordered = statement.order_by(holds.c.until, holds.c.study_key, holds.c.generation)
        rows = self._transactions.read(lambda connection: connection.execute(ordered).all())
        return tuple(_to_hold(row) for row in rows)

    def holds(self, *, released: bool = False) -> tuple[Hold, ...]:
        """Return what is held now, oldest first; with ``released`` also what was."""
        statement = select(holds).order_by(holds.c.held_at, holds.c.study_key, holds.c.generation)
        if not released:
            statement = statement.where(HELD)
        rows = self._transactions.read(lambda connection: connection.execute(statement).all())
        return tuple(_to_hold(row) for row in rows)

    def _change(self, statement: Update) -> bool:
        changed = statement.returning(holds.c.generation)
        return self._transactions.write(lambda connection: connection.execute(changed).one_or_none()) is not None


def _held(key: StudyKey, generation: int) -> Update:
    return update(holds).where(HELD, holds.c.study_key == str(key), holds.c.generation == generation)


def _to_hold(row: Row[Any]) -> Hold:
    return Hold(
        key=StudyKey.parse(row.study_key),
        generation=row.generation,
        reason=row.reason,
        held_at=row.held_at,
        until=row.until,
        released_at=row.released_at,
        release_cause=row.release_cause,
    )
