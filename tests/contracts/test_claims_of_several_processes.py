"""Claims when the claimers are processes of their own, as the workers are, and when they are killed."""

import multiprocessing
import signal
import time
from datetime import timedelta
from multiprocessing.connection import Connection

from pacs_dedup.adapters.database import Database, open_database
from pacs_dedup.adapters.system_clock import SystemClock
from pacs_dedup.ports.journal import NewWork, Step
from tests.contracts.values import MINUTE, MORNING, arrival
from tests.fakes import FakeClock

PROCESSES = multiprocessing.get_context("spawn")
SUBJECTS = 80


def test_two_processes_never_claim_the_same_work(database_url: str) -> None:
    database = open_database(database_url, FakeClock())
    database.journal.queue([NewWork(Step.MATCH, str(number), MORNING) for number in range(SUBJECTS)])
    workers = [_start(_claim_all, database_url) for _ in range(2)]
    for said in ("ready", "one claimed"):
        for _, pipe in workers:
            assert pipe.recv() == said
        for _, pipe in workers:
            pipe.send("go")
    claimed = [pipe.recv() for _, pipe in workers]
    for process, _ in workers:
        process.join(30)
    assert all(claimed), "both had work to do"
    assert sorted(claimed[0] + claimed[1], key=int) == [str(number) for number in range(SUBJECTS)]
    assert database.journal.backlog()[Step.MATCH] == 0
    database.close()


def test_work_of_a_killed_process_is_done_again_when_its_lease_is_over(database_url: str) -> None:
    clock = FakeClock()
    database = open_database(database_url, clock)
    database.arrivals.record(arrival())
    _claim_in_a_process_that_is_killed(database_url)
    assert database.journal.claim(Step.FINGERPRINT, MINUTE) is None
    clock.advance(MINUTE)
    again = database.journal.claim(Step.FINGERPRINT, MINUTE)
    assert again is not None
    assert again.attempts == 2
    database.close()


def test_the_sole_owner_takes_up_a_killed_process_work_at_once(database_url: str) -> None:
    open_database(database_url, FakeClock()).arrivals.record(arrival())
    _claim_in_a_process_that_is_killed(database_url)
    database = open_database(database_url, FakeClock(), sole_owner=True)
    assert database.journal.claim(Step.FINGERPRINT, MINUTE) is not None
    database.close()


def test_opening_beside_others_leaves_their_leases_alone(database_url: str) -> None:
    first = open_database(database_url, FakeClock())
    first.arrivals.record(arrival())
    claimed = first.journal.claim(Step.FINGERPRINT, MINUTE)
    second = open_database(database_url, FakeClock())
    assert second.journal.claim(Step.FINGERPRINT, MINUTE) is None
    assert claimed is not None
    assert first.journal.tick(claimed)
    _close(first, second)


def test_the_sole_owner_leaves_done_work_done(database_url: str) -> None:
    first = open_database(database_url, FakeClock())
    first.arrivals.record(arrival())
    claimed = first.journal.claim(Step.FINGERPRINT, MINUTE)
    assert claimed is not None
    first.journal.tick(claimed)
    first.close()
    second = open_database(database_url, FakeClock(), sole_owner=True)
    assert second.journal.backlog()[Step.FINGERPRINT] == 0
    second.close()


def test_two_processes_may_open_a_new_database_at_once(sqlite_url: str, empty_postgres_url: str) -> None:
    for url in (sqlite_url, empty_postgres_url):
        openers = [_start(_open, url) for _ in range(3)]
        assert [pipe.recv() for _, pipe in openers] == [0, 0, 0]
        for process, _ in openers:
            process.join(30)


def _start(target: object, url: str) -> tuple[multiprocessing.process.BaseProcess, Connection]:
    ours, theirs = PROCESSES.Pipe()
    process = PROCESSES.Process(target=target, args=(url, theirs), daemon=True)
    process.start()
    return process, ours


def _claim_in_a_process_that_is_killed(url: str) -> None:
    process, pipe = _start(_claim_and_hang, url)
    assert pipe.recv() == "claimed"
    process.kill()
    process.join(30)
    assert process.exitcode == -signal.SIGKILL


def _claim_all(url: str, pipe: Connection) -> None:
    database = open_database(url, SystemClock())
    pipe.send("ready")
    pipe.recv()
    claimed: list[str] = []
    while work := database.journal.claim(Step.MATCH, timedelta(minutes=5)):
        claimed.append(work.subject)
        database.journal.tick(work)
        if len(claimed) == 1:  # SQLite lets a process that waits for the lock starve: none goes on before each has one
            pipe.send("one claimed")
            pipe.recv()
    pipe.send(claimed)


def _claim_and_hang(url: str, pipe: Connection) -> None:
    database = open_database(url, FakeClock())
    database.journal.claim(Step.FINGERPRINT, MINUTE)
    pipe.send("claimed")
    time.sleep(600)


def _open(url: str, pipe: Connection) -> None:
    database = open_database(url, SystemClock())
    pipe.send(sum(database.journal.backlog().values()))
    database.close()


def _close(*databases: Database) -> None:
    for database in databases:
        database.close()
