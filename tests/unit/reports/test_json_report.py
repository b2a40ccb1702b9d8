"""The JSON holds everything the report says, but no pictures, and can be read by any program."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from pacs_dedup.domain.evidence import Fact
from pacs_dedup.reports.json_report import render_json
from pacs_dedup.reports.model import PATIENT_DATA_STATEMENT
from pacs_dedup.reports.plain import plain, visible
from tests.unit.reports.a_report import a_report


def test_the_report_reads_back_with_query_versions_and_statement() -> None:
    document = json.loads(render_json(a_report()))

    assert document["statement"] == PATIENT_DATA_STATEMENT
    assert document["query"] == "all arrivals and cases since the beginning"
    assert document["digest_versions"] == ["spd1.aid1"]
    assert document["generated_at"] == "2026-03-09T12:00:00+00:00"
    assert document["pairs"][0] == ["exact_copy", 5]


def test_a_case_has_its_evidence_and_header_differences_but_no_pictures() -> None:
    case = json.loads(render_json(a_report()))["cases"][1]

    assert case["case"]["verdict"]["evidence"]["comparisons"][0]["fact"] == "frame_digests"
    assert case["differences"][0]["kind"] == "format"
    assert case["pictures"] == {"caption": "Instance 70 of 140", "note": ""}


def test_chinese_names_are_written_as_characters() -> None:
    assert "陳^大文".encode() in render_json(a_report())


def test_plain_values_of_every_kind() -> None:
    at = datetime(2026, 3, 9, tzinfo=UTC)

    assert plain({Fact.SEX: (at, Path("a/b"), frozenset({2, 1}), None, 1.5)}) == {
        "sex": ["2026-03-09T00:00:00+00:00", "a/b", [1, 2], None, 1.5]
    }


def test_file_names_that_are_no_utf_8_are_shown_by_their_bytes() -> None:
    named = Path(os.fsdecode(b"/share/\xaff\xa4H.dcm"))
    assert plain({"path": named, "paths": (str(named),)}) == {
        "path": r"/share/\xaff\xa4H.dcm",
        "paths": [r"/share/\xaff\xa4H.dcm"],
    }
    assert visible("half a character: \ud83d") == r"half a character: \ud83d"
    assert visible("陳 C:\\x") == "陳 C:\\x"
