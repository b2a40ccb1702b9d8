"""Fixtures that every kind of test may use: clock, databases, the folder of real images."""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings

from pacs_dedup.adapters.database import Database, open_database
from tests.fakes import FakeClock
from tests.postgres_server import execute, postgres_server

TEMPLATE = "migrated"
_numbers = count(1)

settings.register_profile("unhurried", deadline=None)  # a busy machine is slow, not wrong
settings.load_profile("unhurried")

BOTH_DATABASES = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


@pytest.fixture
def fake_clock() -> FakeClock:
    """A clock that stands at eight in the morning of New Year 2026 until it is advanced."""
    return FakeClock()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of an SQLite file that is not there yet."""
    return f"sqlite:///{tmp_path / 'pacs_dedup.db'}"


@pytest.fixture(scope="session")
def postgres_address() -> Iterator[str]:
    """A running PostgreSQL with a migrated database to copy from; skips where PostgreSQL 15 is not installed."""
    with postgres_server() as address:
        execute(address, f"CREATE DATABASE {TEMPLATE}")
        open_database(f"{address}/{TEMPLATE}", FakeClock()).close()
        yield address


@pytest.fixture
def empty_postgres_url(postgres_address: str) -> Iterator[str]:
    """The URL of a PostgreSQL database without any table."""
    yield from _fresh_database(postgres_address, "template0")


@pytest.fixture
def postgres_url(postgres_address: str) -> Iterator[str]:
    """The URL of a PostgreSQL database with the newest schema and no rows."""
    yield from _fresh_database(postgres_address, TEMPLATE)


@pytest.fixture(params=BOTH_DATABASES)
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an SQLite file, then of a PostgreSQL database."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def database(database_url: str, fake_clock: FakeClock) -> Iterator[Database]:
    """An open database on SQLite, then on PostgreSQL, whose time is the fake clock's."""
    opened = open_database(database_url, fake_clock)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real images; skips where there is none."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "corpus"
    folder = Path(os.environ.get("PACS_DEDUP_CORPUS", beside))
    if not (folder / "MANIFEST.csv").is_file():
        pytest.skip(f"no folder of real images at {folder}; name one in PACS_DEDUP_CORPUS")
    return folder


def _fresh_database(address: str, template: str) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    execute(address, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield f"{address}/{name}"
    execute(address, f"DROP DATABASE {name} WITH (FORCE)")
