"""What is held back is listed with its end, shown with its case, and released by name."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pacs_dedup.config import load_settings
from pacs_dedup.domain.verdict import Relation
from pacs_dedup.ports.quarantine import Hold
from pacs_dedup.wiring import open_services
from tests.unit.cli.conftest import SAMPLES, Cli, Scanned

UNTIL = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
def held(own_data: Path) -> Hold:
    """The copied study of the scanned folder, held back as a gateway would hold it."""
    with open_services(load_settings(None, {"storage.path": str(own_data)})) as services:
        case = next(c for c in services.case_book.cases() if c.verdict.relation is Relation.EXACT_COPY)
        hold = Hold(case.incoming, 1, case.verdict.sentence, UNTIL - timedelta(days=1), UNTIL)
        services.quarantine.hold(hold)
    return hold


def test_holds_are_listed_with_their_end_and_reason(cli: Cli, own_data: Path, held: Hold) -> None:
    shown = cli("quarantine", "list", "--data", own_data).out
    (told,) = json.loads(cli("quarantine", "list", "--data", own_data, "--json").out)

    assert "2100-01-01 00:00 UTC" in shown
    assert (told["study"], told["reason"], told["released_at"]) == (str(held.key), held.reason, None)


def test_a_held_study_is_shown_as_held_with_its_case(cli: Cli, own_data: Path, held: Hold) -> None:
    cases = json.loads(cli("cases", "list", "--data", own_data, "--json").out)
    number = next(c["case_id"] for c in cases if c["relation"] == "exact_copy")

    assert "held back until 2100-01-01 00:00 UTC" in cli("cases", "show", number, "--data", own_data).out


def test_a_release_ends_the_hold_and_says_who_did_it(cli: Cli, own_data: Path, held: Hold) -> None:
    answer = cli("quarantine", "release", held.key, "--by", "wong.sm", "--data", own_data)

    assert answer.code == 0
    assert "Released: 1 generation" in answer.err
    assert "Nothing is held back." in cli("quarantine", "list", "--data", own_data).err
    (told,) = json.loads(cli("quarantine", "list", "--all", "--data", own_data, "--json").out)
    assert told["release_cause"] == "released by wong.sm"
    assert "released" in cli("quarantine", "list", "--all", "--data", own_data).out


def test_a_decision_that_it_is_no_copy_releases_it(cli: Cli, own_data: Path, held: Hold) -> None:
    cases = json.loads(cli("cases", "list", "--data", own_data, "--json").out)
    number = next(c["case_id"] for c in cases if c["relation"] == "exact_copy")

    cli("cases", "decide", number, "not-a-copy", "--by", "wong.sm", "--data", own_data)

    assert "Nothing is held back." in cli("quarantine", "list", "--data", own_data).err


def test_a_case_whose_files_are_gone_is_still_shown_and_reported(
    cli: Cli, scanned: Scanned, own_data: Path, tmp_path: Path
) -> None:
    aside = scanned.tree.with_name("aside")
    shutil.move(scanned.tree, aside)
    try:
        cases = json.loads(cli("cases", "list", "--data", own_data, "--json").out)
        shown = cli("cases", "show", cases[0]["case_id"], "--data", own_data)
        report = cli("report", "--out", tmp_path / "r.html", "--data", own_data)
    finally:
        shutil.move(aside, scanned.tree)

    assert shown.code == report.code == 0
    assert "The headers could not be compared" in shown.out
    assert "No pictures: " in (tmp_path / "r.html").read_text()


def test_a_study_that_contradicts_itself_is_shown_with_both_its_sides(cli: Cli, tmp_path: Path) -> None:
    for folder in sorted((SAMPLES / "13-uid-conflict").iterdir()):
        for file in folder.glob("*.dcm") if folder.is_dir() else ():
            (tmp_path / "tree").mkdir(exist_ok=True)
            shutil.copy(file, tmp_path / "tree" / f"{folder.name}-{file.name}")
    data = tmp_path / "data"
    cli("scan", tmp_path / "tree", "--data", data)

    (case,) = json.loads(cli("cases", "list", "--data", data, "--json").out)
    told = json.loads(cli("cases", "show", case["case_id"], "--data", data, "--json").out)

    assert case["relation"] == "uid_conflict"
    assert case["incoming"] == case["prior"]
    assert told["incoming"]["instances"] == told["prior"]["instances"] == 5
    assert told["differences"]
