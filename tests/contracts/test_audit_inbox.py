"""What every `AuditInbox` promises."""

import fcntl
import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pacs_dedup.adapters.file_audit_inbox import FileAuditInbox, usage_of
from pacs_dedup.domain.audit import AuditedStudy, AuditEvent, AuditKind, Outcome, Party, refusal
from pacs_dedup.domain.audit_json import to_json
from pacs_dedup.domain.errors import OutOfStorage
from pacs_dedup.pipeline.bounded_inbox import BoundedInbox
from pacs_dedup.pipeline.carry_audit import carry_all
from pacs_dedup.ports.audit_trail import AuditInbox, InboxUsage
from tests.contracts.values import MINUTE, MORNING
from tests.fakes import FakeClock, MemoryAuditInbox
from tests.fakes.audit_log import MemoryAuditLog

TRANSFER = AuditEvent(
    kind=AuditKind.INSTANCES_TRANSFERRED,
    at=MORNING,
    actor=Party("QEHPACS", "10.1.2.3"),
    peer=Party("PACSDEDUP", "gateway.example"),
    studies=(AuditedStudy("1.2.826.1", "A123456(3)", (("1.2.840.10008.5.1.4.1.1.2", 40),)), AuditedStudy("1.2.826.2")),
    detail=(("instances", "41"),),
)
DECISION = AuditEvent(
    kind=AuditKind.DECISION_TAKEN,
    at=MORNING + MINUTE,
    actor=Party("陳醫生\udc80", "", program=False),
    outcome=Outcome.SERIOUS_FAILURE,
    subject="case 17",
)
REFUSAL = refusal(MORNING, "STRANGER", "10.9.9.9", called_ae="PACSDEDUP", reason="calling AE title not recognised")


class AuditInboxContract:
    """Promises of `pacs_dedup.ports.audit_trail.AuditInbox`; needs the fixture ``inbox``."""

    def test_nothing_waits_at_first(self, inbox: AuditInbox) -> None:
        assert inbox.waiting(10) == ()

    @pytest.mark.parametrize("event", [TRANSFER, DECISION, REFUSAL], ids=lambda event: event.kind)
    def test_an_event_is_read_back_as_it_was_recorded(self, inbox: AuditInbox, event: AuditEvent) -> None:
        inbox.record(event)
        assert [waiting.event for waiting in inbox.waiting(10)] == [event]

    def test_events_wait_in_the_order_in_which_they_were_recorded(self, inbox: AuditInbox) -> None:
        events = [replace(TRANSFER, at=MORNING - number * MINUTE) for number in range(20)]
        for event in events:
            inbox.record(event)
        assert [waiting.event for waiting in inbox.waiting(20)] == events
        assert [waiting.event for waiting in inbox.waiting(3)] == events[:3]

    def test_equal_events_are_two_events(self, inbox: AuditInbox) -> None:
        inbox.record(TRANSFER)
        inbox.record(TRANSFER)
        first, second = inbox.waiting(10)
        assert first.event_id != second.event_id

    def test_what_is_forgotten_waits_no_more(self, inbox: AuditInbox) -> None:
        inbox.record(TRANSFER)
        inbox.record(DECISION)
        first, second = inbox.waiting(10)
        inbox.forget([first.event_id])
        inbox.forget([first.event_id, "0" * 32])
        assert inbox.waiting(10) == (second,)

    def test_it_tells_how_many_wait_and_since_when(self, inbox: AuditInbox) -> None:
        assert inbox.usage() == InboxUsage()
        inbox.record(TRANSFER)
        first = inbox.usage()
        inbox.record(DECISION)
        assert (first.events, inbox.usage().events) == (1, 2)
        assert first.oldest_at is not None
        assert inbox.usage().oldest_at == first.oldest_at
        inbox.forget([waiting.event_id for waiting in inbox.waiting(10)])
        assert inbox.usage() == InboxUsage()

    def test_a_backlog_is_carried_on_in_pieces_and_in_order(self, inbox: AuditInbox) -> None:
        events = [replace(TRANSFER, subject=str(number)) for number in range(25)]
        for event in events[:20]:
            inbox.record(event)
        carried: list[AuditEvent] = []
        while piece := inbox.waiting(7):
            assert inbox.waiting(7) == piece, "what is not forgotten is the oldest again"
            carried += [waiting.event for waiting in piece]
            inbox.forget([waiting.event_id for waiting in piece])
            if len(carried) == 7:
                for event in events[20:]:
                    inbox.record(event)
        assert carried == events

    def test_threads_that_record_at_once_lose_nothing(self, inbox: AuditInbox) -> None:
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(inbox.record, [TRANSFER] * 30))
        assert len({waiting.event_id for waiting in inbox.waiting(100)}) == 30


class TestMemoryAuditInbox(AuditInboxContract):
    """The stand-in."""

    @pytest.fixture
    def inbox(self) -> AuditInbox:
        return MemoryAuditInbox()


class TestBoundedInbox(AuditInboxContract):
    """What bounds an inbox, below its bound."""

    @pytest.fixture
    def inbox(self, fake_clock: FakeClock) -> AuditInbox:
        return BoundedInbox(MemoryAuditInbox(), fake_clock, Party("PACSDEDUP"), most=1000)


