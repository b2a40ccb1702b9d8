"""Restoring a backup into an empty data folder and an empty database."""

from pathlib import Path

from pacs_dedup.config import Settings
from pacs_dedup.domain.errors import BadConfiguration, OutOfStorage, StorageDamaged
from pacs_dedup.entrypoints.backup.manifest import (
    BLOBS,
    FILES,
    REFERENCES,
    Manifest,
    listed_blobs,
    place_of,
    read_manifest,
)
from pacs_dedup.entrypoints.backup.verify import listing_problems
from pacs_dedup.wiring.backup import SystemClock, databases, files, open_database, record_use, revisions

_BLOB_MODE, _OTHER_MODE = 0o440, 0o600


def restore(folder: Path, settings: Settings) -> tuple[Manifest, list[str]]:
    """Restore a backup; the service must not run. The database comes last: without it nothing is restored.

    Args:
        folder: of one backup.
        settings: name the data folder and the database, both of which must be empty.

    Returns:
        What the backup holds, and the digests of blobs in it that are missing or damaged, and so are not restored.

    Raises:
        BadRequest: there is no finished backup in this folder.
        BadConfiguration: the data folder or the database is not empty, or a newer version made the backup.
        StorageDamaged: something other than a blob is damaged; nothing was restored.
        OutOfStorage: the data folder or the database can not be written.
    """
    manifest = read_manifest(folder)
    data = settings.storage.path.absolute()
    _check(folder, manifest, settings, data)
    try:
        files.make_folder(data)
        lost = [digest for digest, _ in listed_blobs(folder) if not _restore_blob(folder, digest, data)]
        _restore_others(folder, data)
        files.sync_folders(data)
        databases.load(folder / manifest.database, settings.database_url)
    except OSError as error:
        raise OutOfStorage(
            f"the data folder could not be written ({error.strerror}); make room, empty it and restore again"
        ) from None
    open_database(settings.database_url, SystemClock(), sole_owner=True).close()  # brings an older schema up to date
    facts = {"reason": "a backup was restored", "blobs": manifest.blobs, "lost": len(lost)}
    record_use(settings, f"backup {folder.name}", facts)
    return manifest, lost


def _check(folder: Path, manifest: Manifest, settings: Settings, data: Path) -> None:
    if problems := listing_problems(folder, manifest):
        raise StorageDamaged(f"{problems[0]}; nothing was restored: use another backup")
    if manifest.schema not in revisions():
        raise BadConfiguration("the backup was made by a newer version of pacs_dedup; restore it with that version")
    if data.exists() and any(data.iterdir()):
        raise BadConfiguration(f"the data folder {data} is not empty; name another one with --data, or set it aside")
    databases.require_empty(settings.database_url, folder / manifest.database)


def _restore_blob(folder: Path, digest: str, data: Path) -> bool:
    target = place_of(data / BLOBS, digest)
    files.make_folder(target.parent)
    source = place_of(folder / BLOBS, digest)
    return source.is_file() and files.copy_durably(source, target, mode=_BLOB_MODE, digest=digest)


def _restore_others(folder: Path, data: Path) -> None:
    for source in files.files_below(folder / FILES):
        target = data / source.relative_to(folder / FILES)
        files.make_folder(target.parent)
        files.copy_durably(source, target, mode=_OTHER_MODE)
    for source in files.files_below(folder / REFERENCES):
        target = data / source.relative_to(folder)
        files.make_folder(target.parent)
        files.copy_link(source, target)
