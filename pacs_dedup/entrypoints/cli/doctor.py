"""``pacs-dedup doctor``: does everything work that the service needs?"""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from pacs_dedup.domain.health import Finding, Health, worst
from pacs_dedup.entrypoints.cli.context import context_of
from pacs_dedup.entrypoints.cli.output import say, show, show_json

_FINDINGS, _FAILED = 1, 4
_STYLES = {Health.OK: "green", Health.WARNING: "yellow", Health.FAILED: "bold red"}


def doctor(
    context: typer.Context,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 where there are warnings.")] = False,
) -> None:
    """Check disk, database, decoders, character sets, fonts, limits, clock, certificates and every destination.

    Each line says what was found and what to do. Exit code 4 where something failed. Nothing is changed; the service
    may run.
    """
    from pacs_dedup.entrypoints.doctor import examine

    findings = tuple(examine(context_of(context).settings()))
    health = worst(findings)
    if context_of(context).as_json:
        show_json({"status": health, "findings": [asdict(finding) for finding in findings]})
    else:
        show(_table(findings))
        say(_summary(findings))
    if health is Health.FAILED:
        raise typer.Exit(_FAILED)
    raise typer.Exit(_FINDINGS if exit_code and health is Health.WARNING else 0)


def _table(findings: tuple[Finding, ...]) -> Table:
    table = Table("", "what", "found", "what to do", box=None, pad_edge=False)
    for finding in findings:
        mark = Text(str(finding.health), _STYLES[finding.health])
        table.add_row(mark, finding.component, finding.description, finding.remedy)
    return table


def _summary(findings: tuple[Finding, ...]) -> str:
    failed = sum(finding.health is Health.FAILED for finding in findings)
    warnings = sum(finding.health is Health.WARNING for finding in findings)
    if not failed and not warnings:
        return "All is well."
    return f"{failed} failed, {warnings} to look at, {len(findings) - failed - warnings} well."
