"""A real database is stopped, frozen, locked or not there yet: receiving goes on, and nothing is lost or doubled."""

import sqlite3
import stat
import time
from contextlib import closing

import pytest
from sqlalchemy import text

from pacs_dedup.adapters.database import open_database
from pacs_dedup.adapters.system_clock import SystemClock
from pacs_dedup.dicom.store_status import StoreStatus
from tests.integration.support import ct_instance, dcmtk, needs_dcmtk, written
from tests.integration.test_service_process import associate, wait_until
from tests.stoppable_postgres import stoppable_postgres

pytestmark = pytest.mark.postgres

AWAY = "the database is away, arrivals wait in the spool"
ARCHIVE = {"name": "archive", "address": "ARCHIVE@127.0.0.1:1", "roles": ["destination"]}
JUDGE_WITHIN_S = 900


@pytest.fixture(scope="module")
def server():
    with stoppable_postgres() as started:
        yield started


@pytest.fixture
def postgres(server):
    """The server with an empty database."""
    server.stop()
    server.start()
    with closing(open_database(server.url, SystemClock(), lazily=True)) as database:
        drop = text("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        database.transactions._write(lambda connection: connection.execute(drop))
    return server


@pytest.fixture
def serving(running_service, tmp_path):
    """Return a function that starts the service on a database."""

    def start(url="", *, role="scp", **sections):
        data = tmp_path / "service"
        storage = {"path": str(data), "low_water_mb": 0, "database_url": url}
        sections = {"limits": {"record_within_s": 1}, **sections}
        return running_service(data=data, role=role, storage=storage, **sections)

    return start


@pytest.fixture
def sender(tmp_path):
    """Return a function that sends new instances in one association and returns statuses and the slowest answer."""
    numbers = iter(range(1000))

    def send(service, count=1):
        association, answers, slowest_s = associate(service.port), [], 0.0
        for number, _ in zip(numbers, range(count), strict=False):
            path = written(tmp_path, ct_instance(seed=number), f"{number}.dcm")
            began = time.monotonic()
            answers.append(association.send_c_store(path))
            slowest_s = max(slowest_s, time.monotonic() - began)
        association.release()
        return answers, slowest_s

    return send


def statuses(sent):
    return [answer.Status for answer in sent[0]]


def spooled(service):
    return [path for path in (service.data / "spool").iterdir() if path.is_file()]


def recorded(url):
    with closing(open_database(url, SystemClock())) as database:
        asked = text("SELECT id FROM arrivals ORDER BY id")  # a receipt that was known leaves a gap
        numbers = database.transactions.read(lambda connection: connection.execute(asked).scalars().all())
        return [database.arrivals.get(number) for number in numbers]


def all_held_once(service, url, count):
    found = recorded(url)
    assert len(found) == len({arrival.sop_instance_uid for arrival in found}) == count
    assert {arrival.blob_id for arrival in found} == {file.name for file in service.files}
    return True


def test_a_server_that_is_stopped_and_started_again_loses_and_doubles_nothing(serving, postgres, sender):
    service = serving(postgres.url, mode={"action": "quarantine", "judge_within_s": JUDGE_WITHIN_S}, peers=[ARCHIVE])
    assert statuses(sender(service)) == [0]
    postgres.stop()
    assert statuses(sender(service, 3)) == [0, 0, 0]
    assert {stat.S_IMODE(file.stat().st_mode) for file in spooled(service)} == {0o600}
    assert len(spooled(service)) == 3
    assert AWAY in service.log.read_text()
    postgres.start()
    wait_until(lambda: not spooled(service))
    assert all_held_once(service, postgres.url, 4)
    assert due_after_arrival_s(postgres.url) == [JUDGE_WITHIN_S] * 4
    assert statuses(sender(service)) == [0]
    assert not spooled(service)
    assert service.stop() == 0


def due_after_arrival_s(url):
    """Return how long after each arrival its forwarding is due, in whole seconds."""
    asked = text(
        "SELECT extract(epoch FROM work.due_at - arrivals.received_at)::int FROM arrivals "
        "JOIN work ON work.step = 'forward' AND work.subject = arrivals.id || '>archive'"
    )
    with closing(open_database(url, SystemClock())) as database:
        return list(database.transactions.read(lambda connection: connection.execute(asked).scalars().all()))


def test_a_server_that_is_frozen_keeps_no_sender_waiting(serving, postgres, sender):
    service = serving(postgres.url)
    assert statuses(sender(service)) == [0]
    postgres.freeze()
    sent = sender(service, 4)
    assert statuses(sent) == [0] * 4
    assert sent[1] < 10, "one of them waited for the limit, the others not at all"
    assert len(spooled(service)) == 4
    postgres.thaw()
    wait_until(lambda: not spooled(service))
    assert all_held_once(service, postgres.url, 5)
    assert service.stop() == 0


def test_a_service_whose_server_is_frozen_ends_when_it_is_told(serving, postgres, sender):
    service = serving(postgres.url)
    assert statuses(sender(service)) == [0]
    postgres.freeze()
    assert statuses(sender(service)) == [0]
    assert service.stop() == 0
    postgres.thaw()
    again = serving(postgres.url)
    wait_until(lambda: not spooled(again))
    assert all_held_once(again, postgres.url, 2)


@pytest.mark.slow
def test_a_service_started_before_its_server_takes_instances_and_works_them_off_later(serving, postgres, sender):
    postgres.stop()
    service = serving(postgres.url, role="all", completion={"quiet_s": 0.2})
    assert "the database is away at the start" in service.log.read_text()
    assert statuses(sender(service, 2)) == [0, 0]
    postgres.start()
    wait_until(lambda: not spooled(service))
    assert all_held_once(service, postgres.url, 2)
    with closing(open_database(postgres.url, SystemClock())) as database:
        wait_until(lambda: len(database.register.entries()) == 2, 90)
    assert service.stop() == 0


def test_what_was_spooled_survives_a_killed_service(serving, postgres, sender):
    service = serving(postgres.url)
    postgres.stop()
    assert statuses(sender(service, 3)) == [0, 0, 0]
    service.process.kill()
    service.process.wait()
    postgres.start()
    again = serving(postgres.url)
    wait_until(lambda: not spooled(again))
    assert all_held_once(again, postgres.url, 3)


@needs_dcmtk
def test_a_full_spool_is_said_to_the_sender(serving, postgres, sender, tmp_path):
    service = serving(postgres.url, limits={"spool_arrivals": 2})
    postgres.stop()
    assert statuses(sender(service, 2)) == [0, 0]
    ((answer,), _) = sender(service)
    assert (answer.Status, answer.ErrorComment) == (0xA700, StoreStatus.SPOOL_FULL.comment)
    _, said = dcmtk("storescu", service.port, written(tmp_path, ct_instance(seed=7)))
    assert "OutOfResources" in said
    assert len(spooled(service)) == 2


def test_an_sqlite_file_that_is_locked_for_long_keeps_no_sender_waiting(serving, sender):
    service = serving()
    assert statuses(sender(service)) == [0]
    with closing(sqlite3.connect(service.data / "pacs_dedup.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        sent = sender(service, 3)
        assert statuses(sent) == [0] * 3
        assert sent[1] < 10
        assert len(spooled(service)) == 3
        other.execute("ROLLBACK")
    wait_until(lambda: not spooled(service))
    assert all_held_once(service, f"sqlite:///{service.data}/pacs_dedup.db", 4)
    assert service.stop() == 0
