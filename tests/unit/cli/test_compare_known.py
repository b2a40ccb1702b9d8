"""Studies that the database knows are compared by their UIDs."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from pydicom import dcmread

from tests.unit.cli.conftest import SAMPLES, Cli, Scanned

STORY = "03-new-uids-same-hkid"
TWICE = "01-retransmission"


def uid_of(folder: Path) -> str:
    return str(dcmread(next(folder.glob("*.dcm")), specific_tags=["StudyInstanceUID"]).StudyInstanceUID)


COPY, ORIGINAL = (uid_of(SAMPLES / STORY / folder) for folder in ("02-pmh", "01-qeh"))


def told(answer: Any) -> dict[str, Any]:
    assert answer.code == 0, answer.err
    found: dict[str, Any] = json.loads(answer.out)
    return found


def test_two_known_studies_are_compared_by_uid(cli: Cli, scanned: Scanned) -> None:
    found = told(cli("compare", COPY, ORIGINAL, "--data", scanned.data, "--json"))

    assert (found["relation"], found["patient_tier"]) == ("exact_copy", "same")
    assert (found["a"]["study_instance_uid"], found["b"]["study_instance_uid"]) == (COPY, ORIGINAL)
    assert [Path(path).parent.name for path in found["a"]["paths"]] == ["02-pmh"] * 5
    assert found["differences"]


def test_a_folder_is_compared_with_a_known_study(cli: Cli, scanned: Scanned) -> None:
    found = told(cli("compare", SAMPLES / STORY / "02-pmh", ORIGINAL, "--data", scanned.data, "--json"))

    assert found["relation"] == "exact_copy"


def test_the_source_may_be_named(cli: Cli, scanned: Scanned) -> None:
    named = f"{ORIGINAL}@scan:{scanned.tree / STORY / '01-qeh'}"

    assert told(cli("compare", COPY, named, "--data", scanned.data, "--json"))["relation"] == "exact_copy"


def test_what_is_no_longer_held_is_judged_by_what_was_kept(cli: Cli, tmp_path: Path) -> None:
    shutil.copytree(SAMPLES / STORY, tmp_path / "tree")
    cli("scan", tmp_path / "tree", "--data", tmp_path / "data")
    shutil.rmtree(tmp_path / "tree")

    found = told(cli("compare", COPY, ORIGINAL, "--data", tmp_path / "data", "--json"))

    assert found["relation"] == "exact_copy"
    assert found["differences"] == []
    assert "no longer held" in found["note"]


def test_several_sources_of_one_study_are_listed(cli: Cli, tmp_path: Path) -> None:
    shutil.copytree(SAMPLES / TWICE, tmp_path / "tree")
    cli("scan", tmp_path / "tree", "--data", tmp_path / "data")
    uid = uid_of(tmp_path / "tree" / "01-qeh")

    answer = cli("compare", uid, tmp_path / "tree", "--data", tmp_path / "data")

    assert answer.code == 2
    for folder in ("01-qeh", "02-pmh"):
        assert f"{uid}@scan:{tmp_path / 'tree' / folder}" in " ".join(answer.err.split())


@pytest.mark.parametrize("unknown", ["1.2.3.4.5", "1.2.3.4.5@NOBODY"])
def test_an_unknown_uid_is_refused(cli: Cli, scanned: Scanned, unknown: str) -> None:
    answer = cli("compare", unknown, ORIGINAL, "--data", scanned.data)

    assert answer.code == 2
    assert unknown in answer.err


def test_a_uid_without_a_data_folder_is_refused(cli: Cli, tmp_path: Path) -> None:
    answer = cli("compare", COPY, ORIGINAL, "--data", tmp_path / "none")

    assert answer.code == 2
    assert "there is no data folder" in answer.err


def test_names_numbers_and_dates_are_masked_on_the_terminal_too(cli: Cli) -> None:
    sides = (SAMPLES / STORY / "02-pmh", SAMPLES / STORY / "01-qeh")
    for words in (sides, (*sides, "--json")):
        masked, whole = cli("compare", *words).out, cli("compare", *words, "--show-values").out
        for value in ("KA FAI", "黃^家輝", "家輝", "ZZ490693", "19750607", "1975-06-07", "QE26495835"):
            assert value not in masked
        assert "KA FAI" in whole
        assert "ZZ490693(3)" in whole


def test_the_terminal_shows_bars_and_caps_and_no_percentage(cli: Cli) -> None:
    out = cli("compare", SAMPLES / STORY / "02-pmh", SAMPLES / STORY / "01-qeh").out

    assert "against < | > for" in out
    assert "Cap on time" in out
    assert "Instances: 5 " in out
    assert "%" not in out


@pytest.mark.parametrize("words", [("compare", COPY, ORIGINAL), ("cases", "list"), ("renew",)])
def test_who_asks_of_an_empty_folder_leaves_it_empty(cli: Cli, tmp_path: Path, words: tuple[str, ...]) -> None:
    answer = cli(*words, "--data", tmp_path)

    assert answer.code == 2
    assert f"nothing was ever stored in {tmp_path}" in answer.err
    assert list(tmp_path.iterdir()) == []
