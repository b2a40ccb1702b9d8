"""How a database is: for a person who asks what is wrong."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from pacs_dedup.adapters.database.engine import Transactions, connect
from pacs_dedup.adapters.database.schema import revisions

_TOUCH = text("UPDATE alembic_version SET version_num = version_num")


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseState:
    """How a database is.

    Attributes:
        product: name and version of the database.
        revision: of its schema; empty where it has none yet.
        known: every revision that this version of pacs_dedup knows, the newest first.
        write_ms: time of one durable write, in milliseconds; None where there is no schema to try it on.
        durable: whether a commit survives a power cut, by the server's settings.
        unicode: whether it takes every character.
        skew_s: clock of the database's machine minus ours, in seconds; 0 for an embedded one.
        free_share: share of the file that is empty pages; None for a server.
        journal: journal mode of SQLite; empty for a server.
    """

    product: str
    revision: str
    known: tuple[str, ...]
    write_ms: float | None
    durable: bool
    unicode: bool
    skew_s: float
    free_share: float | None = None
    journal: str = ""


def inspect_database(url: str) -> DatabaseState:
    """Look at a database and try one write that changes nothing. It is not migrated.

    Raises:
        BadConfiguration: the URL can not be used.
        OutOfStorage: it does not answer.
        StorageDamaged: it can not be read.
    """
    transactions = Transactions(connect(url))
    try:
        revision = transactions.read(_revision)
        write_ms = _timed_write(transactions) if revision else None
        look = _look_at_sqlite if transactions.engine.dialect.name == "sqlite" else _look_at_postgresql
        facts = transactions.read(look)
    finally:
        transactions.engine.dispose()
    return DatabaseState(revision=revision, known=revisions(), write_ms=write_ms, **facts)


def sqlite_file(url: str) -> Path | None:
    """Return the file of an embedded database; None for a server. Nothing is opened or made."""
    return Path(url.partition("///")[2]) if url.startswith("sqlite") else None


def _revision(connection: Connection) -> str:
    has_schema = connection.dialect.has_table(connection, "alembic_version")
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "") if has_schema else ""


def _timed_write(transactions: Transactions) -> float:
    began = time.monotonic()
    transactions.write(lambda connection: connection.execute(_TOUCH))
    return (time.monotonic() - began) * 1000


def _look_at_sqlite(connection: Connection) -> dict[str, Any]:
    def pragma(name: str) -> str:
        return str(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())

    return {
        "product": f"SQLite {connection.exec_driver_sql('SELECT sqlite_version()').scalar_one()}",
        "durable": int(pragma("synchronous")) >= 2,  # noqa: PLR2004 - FULL
        "unicode": pragma("encoding").startswith("UTF"),
        "skew_s": 0.0,
        "free_share": int(pragma("freelist_count")) / max(int(pragma("page_count")), 1),
        "journal": pragma("journal_mode"),
    }


def _look_at_postgresql(connection: Connection) -> dict[str, Any]:
    def setting(name: str) -> str:
        return str(connection.exec_driver_sql(f"SHOW {name}").scalar_one())

    before = datetime.now(UTC)
    theirs: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    ours = before + (datetime.now(UTC) - before) / 2
    return {
        "product": f"PostgreSQL {setting('server_version')}",
        "durable": setting("fsync") == "on" and setting("full_page_writes") == "on",
        "unicode": setting("server_encoding") == "UTF8",
        "skew_s": (theirs - ours).total_seconds(),
    }
