"""``pacs-dedup config``: check the configuration, show what is in force."""

import typer
from rich.table import Table

from pacs_dedup.config import Settings
from pacs_dedup.entrypoints.cli.context import context_of
from pacs_dedup.entrypoints.cli.output import say, show, show_json

app = typer.Typer(name="config", help="Check or show the configuration.", no_args_is_help=True)
_HIDDEN = "(set; not shown)"


@app.command()
def check(context: typer.Context) -> None:
    """Read the configuration, and open its certificates; tell every problem. Exit code 2 where there is one."""
    from pacs_dedup.wiring.associations import check_tls

    settings = context_of(context).settings()
    check_tls(settings)
    peers = len(settings.peers)
    say(f"The configuration is good: mode {settings.mode.action}, {peers} peer{'' if peers == 1 else 's'}.")


@app.command("show")
def show_(context: typer.Context) -> None:
    """Print every setting in force: flag over environment over file over default."""
    options = context_of(context)
    values = _values(options.settings())
    if options.as_json:
        show_json(values)
        return
    table = Table("setting", "value", box=None, pad_edge=False)
    for key, value in _flat(values):
        table.add_row(key, value)
    show(table)


def _values(settings: Settings) -> dict[str, object]:
    values = settings.model_dump(mode="json")
    if values["storage"]["database_url"]:
        values["storage"]["database_url"] = _HIDDEN
    for peer in values["peers"]:
        peer["passcode"] = _HIDDEN if peer["passcode"] else ""
    return values


def _flat(values: object, prefix: str = "") -> list[tuple[str, str]]:
    if isinstance(values, dict) and values:
        return [pair for key, value in values.items() for pair in _flat(value, f"{prefix}.{key}" if prefix else key)]
    if isinstance(values, list) and values and isinstance(values[0], dict):
        return [pair for n, value in enumerate(values) for pair in _flat(value, f"{prefix}[{n}]")]
    return [(prefix, ", ".join(map(str, values)) if isinstance(values, list) else str(values))]
