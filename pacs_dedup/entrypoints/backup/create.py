"""Making a backup while the service runs."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pacs_dedup import __version__
from pacs_dedup.config import Settings
from pacs_dedup.domain.errors import BadRequest, OutOfStorage
from pacs_dedup.domain.identifiers import is_blob_id
from pacs_dedup.entrypoints.backup.manifest import (
    BLOB_LIST,
    BLOBS,
    DIGESTS,
    FILES,
    FORM,
    REFERENCES,
    Manifest,
    place_of,
    write_manifest,
)
from pacs_dedup.wiring.backup import SystemClock, databases, files, record_use

LAST_BACKUP = "last-backup"
"""File in the data folder whose time of modification is that of the last finished backup."""

UNFINISHED = ".unfinished"
_PRIVATE = 0o600
_OWN_FOLDERS = frozenset({BLOBS, REFERENCES, "incoming"})


@dataclass(slots=True)
class _Copied:
    """What the copying of blobs has come to."""

    sizes: dict[str, int] = field(default_factory=dict)
    copied: int = 0
    damaged: list[str] = field(default_factory=list)


def create(settings: Settings, into: Path) -> tuple[Path, Manifest]:
    """Make one backup in a folder of backups; return where it is and what it holds.

    Args:
        settings: those of the service, which may run.
        into: folder of backups, made where it is missing; better on another disk. Blobs that an earlier backup there
            has are linked, not copied.

    Raises:
        BadRequest: the folder lies in the data folder, or there is no data folder.
        BadConfiguration: the database can not be copied by this machine.
        OutOfStorage: the database does not answer, or the folder can not be written.
    """
    data, into = settings.storage.path.absolute(), into.absolute()
    _check_places(data, into)
    began = SystemClock().now()
    try:
        folder = _new_folder(into, began)
        earlier = [each for each in _backups(into) if each != folder]
        others = _copy_others(settings, data, folder)
        copied = _Copied()
        _copy_blobs(data, folder, earlier, copied)  # most of them now, so that few are left for after the database
        database = databases.dump(settings.database_url, folder)
        _copy_blobs(data, folder, earlier, copied)
        references = _copy_references(data, folder)
        manifest = _describe(folder, [database, *others], copied, references, settings, began)
        write_manifest(folder, manifest)
        files.sync_folders(folder)
        finished = folder.rename(folder.with_name(folder.name.removesuffix(UNFINISHED)))
        files.sync_folders(into)
        (data / LAST_BACKUP).touch(mode=_PRIVATE)
    except OSError as error:
        raise OutOfStorage(
            f"the backup could not be written or read ({error.strerror}); see that {into} has room and belongs to this "
            "account; what is there ends in .unfinished and may be deleted"
        ) from None
    record_use(settings, f"backup {finished.name}", {"reason": "a backup was made", "blobs": manifest.blobs})
    return finished, manifest


def _check_places(data: Path, into: Path) -> None:
    if not data.is_dir():
        raise BadRequest(f"there is no data folder {data}; name it with --data or --config")
    if into.resolve().is_relative_to(data.resolve()):
        raise BadRequest("a backup can not lie in the data folder that it is a copy of; name a folder on another disk")


def _new_folder(into: Path, began: datetime) -> Path:
    files.make_folder(into)
    folder = into / f"{began:%Y%m%dT%H%M%SZ}{UNFINISHED}"
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        raise BadRequest(f"another backup began in {into} in this second; wait for it") from None
    folder.chmod(0o700)
    return folder


def _backups(into: Path) -> list[Path]:
    """Return the backups that are there, the newest first; what an unfinished one has copied is good too."""
    return sorted((each for each in into.iterdir() if (each / BLOBS).is_dir()), reverse=True)


def _copy_others(settings: Settings, data: Path, folder: Path) -> list[Path]:
    """Copy what is neither blob nor database nor lock, before the database is: it moves from here to there."""
    copies = []
    for source in _others(settings, data):
        target = folder / FILES / source.relative_to(data)
        files.make_folder(target.parent)
        try:
            files.copy_durably(source, target)
        except FileNotFoundError:  # recorded in the database meanwhile, which is copied next
            continue
        copies.append(target)
    return copies


def _others(settings: Settings, data: Path) -> Iterator[Path]:
    database = databases.file_of(settings.database_url)
    for top in sorted(data.iterdir()):
        if top.name in _OWN_FOLDERS:
            continue
        for path in files.files_below(top) if top.is_dir() else [top]:
            of_database = database is not None and path.name.startswith(database.name)
            is_own = path.suffix == ".lock" or path.name == LAST_BACKUP or path.name.startswith(".")
            if not of_database and not is_own and path.is_file() and not path.is_symlink():
                yield path


def _copy_blobs(data: Path, folder: Path, earlier: list[Path], copied: _Copied) -> None:
    """Copy or link every blob that the backup has not; what is released meanwhile need not be in it."""
    files.make_folder(folder / BLOBS)
    for source in files.files_below(data / BLOBS):
        digest = source.name
        if not is_blob_id(digest) or digest in copied.sizes or digest in copied.damaged:
            continue
        target = place_of(folder / BLOBS, digest)
        files.make_folder(target.parent)
        try:
            size = source.stat().st_size
            if not any(files.linked(place_of(one / BLOBS, digest), source, target) for one in earlier[:1]):
                if not files.copy_durably(source, target, digest=digest):
                    copied.damaged.append(digest)
                    continue
                copied.copied += 1
        except FileNotFoundError:
            continue
        copied.sizes[digest] = size


def _copy_references(data: Path, folder: Path) -> int:
    number = 0
    for source in files.files_below(data / REFERENCES):
        if is_blob_id(source.name) and source.is_symlink():
            target = place_of(folder / REFERENCES, source.name)
            files.make_folder(target.parent)
            files.copy_link(source, target)
            number += 1
    return number


def _describe(
    folder: Path, copies: list[Path], copied: _Copied, references: int, settings: Settings, began: datetime
) -> Manifest:
    """Write the lists, and return what is said of the whole."""
    lines = (f"{digest} {size}\n" for digest, size in sorted(copied.sizes.items()))
    files.write_durably(folder / BLOB_LIST, "".join(lines))
    named = sorted(path.relative_to(folder).as_posix() for path in [folder / BLOB_LIST, *copies])
    files.write_durably(folder / DIGESTS, "".join(f"{files.sha256_of(folder / name)}  {name}\n" for name in named))
    database = next(path for path in copies if path.parent == folder)
    return Manifest(
        form=FORM,
        product=__version__,
        schema=databases.revision_of(database, settings.database_url),
        began=began.isoformat(timespec="seconds"),
        finished=SystemClock().now().isoformat(timespec="seconds"),
        database=database.name,
        blobs=len(copied.sizes),
        blob_bytes=sum(copied.sizes.values()),
        copied=copied.copied,
        references=references,
        damaged=tuple(copied.damaged),
        digests=files.sha256_of(folder / DIGESTS),
    )
