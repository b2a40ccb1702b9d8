"""The report command writes one file, for its owner alone, and says that it holds patient data."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pacs_dedup.domain.errors import BadRequest
from pacs_dedup.entrypoints.cli.report import since_when
from tests.unit.cli.conftest import Cli, Scanned

NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)


def test_a_folder_gets_an_html_report_with_pictures(cli: Cli, scanned: Scanned, tmp_path: Path) -> None:
    answer = cli("report", "--out", tmp_path / "out", "--data", scanned.data)
    page = (tmp_path / "out" / "report.html").read_text()

    assert answer.code == 0
    assert str(tmp_path / "out" / "report.html") in answer.err
    assert "holds patient data" in answer.err
    assert page.count("data:image/png;base64,") == 9
    assert page.index("Same images, another patient") < page.index("Copy under new UIDs")


def test_the_report_counts_what_was_scanned(cli: Cli, scanned: Scanned, tmp_path: Path) -> None:
    cli("report", "--out", tmp_path / "r.json", "--data", scanned.data)
    told = json.loads((tmp_path / "r.json").read_text())

    account = json.loads(scanned.answer.out)
    assert told["studies"] == account["studies"]
    assert told["instances"] == account["read"]
    assert told["size_bytes"] == account["size_bytes"]
    assert told["copies"] == 2
    assert 0 < told["copy_bytes"] < told["size_bytes"]
    damaged = 1  # the empty file never became an arrival
    assert len(told["unreadable"]) == len(account["partly"]) + damaged
    assert {case["case"]["verdict"]["relation"] for case in told["cases"]} == {"exact_copy", "subset", "wrong_patient"}


def test_the_name_of_the_file_decides_the_format(cli: Cli, scanned: Scanned, tmp_path: Path) -> None:
    assert cli("report", "--out", tmp_path / "r.csv", "--data", scanned.data).code == 0

    assert (tmp_path / "r.csv").read_bytes().startswith(b"\xef\xbb\xbfcase,state,")


def test_a_name_and_a_format_that_contradict_each_other_are_refused(cli: Cli, scanned: Scanned, tmp_path: Path) -> None:
    answer = cli("report", "--out", tmp_path / "r.csv", "--format", "html", "--data", scanned.data)

    assert answer.code == 2
    assert "contradict" in answer.err
    assert not (tmp_path / "r.csv").exists()


def test_a_report_is_readable_for_its_owner_alone(cli: Cli, scanned: Scanned, tmp_path: Path) -> None:
    cli("report", "--out", tmp_path, "--format", "json", "--data", scanned.data)

    assert (tmp_path / "report.json").stat().st_mode & 0o077 == 0


def test_a_place_that_can_not_be_written_is_said(cli: Cli, scanned: Scanned, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    answer = cli("report", "--out", tmp_path / "file" / "r.json", "--data", scanned.data)

    assert answer.code == 2
    assert "can not be written" in answer.err


def test_open_cases_exit_with_1_where_that_was_asked_for(cli: Cli, scanned: Scanned, tmp_path: Path) -> None:
    assert cli("report", "--out", tmp_path, "--format", "csv", "--data", scanned.data, "--exit-code").code == 1


def test_open_cases_are_reported_however_old_they_are(cli: Cli, scanned: Scanned, tmp_path: Path) -> None:
    cli("report", "--out", tmp_path / "r.json", "--data", scanned.data, "--since", "2100-01-01")
    told = json.loads((tmp_path / "r.json").read_text())

    assert (told["studies"], told["pairs"], len(told["cases"])) == (0, [], 3)
    assert told["query"] == "arrivals, verdicts and cases since 2100-01-01T00:00:00+00:00, and all open cases"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("", None),
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01T08:00+08:00", datetime(2026, 3, 1, tzinfo=UTC)),
        ("12h", NOW - timedelta(hours=12)),
        ("7 d", NOW - timedelta(days=7)),
        ("4w", NOW - timedelta(weeks=4)),
    ],
)
def test_since_is_a_date_a_time_or_how_long_ago(text: str, moment: datetime | None) -> None:
    assert since_when(text, NOW) == moment


@pytest.mark.parametrize("text", ["yesterday", "7", "7m", "2026-13-01"])
def test_since_anything_else_is_refused_with_examples(text: str) -> None:
    with pytest.raises(BadRequest, match="write a date"):
        since_when(text, NOW)
