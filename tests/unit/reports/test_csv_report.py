"""The CSV opens in a spreadsheet without running anything, and reads back what was written."""

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_dedup.domain.case import CaseState
from pacs_dedup.reports.csv_report import guarded, render_csv
from pacs_dedup.reports.model import PATIENT_DATA_STATEMENT, ReportData
from tests.unit.reports.a_report import a_case, a_case_report, a_report, a_study


def rows(report: ReportData) -> list[list[str]]:
    return list(csv.reader(StringIO(render_csv(report).decode("utf-8-sig"), newline="")))


def test_there_is_one_row_per_case_and_a_last_row_with_query_and_statement() -> None:
    header, *cases, last = rows(a_report())

    assert [dict(zip(header, c, strict=True))["case"] for c in cases] == ["8", "6", "7", "9"]
    assert "all arrivals and cases since the beginning" in last[0]
    assert PATIENT_DATA_STATEMENT in last[0]


def test_chinese_names_survive() -> None:
    header, first, *_ = rows(a_report())

    assert dict(zip(header, first, strict=True))["prior_patient_name"] == "CHAN^TAI MAN=陳^大文"


def test_a_decision_is_in_its_row() -> None:
    header, row, _ = rows(a_report(cases=(a_case_report(a_case(1, state=CaseState.DECIDED)),)))
    cells = dict(zip(header, row, strict=True))

    assert (cells["decided_by"], cells["decision"], cells["reason"]) == ("wong.sm", "same", "looked at both")


@pytest.mark.parametrize("formula", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_formula_in_a_header_does_not_reach_the_spreadsheet_as_one(formula: str) -> None:
    case = a_case_report(incoming=a_study(patient_name=formula, patient_id=formula, description=formula))

    cells = rows(a_report(cases=(case,)))[1]

    assert f"'{formula}" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@given(st.text())
def test_no_guarded_cell_starts_like_a_formula(text: str) -> None:
    cell = guarded(text)

    assert cell in (text, "'" + text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
