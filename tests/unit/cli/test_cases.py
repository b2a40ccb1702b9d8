"""A reviewer lists, reads, decides and takes back; nothing that is refused changes anything."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.conftest import Cli, Scanned


def listed(cli: Cli, data: Path, *more: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(cli("cases", "list", "--data", data, "--json", *more).out)
    return rows


def number(cli: Cli, data: Path, relation: str) -> int:
    return next(row["case_id"] for row in listed(cli, data, "--state", "all") if row["relation"] == relation)


def test_alerts_are_listed_before_flags(cli: Cli, scanned: Scanned) -> None:
    rows = listed(cli, scanned.data)

    assert [row["disposition"] for row in rows] == ["alert", "flag", "flag"]
    assert cli("cases", "list", "--data", scanned.data).out.splitlines()[1].split()[1] == "alert"


def test_open_cases_exit_with_1_where_that_was_asked_for(cli: Cli, scanned: Scanned) -> None:
    assert cli("cases", "list", "--data", scanned.data, "--exit-code").code == 1
    assert cli("cases", "list", "--data", scanned.data, "--exit-code", "--state", "decided").code == 0


def test_a_case_is_shown_with_its_sentence_evidence_headers_and_history(cli: Cli, scanned: Scanned) -> None:
    answer = cli("cases", "show", number(cli, scanned.data, "exact_copy"), "--data", scanned.data)

    assert answer.code == 0
    for expected in (
        "A copy under new UIDs, for the same patient: 5 of 5 items have exactly the same pixels.",
        "Is it the same acquisition?",
        "Is it the same patient?",
        "Cap on pixels",
        "█",
        "StudyInstanceUID",
        "黃家輝",
        "opened",
        "cases decide",
    ):
        assert expected in answer.out


def test_what_was_not_compared_is_said(cli: Cli, scanned: Scanned) -> None:
    assert (
        "not compared" in cli("cases", "show", number(cli, scanned.data, "wrong_patient"), "--data", scanned.data).out
    )


def test_a_case_is_shown_as_json(cli: Cli, scanned: Scanned) -> None:
    told = json.loads(cli("cases", "show", number(cli, scanned.data, "subset"), "--data", scanned.data, "--json").out)

    assert told["case"]["verdict"]["relation"] == "subset"
    assert told["differences"]
    assert told["incoming"]["instances"] < told["prior"]["instances"]


def test_a_case_that_is_not_there_is_said_with_what_to_do(cli: Cli, scanned: Scanned) -> None:
    answer = cli("cases", "show", 4711, "--data", scanned.data)

    assert (answer.code, answer.out) == (2, "")
    assert "there is no case 4711" in answer.err


def test_a_decision_is_recorded_and_can_be_taken_back(cli: Cli, own_data: Path) -> None:
    case = number(cli, own_data, "exact_copy")

    decided = cli("cases", "decide", case, "same", "--by", "wong.sm", "--reason", "looked at both", "--data", own_data)
    undone = cli("cases", "undo", case, "--by", "wong.sm", "--data", own_data, "--json")

    assert decided.code == 0
    assert f"Case {case} is decided now." in decided.err
    events = json.loads(undone.out)["events"]
    assert [(e["what"], e["verb"], e["by"], e["reason"]) for e in events] == [
        ("opened", None, "pacs_dedup", ""),
        ("decided", "same", "wong.sm", "looked at both"),
        ("undone", None, "wong.sm", ""),
    ]
    assert json.loads(undone.out)["state"] == "new"


def test_a_decided_case_leaves_the_list_of_open_ones(cli: Cli, own_data: Path) -> None:
    case = number(cli, own_data, "exact_copy")
    cli("cases", "decide", case, "not-a-copy", "--by", "me", "--data", own_data)

    assert case not in [row["case_id"] for row in listed(cli, own_data)]
    assert [row["case_id"] for row in listed(cli, own_data, "--state", "dismissed")] == [case]


@pytest.mark.parametrize("verb", ["same", "wrong-patient"])
def test_a_decision_against_the_rules_is_refused_and_changes_nothing(cli: Cli, own_data: Path, verb: str) -> None:
    case = number(cli, own_data, "wrong_patient")

    answer = cli("cases", "decide", case, verb, "--by", "me", "--data", own_data)

    assert answer.code == 2
    assert answer.err.startswith("error: ")
    assert [row["state"] for row in listed(cli, own_data) if row["case_id"] == case] == ["new"]


def test_who_decides_must_be_named(cli: Cli, scanned: Scanned) -> None:
    assert cli("cases", "decide", 1, "same", "--data", scanned.data).code == 2


def test_nothing_is_held_where_nothing_may_be(cli: Cli, scanned: Scanned) -> None:
    answer = cli("quarantine", "list", "--data", scanned.data)

    assert (answer.code, answer.out) == (0, "")
    assert "Nothing is held back." in answer.err


def test_releasing_what_is_not_held_is_refused(cli: Cli, scanned: Scanned) -> None:
    answer = cli("quarantine", "release", "1.2.3@QEHPACS", "--by", "me", "--data", scanned.data)

    assert answer.code == 2
    assert "nothing of this study is held" in answer.err
