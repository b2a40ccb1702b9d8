"""What every `AuditLog` promises."""

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import count
from multiprocessing.connection import Connection

import pytest
from sqlalchemy import text

from pacs_dedup.adapters.database import Database, open_database
from pacs_dedup.adapters.database.audit_log import DatabaseAuditLog
from pacs_dedup.domain.audit import AuditEvent, AuditKind, Party
from pacs_dedup.domain.audit_chain import Head, SealKey, verify
from pacs_dedup.domain.audit_json import from_json
from pacs_dedup.domain.errors import PacsDedupError
from pacs_dedup.ports.audit_log import AuditLog
from pacs_dedup.ports.audit_trail import WaitingEvent
from tests.contracts.test_audit_inbox import DECISION, REFUSAL, TRANSFER
from tests.contracts.values import MINUTE, MORNING
from tests.fakes import FakeClock
from tests.fakes.audit_log import MemoryAuditLog

KEY = SealKey(b"k" * 32)
_numbers = count(1)


def waiting(*events: AuditEvent) -> list[WaitingEvent]:
    return [WaitingEvent(f"{next(_numbers):032x}", event) for event in events]


def sequences(log: AuditLog, after: int = 0, most: int = 1000) -> list[int]:
    return [entry.sequence for entry in log.entries(after, most)]


class AuditLogContract:
    """Promises of `pacs_dedup.ports.audit_log.AuditLog`; needs the fixture ``log``."""

    def test_an_empty_log_is_a_whole_chain(self, log: AuditLog) -> None:
        assert log.head() == Head()
        assert log.entries() == ()

    def test_what_was_appended_is_a_chain_of_the_same_events(self, log: AuditLog) -> None:
        events = [TRANSFER, DECISION, REFUSAL, replace(TRANSFER, at=MORNING.astimezone() + timedelta(microseconds=7))]
        log.append(waiting(*events[:1]))
        log.append(waiting(*events[1:]))
        entries = log.entries()
        assert [from_json(entry.record) for entry in entries] == events
        assert verify(entries, KEY).head == log.head()
        assert verify(entries, KEY).broken == ""
        assert verify(entries, KEY).unsealed == 0

    def test_appending_again_adds_nothing(self, log: AuditLog) -> None:
        first, second = waiting(TRANSFER), waiting(DECISION)
        log.append(first)
        log.append([*first, *second, *first])
        log.append([])
        assert sequences(log) == [1, 2]
        assert verify(log.entries()).broken == ""

    def test_entries_are_read_in_pieces(self, log: AuditLog) -> None:
        log.append(waiting(*[TRANSFER] * 5))
        assert sequences(log, after=1, most=2) == [2, 3]
        assert sequences(log, after=5) == []

    def test_threads_that_append_at_once_make_one_chain(self, log: AuditLog) -> None:
        batches = [waiting(TRANSFER, DECISION) for _ in range(12)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(log.append, batches))
        assert verify(log.entries(), KEY).head.sequence == 24

    def test_a_new_receiver_begins_with_what_comes_then(self, log: AuditLog) -> None:
        log.append(waiting(TRANSFER))
        assert log.claim_delivery("siem", 10, MINUTE) is None
        log.append(waiting(DECISION))
        delivery = log.claim_delivery("siem", 10, MINUTE)
        assert delivery is not None
        assert delivery.entries == log.entries(after=1)

    def test_a_receiver_that_was_met_is_sent_what_comes_afterwards(self, log: AuditLog) -> None:
        log.append(waiting(TRANSFER))
        log.meet("siem")
        log.append(waiting(DECISION))
        log.meet("siem")
        delivery = log.claim_delivery("siem", 10, MINUTE)
        assert delivery is not None
        assert [entry.sequence for entry in delivery.entries] == [2]

    def test_what_is_being_sent_is_claimed_once(self, log: AuditLog, fake_clock: FakeClock) -> None:
        assert log.claim_delivery("siem", 10, MINUTE) is None
        log.append(waiting(TRANSFER))
        first = log.claim_delivery("siem", 10, MINUTE)
        assert first is not None
        assert log.claim_delivery("siem", 10, MINUTE) is None
        fake_clock.advance(MINUTE)
        second = log.claim_delivery("siem", 10, MINUTE)
        assert second is not None
        log.delivered(first, 1)
        assert log.claim_delivery("siem", 10, MINUTE) is None, "the lost lease changed nothing"
        log.delivered(second, 1)
        log.append(waiting(DECISION))
        third = log.claim_delivery("siem", 10, MINUTE)
        assert third is not None
        assert [entry.sequence for entry in third.entries] == [2]

    def test_what_was_not_sent_is_claimed_again(self, log: AuditLog) -> None:
        assert log.claim_delivery("siem", 10, MINUTE) is None
        assert log.claim_delivery("other", 10, MINUTE) is None
        log.append(waiting(*[TRANSFER] * 5))
        first = log.claim_delivery("siem", 3, MINUTE)
        assert first is not None
        log.delivered(first, 2)
        second = log.claim_delivery("siem", 3, MINUTE)
        assert second is not None
        assert [entry.sequence for entry in second.entries] == [3, 4, 5]
        other = log.claim_delivery("other", 9, MINUTE)
        assert other is not None
        assert len(other.entries) == 5


