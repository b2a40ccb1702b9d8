"""``pacs-dedup backup``: copies of everything, made while the service runs, and the way back."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pacs_dedup.entrypoints.cli.context import context_of
from pacs_dedup.entrypoints.cli.output import say, show_json

app = typer.Typer(name="backup", help="Make, check or restore a backup.", no_args_is_help=True)

_PARTIAL, _FAILED = 3, 4
_MIB = 1 << 20
_MOST_TOLD = 20


@app.command("create")
def create_(
    context: typer.Context,
    into: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of backups, on another disk.")],
) -> None:
    """Make a backup of database, blobs and all else of the data folder; the service may run.

    Blobs that an earlier backup in DIR has are linked to it. The backup holds patient data: keep it as the archive is
    kept. Exit code 3: made, but some blobs of the data folder were damaged and are not in it.
    """
    from pacs_dedup.entrypoints.backup import create

    folder, manifest = create(context_of(context).settings(), into)
    if context_of(context).as_json:
        show_json({"backup": str(folder), **asdict(manifest)})
    say(
        f"{folder}: {manifest.blobs} blobs of {manifest.blob_bytes // _MIB} MiB ({manifest.copied} copied, the others "
        f"linked to an earlier backup), {manifest.references} references, {manifest.database} at revision "
        f"{manifest.schema}."
    )
    _tell_damaged(manifest.damaged, "is damaged in the data folder and not in the backup")
    raise typer.Exit(_PARTIAL if manifest.damaged else 0)


@app.command("verify")
def verify_(
    context: typer.Context,
    backup: Annotated[Path, typer.Argument(metavar="BACKUP", help="Folder of one backup.")],
) -> None:
    """Read every byte of a backup and compare it with its digest. Exit code 4: it is not whole."""
    from pacs_dedup.entrypoints.backup import verify

    found = verify(backup)
    if context_of(context).as_json:
        show_json(asdict(found))
    for problem in found.problems[:_MOST_TOLD]:
        say(problem, error=True)
    if found.problems:
        say(f"{backup} is not whole: {len(found.problems)} problems.")
        raise typer.Exit(_FAILED)
    say(f"{backup} is whole: {found.blobs} blobs, {found.manifest.database}, began {found.manifest.began}.")
    if found.released:
        say(f"{found.released} blobs that once arrived are not in it: they were released before it was made.")


@app.command("restore")
def restore_(
    context: typer.Context,
    backup: Annotated[Path, typer.Argument(metavar="BACKUP", help="Folder of one backup.")],
) -> None:
    """Restore a backup into the configured data folder and database, which must be empty; the service must not run.

    What was done after the backup is done again: instances are forwarded again under their UIDs, decisions of people
    are not in it. Exit code 3: restored, but some blobs of the backup are missing or damaged.
    """
    from pacs_dedup.entrypoints.backup import restore

    settings = context_of(context).settings()
    manifest, lost = restore(backup, settings)
    if context_of(context).as_json:
        show_json({"restored": str(backup), "lost": lost, **asdict(manifest)})
    say(
        f"Restored into {settings.storage.path.absolute()}: {manifest.blobs - len(lost)} of {manifest.blobs} blobs and "
        f"the database as of {manifest.began}. Now start the service: what waited goes on."
    )
    _tell_damaged(lost, "is missing or damaged in the backup and was not restored; have it sent again")
    raise typer.Exit(_PARTIAL if lost else 0)


def _tell_damaged(digests: tuple[str, ...] | list[str], what: str) -> None:
    for digest in digests[:_MOST_TOLD]:
        say(f"blob {digest} {what}", error=True)
    if len(digests) > _MOST_TOLD:
        say(f"and {len(digests) - _MOST_TOLD} more", error=True)
