"""``pacs-dedup cases``: the flags that wait for a person, and what was decided."""

from enum import StrEnum
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from pacs_dedup.domain.case import CaseState, ReviewCase, Verb
from pacs_dedup.domain.errors import BadRequest
from pacs_dedup.domain.identifiers import CaseId
from pacs_dedup.domain.verdict import Disposition
from pacs_dedup.entrypoints.cli.context import context_of, services_of
from pacs_dedup.entrypoints.cli.output import say, show, show_json
from pacs_dedup.reports.words import DISPOSITIONS, RELATIONS, moment, source

app = typer.Typer(name="cases", help="List, show and decide the flagged pairs of studies.", no_args_is_help=True)
_URGENCY = (Disposition.ALERT, Disposition.QUARANTINE, Disposition.FLAG, Disposition.LINK, Disposition.ACCEPT)
_VERBS = ", ".join(Verb)


class Which(StrEnum):
    """Which cases to list."""

    OPEN = "open"
    ALL = "all"
    NEW = "new"
    DECIDED = "decided"
    DISMISSED = "dismissed"
    ESCALATED = "escalated"


By = Annotated[str, typer.Option("--by", metavar="NAME", help="Your account name.")]


@app.command("list")
def list_(
    context: typer.Context,
    which: Annotated[Which, typer.Option("--state", help="Which cases.")] = Which.OPEN,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 where a case is listed.")] = False,
) -> None:
    """List cases: alerts first, then what is held, then flags; oldest first."""
    with services_of(context) as services:
        cases = sorted(services.case_book.cases(_states(which)), key=_urgency)
    if context_of(context).as_json:
        show_json([_row_of(case) for case in cases])
    elif cases:
        show(_table(cases))
    else:
        say(f"No {'' if which is Which.ALL else which.value + ' '}cases.")
    raise typer.Exit(1 if exit_code and cases else 0)


@app.command("show")
def show_(context: typer.Context, case_id: Annotated[int, typer.Argument(metavar="ID")]) -> None:
    """Show one case: the verdict, the evidence, the header differences, the history."""
    from pacs_dedup.entrypoints.cli.render_case import case_view
    from pacs_dedup.pipeline.case_report import case_report
    from pacs_dedup.wiring import open_reading

    with services_of(context) as services, open_reading(services, with_pictures=False) as reading:
        case = services.case_book.case(CaseId(case_id))
        if case is None:
            raise BadRequest(f"there is no case {case_id}; `pacs-dedup cases list --state all` shows them")
        told = case_report(case, reading)
        services.auditor.accessed(dict.fromkeys((case.incoming, case.prior)), f"case {case.case_id}")
    if context_of(context).as_json:
        show_json(told)
    else:
        show(case_view(told))


@app.command()
def decide(
    context: typer.Context,
    case_id: Annotated[int, typer.Argument(metavar="ID")],
    verb: Annotated[Verb, typer.Argument(metavar="VERB", help=f"One of {_VERBS}. None of them deletes anything.")],
    by: By,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; others will read it.")] = "",
) -> None:
    """Decide a case. The decision can be undone."""
    from pacs_dedup.pipeline.review import decide_case

    with services_of(context) as services:
        case = decide_case(CaseId(case_id), verb, gate=services.gate, by=by, reason=reason)
    _tell(context, case)


@app.command()
def undo(context: typer.Context, case_id: Annotated[int, typer.Argument(metavar="ID")], by: By) -> None:
    """Take the last decision on a case back."""
    from pacs_dedup.pipeline.review import undo_case

    with services_of(context) as services:
        case = undo_case(CaseId(case_id), gate=services.gate, by=by)
    _tell(context, case)


def _tell(context: typer.Context, case: ReviewCase) -> None:
    if context_of(context).as_json:
        show_json(_row_of(case))
    say(f"Case {case.case_id} is {case.state} now.")


def _states(which: Which) -> tuple[CaseState, ...]:
    if which is Which.ALL:
        return ()
    return (CaseState.NEW, CaseState.ESCALATED) if which is Which.OPEN else (CaseState(which.value),)


def _urgency(case: ReviewCase) -> tuple[int, object]:
    return _URGENCY.index(case.verdict.disposition), case.opened_at


def _row_of(case: ReviewCase) -> dict[str, object]:
    verdict = case.verdict
    return {
        "case_id": case.case_id,
        "state": case.state,
        "disposition": verdict.disposition,
        "relation": verdict.relation,
        "certainty": verdict.certainty,
        "sentence": verdict.sentence,
        "incoming": case.incoming,
        "generation": case.generation,
        "prior": case.prior,
        "opened_at": case.opened_at,
        "events": case.events,
    }


def _table(cases: list[ReviewCase]) -> Table:
    table = Table("case", "", "state", "verdict", "sure", "from", "known from", "opened", box=None, pad_edge=False)
    for case in cases:
        verdict = case.verdict
        style = "bold red" if verdict.disposition is Disposition.ALERT else ""
        table.add_row(
            str(case.case_id),
            Text(DISPOSITIONS[verdict.disposition], style),
            case.state,
            RELATIONS[verdict.relation],
            verdict.certainty,
            Text(source(case.incoming.source)),
            Text(source(case.prior.source)),
            moment(case.opened_at),
        )
    return table
