"""``pacs-dedup renew``: after an upgrade, fingerprint and index what is known by the rules of today."""

from contextlib import closing

import typer

from pacs_dedup.entrypoints.cli.context import context_of, services_of
from pacs_dedup.entrypoints.cli.output import counting, say, show_json, ticking


def renew(context: typer.Context) -> None:
    """Bring what is known up to the rules of this version; to be run once after an upgrade, the service may run.

    Instances that were fingerprinted by older rules are opened again where they are still held, and every study is made
    findable anew. Nothing is judged or forwarded. It may be stopped at any time and run again.
    """
    with services_of(context) as services:
        from pacs_dedup import wiring

        studies = len(services.register.entries())
        with counting("renewing", studies) as tell, closing(wiring.isolated_examine(services.settings)) as examine:
            tick, renewed, outdated = ticking(tell), 0, 0
            for study in wiring.renewal(services, examine):
                renewed, outdated = renewed + study.renewed, outdated + study.outdated
                tick()
    if context_of(context).as_json:
        show_json({"studies": studies, "renewed": renewed, "outdated": outdated})
    say(
        f"{studies} studies are findable by the rules of this version; {renewed} instances were fingerprinted again, "
        f"{outdated} could not be: they are no longer held, and keep their fingerprints by older rules."
    )
