"""Every line of the doctor says what was found and, where that is no good, what to do."""

import json
import os
import resource
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from pacs_dedup.adapters.clock_probe import is_synchronised, skew_to
from pacs_dedup.adapters.database import open_database
from pacs_dedup.adapters.database.engine import Transactions, connect
from pacs_dedup.adapters.file_audit_inbox import FileAuditInbox
from pacs_dedup.config import Settings
from pacs_dedup.dicom import try_texts as texts
from pacs_dedup.domain.health import Finding, Health
from pacs_dedup.entrypoints.doctor import examination, machine, storage, surroundings
from tests.contracts.test_audit_inbox import REFUSAL
from tests.fakes import FakeClock
from tests.integration.support import LOOPBACK, free_port
from tests.unit.cli.conftest import Cli

ANSWERED_WITHIN = timedelta(seconds=10)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a database."""
    folder = tmp_path / "data"
    open_database(f"sqlite:///{folder / 'pacs_dedup.db'}", FakeClock()).close()
    return folder


def settings(folder: Path, **sections: object) -> Settings:
    return Settings(storage={"path": folder, "low_water_mb": 0, **sections.pop("storage", {})}, **sections)


def found(findings: Iterator[Finding], component: str) -> Finding:
    (finding,) = [each for each in findings if each.component == component]
    return finding


def test_a_whole_site_is_examined_and_nothing_is_left_behind(cli: Cli, data: Path) -> None:
    before = sorted(data.rglob("*"))
    answer = cli("doctor", "--data", data, "--json")
    told = {finding["component"]: finding for finding in json.loads(answer.out)["findings"]}
    assert answer.code == 0, told
    assert not [name for name, finding in told.items() if finding["health"] == "failed"]
    for component in ("disk", "durable writes", "hard links", "folder modes", "database", "schema", "database write"):
        assert told[component]["health"] in {"ok", "warning"}
    for component in ("decoders", "character sets", "open files", "schema", "hard links"):
        assert told[component]["health"] == "ok", told[component]
    assert all(finding["remedy"] for finding in told.values() if finding["health"] != "ok")
    assert sorted(data.rglob("*")) == before


def test_a_person_gets_a_table_and_a_sum(cli: Cli, data: Path) -> None:
    answer = cli("doctor", "--data", data)
    assert "what to do" in answer.out
    assert "to look at" in answer.err or "All is well" in answer.err


def test_nothing_is_made_where_nothing_is(cli: Cli, tmp_path: Path) -> None:
    answer = cli("doctor", "--data", tmp_path / "nowhere", "--json", "--exit-code")
    assert answer.code == 1
    assert not (tmp_path / "nowhere").exists()


def test_a_destination_that_does_not_answer_is_a_failure_with_its_remedy(
    cli: Cli, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    peers = [{"name": "archive", "address": f"ARCHIVE@{LOOPBACK}:{free_port()}", "roles": ["destination"]}]
    monkeypatch.setenv("PACS_DEDUP_PEERS", json.dumps(peers))
    answer = cli("doctor", "--data", data, "--json")
    (finding,) = [f for f in json.loads(answer.out)["findings"] if f["component"] == "peer archive"]
    assert (answer.code, finding["health"]) == (4, "failed")
    assert "check its address" in finding["remedy"]


def test_a_full_disk_is_a_failure_and_a_nearly_full_one_a_warning(data: Path) -> None:
    free_mb = os.statvfs(data).f_bavail * os.statvfs(data).f_frsize >> 20
    for low_water_mb, health in ((1 << 40, Health.FAILED), (int(free_mb * 0.8), Health.WARNING), (0, Health.OK)):
        low = settings(data, storage={"low_water_mb": low_water_mb})
        assert found(storage.disk(low), "disk").health is health


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_disk_that_takes_nothing_is_a_failure(data: Path) -> None:
    data.chmod(0o500)
    try:
        answers = list(examination.examine(settings(data)))
    finally:
        data.chmod(0o700)
    assert found(iter(answers), "disk").health is Health.FAILED


def test_modes_that_let_others_in_are_told(data: Path) -> None:
    assert found(storage.modes(settings(data)), "folder modes").health is Health.OK
    (data / "pacs_dedup.db").chmod(0o644)
    assert found(storage.modes(settings(data)), "folder modes").health is Health.WARNING
    data.chmod(0o755)
    finding = found(storage.modes(settings(data)), "folder modes")
    assert (finding.health, "chmod 700" in finding.remedy) == (Health.FAILED, True)


@pytest.mark.parametrize(("days", "health"), [(0, Health.OK), (3, Health.WARNING)])
def test_an_old_backup_is_a_warning(data: Path, days: float, health: Health) -> None:
    (data / "last-backup").touch()
    then = time.time() - days * 86400
    os.utime(data / "last-backup", (then, then))
    assert found(storage.backup(settings(data)), "backup").health is health


@pytest.mark.parametrize(("revision", "health"), [("0001", Health.WARNING), ("9999", Health.FAILED)])
def test_an_older_schema_is_a_warning_and_a_newer_one_a_failure(data: Path, revision: str, health: Health) -> None:
    transactions = Transactions(connect(f"sqlite:///{data / 'pacs_dedup.db'}"))
    change = text("UPDATE alembic_version SET version_num = :revision")
    transactions.write(lambda connection: connection.execute(change, {"revision": revision}))
    transactions.engine.dispose()
    assert found(storage.database(settings(data)), "schema").health is health


def test_a_database_that_is_damaged_is_a_failure(data: Path) -> None:
    (data / "pacs_dedup.db").write_bytes(b"no database at all" * 1000)
    answers = list(examination.examine(settings(data)))
    finding = found(iter(answers), "database")
    assert (finding.health, "backup" in finding.remedy) == (Health.FAILED, True)


@pytest.mark.postgres
def test_a_server_without_fsync_is_a_failure_and_its_clock_is_compared(tmp_path: Path, postgres_url: str) -> None:
    answers = list(storage.database(settings(tmp_path, storage={"database_url": postgres_url})))
    assert found(iter(answers), "database").description.startswith("PostgreSQL 15")
    assert found(iter(answers), "database durability").health is Health.FAILED, "the tests' own server runs without it"
    assert not [each for each in answers if each.component in {"database clock", "database characters"}]


def test_a_check_that_hangs_is_a_failure_in_time(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = threading.Event()
    monkeypatch.setattr(examination, "_questions", lambda _: [("disk", lambda: [free.wait(60)])])
    (finding,) = examination.examine(settings(data), timedelta(seconds=0.1))
    free.set()
    assert (finding.component, finding.health) == ("disk", Health.FAILED)


def test_few_open_files_are_a_failure(data: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        assert found(machine.limits(settings(data)), "open files").health is Health.FAILED
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_limits_beyond_the_memory_are_a_warning(data: Path) -> None:
    greedy = settings(data, workers={"decode_memory_mb": 1 << 30})
    assert found(machine.limits(greedy), "memory").health is Health.WARNING


def test_a_character_set_that_is_misread_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(texts._NAMES, "ISO_IR 192", (("ISO_IR 192",), "陳".encode(), "another"))
    answers = list(machine.character_sets())
    assert found(iter(answers), "character set ISO_IR 192").health is Health.FAILED
    assert "GB18030" in found(iter(answers), "character sets").description


def test_without_fontconfig_or_chinese_fonts_the_remedy_is_a_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "fonts-noto-cjk" in found(machine.fonts(), "fonts").remedy
    program = tmp_path / "fc-list"
    program.write_text("#!/bin/sh\nexit 0\n")
    program.chmod(0o700)
    assert found(machine.fonts(), "fonts").health is Health.WARNING
    program.write_text("#!/bin/sh\necho 'Noto Sans CJK HK,Noto Sans CJK HK Bold'\n")
    assert "Noto Sans CJK HK" in found(machine.fonts(), "fonts").description


@contextmanager
def ntp_server(ahead_s: float, answer_bytes: int = 48) -> Iterator[int]:
    """Answer NTP requests with a clock that is so many seconds ahead."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((LOOPBACK, 0))
        thread = threading.Thread(target=_answer_ntp, args=(server, ahead_s, answer_bytes), daemon=True)
        thread.start()
        yield server.getsockname()[1]


