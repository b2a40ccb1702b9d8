"""At its bound an inbox counts what a network causes, tells the counts, and keeps what people decide."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from pacs_dedup.domain.audit import Alert, AuditEvent, AuditKind, Outcome, Party
from pacs_dedup.domain.errors import OutOfStorage
from pacs_dedup.pipeline.bounded_inbox import BoundedInbox
from pacs_dedup.ports.audit_trail import InboxUsage
from tests.contracts.test_audit_inbox import DECISION, REFUSAL, TRANSFER
from tests.fakes import FakeClock, MemoryAuditInbox

HERE = Party("PACSDEDUP", "gateway")
OF_THE_NETWORK = {
    AuditKind.SECURITY_ALERT,
    AuditKind.BEGIN_TRANSFERRING,
    AuditKind.INSTANCES_TRANSFERRED,
    AuditKind.COMMITMENT_ASKED,
    AuditKind.COMMITMENT_ANSWERED,
}
OF_PEOPLE_AND_HOLDS = sorted(set(AuditKind) - OF_THE_NETWORK)


@pytest.fixture
def kept() -> MemoryAuditInbox:
    return MemoryAuditInbox()


@pytest.fixture
def inbox(kept: MemoryAuditInbox, fake_clock: FakeClock) -> Iterator[BoundedInbox]:
    with closing(BoundedInbox(kept, fake_clock, HERE, most=10)) as opened:
        yield opened


def alerts(kept: MemoryAuditInbox) -> list[dict[str, str]]:
    """Return what the alerts that recording has stopped say."""
    found = [event for event in kept.recorded if event.alert is Alert.AUDIT_RECORDING_STOPPED]
    assert all((event.actor, event.outcome) == (HERE, Outcome.SERIOUS_FAILURE) for event in found)
    return [dict(event.detail) for event in found]


def count(kept: MemoryAuditInbox, event: AuditEvent) -> int:
    return kept.recorded.count(event)


def total(kept: MemoryAuditInbox, kind: AuditKind) -> int:
    """Return how many events of a kind were counted."""
    return sum(int(said.get(kind, 0)) for said in alerts(kept))


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_beyond_the_bound_transfers_are_counted_and_the_first_is_told_at_once(
    inbox: BoundedInbox, kept: MemoryAuditInbox
) -> None:
    for _ in range(25):
        inbox.record(TRANSFER)
    assert count(kept, TRANSFER) == 10
    assert [said["instances-transferred"] for said in alerts(kept)] == ["1"]
    assert "audit.waiting_events" in alerts(kept)[0]["reason"]
    inbox.close()
    assert [said["instances-transferred"] for said in alerts(kept)] == ["1", "14"]
    assert inbox.usage().counted_only == 15


def test_strangers_do_not_take_the_place_of_peers(inbox: BoundedInbox, kept: MemoryAuditInbox) -> None:
    for _ in range(50):
        inbox.record(REFUSAL)
    assert count(kept, REFUSAL) == 5
    inbox.record(TRANSFER)
    assert count(kept, TRANSFER) == 1
    inbox.close()
    assert total(kept, AuditKind.SECURITY_ALERT) == 45


@pytest.mark.parametrize("kind", OF_PEOPLE_AND_HOLDS)
def test_what_people_do_and_what_is_held_is_kept_however_many_wait(
    inbox: BoundedInbox, kept: MemoryAuditInbox, kind: AuditKind
) -> None:
    for _ in range(30):
        inbox.record(TRANSFER)
    event = replace(DECISION, kind=kind)
    for _ in range(20):
        inbox.record(event)
    assert count(kept, event) == 20


@pytest.mark.parametrize("kind", sorted(OF_THE_NETWORK))
def test_of_everything_that_a_network_causes_the_number_is_known(
    inbox: BoundedInbox, kept: MemoryAuditInbox, kind: AuditKind
) -> None:
    event = replace(TRANSFER, kind=kind)
    for _ in range(30):
        inbox.record(event)
    inbox.close()
    assert count(kept, event) + total(kept, kind) == 30
    assert total(kept, kind) > 0


def test_counts_are_told_every_minute_and_no_longer_than_there_are_any(
    kept: MemoryAuditInbox, fake_clock: FakeClock
) -> None:
    inbox = BoundedInbox(kept, fake_clock, HERE, most=10, told_every=timedelta(seconds=0.05))
    for _ in range(20):
        inbox.record(TRANSFER)
    wait_until(lambda: total(kept, AuditKind.INSTANCES_TRANSFERRED) == 10)
    before = len(alerts(kept))
    time.sleep(0.2)
    assert len(alerts(kept)) == before
    inbox.record(TRANSFER)
    wait_until(lambda: total(kept, AuditKind.INSTANCES_TRANSFERRED) == 11)
    inbox.close()
    assert total(kept, AuditKind.INSTANCES_TRANSFERRED) == 11


def test_when_the_database_has_taken_them_events_are_kept_again(
    inbox: BoundedInbox, kept: MemoryAuditInbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pacs_dedup.pipeline.bounded_inbox._LOOKED_UP_EVERY_S", 0.0)
    for _ in range(15):
        inbox.record(TRANSFER)
    inbox.forget([waiting.event_id for waiting in inbox.waiting(100)])
    inbox.record(TRANSFER)
    assert count(kept, TRANSFER) == 11


def test_threads_lose_no_count(inbox: BoundedInbox, kept: MemoryAuditInbox) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(inbox.record, [TRANSFER] * 400))
    inbox.close()
    assert count(kept, TRANSFER) + total(kept, AuditKind.INSTANCES_TRANSFERRED) == 400


def test_an_inbox_that_can_not_be_looked_up_keeps_what_it_can(fake_clock: FakeClock) -> None:
    class Blind(MemoryAuditInbox):
        def usage(self) -> InboxUsage:
            raise OutOfStorage("the audit folder can not be read")

    kept = Blind()
    inbox = BoundedInbox(kept, fake_clock, HERE, most=10)
    inbox.record(TRANSFER)
    assert count(kept, TRANSFER) == 1


def test_a_machine_without_threads_counts_all_the_same(
    inbox: BoundedInbox, kept: MemoryAuditInbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_left(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", none_left)
    for _ in range(15):
        inbox.record(TRANSFER)
    assert total(kept, AuditKind.INSTANCES_TRANSFERRED) == 5
