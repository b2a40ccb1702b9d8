"""Bringing a database to the newest schema."""

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import ProgrammingError

from pacs_dedup.domain.errors import BadConfiguration

_ADVISORY_LOCK = 0x70616373  # "pacs": any number will do, if nothing else of the database uses it


def configuration() -> Config:
    """Return where Alembic finds the schema's history."""
    found = Config()
    found.set_main_option("script_location", "pacs_dedup.adapters.database:migrations")
    found.set_main_option("path_separator", "os")
    return found


def revisions() -> tuple[str, ...]:
    """Return every revision of the schema that this version knows, the newest first."""
    return tuple(script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions())


def migrate(connection: Connection) -> None:
    """Run what is missing of the schema's history; one process at a time, inside the connection's transaction.

    On SQLite the transaction itself is the lock.

    Raises:
        BadConfiguration: a newer version wrote the database, or the account may not create tables.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
    history = configuration()
    history.attributes["connection"] = connection
    try:
        command.upgrade(history, "head")
    except CommandError:
        raise BadConfiguration(
            "the database was written by a newer version of pacs_dedup; run that version, or name another database"
        ) from None
    except ProgrammingError as error:  # what PostgreSQL calls a missing permission
        raise BadConfiguration(
            f"storage.database_url: the schema could not be set up: {str(error.orig).splitlines()[0]}; "
            "give the account the right to create tables, or name an empty database"
        ) from error
