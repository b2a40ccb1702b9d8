"""``pacs-dedup report``: everything that was found, in a file for people or programs."""

import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import Annotated, assert_never

import typer

from pacs_dedup import __version__
from pacs_dedup.domain.errors import BadRequest
from pacs_dedup.entrypoints.cli.context import context_of, services_of
from pacs_dedup.entrypoints.cli.output import say
from pacs_dedup.reports.model import PATIENT_DATA_STATEMENT, ReportData

_AGO = re.compile(r"(\d+)\s*([hdw])")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_PRIVATE = 0o600


class Format(StrEnum):
    """What a report is written as."""

    HTML = "html"
    CSV = "csv"
    JSON = "json"


def report(
    context: typer.Context,
    out: Annotated[Path, typer.Option("--out", metavar="DIR|FILE", help="A folder, or a file to write.")],
    format_: Annotated[Format | None, typer.Option("--format", help="Default: by the file's name, else html.")] = None,
    since: Annotated[str, typer.Option(metavar="WHEN", help="2026-03-01, 2026-03-01T08:00, or 12h, 7d, 4w ago.")] = "",
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 where a case is open.")] = False,
) -> None:
    """Write a report: what needs a person first, then every case with its pictures and reasons."""
    from pacs_dedup.pipeline.report_data import gather
    from pacs_dedup.reports.model import needs_a_person
    from pacs_dedup.wiring import open_reading

    target, kind = _target(out, Format.JSON if format_ is None and context_of(context).as_json else format_)
    with services_of(context) as services:
        begin = since_when(since, services.clock.now())
        with open_reading(services, with_pictures=kind is Format.HTML) as reading:
            settings = services.settings
            told = gather(
                reading,
                product_version=__version__,
                action=settings.mode.action,
                sites=settings.sites,
                since=begin,
            )
        write_report(target, kind, told)
        pairs = ((told_case.case.incoming, told_case.case.prior) for told_case in told.cases)
        services.auditor.accessed(dict.fromkeys(chain.from_iterable(pairs)), "report")
    say(f"Written: {target.absolute()}\n{PATIENT_DATA_STATEMENT}")
    raise typer.Exit(1 if exit_code and any(map(needs_a_person, told.cases)) else 0)


def write_report(target: Path, kind: Format, told: ReportData) -> None:
    """Write a report, readable for its owner alone.

    Raises:
        BadRequest: the file can not be written.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch(mode=_PRIVATE)
        target.write_bytes(_rendered(kind, told))
    except OSError as error:
        raise BadRequest(f"{target} can not be written ({error.strerror}); choose another place with --out") from None


def since_when(text: str, now: datetime) -> datetime | None:
    """Read ``--since``: a date, a time (UTC where it names no offset), or how long ago.

    Raises:
        BadRequest: it is none of these.
    """
    if not text:
        return None
    if ago := _AGO.fullmatch(text.strip()):
        return now - int(ago[1]) * _UNITS[ago[2]]
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadRequest(f"--since {text!r}: write a date (2026-03-01), a time, or 12h, 7d, 4w") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _target(out: Path, kind: Format | None) -> tuple[Path, Format]:
    suffix = out.suffix.removeprefix(".").lower()
    named = Format(suffix) if suffix in set(Format) and not out.is_dir() else None
    if named and kind and named is not kind:
        raise BadRequest(f"--out {out} and --format {kind} contradict each other; leave one out")
    chosen = kind or named or Format.HTML
    return (out if named else out / f"report.{chosen}"), chosen


def _rendered(kind: Format, told: ReportData) -> bytes:
    from pacs_dedup.reports.csv_report import render_csv
    from pacs_dedup.reports.html_report import render_html
    from pacs_dedup.reports.json_report import render_json

    match kind:
        case Format.HTML:
            return render_html(told)
        case Format.CSV:
            return render_csv(told)
        case Format.JSON:
            return render_json(told)
        case _:
            assert_never(kind)
