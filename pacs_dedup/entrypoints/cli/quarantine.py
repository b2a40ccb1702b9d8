"""``pacs-dedup quarantine``: what is held back, and letting it go."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from pacs_dedup.domain.identifiers import StudyKey
from pacs_dedup.entrypoints.cli.context import context_of, services_of
from pacs_dedup.entrypoints.cli.output import say, show, show_json
from pacs_dedup.ports.quarantine import Hold
from pacs_dedup.reports.words import moment

app = typer.Typer(name="quarantine", help="List or release what is held back.", no_args_is_help=True)


@app.command("list")
def list_(
    context: typer.Context,
    released: Annotated[bool, typer.Option("--all", help="Also what was released.")] = False,
) -> None:
    """List the held studies, oldest first, with the time when each is forwarded in any case."""
    with services_of(context) as services:
        holds = services.quarantine.holds(released=released)
    if context_of(context).as_json:
        show_json([{"study": str(h.key), **asdict(h)} for h in holds])
        return
    if not holds:
        say("Nothing is held back.")
        return
    show(_table(holds))


@app.command()
def release(
    context: typer.Context,
    study: Annotated[str, typer.Argument(metavar="STUDY", help="UID@SOURCE, as `quarantine list` prints it.")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who releases it.")],
    generation: Annotated[int | None, typer.Option(help="One generation only.")] = None,
) -> None:
    """Forward a held study now."""
    from pacs_dedup.pipeline.review import release_hold

    with services_of(context) as services:
        released = release_hold(StudyKey.parse(study), generation, gate=services.gate, by=by)
    say(f"Released: {released} generation{'' if released == 1 else 's'}; forwarding is queued.")


def _table(holds: tuple[Hold, ...]) -> Table:
    table = Table("study", "gen.", "held since", "until", "why", box=None, pad_edge=False)
    for hold in holds:
        until = f"released {moment(hold.released_at)}" if hold.released_at else moment(hold.until) or "confirmed copy"
        table.add_row(str(hold.key), str(hold.generation), moment(hold.held_at), until, hold.reason)
    return table
