"""``pacs-dedup commitments``: the peers' requests for storage commitment whose answer nobody has taken."""

import typer
from rich.table import Table

from pacs_dedup.entrypoints.cli.context import context_of, services_of
from pacs_dedup.entrypoints.cli.output import say, show, show_json
from pacs_dedup.ports.commitment_requests import Inquiry
from pacs_dedup.reports.words import moment

app = typer.Typer(name="commitments", help="List what peers were not told yet.", no_args_is_help=True)


@app.command()
def untold(context: typer.Context) -> None:
    """List the requests for storage commitment whose answer the peer has not taken, oldest first."""
    with services_of(context) as services:
        inquiries = services.commitment_requests.untold()
    if context_of(context).as_json:
        show_json([_facts(inquiry) for inquiry in inquiries])
        return
    if not inquiries:
        say("Every request for storage commitment was answered.")
        return
    table = Table("peer", "asked", "transaction UID", "instances", "failed", "state", box=None, pad_edge=False)
    for inquiry in inquiries:
        table.add_row(*(str(value) for value in _facts(inquiry).values()))
    show(table)


def _facts(inquiry: Inquiry) -> dict[str, object]:
    request = inquiry.request
    return {
        "peer": request.requester,
        "asked": moment(request.received_at),
        "transaction_uid": request.transaction_uid,
        "instances": len(request.references),
        "failed": "" if inquiry.answer is None else len(inquiry.answer.failed),
        "state": _state(inquiry),
    }


def _state(inquiry: Inquiry) -> str:
    if inquiry.given_up_at:
        return f"given up {moment(inquiry.given_up_at)}"
    return "to be looked into" if inquiry.answer is None else "to be told"
