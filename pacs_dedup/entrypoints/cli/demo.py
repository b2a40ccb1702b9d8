"""``pacs-dedup demo``: two hospitals in two minutes."""

from pathlib import Path
from typing import Annotated

import typer

from pacs_dedup.domain.errors import BadRequest


def demo(
    samples: Annotated[Path, typer.Option(help="The folder of stories.")] = Path("dicom_samples"),
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the report goes.")] = Path("demo-out"),
) -> None:
    """Play two hospitals: start the service, send the sample stories to it, print and write the report."""
    if not any(samples.glob("*/expected.toml")):
        raise BadRequest(f"there are no stories in {samples}; run it in a source tree, or name them with --samples")
    from pacs_dedup.entrypoints.cli.demo_run import play

    raise typer.Exit(play(samples, out))
