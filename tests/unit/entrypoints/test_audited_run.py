"""A run of the service is in its audit log, and so is a change of its configuration."""

import os
import pwd
import stat
from pathlib import Path

import pytest

from pacs_dedup.config import Settings
from pacs_dedup.domain.errors import BadConfiguration
from pacs_dedup.entrypoints.audited_run import audited_run
from pacs_dedup.wiring import open_services
from pacs_dedup.wiring.audit import KEY_FILE, seal_key, this_account
from pacs_dedup.wiring.secret_file import secret_in


def run(data: Path, **sections: object) -> list[str]:
    """Let the service run once; return the kinds of all that is in its log then."""
    settings = Settings(storage={"path": data, "low_water_mb": 0}, **sections)
    with open_services(settings) as services:
        with audited_run(services):
            pass
        return [entry.record["kind"] for entry in services.audit_log.entries()]


def test_a_run_begins_and_ends(tmp_path: Path) -> None:
    assert run(tmp_path) == ["application-started", "application-stopped"]


def test_a_changed_configuration_is_told_and_the_same_one_is_not(tmp_path: Path) -> None:
    assert run(tmp_path).count("configuration-changed") == 0
    assert run(tmp_path).count("configuration-changed") == 0
    assert run(tmp_path, mode={"action": "flag"}).count("configuration-changed") == 1
    assert run(tmp_path, mode={"action": "flag"}).count("configuration-changed") == 1


def test_what_is_noted_of_the_configuration_betrays_none_of_it(tmp_path: Path) -> None:
    run(tmp_path, dicom={"ae_title": "SECRETPACS"})
    note = tmp_path / "audit.configuration"
    assert len(note.read_text()) == 64
    assert stat.S_IMODE(note.stat().st_mode) == 0o600


def test_a_note_that_can_not_be_read_stops_no_service(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "audit.configuration").mkdir()
    assert run(tmp_path) == ["application-started", "application-stopped"]
    assert "could not be compared" in caplog.text


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(storage={"path": tmp_path})
    assert seal_key(settings) == seal_key(settings)
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    assert len(seal_key(settings).secret) == 32


def test_a_secret_without_a_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadConfiguration, match="can not be written"):
        secret_in(tmp_path / "file" / "key")


def test_an_account_is_the_one_of_the_process_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER", "somebody-else")
    monkeypatch.setenv("LOGNAME", "somebody-else")
    account = this_account()
    assert (account.name, account.program) == (pwd.getpwuid(os.getuid()).pw_name, False)


def test_an_account_without_a_name_is_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000)
    assert this_account().name == "uid 4000000"
