"""``pacs-dedup conformance``: the DICOM conformance statement of this installation."""

from pathlib import Path
from typing import Annotated

import typer

from pacs_dedup.entrypoints.cli.context import context_of
from pacs_dedup.entrypoints.cli.output import say, show_json


def conformance(
    context: typer.Context,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write to a file.")] = None,
) -> None:
    """Print the DICOM conformance statement (PS3.2) of the configuration in force, as Markdown."""
    from pacs_dedup.entrypoints.conformance import statement
    from pacs_dedup.reports.conformance import render_conformance
    from pacs_dedup.reports.plain import plain

    facts = statement(context_of(context).settings())
    if context_of(context).as_json:
        show_json(plain(facts))
    elif out is None:
        typer.echo(render_conformance(facts), nl=False)
    else:
        out.write_text(render_conformance(facts), encoding="utf-8")
        say(f"Written: {out}")
