"""What every `AuditInbox` promises."""

import fcntl
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from pacs_dedup.adapters.file_audit_inbox import FileAuditInbox
from pacs_dedup.domain.audit import AuditedStudy, AuditEvent, AuditKind, Outcome, Party, refusal
from pacs_dedup.domain.errors import OutOfStorage
from pacs_dedup.ports.audit_trail import AuditInbox
from tests.contracts.values import MINUTE, MORNING
from tests.fakes import MemoryAuditInbox

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

    def test_threads_that_record_at_once_lose_nothing(self, inbox: AuditInbox) -> None:
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(inbox.record, [TRANSFER] * 30))
        assert len({waiting.event_id for waiting in inbox.waiting(100)}) == 30


class TestMemoryAuditInbox(AuditInboxContract):
    """The stand-in."""

    @pytest.fixture
    def inbox(self) -> AuditInbox:
        return MemoryAuditInbox()


class TestFileAuditInbox(AuditInboxContract):
    """A folder."""

    @pytest.fixture
    def inbox(self, tmp_path: Path) -> AuditInbox:
        return FileAuditInbox(tmp_path)

    def test_another_process_finds_what_waits(self, inbox: AuditInbox, tmp_path: Path) -> None:
        inbox.record(TRANSFER)
        assert FileAuditInbox(tmp_path).waiting(10) == inbox.waiting(10)

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
