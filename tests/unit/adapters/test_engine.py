"""Transactions: durable, exclusive for writers, and failing in words that tell what to do."""

import sqlite3
import traceback
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import Connection, text

from pacs_dedup.adapters.database import Database, open_database
from pacs_dedup.adapters.database.engine import Transactions, connect
from pacs_dedup.domain.errors import OutOfStorage, PacsDedupError, StorageDamaged
from pacs_dedup.ports.journal import Step
from tests.contracts.values import MINUTE, arrival
from tests.fakes import FakeClock

PATIENT = "CHAN TAI MAN"


def test_sqlite_commits_survive_a_power_cut(sqlite_url: str) -> None:
    database = open_database(sqlite_url, FakeClock())
    settings = {name: _pragma(database, name) for name in ("journal_mode", "synchronous", "foreign_keys")}
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    database.close()


@pytest.mark.postgres
def test_postgresql_commits_survive_a_power_cut_whatever_the_server_says(postgres_url: str) -> None:
    lazy = Transactions(connect(postgres_url))
    lazy.write(lambda connection: connection.execute(text("ALTER ROLE pacs SET synchronous_commit = off")))
    lazy.engine.dispose()
    shown = lazy.read(lambda connection: connection.execute(text("SHOW synchronous_commit")).scalar_one())
    lazy.write(lambda connection: connection.execute(text("ALTER ROLE pacs RESET synchronous_commit")))
    lazy.engine.dispose()
    assert shown == "on"


def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    def fail_half_way(connection: Connection) -> None:
        connection.execute(text("INSERT INTO keyed_studies (study_key) VALUES ('1.2@EAST')"))
        raise RuntimeError("half-way")

    with pytest.raises(RuntimeError):
        database.transactions.write(fail_half_way)
    stored = text("SELECT count(*) FROM keyed_studies")
    assert database.transactions.read(lambda connection: connection.execute(stored).scalar_one()) == 0


def test_a_reader_sees_one_state_however_many_statements_it_takes(database: Database) -> None:
    stored = text("SELECT count(*) FROM arrivals")

    def count_twice(connection: Connection) -> tuple[int, int]:
        before = connection.execute(stored).scalar_one()
        with ThreadPoolExecutor(1) as pool:
            pool.submit(database.arrivals.record, arrival()).result()
        return before, connection.execute(stored).scalar_one()

    assert database.transactions.read(count_twice) == (0, 0)
    assert database.transactions.read(count_twice) == (1, 1)


def test_a_full_disk_refuses_the_arrival_and_keeps_nothing_of_it(sqlite_url: str) -> None:
    database = open_database(sqlite_url, FakeClock())
    database.transactions.write(_let_grow_no_further)
    with pytest.raises(OutOfStorage, match="has room") as error:
        _record_for_ever(database)
    assert error.value.retriable
    recorded = text("SELECT count(*) FROM arrivals")
    arrivals = database.transactions.read(lambda connection: connection.execute(recorded).scalar_one())
    assert arrivals == database.journal.backlog()[Step.FINGERPRINT]
    database.close()


def test_a_defect_of_ours_is_not_called_a_full_disk(database: Database) -> None:
    with pytest.raises(PacsDedupError, match="defect") as error:
        database.transactions.write(lambda connection: connection.execute(text("SELECT nonsense FROM nowhere")))
    assert not error.value.retriable


def test_a_file_that_is_no_database_is_called_damaged_and_left_as_it_is(sqlite_url: str) -> None:
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    file.write_bytes(nonsense := b"no database at all " * 500)
    with pytest.raises(StorageDamaged, match=r"SQLITE_NOTADB\); delete nothing: restore it") as error:
        open_database(sqlite_url, FakeClock())
    assert (error.value.retriable, error.value.exit_code) == (False, 4)
    assert file.read_bytes() == nonsense


def test_a_database_with_a_damaged_page_is_called_damaged(sqlite_url: str) -> None:
    open_database(sqlite_url, FakeClock()).close()
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))
    with pytest.raises(StorageDamaged, match="scan or send the studies anew"):
        open_database(sqlite_url, FakeClock()).arrivals.record(arrival())


@pytest.mark.postgres
def test_damage_that_postgresql_reports_is_told_as_damage(postgres_url: str) -> None:
    lazy = Transactions(connect(postgres_url))
    raised = text("DO $$ BEGIN RAISE EXCEPTION 'invalid page' USING ERRCODE = 'XX001'; END $$")
    with pytest.raises(StorageDamaged, match="XX001"):
        lazy.write(lambda connection: connection.execute(raised))
    lazy.engine.dispose()


def test_errors_do_not_show_what_was_to_be_stored(database: Database) -> None:
    statement = text("INSERT INTO studies (study_key) VALUES (:key)")
    with pytest.raises(PacsDedupError, match="IntegrityError") as error:
        database.transactions.write(lambda connection: connection.execute(statement, {"key": PATIENT}))
    assert PATIENT not in "".join(traceback.format_exception(error.value))


def test_a_lock_that_is_never_released_is_reported(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pacs_dedup.adapters.database.engine.BUSY_TIMEOUT_MS", 50)
    database = open_database(sqlite_url, FakeClock())
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OutOfStorage, match="nothing else locks it"):
        database.journal.claim(Step.MATCH, MINUTE)
    other.execute("ROLLBACK")
    other.close()
    database.close()


@pytest.mark.postgres
def test_a_deadlock_is_resolved_by_doing_it_again(postgres_url: str) -> None:
    database = open_database(postgres_url, FakeClock())
    ids = [database.arrivals.record(arrival(number)) for number in range(2)]
    barrier = Barrier(2)
    tries = []

    def lock_both(order: list[int]) -> None:
        def lock(connection: Connection) -> None:
            tries.append(order)
            for position, arrival_id in enumerate(order):
                connection.execute(text("SELECT 1 FROM arrivals WHERE id = :id FOR UPDATE"), {"id": arrival_id})
                if position == 0 and len(tries) <= 2:
                    barrier.wait(10)

        database.transactions.write(lock)

    with ThreadPoolExecutor(2) as pool:
        for outcome in [pool.submit(lock_both, order) for order in (ids, ids[::-1])]:
            outcome.result()
    assert len(tries) == 3
    database.close()


@pytest.mark.postgres
def test_what_is_undone_again_and_again_is_given_up(postgres_url: str) -> None:
    database = open_database(postgres_url, FakeClock())
    tries = []

    def fail(connection: Connection) -> None:
        tries.append(1)
        connection.execute(text("DO $$ BEGIN RAISE SQLSTATE '40001' USING MESSAGE = 'could not serialize'; END $$"))

    with pytest.raises(OutOfStorage, match="could not serialize"):
        database.transactions.write(fail)
    assert len(tries) == 5
    database.close()


def _record_for_ever(database: Database) -> None:
    for number in count():
        database.arrivals.record(arrival(number))


def _pragma(database: Database, name: str) -> object:
    return database.transactions.read(lambda connection: connection.execute(text(f"PRAGMA {name}")).scalar_one())


def _let_grow_no_further(connection: Connection) -> None:
    pages = connection.execute(text("PRAGMA page_count")).scalar_one()
    connection.execute(text(f"PRAGMA max_page_count = {pages + 2}"))
