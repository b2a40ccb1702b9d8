"""``pacs-dedup forwards``: what destinations will not take, and trying it again."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from pacs_dedup.domain.errors import BadRequest
from pacs_dedup.domain.identifiers import StudyKey
from pacs_dedup.entrypoints.cli.context import context_of, services_of
from pacs_dedup.entrypoints.cli.output import say, show, show_json
from pacs_dedup.pipeline.dead_letters import NamedLetter, Wanted, dead_letters
from pacs_dedup.pipeline.dead_letters import requeue as requeue_letters
from pacs_dedup.pipeline.forwarding import NEVER
from pacs_dedup.reports.words import count, moment

if TYPE_CHECKING:
    from pacs_dedup.wiring import Services

app = typer.Typer(
    name="forwards", help="List or requeue dead letters: what a destination will not take.", no_args_is_help=True
)
_UNREAD = "not even its header could be read"

Destination = Annotated[str, typer.Option("--destination", metavar="NAME", help="Of one destination only.")]


@app.command("list")
def list_(
    context: typer.Context,
    destination: Destination = "",
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 where there is a dead letter.")] = False,
) -> None:
    """List dead letters: a row for each study, destination and cause; with --json each instance."""
    with services_of(context) as services:
        letters = _dead_letters(Wanted(destination=destination), services)
    if context_of(context).as_json:
        show_json([_row_of(named) for named in letters])
    elif letters:
        show(_table(letters))
    else:
        say("There are no dead letters.")
    raise typer.Exit(1 if exit_code and letters else 0)


@app.command()
def requeue(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Every dead letter.")] = False,
    study: Annotated[str, typer.Option("--study", metavar="UID[@SOURCE]", help="Those of a study.")] = "",
    series: Annotated[str, typer.Option("--series", metavar="UID", help="Those of a series.")] = "",
    instance: Annotated[str, typer.Option("--instance", metavar="UID", help="Those of an instance.")] = "",
    destination: Destination = "",
) -> None:
    """Try dead letters again now; name exactly one of --all, --study, --series, --instance."""
    if sum(map(bool, (everything, study, series, instance))) != 1:
        raise BadRequest("name exactly one of --all, --study, --series and --instance; --destination may come with it")
    key = StudyKey.parse(study)
    wanted = Wanted(destination, key.study_instance_uid, key.source, series, instance)
    with services_of(context) as services:
        letters = _dead_letters(wanted, services)
        done = requeue_letters(letters, book=services.forwards, gate=services.gate)
    if context_of(context).as_json:
        show_json({"requeued": done.instances, "held": done.held})
    say(f"Requeued: {count(done.instances, 'instance')}.")
    if done.held:
        say(f"{count(done.held, 'instance')} left: held back; `pacs-dedup quarantine release` lets them go.")
    if not letters:
        raise BadRequest("no dead letter is of that name; `pacs-dedup forwards list` shows what there is")


def _dead_letters(wanted: Wanted, services: "Services") -> tuple[NamedLetter, ...]:
    return dead_letters(wanted, book=services.forwards, index=services.index, destinations=tuple(services.destinations))


def _row_of(named: NamedLetter) -> dict[str, object]:
    letter = named.letter
    return {
        "destination": letter.destination,
        "trouble": letter.trouble,
        "cause": letter.cause,
        "study": str(named.study) if named.study is not None else None,
        "series_instance_uid": named.series_instance_uid,
        "sop_instance_uid": letter.sop_instance_uid,
        "source": letter.source,
        "arrival_id": letter.arrival_id,
        "since": letter.since,
        "attempts": letter.attempts,
        "due_at": letter.due_at,
    }


def _table(letters: Iterable[NamedLetter]) -> Table:
    """Group what is alike, so that an archive that refuses a study does not fill pages."""
    alike = defaultdict(list)
    for named in letters:
        letter = named.letter
        alike[letter.destination, named.study, letter.trouble, letter.cause].append(letter)
    table = Table("destination", "study", "instances", "why", "since", "tried again", box=None, pad_edge=False)
    for (destination, study, trouble, cause), group in alike.items():
        since, again = min(letter.since for letter in group), min(letter.due_at for letter in group)
        when = "when requeued" if again >= NEVER else moment(again)
        table.add_row(destination, str(study or _UNREAD), str(len(group)), f"{trouble}: {cause}", moment(since), when)
    return table
