"""``pacs-dedup serve``: the DICOM listener and the workers."""

from enum import StrEnum
from typing import Annotated

import typer

from pacs_dedup.entrypoints.cli.context import context_of


class Part(StrEnum):
    """Which part of the service this process takes; the names of `pacs_dedup.entrypoints.serve.Role`."""

    ALL = "all"
    SCP = "scp"
    WORKER = "worker"


def serve(
    context: typer.Context,
    part: Annotated[Part, typer.Argument(help="scp: the listener alone; worker: the steps alone.")] = Part.ALL,
) -> None:
    """Run the DICOM listener and the workers until Ctrl-C or SIGTERM."""
    from pacs_dedup.entrypoints.serve import Role
    from pacs_dedup.entrypoints.serve import serve as run

    raise typer.Exit(run(context_of(context).settings(), Role(part.value)))
