"""Write a report as one HTML file that asks nothing of any host: styles, pictures and figures are inside."""

from base64 import b64encode
from functools import cache
from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from pacs_dedup.domain.header import DifferenceKind, HeaderDifference, HeaderGroup
from pacs_dedup.domain.verdict import Relation
from pacs_dedup.reports import words
from pacs_dedup.reports.model import (
    PATIENT_DATA_STATEMENT,
    CaseReport,
    ReportData,
    by_urgency,
    is_alarm,
    needs_a_person,
)
from pacs_dedup.reports.plain import visible
from pacs_dedup.reports.waterfall import Bar, Waterfall, acquisition_waterfall, condensed, patient_waterfall

CHART_WIDTH = 240

_DIFFERENCE_SYMBOLS = {(True, True): "≠", (True, False): "+", (False, True): "\N{MINUS SIGN}"}
_KINDS = {
    DifferenceKind.IDENTITY: "identity",
    DifferenceKind.COERCION: "rewritten on transfers",
    DifferenceKind.FORMAT: "same value, other form",
    DifferenceKind.VENDOR: "vendor's own",
    DifferenceKind.CONTENT: "content",
}


def render_html(report: ReportData) -> bytes:
    """Return the report as a UTF-8 HTML page that stands alone; every value from a header is escaped."""
    cases = by_urgency(report.cases)
    waiting = [c for c in cases if needs_a_person(c)]
    page = _template().render(
        report=report,
        statement=PATIENT_DATA_STATEMENT,
        waiting=waiting,
        alerts=sum(is_alarm(c.case.verdict) for c in waiting),
        cases=cases,
        relations=[(words.RELATIONS[r], n) for r, n in report.pairs if r is not Relation.DISTINCT],
        most_pairs=max((n for r, n in report.pairs if r is not Relation.DISTINCT), default=1),
    )
    return visible(page).encode()


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("pacs_dedup.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "size": words.size,
        "day": words.date,
        "person": words.person,
        "source": words.source,
        "moment": words.moment,
        "signed": words.signed,
        "strength": words.strength,
        "picture": _picture,
        "urgency": _urgency,
        "symbol": _symbol,
    }
    environment.globals |= {
        "RELATIONS": words.RELATIONS,
        "REHEARSAL": words.REHEARSAL,
        "DISPOSITIONS": words.DISPOSITIONS,
        "KINDS": _KINDS,
        "count": words.count,
        "needs_a_person": needs_a_person,
        "grouped": _grouped,
        "waterfalls": _waterfalls,
        "bar": _bar,
        "value": words.value,
        "style": _style,
    }
    return environment.get_template("report.html.j2")


def _style() -> Markup:
    source = PackageLoader("pacs_dedup.reports").get_source(Environment(autoescape=True), "report.css")[0]
    return Markup(source)  # noqa: S704 - our own file, no value of a header


def _picture(png: bytes) -> str:
    return "data:image/png;base64," + b64encode(png).decode()


def _urgency(report: CaseReport) -> str:
    return report.case.verdict.disposition.value if needs_a_person(report) else "done"


def _symbol(sides: tuple[str, str]) -> str:
    return _DIFFERENCE_SYMBOLS.get((bool(sides[0]), bool(sides[1])), "")


def _grouped(differences: tuple[HeaderDifference, ...]) -> list[tuple[HeaderGroup, list[HeaderDifference]]]:
    return [(group, list(members)) for group, members in groupby(differences, key=lambda d: d.group)]


def _waterfalls(report: CaseReport) -> tuple[Waterfall, ...]:
    evidence = report.case.verdict.evidence
    both = (acquisition_waterfall(evidence), patient_waterfall(evidence))
    return tuple(condensed(w) for w in both if w.bars)


def _bar(waterfall: Waterfall, bar: Bar) -> dict[str, float]:
    """Return where a bar lies in the chart: x, width and the place of zero, in chart units."""
    scale = CHART_WIDTH / (waterfall.high - waterfall.low)
    left, right = sorted((bar.start, bar.end))
    return {
        "x": round((left - waterfall.low) * scale, 1),
        "width": round(max((right - left) * scale, 1.5), 1),
        "zero": round(-waterfall.low * scale, 1),
    }