def _answer_ntp(server: socket.socket, ahead_s: float, answer_bytes: int) -> None:
    with suppress(OSError):
        _, peer = server.recvfrom(48)
        moment = time.time() + ahead_s + 2_208_988_800
        stamp = struct.pack("!II", int(moment), int(moment % 1 * (1 << 32)))
        server.sendto((b"\x24" + 31 * b"\0" + stamp + stamp)[:answer_bytes], peer)


@pytest.mark.parametrize("ahead_s", [0.0, 42.5])
def test_the_clock_of_an_ntp_server_is_compared(ahead_s: float) -> None:
    with ntp_server(ahead_s) as port:
        assert skew_to(LOOPBACK, ANSWERED_WITHIN, port) == pytest.approx(ahead_s, abs=0.5)


def test_an_ntp_server_that_says_nothing_or_nonsense_is_an_error() -> None:
    with ntp_server(0, answer_bytes=10) as port, pytest.raises(OSError, match="short"):
        skew_to(LOOPBACK, ANSWERED_WITHIN, port)


@pytest.mark.parametrize(
    ("skew", "health"), [(0.2, Health.OK), (-3.0, Health.FAILED), (OSError("no answer"), Health.WARNING)]
)
def test_a_clock_that_is_off_is_a_failure(
    data: Path, monkeypatch: pytest.MonkeyPatch, skew: float | OSError, health: Health
) -> None:
    def skew_to_server(*_: object) -> float:
        if isinstance(skew, OSError):
            raise skew
        return skew

    monkeypatch.setattr(surroundings, "skew_to", skew_to_server)
    asked = settings(data, operations={"ntp_server": "ntp.example"})
    assert found(surroundings.clock(asked), "clock skew").health is health


