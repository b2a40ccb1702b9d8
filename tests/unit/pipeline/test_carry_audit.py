"""Events reach the log once, and the receiver at least once, in order."""

from collections.abc import Collection, Sequence
from datetime import timedelta

import pytest

from pacs_dedup.domain.audit_chain import verify
from pacs_dedup.domain.errors import OutOfStorage, PeerUnavailable
from pacs_dedup.pipeline.carry_audit import Anchoring, carry_all, carry_once, deliver_once
from pacs_dedup.ports.audit_trail import WaitingEvent
from tests.contracts.test_audit_inbox import DECISION, REFUSAL, TRANSFER
from tests.fakes import FakeClock, MemoryAuditInbox
from tests.fakes.audit_log import MemoryAuditLog
from tests.fakes.audit_receiver import MemoryAuditReceiver

HOUR = timedelta(hours=1)


class AwayLog(MemoryAuditLog):
    """A log whose database is away for a while."""

    away = True

    def append(self, events: Sequence[WaitingEvent]) -> None:
        if self.away:
            raise OutOfStorage("the database did not answer")
        super().append(events)


class ForgetfulInbox(MemoryAuditInbox):
    """An inbox whose process dies between the log's yes and its own forgetting."""

    dies = True

    def forget(self, event_ids: Collection[str]) -> None:
        if self.dies:
            self.dies = False
            raise OutOfStorage("the process was killed")
        super().forget(event_ids)


def test_what_waits_is_carried_into_the_log_in_order(fake_clock: FakeClock) -> None:
    inbox, log = MemoryAuditInbox(), MemoryAuditLog(fake_clock)
    for event in (TRANSFER, DECISION, REFUSAL):
        inbox.record(event)
    assert carry_once(inbox, log)
    assert [entry.record["kind"] for entry in log.entries()] == [TRANSFER.kind, DECISION.kind, REFUSAL.kind]
    assert not carry_once(inbox, log)


def test_events_wait_while_the_database_is_away(fake_clock: FakeClock) -> None:
    inbox, log = MemoryAuditInbox(), AwayLog(fake_clock)
    inbox.record(TRANSFER)
    with pytest.raises(OutOfStorage):
        carry_once(inbox, log)
    inbox.record(DECISION)
    log.away = False
    assert carry_once(inbox, log)
    assert verify(log.entries()).head.sequence == 2


def test_a_crash_between_log_and_inbox_doubles_nothing(fake_clock: FakeClock) -> None:
    inbox, log = ForgetfulInbox(), MemoryAuditLog(fake_clock)
    inbox.record(TRANSFER)
    with pytest.raises(OutOfStorage):
        carry_once(inbox, log)
    assert carry_once(inbox, log)
    assert len(log.entries()) == 1
    assert not carry_once(inbox, log)


def test_a_receiver_that_was_away_gets_everything_in_order_afterwards(fake_clock: FakeClock) -> None:
    inbox, log, receiver = MemoryAuditInbox(), MemoryAuditLog(fake_clock), MemoryAuditReceiver()
    assert not deliver_once(log, receiver)
    receiver.away = True
    for event in [TRANSFER, DECISION] * 250:
        inbox.record(event)
    carry_all(inbox, log)
    for _ in range(2):
        with pytest.raises(PeerUnavailable):
            deliver_once(log, receiver)
    receiver.away = False
    while deliver_once(log, receiver):
        pass
    assert [entry.sequence for entry in receiver.received] == list(range(1, 501))


def test_the_head_is_noted_after_so_many_entries_and_so_much_time(
    fake_clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    inbox, log, receiver = MemoryAuditInbox(), MemoryAuditLog(fake_clock), MemoryAuditReceiver()
    anchoring = Anchoring(log, receiver, fake_clock, entries=3, every=HOUR)

    def grow(by: int) -> int:
        for _ in range(by):
            inbox.record(TRANSFER)
        carry_once(inbox, log)
        assert not anchoring.once()
        return len(receiver.anchors)

    with caplog.at_level("INFO", "pacs_dedup"):
        assert grow(0) == 0, "an empty log has no head"
        assert grow(1) == 1, "the first look notes what is there"
        assert grow(2) == 1
        assert grow(1) == 2, "three more entries"
        fake_clock.advance(HOUR)
        assert grow(0) == 2, "nothing new"
        assert grow(1) == 3, "an hour is over"
    assert receiver.anchors[-1] == log.head()
    assert log.head().digest in caplog.text


def test_a_head_that_could_not_be_told_is_told_later(fake_clock: FakeClock) -> None:
    inbox, log, receiver = MemoryAuditInbox(), MemoryAuditLog(fake_clock), MemoryAuditReceiver()
    inbox.record(TRANSFER)
    carry_once(inbox, log)
    anchoring = Anchoring(log, receiver, fake_clock, entries=1, every=HOUR)
    receiver.away = True
    with pytest.raises(PeerUnavailable):
        anchoring.once()
    receiver.away = False
    anchoring.once()
    assert receiver.anchors == [log.head()]


def test_without_a_receiver_the_head_goes_to_the_service_log(
    fake_clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    inbox, log = MemoryAuditInbox(), MemoryAuditLog(fake_clock)
    inbox.record(TRANSFER)
    carry_once(inbox, log)
    with caplog.at_level("INFO", "pacs_dedup"):
        Anchoring(log, None, fake_clock, entries=1, every=HOUR).once()
    assert log.head().digest in caplog.text
