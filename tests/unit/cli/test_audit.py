"""What people did is in the audit log, and what is in the log can be proven."""

import json
import os
import pwd
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.conftest import Cli, Scanned, call
from tests.unit.cli.test_cases import number

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "audit.md"


def entries(cli: Cli, data: Path) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads(cli("audit", "list", "--data", data, "--json").out)
    return [entry for entry in listed if entry["kind"] != "audit-log-used"]


def change(data: Path, statement: str) -> None:
    with sqlite3.connect(data / "pacs_dedup.db") as database:
        database.execute("DROP TRIGGER IF EXISTS audit_log_no_update")
        database.execute("DROP TRIGGER IF EXISTS audit_log_no_delete")
        assert database.execute(statement).rowcount > 0


@pytest.fixture(scope="module")
def used_once(scanned: Scanned, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose log has four entries: a case was shown, decided, and the decision taken back; a report."""
    data = shutil.copytree(scanned.data, tmp_path_factory.mktemp("used") / "data", symlinks=True)
    case = number(call, data, "exact_copy")
    assert call("cases", "show", case, "--data", data).code == 0
    assert call("cases", "decide", case, "keep-both", "--by", "dr.wong", "--data", data).code == 0
    assert call("cases", "undo", case, "--by", "dr.wong", "--data", data).code == 0
    assert call("report", "--out", data / "report.csv", "--data", data).code == 0
    return data


@pytest.fixture
def used(used_once: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    return shutil.copytree(used_once, tmp_path / "used", symlinks=True)


def test_who_looked_and_who_decided_is_recorded_under_the_account_of_the_machine(cli: Cli, used: Path) -> None:
    account = pwd.getpwuid(os.getuid()).pw_name
    recorded = entries(cli, used)

    assert [entry["kind"] for entry in recorded] == [
        "instances-accessed",
        "decision-taken",
        "decision-undone",
        "instances-accessed",
    ]
    assert {entry["actor"]["name"] for entry in recorded} == {account}
    assert [entry["subject"] for entry in recorded[1:]] == [recorded[0]["subject"], recorded[0]["subject"], "report"]
    assert recorded[1]["detail"] == {"by": "dr.wong", "relation": "exact_copy", "verb": "keep-both"}
    assert all(study["study_instance_uid"] and study["patient_id"] for study in recorded[1]["studies"])
    assert len(recorded[1]["studies"]) == 2


def test_a_comparison_of_known_studies_is_recorded(cli: Cli, used: Path) -> None:
    known = entries(cli, used)[0]["studies"][0]["study_instance_uid"]
    sources = json.loads(cli("cases", "list", "--data", used, "--json").out)
    key = next(
        f"{known}@{case[side]['source']}"
        for case in sources
        for side in ("incoming", "prior")
        if case[side]["study_instance_uid"] == known
    )
    cli("compare", key, key, "--data", used)
    assert [entry["subject"] for entry in entries(cli, used)][-2:] == ["compare", "compare"]


def test_reading_the_log_is_an_entry_of_it(cli: Cli, used: Path) -> None:
    cli("audit", "list", "--data", used)
    newest = json.loads(cli("audit", "list", "--last", "1", "--data", used, "--json").out)
    assert [(entry["kind"], entry["subject"]) for entry in newest] == [("audit-log-used", "audit list")]


def test_entries_of_one_kind_are_listed_alone(cli: Cli, used: Path) -> None:
    printed = cli("audit", "list", "--kind", "decision-taken", "--data", used).out
    assert "case" in printed
    (entry,) = json.loads(cli("audit", "list", "--kind", "decision-taken", "--data", used, "--json").out)
    assert entry["kind"] == "decision-taken"


def test_a_log_that_nobody_changed_is_whole(cli: Cli, used: Path) -> None:
    answer = cli("audit", "verify", "--data", used)
    assert answer.code == 0
    assert "Entries 1 to 4 are as they were written" in answer.err
    assert json.loads(cli("audit", "verify", "--data", used, "--json").out)["entries"] == 4


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE audit_log SET actor = 'nobody' WHERE sequence = 2", "entry 2 was changed"),
        ("DELETE FROM audit_log WHERE sequence = 3", "entry 3 is missing"),
        ("UPDATE audit_log SET detail = replace(detail, 'keep-both', 'same') WHERE sequence = 2", "entry 2 was chan"),
        ("UPDATE audit_log SET seal = ''", "4 entries bear no seal"),
        ("UPDATE audit_log SET seal = substr(seal, 1, 9) || 'gefälscht' WHERE sequence = 3", "entry 3 bears a false"),
        ("UPDATE audit_log SET detail = '[]' WHERE sequence = 1", "entry 1 was changed"),
        ("UPDATE audit_log SET at = 'never' WHERE sequence = 4", "entry 4 was changed"),
    ],
)
def test_a_changed_log_is_told_with_exit_code_3(cli: Cli, used: Path, statement: str, said: str) -> None:
    change(used, statement)
    answer = cli("audit", "verify", "--data", used)
    assert answer.code == 3
    assert said in answer.err
    assert cli("audit", "list", "--data", used).code == 0, "what was tampered with is listed all the same"


def test_an_end_that_was_cut_off_is_seen_by_the_head_that_was_noted(cli: Cli, used: Path) -> None:
    noted = json.loads(cli("audit", "verify", "--data", used, "--json").out)["head"]
    assert cli("audit", "verify", "--head", noted, "--data", used).code == 0
    change(used, "DELETE FROM audit_log WHERE sequence = 4")
    assert cli("audit", "verify", "--data", used).code == 0, "the chain alone can not tell"
    answer = cli("audit", "verify", "--head", noted, "--data", used)
    assert answer.code == 3
    assert "cut off" in answer.err


def test_an_exported_log_can_be_verified_elsewhere(cli: Cli, used: Path, tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    assert cli("audit", "export", "--out", file, "--data", used).code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert cli("audit", "verify", file).code == 0
    assert cli("audit", "export", "--data", used).out.startswith(file.read_text())
    file.write_text(file.read_text().replace("dr.wong", "dr.chan", 1))
    answer = cli("audit", "verify", file)
    assert answer.code == 3
    assert "entry 2 was changed" in answer.err


def test_the_program_of_the_page_checks_an_export_without_this_package(cli: Cli, used: Path, tmp_path: Path) -> None:
    found = re.search(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert found
    program, file = tmp_path / "check.py", tmp_path / "log.jsonl"
    program.write_text(found[1])
    cli("audit", "export", "--out", file, "--data", used)

    def checked() -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-I", program, file], capture_output=True, text=True, check=False)

    assert len(found[1].splitlines()) <= 20
    assert checked().returncode == 0
    assert checked().stdout.startswith("4 entries are whole")
    file.write_text(file.read_text().replace("keep-both", "same", 1))
    assert checked().returncode == 3
    assert "entry 2" in checked().stderr


@pytest.mark.parametrize("line", ["no JSON", "[" * 100_000, "[]", '{"sequence": 1, "sequence": 2}', "1" * 10_000])
def test_a_file_that_is_no_export_is_refused(cli: Cli, tmp_path: Path, line: str) -> None:
    (tmp_path / "log").write_text(f"{line}\n")
    assert cli("audit", "verify", tmp_path / "log").code == 2
    assert "line 1 is no entry" in cli("audit", "verify", tmp_path / "log").err
    assert cli("audit", "verify", tmp_path / "nowhere").code == 2


def test_an_export_that_can_not_be_written_is_told(cli: Cli, used: Path, tmp_path: Path) -> None:
    answer = cli("audit", "export", "--out", tmp_path / "nowhere" / "log.jsonl", "--data", used)
    assert answer.code == 2
    assert "can not be written" in answer.err
