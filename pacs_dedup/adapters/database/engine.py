"""Connections to SQLite and PostgreSQL, and the transactions that the ports' promises rest on."""

import json
import os
import sqlite3
import threading
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    Connection,
    Engine,
    FromClause,
    LargeBinary,
    Table,
    TableValuedAlias,
    Text,
    bindparam,
    column,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError

from pacs_dedup.domain.errors import BadConfiguration, OutOfStorage, PacsDedupError, StorageDamaged
from pacs_dedup.durable import sync

T = TypeVar("T")

BUSY_TIMEOUT_MS = 30_000
CONNECT_TIMEOUT_S = 10
_UNTIL_A_VANISHED_SERVER_IS_GIVEN_UP = {
    "keepalives_idle": 10,  # seconds; else a call to a host without power waits for hours
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "tcp_user_timeout": 30_000,  # milliseconds that sent bytes may stay unacknowledged
}

_IMMEDIATE = "pacs_dedup_immediate"
_RETRIED_SQLSTATES = frozenset({"40001", "40P01"})  # serialization failure, deadlock: PostgreSQL undid one side
_ATTEMPTS = 5
_DAMAGED_CODES = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_PRIMARY_CODE = 0xFF  # SQLite tells more of a code in the bits above
_DAMAGED_SQLSTATES = frozenset({"XX001", "XX002"})  # data corrupted, index corrupted


class Preparation:
    """Work that must have been done once before a database is used: bringing its schema up to date."""

    def __init__(self, *steps: Callable[[Connection], object]) -> None:
        """Name the steps; each is a transaction of its own."""
        self._steps = steps
        self._lock = threading.Lock()
        self._done = False

    def ensure(self, run: Callable[[Callable[[Connection], object]], object]) -> None:
        """Do the steps with ``run``, unless they are done. What fails is tried again by the next caller."""
        if self._done:
            return
        with self._lock:
            for step in () if self._done else self._steps:
                run(step)
            self._done = True


