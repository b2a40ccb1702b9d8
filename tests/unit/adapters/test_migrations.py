"""A database of the first version is carried over: everything that was known is known."""

from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from blake3 import blake3
from sqlalchemy import Connection, inspect, text

from pacs_dedup.adapters.database import Database, open_database
from pacs_dedup.adapters.database.codec import FINGERPRINT
from pacs_dedup.adapters.database.engine import Transactions, connect
from pacs_dedup.domain.fingerprint import DIGEST_VERSION
from pacs_dedup.domain.identifiers import BlockingKey
from tests.builders import make_slices
from tests.contracts.values import keys, study
from tests.fakes import FakeClock

SLICES = make_slices(5)
PUT_FINGERPRINT = text("INSERT INTO fingerprints (blob_id, digest_version, body) VALUES (:blob, :version, :body)")
PUT_STUDY = text("INSERT INTO keyed_studies (id, study_key) VALUES (:id, :key)")
PUT_KEY = text("INSERT INTO blocking_keys (key_hash, keyed_study_id, patient_hash) VALUES (:key, :study, :patient)")


def long_hash(said: str) -> str:
    """A key's or a patient's name in the first version: 32 hexadecimal digits."""
    return blake3(said.encode()).hexdigest(length=16)


def upgrade(connection: Connection, revision: str) -> None:
    configuration = Config()
    configuration.set_main_option("script_location", "pacs_dedup.adapters.database:migrations")
    configuration.set_main_option("path_separator", "os")
    configuration.attributes["connection"] = connection
    command.upgrade(configuration, revision)


def fill(connection: Connection) -> None:
    for instance in SLICES:
        row = {"blob": instance.blob_id, "version": DIGEST_VERSION, "body": FINGERPRINT.dump(instance)}
        connection.execute(PUT_FINGERPRINT, row)
    for number, patient in ((1, "anna"), (2, "ben")):
        connection.execute(PUT_STUDY, {"id": number, "key": str(study(number))})
        for key in ("spd:1", "spd:2"):
            row = {"key": long_hash(key), "study": number, "patient": long_hash(patient)}
            connection.execute(PUT_KEY, row)
    early = {"key": long_hash("spd:3"), "study": 2, "patient": long_hash("anna")}
    connection.execute(PUT_KEY, early)


@pytest.fixture(params=["sqlite_url", pytest.param("empty_postgres_url", marks=pytest.mark.postgres)])
def carried_over(request: pytest.FixtureRequest) -> Any:
    """A database that the first version filled, opened by this one."""
    database_url = str(request.getfixturevalue(request.param))
    first = Transactions(connect(database_url))
    first.write(lambda connection: upgrade(connection, "0001"))
    first.write(fill)
    first.engine.dispose()
    database = open_database(database_url, FakeClock())
    yield database
    database.close()


def test_every_fingerprint_is_there(carried_over: Database) -> None:
    assert carried_over.index.get([i.blob_id for i in SLICES]) == SLICES


def test_a_fingerprint_can_be_put_again(carried_over: Database) -> None:
    carried_over.index.put(SLICES[0])
    assert carried_over.index.get([i.blob_id for i in SLICES]) == SLICES


def test_every_key_finds_its_studies(carried_over: Database) -> None:
    found = carried_over.index.candidates(keys(1, 2, 3))
    assert found == {study(2): keys(1, 2, 3), study(1): keys(1, 2)}


def test_patients_are_counted_by_the_one_that_most_keys_name(carried_over: Database) -> None:
    assert carried_over.index.patients_sharing(keys(1, 3)) == {BlockingKey("spd:1"): 2, BlockingKey("spd:3"): 1}
    carried_over.index.put_keys(study(2), "anna", keys(1))
    assert carried_over.index.patients_sharing(keys(1)) == {BlockingKey("spd:1"): 1}


def test_nothing_is_left_of_the_old_tables(carried_over: Database) -> None:
    names = carried_over.transactions.read(lambda connection: inspect(connection).get_table_names())
    assert not [name for name in names if name.endswith("_0001")]
