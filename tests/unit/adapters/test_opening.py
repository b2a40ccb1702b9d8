"""Opening a database: what is created, what is refused, and in which words."""

import re
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from pacs_dedup.adapters.database import Database, open_database
from pacs_dedup.adapters.database.engine import Transactions, connect
from pacs_dedup.adapters.database.tables import metadata
from pacs_dedup.domain.errors import BadConfiguration, OutOfStorage
from tests.contracts.values import arrival
from tests.fakes import FakeClock


def test_the_history_of_the_schema_leads_to_the_tables(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))

    assert database.transactions.read(differences) == []


def test_opening_again_keeps_what_is_there(database_url: str) -> None:
    for _ in range(2):
        database = open_database(database_url, FakeClock())
        database.transactions.write(lambda connection: connection.execute(text(_ONE_STUDY)))
        assert len(database.register.entries()) == 1
        database.close()


def test_an_sqlite_file_and_its_folder_are_for_their_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "new" / "pacs_dedup.db"
    open_database(f"sqlite:///{file}", FakeClock()).journal.backlog()
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.stat().st_mode) for each in file.parent.iterdir()} == {0o600}


@pytest.mark.parametrize(
    ("url", "help_text"),
    [
        ("", "storage.database_url"),
        ("pacs_dedup.db", "storage.database_url"),
        ("sqlite://", "sqlite:////folder/file.db"),
        ("mysql://localhost/x", "postgresql+psycopg://"),
    ],
)
def test_a_url_that_can_not_be_used_is_refused_with_an_example(url: str, help_text: str) -> None:
    with pytest.raises(BadConfiguration, match=re.escape(help_text)):
        open_database(url, FakeClock())


def test_a_refused_url_does_not_repeat_its_password() -> None:
    with pytest.raises(BadConfiguration) as error:
        open_database("mysql://user:secret@localhost/x", FakeClock())
    assert "secret" not in str(error.value)


def test_a_database_of_a_newer_version_is_refused(database_url: str) -> None:
    database = open_database(database_url, FakeClock())
    newer = text("UPDATE alembic_version SET version_num = '9999'")
    database.transactions.write(lambda connection: connection.execute(newer))
    database.close()
    with pytest.raises(BadConfiguration, match="newer version"):
        open_database(database_url, FakeClock())


def test_a_server_that_is_not_there_can_be_tried_again_later() -> None:
    with pytest.raises(OutOfStorage, match="see that it runs") as error:
        open_database("postgresql://user:secret@127.0.0.1:1/x", FakeClock())
    assert error.value.retriable
    assert "secret" not in str(error.value)


@pytest.mark.postgres
def test_a_database_opened_lazily_is_set_up_by_its_first_use_once_it_answers(empty_postgres_url: str) -> None:
    away = open_database("postgresql://user:secret@127.0.0.1:1/x", FakeClock(), lazily=True)
    for _ in range(2):
        with pytest.raises(OutOfStorage, match="see that it runs"):
            away.journal.backlog()
    database = open_database(empty_postgres_url, FakeClock(), lazily=True)
    with ThreadPoolExecutor(4) as pool:
        ids = list(pool.map(database.arrivals.record, map(arrival, range(4))))
    assert len(set(ids)) == 4
    database.close()


@pytest.mark.postgres
def test_an_account_that_may_not_create_tables_is_refused(empty_postgres_url: str) -> None:
    owner = Transactions(connect(empty_postgres_url))
    owner.write(lambda connection: connection.execute(text("DROP ROLE IF EXISTS guest")))
    owner.write(lambda connection: connection.execute(text("CREATE ROLE guest LOGIN")))
    with pytest.raises(BadConfiguration, match="right to create tables"):
        open_database(empty_postgres_url.replace("pacs@", "guest@"), FakeClock())
    owner.engine.dispose()


def test_the_schema_never_goes_back(database: Database) -> None:
    """That would delete what was received, judged and decided."""

    def go_back(connection: Connection) -> None:
        configuration = Config()
        configuration.set_main_option("script_location", "pacs_dedup.adapters.database:migrations")
        configuration.set_main_option("path_separator", "os")
        configuration.attributes["connection"] = connection
        command.downgrade(configuration, "base")

    with pytest.raises(NotImplementedError, match="restore a backup"):
        database.transactions.write(go_back)
    assert database.register.entries() == ()


_ONE_STUDY = """
    INSERT INTO studies (study_key, generation, state, opened_at)
    VALUES ('1.2@EAST', 1, 'settled', '2026-01-01T08:00:00.000000+00:00') ON CONFLICT DO NOTHING
"""
