"""Write a report as JSON: everything but the pictures."""

import json

from pacs_dedup.reports.model import PATIENT_DATA_STATEMENT, ReportData
from pacs_dedup.reports.plain import plain


def render_json(report: ReportData) -> bytes:
    """Return the report as UTF-8 JSON, indented; keys are the field names of `ReportData`."""
    document = {"statement": PATIENT_DATA_STATEMENT, **plain(report)}
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()