@dataclass(frozen=True, slots=True)
class Transactions:
    """Runs work inside transactions; what `write` returns from is durable.

    Attributes:
        preparation: done before the first work, so that a database may be away when it is opened.
    """

    engine: Engine
    preparation: Preparation = field(default_factory=Preparation)

    def prepare(self) -> None:
        """Do now what must be done before the first work.

        Raises:
            BadConfiguration: the schema can not be set up, or a newer version wrote it.
            OutOfStorage: the database does not answer, or has no room.
        """
        self.preparation.ensure(self._write)

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` on one state of the database, however many statements it takes."""
        self.prepare()
        reader = self.engine
        if reader.dialect.name == "postgresql":
            reader = reader.execution_options(isolation_level="REPEATABLE READ")
        return _in_words(lambda: _run(reader, work))

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in one transaction, again where PostgreSQL undid it for the sake of another.

        Raises:
            OutOfStorage: the database could not take the change; nothing of it was kept.
            StorageDamaged: the database can not be read.
            PacsDedupError: it does not understand the change, or a constraint forbids it; nothing of it was kept.
        """
        self.prepare()
        return self._write(work)

    def _write(self, work: Callable[[Connection], T]) -> T:
        writer = self.engine.execution_options(**{_IMMEDIATE: True})
        return _in_words(lambda: _repeated(lambda: _run(writer, work)))


def connect(url: str) -> Engine:
    """Return an engine with durable commits for a URL of SQLAlchemy's form.

    SQLite: WAL with ``synchronous=FULL``, so that a commit survives a power cut; writers take the lock when they begin,
    so that none fails half-way. PostgreSQL: ``synchronous_commit`` on, whatever the server's default is.

    Raises:
        BadConfiguration: the URL is malformed or names another database.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise BadConfiguration(_URL_HELP) from None
    match parsed.get_backend_name():
        case "sqlite" if parsed.database:
            return _connect_sqlite(parsed, Path(parsed.database))
        case "postgresql":
            return _connect_postgresql(parsed.set(drivername="postgresql+psycopg"))
        case _:
            raise BadConfiguration(_URL_HELP)


_URL_HELP = (
    "storage.database_url is none that can be used; write sqlite:////folder/file.db or "
    "postgresql+psycopg://user@host:5432/name"
)


def insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return the dialect's INSERT; both understand ON CONFLICT in the same words."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def as_table(connection: Connection, items: Collection[str]) -> TableValuedAlias:
    """Make one parameter, however many items it lists, a table with the column ``value``."""
    if connection.dialect.name == "sqlite":
        return func.json_each(json.dumps(list(items))).table_valued("value", name="listed")
    array = bindparam("listed", list(items), postgresql.ARRAY(Text))
    return func.unnest(array).table_valued(column("value", Text)).render_derived(name="listed")


def as_binary_table(connection: Connection, items: Collection[bytes]) -> FromClause:
    """Make one parameter, however many byte strings of one length it lists, a table with the column ``value``.

    SQLite has no lists of bytes: they come in one piece, which is cut.
    """
    if connection.dialect.name != "sqlite":
        array = bindparam("listed", list(items), postgresql.ARRAY(LargeBinary))
        return func.unnest(array).table_valued(column("value", LargeBinary)).render_derived(name="listed")
    width = len(next(iter(items), b""))
    starts = json.dumps([1 + width * number for number in range(len(items))])
    each = func.json_each(starts).table_valued("value", name="starts")
    piece = func.substr(bindparam("listed", b"".join(items), LargeBinary), each.c.value, width, type_=LargeBinary)
    return select(piece.label("value")).select_from(each).subquery("listed")


def _connect_sqlite(url: URL, file: Path) -> Engine:
    _create_private(file)
    engine = create_engine(url, hide_parameters=True, max_overflow=-1)

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself; `begin` below does
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get(_IMMEDIATE)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


def _create_private(file: Path) -> None:
    """Create the file for its owner only, for it holds patient data, and make its name durable."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    sync(file.parent)


def _connect_postgresql(url: URL) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        max_overflow=-1,
        pool_pre_ping=True,
        connect_args={"connect_timeout": CONNECT_TIMEOUT_S} | _UNTIL_A_VANISHED_SERVER_IS_GIVEN_UP,
    )

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        connection.autocommit = True
        connection.execute("SET synchronous_commit = on")
        connection.autocommit = False

    return engine


def _run(engine: Engine, work: Callable[[Connection], T]) -> T:
    with engine.begin() as connection:
        return work(connection)


def _repeated(run: Callable[[], T]) -> T:
    for _ in range(_ATTEMPTS - 1):
        try:
            return run()
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in _RETRIED_SQLSTATES:
                raise
    return run()


def _in_words(run: Callable[[], T]) -> T:
    try:
        return run()
    except DBAPIError as error:
        if _is_damage(error):
            raise StorageDamaged(
                f"the database is damaged, or is no database ({_identify(error)}); delete nothing: restore it from a "
                "backup, or set the data folder aside, which still holds what was received, and scan or send the "
                "studies anew into another one"
            ) from None
        if _is_a_defect(error):
            raise PacsDedupError(
                f"the database refused a statement ({_identify(error)}); this is a defect of pacs_dedup: report it"
            ) from None  # the cause may quote the row, which holds patient data
        # The driver's own words name files, hosts and locks, never rows.
        raise OutOfStorage(
            f"the database did not answer: {str(error.orig).strip().splitlines()[0]}; "
            "see that it runs, that its disk has room and that nothing else locks it"
        ) from error


def _is_damage(error: DBAPIError) -> bool:
    """Tell whether the database itself can not be understood, whatever it is asked."""
    code = getattr(error.orig, "sqlite_errorcode", 0) & _PRIMARY_CODE
    return code in _DAMAGED_CODES or getattr(error.orig, "sqlstate", None) in _DAMAGED_SQLSTATES


def _is_a_defect(error: DBAPIError) -> bool:
    """Tell whether it is the statement that is wrong, and not the disk, the server, the network or a lock."""
    not_understood = getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR
    return not_understood or not isinstance(error, OperationalError | InterfaceError)


def _identify(error: DBAPIError) -> str:
    """Name the kind of an error and where it happened, without any value."""
    names = [getattr(error.orig, name, None) for name in ("sqlstate", "sqlite_errorname")]
    diagnosis = getattr(error.orig, "diag", None)
    names += [getattr(diagnosis, name, None) for name in ("table_name", "column_name", "constraint_name")]
    return ", ".join([type(error).__name__, *(name for name in names if name)])
