"""Write the cases of a report as CSV, one row each, safe to open in a spreadsheet."""

import csv
from io import StringIO

from pacs_dedup.reports.model import PATIENT_DATA_STATEMENT, CaseReport, ReportData, StudySummary, by_urgency
from pacs_dedup.reports.plain import visible
from pacs_dedup.reports.words import RELATIONS

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_CASE_COLUMNS = (
    "case",
    "state",
    "disposition",
    "relation",
    "relation_in_words",
    "certainty",
    "verdict",
    "opened_at",
    "held",
    "better",
)
_STUDY_COLUMNS = (
    "source",
    "study_instance_uid",
    "patient_name",
    "patient_id",
    "birth_date",
    "sex",
    "modality",
    "study_date",
    "description",
    "accession_number",
    "instances",
    "size_bytes",
)
_LAST_COLUMNS = ("evidence_bits", "digest_version", "rules_version", "decided_by", "decision", "reason")


def render_csv(report: ReportData) -> bytes:
    """Return the cases as CSV (RFC 4180), UTF-8 with a byte order mark, so that a spreadsheet reads Chinese names.

    Every cell that a spreadsheet could take for a formula starts with an apostrophe. The last row carries the query and
    the statement about patient data.
    """
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    sides = [f"{side}_{column}" for side in ("incoming", "prior") for column in _STUDY_COLUMNS]
    writer.writerow([*_CASE_COLUMNS, *sides, *_LAST_COLUMNS])
    for case in by_urgency(report.cases):
        writer.writerow([guarded(cell) for cell in _row(case)])
    writer.writerow([guarded(f"# {report.query}; {report.generated_at.isoformat()}; {PATIENT_DATA_STATEMENT}")])
    return b"\xef\xbb\xbf" + visible(out.getvalue()).encode()


def guarded(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return "'" + cell if cell.startswith(_FORMULA_STARTS) else cell


def _row(report: CaseReport) -> list[str]:
    case, verdict = report.case, report.case.verdict
    decision = next((e for e in reversed(case.events) if e.verb), None)
    first = [
        str(case.case_id),
        case.state,
        verdict.disposition,
        verdict.relation,
        RELATIONS[verdict.relation],
        verdict.certainty,
        verdict.sentence,
        case.opened_at.isoformat(),
        "yes" if report.held else "no",
        verdict.better,
    ]
    last = [
        f"{verdict.evidence.total_bits:.1f}",
        verdict.digest_version,
        verdict.rules_version,
        decision.by if decision else "",
        decision.verb or "" if decision else "",
        decision.reason if decision else "",
    ]
    return [*first, *_study_cells(report.incoming), *_study_cells(report.prior), *last]


def _study_cells(study: StudySummary) -> list[str]:
    return [
        study.key.source,
        study.key.study_instance_uid,
        study.patient_name,
        study.patient_id,
        study.birth_date,
        study.sex,
        study.modality,
        study.study_date,
        study.description,
        study.accession_number,
        str(study.instances),
        str(study.size_bytes),
    ]
