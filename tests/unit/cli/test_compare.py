"""Two files or folders are judged without a database, and nothing stays behind."""

import json
from pathlib import Path

from tests.unit.cli.conftest import SAMPLES, Cli


def test_two_folders_are_judged_like_a_case(cli: Cli, tmp_path: Path) -> None:
    story = SAMPLES / "03-new-uids-same-hkid"

    answer = cli("compare", story / "02-pmh", story / "01-qeh", "--exit-code")

    assert answer.code == 1
    assert "A copy under new UIDs, for the same patient: 5 of 5 items have exactly the same pixels." in answer.out
    assert "Is it the same patient?" in answer.out
    assert "StudyInstanceUID" in answer.out
    assert list(tmp_path.iterdir()) == []


def test_two_files_are_judged(cli: Cli) -> None:
    story = SAMPLES / "14-wrong-patient"

    told = json.loads(cli("compare", story / "02-qeh" / "0001.dcm", story / "01-pmh" / "0001.dcm", "--json").out)

    assert told["relation"] == "wrong_patient"
    assert told["disposition"] == "alert"
    assert told["a"]["instances"] == 1
    assert told["instances"]["identical"] + told["instances"]["re_encoded"] == 1
    assert told["a"]["paths"] == [str(story / "02-qeh" / "0001.dcm")]
    assert "PatientID" in {d["keyword"] for d in told["differences"]}


def test_altered_pixels_are_looked_at(cli: Cli) -> None:
    story = SAMPLES / "07-lossy-copy-jpeg"
    folders = sorted(p for p in story.iterdir() if p.is_dir())

    told = json.loads(cli("compare", folders[1], folders[0], "--json").out)

    assert told["relation"] == "lossy_copy"
    assert told["instances"]["near"] == 1


def test_studies_that_have_nothing_in_common_are_no_finding(cli: Cli) -> None:
    answer = cli(
        "compare", SAMPLES / "14-wrong-patient" / "01-pmh", SAMPLES / "03-new-uids-same-hkid" / "01-qeh", "--exit-code"
    )

    assert answer.code == 0
    assert "Another study" in answer.out


def test_a_side_without_instances_is_refused_with_its_path(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")

    answer = cli("compare", tmp_path, SAMPLES / "14-wrong-patient" / "01-pmh")

    assert answer.code == 2
    assert f"{tmp_path}: no DICOM instance" in answer.err


def test_a_path_that_is_not_there_is_refused(cli: Cli, tmp_path: Path) -> None:
    answer = cli("compare", tmp_path / "nowhere", tmp_path)

    assert answer.code == 2
    assert "there is no such file or folder" in answer.err


def test_what_could_not_be_read_is_told_and_exits_with_3(cli: Cli, tmp_path: Path) -> None:
    whole = (SAMPLES / "14-wrong-patient" / "01-pmh" / "0001.dcm").read_bytes()
    (tmp_path / "good.dcm").write_bytes(whole)
    (tmp_path / "damaged.dcm").write_bytes(whole[:300])

    answer = cli("compare", tmp_path, SAMPLES / "14-wrong-patient" / "02-qeh")

    assert answer.code == 3
    assert "damaged.dcm" in answer.err