@pytest.mark.parametrize(("kept", "health"), [(True, Health.OK), (False, Health.WARNING), (None, Health.WARNING)])
def test_the_kernel_is_asked_whether_its_clock_is_kept(
    data: Path, monkeypatch: pytest.MonkeyPatch, kept: bool | None, health: Health
) -> None:
    monkeypatch.setattr(surroundings, "is_synchronised", lambda: kept)
    assert found(surroundings.clock(settings(data)), "clock").health is health


def test_what_the_kernel_says_is_what_its_own_tool_says() -> None:
    done = subprocess.run(["timedatectl", "show", "-p", "NTPSynchronized"], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("timedatectl has no systemd to ask here")
    assert is_synchronised() is done.stdout.strip().endswith("yes")


def test_audit_events_that_wait_are_counted_and_those_that_wait_for_long_are_a_warning(data: Path) -> None:
    assert found(storage.audit(settings(data)), "audit").description == "0 events wait for the database"
    assert list(storage.audit(settings(data / "nowhere"))) == []
    inbox = FileAuditInbox(data)
    inbox.record(REFUSAL)
    assert found(storage.audit(settings(data)), "audit").health is Health.OK
    (data / "audit" / f"{1:020d}-000000-{1:032x}.json").write_text("{}")
    late = found(storage.audit(settings(data)), "audit")
    assert (late.health, bool(late.remedy)) == (Health.WARNING, True)
    assert len(inbox.waiting(10)) == 1, "and the other is set aside"
    assert "1 files could not be read" in found(storage.audit(settings(data)), "audit").description
