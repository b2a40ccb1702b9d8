"""``pacs-dedup transit``: letting go, by a plan, what every destination is proven to hold."""

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from pacs_dedup.domain.audit import CARRIED_OUT
from pacs_dedup.domain.errors import BadRequest
from pacs_dedup.entrypoints.cli.context import context_of, services_of
from pacs_dedup.entrypoints.cli.output import counting, say, show, show_json, ticking
from pacs_dedup.ports.transit_book import ItemState, ReleasePlan
from pacs_dedup.reports.words import count, moment, size

if TYPE_CHECKING:
    from pacs_dedup.wiring import Services

app = typer.Typer(
    name="transit",
    help="Plan and apply what may leave our disk: received instances that every destination is proven to hold.",
    no_args_is_help=True,
)


@app.command("list")
def list_(context: typer.Context) -> None:
    """List the plans, newest first, with what became of each."""
    with services_of(context) as services:
        plans = services.transit.plans()
    if context_of(context).as_json:
        show_json([_row_of(plan) for plan in plans])
    elif plans:
        show(_table(plans))
    else:
        say("No plan was ever made; `pacs-dedup transit plan` makes one.")


@app.command()
def plan(context: typer.Context) -> None:
    """Find what may go, and why the rest stays. Nothing is removed."""
    from pacs_dedup.pipeline.transit import plan_release
    from pacs_dedup.wiring.transit import open_transit

    with services_of(context) as services:
        made = plan_release(open_transit(services))
        services.auditor.transit_plan("planned", f"transit plan {made.plan_id}", _facts(made))
    if context_of(context).as_json:
        show_json(_row_of(made))
        return
    show(_staying(made))
    say(f"Plan {made.plan_id}: {count(made.instances, 'instance')}, {size(made.size_bytes)}, may go.")
    if made.instances:
        say(f"To let them go: pacs-dedup transit apply {made.plan_id} --token {made.token} --by NAME")


@app.command("apply")
def apply_(
    context: typer.Context,
    plan_id: Annotated[int, typer.Argument(metavar="PLAN", help="Number that `transit plan` told.")],
    token: Annotated[str, typer.Option("--token", help="Token that it told: you mean exactly what it showed.")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who approves it.")],
) -> None:
    """Let go what a plan names, looking at each instance once more. May be stopped and run again."""
    from pacs_dedup.pipeline.transit import apply_release
    from pacs_dedup.wiring.transit import open_transit

    with services_of(context) as services:
        found = _plan(plan_id, services)
        told = f"transit plan {plan_id}", _facts(found) | {"by": by}
        services.auditor.transit_plan("approved", *told)
        done: Counter[ItemState] = Counter()
        kept: Counter[str] = Counter()
        with counting("letting go", found.instances) as tell:
            tick = ticking(tell)
            for item in apply_release(plan_id, token, by=by, transit=open_transit(services)):
                done[item.state] += 1
                kept[item.cause] += item.state is ItemState.KEPT
                tick()
        services.auditor.transit_plan(CARRIED_OUT, told[0], told[1] | {"released": str(done[ItemState.RELEASED])})
    if context_of(context).as_json:
        causes = {cause: number for cause, number in kept.items() if number}
        show_json({"plan": plan_id, "released": done[ItemState.RELEASED], "kept": causes})
    say(f"Released: {count(done[ItemState.RELEASED], 'instance')}; kept after all: {done[ItemState.KEPT]}.")
    for cause, number in kept.most_common():
        if number:
            say(f"  {number}: {cause}")


def _plan(plan_id: int, services: "Services") -> ReleasePlan:
    """Return a plan, where nothing that was received is unknown to the database."""
    from pacs_dedup.wiring.transit import unrecorded

    if waiting := unrecorded(services):
        raise BadRequest(
            f"{count(waiting, 'arrival')} in the spool, not recorded yet; let the service record them first"
        )
    found = next((each for each in services.transit.plans() if each.plan_id == plan_id), None)
    if found is None:
        raise BadRequest(f"there is no plan {plan_id}; `pacs-dedup transit list` shows the plans")
    return found


def _facts(made: ReleasePlan) -> dict[str, str]:
    return {"token": made.token, "instances": str(made.instances), "bytes": str(made.size_bytes)}


def _row_of(made: ReleasePlan) -> dict[str, object]:
    return {
        "plan": made.plan_id,
        "token": made.token,
        "made_at": made.made_at,
        "instances": made.instances,
        "size_bytes": made.size_bytes,
        "staying": {each.reason.name.lower(): [each.instances, each.size_bytes] for each in made.staying},
        "approved_by": made.approved_by,
        "approved_at": made.approved_at,
        "finished_at": made.finished_at,
    }


def _staying(made: ReleasePlan) -> Table:
    table = Table("stays", "", "because", box=None, pad_edge=False)
    for each in made.staying:
        table.add_row(count(each.instances, "instance"), size(each.size_bytes), each.reason.value)
    return table


def _table(plans: tuple[ReleasePlan, ...]) -> Table:
    table = Table("plan", "token", "made", "may go", "", "approved by", "applied", box=None, pad_edge=False)
    for made in plans:
        applied = moment(made.finished_at) or ("begun, not finished" if made.approved_at else "")
        told = (count(made.instances, "instance"), size(made.size_bytes), made.approved_by, applied)
        table.add_row(str(made.plan_id), made.token, moment(made.made_at), *told)
    return table
