"""A copy of the database in one file, consistent while the service writes, and the way back.

SQLite is copied by ``VACUUM INTO``: one read transaction that keeps no writer waiting, and a file without the remains
of rows that were changed. PostgreSQL is copied by its own ``pg_dump``, over one snapshot.
"""

import os
import secrets
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import URL, make_url

from pacs_dedup.adapters.database.engine import BUSY_TIMEOUT_MS, Transactions, connect
from pacs_dedup.domain.errors import BadConfiguration, OutOfStorage, StorageDamaged
from pacs_dedup.durable import sync

SQLITE_FILE, POSTGRESQL_FILE = "database.sqlite", "database.dump"

_PRIVATE = 0o600
_REVISION = "SELECT version_num FROM alembic_version"
_ARRIVED = "SELECT DISTINCT blob_id FROM arrivals"


def dump(url: str, folder: Path) -> Path:
    """Copy the database into a file of this folder, durably, for its owner only; return the file.

    Raises:
        BadConfiguration: there is no such database, or the program that copies it is not installed or too old.
        OutOfStorage: the database does not answer, or the folder has no room.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _dump_sqlite(Path(str(parsed.database)), folder / SQLITE_FILE)
    return _dump_postgresql(parsed, folder / POSTGRESQL_FILE)


def load(file: Path, url: str) -> None:
    """Fill an empty database from such a file, whole or not at all.

    Raises:
        BadConfiguration: as `require_empty`, or the program that does it is not installed.
        OutOfStorage: the database does not answer, or has no room.
    """
    require_empty(url, file)
    target = file_of(url)
    if target is not None:
        _load_sqlite(file, target)
        return
    address, environment = _client(make_url(url))
    options = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", f"--dbname={address}"]
    _run("pg_restore", [*options, str(file)], environment)


def require_empty(url: str, file: Path) -> None:
    """Check that a copy can be restored into a database: nothing is in it that could be overwritten.

    Raises:
        BadConfiguration: the database is not empty, or of another kind than the copy.
        OutOfStorage: it does not answer.
    """
    if kind_of(url) != kind_of_file(file):
        raise BadConfiguration(
            f"the backup holds a copy of {kind_of_file(file)}, and storage.database_url names {kind_of(url)}; "
            "a copy can only be restored into its own kind"
        )
    target = file_of(url)
    names = target.exists() if target else _asked(url, lambda connection: inspect(connection).get_table_names())
    if names:
        raise BadConfiguration(
            "the database is not empty; a backup is restored into an empty one, so that none is lost"
        )


def file_of(url: str) -> Path | None:
    """Return the file of an embedded database; None for a server."""
    parsed = make_url(url)
    return Path(str(parsed.database)) if parsed.get_backend_name() == "sqlite" else None


def kind_of(url: str) -> str:
    """Name the kind of database behind a URL."""
    return make_url(url).get_backend_name()


def kind_of_file(file: Path) -> str:
    """Name the kind of database that a copy was made of."""
    return "sqlite" if file.name == SQLITE_FILE else "postgresql"


def revision_of(file: Path, url: str) -> str:
    """Return the revision of the schema of a copy that was just made of the database at ``url``."""
    if kind_of_file(file) == "sqlite":
        with _opened_copy(file) as connection:
            return "".join(row[0] for row in connection.execute(_REVISION))
    return str(_asked(url, lambda connection: connection.execute(text(_REVISION)).scalar_one()))


def check_copy(file: Path) -> None:
    """Let the database's own program look at a copy.

    Raises:
        StorageDamaged: it finds it damaged.
        BadConfiguration: the program is not installed.
    """
    if kind_of_file(file) == "sqlite":
        with _opened_copy(file) as connection:
            problems = [row[0] for row in connection.execute("PRAGMA integrity_check(1)")]
        if problems != ["ok"]:
            raise StorageDamaged("the copy of the database is damaged; use another backup")
    else:
        _run("pg_restore", ["--list", str(file)], {})


def arrived_blobs(file: Path) -> Iterator[str]:
    """Yield the digests of all bytes that a copy of SQLite has recorded as arrived; nothing for PostgreSQL's form."""
    if kind_of_file(file) == "sqlite":
        with _opened_copy(file) as connection:
            yield from (row[0] for row in connection.execute(_ARRIVED))


@contextmanager
def _opened_copy(file: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as connection:
            yield connection
    except sqlite3.DatabaseError:
        raise StorageDamaged("the copy of the database can not be read; use another backup") from None


def _dump_sqlite(source: Path, target: Path) -> Path:
    if not source.is_file():
        raise BadConfiguration(f"there is no database {source}; name the data folder with --data or --config")
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, _PRIVATE))
    try:
        with closing(sqlite3.connect(source, timeout=BUSY_TIMEOUT_MS / 1000)) as connection:
            connection.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.OperationalError as error:
        raise OutOfStorage(f"the database could not be copied: {error}; see that there is room for a copy") from None
    except sqlite3.DatabaseError:
        raise StorageDamaged("the database is damaged and can not be copied; an earlier backup may be whole") from None
    sync(target)
    return target


def _load_sqlite(file: Path, target: Path) -> None:
    spare = target.with_name(f"{target.name}.{secrets.token_hex(4)}.restoring")
    os.close(os.open(spare, os.O_CREAT | os.O_EXCL | os.O_RDWR, _PRIVATE))
    shutil.copyfile(file, spare)
    sync(spare)
    spare.rename(target)
    sync(target.parent)


def _dump_postgresql(url: URL, target: Path) -> Path:
    address, environment = _client(url)
    options = ["--format=custom", "--no-owner", "--no-privileges", f"--file={target}", f"--dbname={address}"]
    _run("pg_dump", options, environment)
    sync(target)
    return target


def _client(url: URL) -> tuple[str, dict[str, str]]:
    """Return the URL as PostgreSQL's programs take it, and the password, which must not stand in a command line."""
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    return address, {"PGPASSWORD": str(url.password)} if url.password else {}


def _run(program: str, options: Sequence[str], environment: dict[str, str]) -> None:
    found = shutil.which(program)
    if found is None:
        raise BadConfiguration(
            f"{program} is not installed; it is part of PostgreSQL's client programs (Debian: postgresql-client)"
        )
    done = subprocess.run(  # noqa: S603 - a program of PostgreSQL, with arguments of our own
        [found, "--no-password", *options],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        umask=0o077,
        check=False,
    )
    if done.returncode:
        first = next(iter(done.stderr.strip().splitlines()), f"exit code {done.returncode}")
        raise OutOfStorage(f"{program} failed: {first}; see that the server runs and that {program} is as new as it")


def _asked(url: str, ask: Callable[[Connection], object]) -> object:
    transactions = Transactions(connect(url))
    try:
        return transactions.read(ask)
    finally:
        transactions.engine.dispose()
