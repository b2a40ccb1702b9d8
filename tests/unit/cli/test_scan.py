"""A scan accounts for every file, copies none, and finds the copies."""

import json
import shutil
from pathlib import Path
from typing import Any

from tests.unit.cli.conftest import SAMPLES, STORIES, Cli, Scanned, call


def account(scanned: Scanned) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(scanned.answer.out)
    return told


def test_every_file_is_accounted_for(scanned: Scanned) -> None:
    told = account(scanned)
    dicom = sum(1 for story in STORIES for _ in (SAMPLES / story).rglob("*.dcm"))

    assert told["read"] == dicom
    assert told["not_dicom"] == len(STORIES) + 2  # expected.toml of each story, notes.txt, DICOMDIR
    assert told["links"] == 2
    assert told["files"] == told["read"] + told["not_dicom"] + len(told["unreadable"])


def test_what_could_not_be_read_is_named_with_its_cause(scanned: Scanned) -> None:
    causes = {Path(f["path"]).name: f["cause"] for f in account(scanned)["unreadable"]}

    assert set(causes) == {"empty.dcm", "damaged.dcm"}
    assert causes["empty.dcm"] == "the file is empty; copy it again"
    assert causes["damaged.dcm"]


def test_files_without_usable_pixels_are_named_apart(scanned: Scanned) -> None:
    partly = account(scanned)["partly"]

    assert {Path(f["path"]).parts[-3] for f in partly} == {"25-truncated"}
    assert all(f["cause"] for f in partly)


def test_something_unreadable_exits_with_3(scanned: Scanned) -> None:
    assert scanned.answer.code == 3


def test_copies_are_found_and_counted(scanned: Scanned) -> None:
    relations = dict(account(scanned)["relations"])

    assert {k: relations[k] for k in ("exact_copy", "subset", "wrong_patient")} == {
        "exact_copy": 1,
        "subset": 1,
        "wrong_patient": 1,
    }


def test_equal_pixels_are_grouped_with_their_paths(scanned: Scanned) -> None:
    groups = [set(map(Path, group["paths"])) for group in account(scanned)["equal_pixels"]]
    film = scanned.tree / "14-wrong-patient"

    assert {film / "01-pmh" / "0001.dcm", film / "02-qeh" / "0001.dcm"} in groups
    assert all(len(group) == 2 for group in groups)


def test_no_file_is_copied(scanned: Scanned) -> None:
    stored = sum(p.stat().st_size for p in (scanned.data / "blobs").rglob("*") if p.is_file() and not p.is_symlink())

    assert stored == 0


def test_a_second_scan_says_the_same_and_adds_nothing(cli: Cli, scanned: Scanned, own_data: Path) -> None:
    again = cli("scan", scanned.tree, "--data", own_data, "--json", "--account")

    assert json.loads(again.out) == account(scanned)
    assert cli("cases", "list", "--data", own_data).out == call("cases", "list", "--data", scanned.data).out


def test_scanning_a_folder_of_what_was_scanned_finds_no_file_to_be_its_own_copy(
    cli: Cli, scanned: Scanned, own_data: Path
) -> None:
    part = scanned.tree / STORIES[0] / "01-qeh"

    told = json.loads(cli("scan", part, "--data", own_data, "--json", "--account").out)

    assert told["relations"] == [["exact_copy", 1]]


def test_messages_go_to_stderr_and_the_account_to_stdout(cli: Cli, tmp_path: Path) -> None:
    shutil.copytree(SAMPLES / STORIES[0], tmp_path / "tree")

    answer = cli("scan", tmp_path / "tree", "--data", tmp_path / "data")

    assert answer.code == 0
    assert answer.err.startswith("11 files found")
    assert "5 times 2 files in 2 studies" in answer.out
    assert "Copy under new UIDs" in answer.out


def test_findings_exit_with_1_where_that_was_asked_for(cli: Cli, tmp_path: Path) -> None:
    shutil.copytree(SAMPLES / STORIES[0], tmp_path / "tree")

    assert cli("scan", tmp_path / "tree", "--data", tmp_path / "data", "--exit-code").code == 1
    assert cli("scan", tmp_path / "tree" / "01-qeh", "--data", tmp_path / "data2", "--exit-code").code == 0


def test_a_path_that_is_not_there_is_unreadable_not_an_accident(cli: Cli, tmp_path: Path) -> None:
    answer = cli("scan", tmp_path / "nowhere", "--data", tmp_path / "data")

    assert answer.code == 3
    assert "there is no such file or folder" in answer.out


def test_the_own_data_folder_is_left_out(cli: Cli, tmp_path: Path) -> None:
    shutil.copytree(SAMPLES / STORIES[0] / "01-qeh", tmp_path / "tree")
    cli("scan", tmp_path, "--data", tmp_path / "data")

    assert json.loads(cli("scan", tmp_path, "--data", tmp_path / "data", "--json", "--account").out)["files"] == 5
