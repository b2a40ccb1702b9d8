"""The commands of pacs-dedup, their global options, and how errors become one line and an exit code."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from pacs_dedup import __version__
from pacs_dedup.domain.errors import PacsDedupError
from pacs_dedup.entrypoints.cli import (
    audit,
    backup,
    cases,
    commitments,
    compare,
    config,
    conformance,
    demo,
    doctor,
    forwards,
    patients,
    peers,
    quarantine,
    renew,
    report,
    scan,
    serve,
    transit,
)
from pacs_dedup.entrypoints.cli.context import Context
from pacs_dedup.entrypoints.cli.output import say

EPILOG = (
    "Exit codes: 0 ok, 1 findings (with --exit-code), 2 usage or configuration, 3 partial (something could not be "
    "read), 4 a peer or the storage failed. --config, --data and --json may stand anywhere on the line."
)
_INTERRUPTED = 130
_VALUED, _FLAGS = ("--config", "--data"), ("--json",)

app = typer.Typer(
    name="pacs-dedup",
    help="Finds copied DICOM studies by their decoded pixels, and says why.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command(epilog=EPILOG)(serve.serve)
app.command(epilog=EPILOG)(scan.scan)
app.add_typer(cases.app)
app.add_typer(quarantine.app)
app.add_typer(forwards.app)
app.add_typer(transit.app)
app.add_typer(commitments.app)
app.command(epilog=EPILOG)(report.report)
app.command(epilog=EPILOG)(compare.compare)
app.add_typer(patients.app)
app.add_typer(peers.app)
app.add_typer(config.app)
app.add_typer(backup.app)
app.add_typer(audit.app)
app.command(epilog=EPILOG)(conformance.conformance)
app.command(epilog=EPILOG)(renew.renew)
app.command(epilog=EPILOG)(doctor.doctor)
app.command(epilog=EPILOG)(demo.demo)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"pacs_dedup {__version__}")
        raise typer.Exit


@app.callback()
def _globals(
    context: typer.Context,
    config_file: Annotated[Path | None, typer.Option("--config", metavar="FILE", help="TOML configuration.")] = None,
    data: Annotated[Path | None, typer.Option("--data", metavar="DIR", help="Data folder (storage.path).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print data as JSON.")] = False,
    version: Annotated[  # noqa: ARG001 - its callback does the work
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    context.obj = Context(config_file, data, as_json)


def run(arguments: Sequence[str]) -> int:
    """Run one command line; return its exit code. What went wrong is one line on stderr, never a traceback."""
    try:
        app(hoisted(arguments), standalone_mode=True)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except PacsDedupError as error:
        say(str(error), error=True)
        return error.exit_code
    except KeyboardInterrupt:
        return _INTERRUPTED
    return 0


def hoisted(arguments: Sequence[str]) -> list[str]:
    """Move the global options in front of the command, so that they may stand anywhere before ``--``."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    first: list[str] = []
    rest: list[str] = []
    words = iter(arguments[:end])
    for word in words:
        if word in _VALUED:
            first += [word, *([value] if (value := next(words, None)) is not None else [])]
        elif word in _FLAGS or word.startswith(tuple(f"{name}=" for name in _VALUED)):
            first.append(word)
        else:
            rest.append(word)
    return [*first, *rest, *arguments[end:]]