class TestMemoryAuditLog(AuditLogContract):
    """The stand-in."""

    @pytest.fixture
    def log(self, fake_clock: FakeClock) -> AuditLog:
        return MemoryAuditLog(fake_clock, KEY)


class TestDatabaseAuditLog(AuditLogContract):
    """SQLite and PostgreSQL."""

    @pytest.fixture
    def log(self, database: Database, fake_clock: FakeClock) -> AuditLog:
        return DatabaseAuditLog(database.transactions, fake_clock, KEY)

    @pytest.mark.parametrize("statement", ["UPDATE audit_log SET actor = 'nobody'", "DELETE FROM audit_log"])
    def test_the_database_itself_refuses_to_change_an_entry(
        self, log: AuditLog, database: Database, statement: str
    ) -> None:
        log.append(waiting(TRANSFER))
        with pytest.raises(PacsDedupError):
            database.transactions.write(lambda connection: connection.execute(text(statement)))
        assert verify(log.entries()).head == log.head()

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ("UPDATE audit_log SET actor = 'nobody' WHERE sequence = 2", "entry 2 was changed"),
            ("UPDATE audit_log SET detail = replace(detail, '41', '14') WHERE sequence = 1", "entry 1 was changed"),
            ("UPDATE audit_log SET subject = 'case 18' WHERE sequence = 2", "entry 2 was changed"),
            ("DELETE FROM audit_log WHERE sequence = 2", "entry 2 is missing"),
            ("UPDATE audit_log SET seal = seal || '0' WHERE sequence = 3", "entry 3 bears a false seal"),
        ],
    )
    def test_a_change_behind_the_triggers_is_found_and_named(
        self, log: AuditLog, database: Database, change: str, said: str
    ) -> None:
        log.append(waiting(TRANSFER, DECISION, REFUSAL))
        for statement in (*without_triggers(database), change):
            database.transactions.write(lambda connection, run=statement: connection.execute(text(run)))
        assert verify(log.entries(), KEY).broken.startswith(said)

    def test_processes_that_append_at_once_make_one_chain(self, log: AuditLog, database_url: str) -> None:
        processes = multiprocessing.get_context("spawn")
        pipes = [processes.Pipe() for _ in range(2)]
        started = [
            processes.Process(target=_append_many, args=(database_url, name, pipe))
            for name, (_, pipe) in zip("ab", pipes, strict=True)
        ]
        for process in started:
            process.start()
        for said in ("ready", "one appended"):
            for mine, _ in pipes:
                assert mine.recv() == said
            for mine, _ in pipes:
                mine.send("go")
        for process in started:
            process.join(60)
        entries = log.entries()
        assert verify(entries).broken == ""
        order = [entry.record["actor"]["name"] for entry in entries]
        assert sorted(order) == ["a"] * 30 + ["b"] * 30
        assert order != sorted(order), "they took turns"


def _append_many(url: str, name: str, pipe: Connection) -> None:
    database = open_database(url, FakeClock())
    log = DatabaseAuditLog(database.transactions, FakeClock())
    pipe.send("ready")
    pipe.recv()
    for number in range(30):
        event = AuditEvent(kind=AuditKind.APPLICATION_STARTED, at=MORNING, actor=Party(name))
        log.append([WaitingEvent(f"{name}{number:031x}", event)])
        if number == 0:
            pipe.send("one appended")
            pipe.recv()
    database.close()


def without_triggers(database: Database) -> Sequence[str]:
    if database.transactions.engine.dialect.name == "sqlite":
        return "DROP TRIGGER audit_log_no_update", "DROP TRIGGER audit_log_no_delete"
    return ("ALTER TABLE audit_log DISABLE TRIGGER ALL",)