class TestFileAuditInbox(AuditInboxContract):
    """A folder."""

    @pytest.fixture
    def inbox(self, tmp_path: Path) -> AuditInbox:
        return FileAuditInbox(tmp_path)

    def test_another_process_finds_what_waits(self, inbox: AuditInbox, tmp_path: Path) -> None:
        inbox.record(TRANSFER)
        assert FileAuditInbox(tmp_path).waiting(10) == inbox.waiting(10)

    def test_two_processes_that_carry_on_at_once_stand_in_nobodys_way(self, inbox: AuditInbox, tmp_path: Path) -> None:
        for _ in range(6):
            inbox.record(TRANSFER)
        other = FileAuditInbox(tmp_path)
        mine, theirs = inbox.waiting(4), other.waiting(6)
        other.forget([waiting.event_id for waiting in theirs])
        assert inbox.waiting(4) == ()
        inbox.forget([waiting.event_id for waiting in mine])
        inbox.record(DECISION)
        assert [waiting.event for waiting in other.waiting(4)] == [DECISION]

    def test_a_long_backlog_is_carried_on_with_two_looks_at_the_folder(
        self, inbox: AuditInbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fake_clock: FakeClock
    ) -> None:
        written = json.dumps(to_json(REFUSAL))
        for number in range(3000):
            (tmp_path / "audit" / f"{number:020d}-000000-{number:032x}.json").write_text(written)
        looks: list[str] = []
        for name in ("listdir", "scandir"):
            look = getattr(os, name)
            monkeypatch.setattr(os, name, lambda *args, look=look, name=name: (looks.append(name), look(*args))[1])
        carry_all(inbox, MemoryAuditLog(fake_clock))
        assert len(looks) == 2
        monkeypatch.undo()
        assert inbox.usage() == InboxUsage()

    def test_it_tells_since_when_by_the_names_alone_and_of_what_was_set_aside(
        self, inbox: AuditInbox, tmp_path: Path
    ) -> None:
        before = datetime.now(UTC)
        inbox.record(TRANSFER)
        oldest_at = inbox.usage().oldest_at
        assert oldest_at is not None
        assert before - timedelta(milliseconds=1) <= oldest_at <= datetime.now(UTC)
        (tmp_path / "audit" / "0-torn.unreadable").touch()
        (tmp_path / "audit" / "!somebody's.json").touch()
        assert inbox.usage() == InboxUsage(2, None, 1)
        assert usage_of(tmp_path) == inbox.usage()
        assert usage_of(tmp_path / "nowhere") == InboxUsage()

    def test_only_the_owner_can_read_and_no_name_tells_of_anybody(self, inbox: AuditInbox, tmp_path: Path) -> None:
        inbox.record(TRANSFER)
        (file,) = (tmp_path / "audit").iterdir()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        assert not any(word in file.name for word in ("QEH", "A123456", "1.2.826"))

    @pytest.mark.parametrize("damaged", [b"", b"{}", b"[]", b'{"kind": "unheard-of"}', b"\xff", b'{"kind": 1'])
    def test_bytes_that_are_no_event_are_set_aside_and_do_not_block_the_others(
        self, inbox: AuditInbox, tmp_path: Path, damaged: bytes
    ) -> None:
        (tmp_path / "audit" / "00000000000000000000-000000-aa.json").write_bytes(damaged)
        inbox.record(TRANSFER)
        assert [waiting.event for waiting in inbox.waiting(1)] == [TRANSFER]
        (kept,) = (tmp_path / "audit").glob("*.unreadable")
        assert kept.read_bytes() == damaged

    def test_an_event_that_another_process_carries_on_meanwhile_is_passed_over(
        self, inbox: AuditInbox, tmp_path: Path
    ) -> None:
        inbox.record(TRANSFER)
        gone = tmp_path / "audit" / "00000000000000000000-000000-aa.json"
        gone.symlink_to(tmp_path / "carried-on")
        assert [waiting.event for waiting in inbox.waiting(10)] == [TRANSFER]

    def test_what_a_crash_left_half_written_goes_and_what_is_being_written_stays(self, tmp_path: Path) -> None:
        folder = tmp_path / "audit"
        folder.mkdir()
        left, held = folder / ".new-left", folder / ".new-held"
        left.write_bytes(b'{"kind":')
        with held.open("wb") as writer:
            fcntl.flock(writer, fcntl.LOCK_EX)
            assert FileAuditInbox(tmp_path).waiting(10) == ()
            assert list(folder.iterdir()) == [held]

    def test_a_disk_that_takes_nothing_is_said_and_never_raised(
        self, inbox: AuditInbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        (tmp_path / "audit").rmdir()
        inbox.record(TRANSFER)
        assert "an audit event could not be kept" in caplog.text
        assert "A123456" not in caplog.text
        with pytest.raises(OutOfStorage, match="audit folder"):
            inbox.waiting(1)

    def test_a_folder_that_can_not_be_made_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(OutOfStorage, match="audit folder"):
            FileAuditInbox(tmp_path / "file")
