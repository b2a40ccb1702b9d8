"""Side flow, scan: files that lie in folders are recorded as arrivals, where they are; nothing is copied.

Each folder is a source of its own, named by its absolute path: so two copies of a study in two folders are two studies,
and scanning a parent folder later, or the same one from elsewhere, finds the same sources again.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pacs_dedup.dicom.open_dataset import is_media_directory, looks_like_dicom
from pacs_dedup.domain.errors import Unreadable
from pacs_dedup.domain.identifiers import SCAN_PREFIX, ArrivalId, BlobId, TransferSyntaxUid
from pacs_dedup.ports.arrival_book import Arrival, ArrivalBook
from pacs_dedup.ports.blob_store import BlobStore
from pacs_dedup.ports.clock import Clock


class FileState(StrEnum):
    """What a file turned out to be."""

    READ = "read"
    NOT_DICOM = "not_dicom"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class ScannedFile:
    """One file that was met.

    Attributes:
        cause: why it is unreadable; empty otherwise.
        blob_id, arrival_id: of a file that was recorded.
    """

    path: Path
    state: FileState
    size_bytes: int = 0
    cause: str = ""
    source: str = ""
    blob_id: BlobId = BlobId("")
    arrival_id: ArrivalId | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What a walk met, before any file was opened.

    Attributes:
        files: absolute paths, in order, each once.
        links: symbolic links, which are not followed: they could lead out of the folder, or in circles.
        unreadable: folders that could not be listed, and paths that are not there.
    """

    files: tuple[Path, ...]
    links: int
    unreadable: tuple[ScannedFile, ...]


def find_files(paths: Iterable[Path], leave_out: Path | None = None) -> Found:
    """Walk files and folders; ``leave_out`` (our own data folder) is not entered, not even where it is asked for."""
    files: dict[Path, None] = {}
    links, unreadable = 0, []
    avoid = leave_out.resolve() if leave_out else None
    for path in paths:
        for entry in _walk(path.resolve(), avoid):  # one name for one file: its folder is a source of studies
            if isinstance(entry, ScannedFile):
                unreadable.append(entry)
            elif entry.is_symlink():
                links += 1
            else:
                files[entry] = None
    return Found(tuple(files), links, tuple(unreadable))


def _walk(top: Path, avoid: Path | None) -> Iterator[Path | ScannedFile]:
    if not top.exists():
        yield _unreadable(top, "there is no such file or folder")
        return
    if avoid is not None and top.resolve().is_relative_to(avoid):
        yield _unreadable(top, "this is the data folder of pacs_dedup itself; scan the folders that files came from")
        return
    if not top.is_dir():
        yield top
        return
    failures: list[ScannedFile] = []

    def note(error: OSError) -> None:
        failures.append(_unreadable(Path(error.filename), f"the folder can not be listed ({error.strerror})"))

    for folder, subfolders, names in os.walk(top, onerror=note):
        subfolders.sort()
        subfolders[:] = [name for name in subfolders if avoid is None or Path(folder, name).resolve() != avoid]
        yield from (Path(folder, name) for name in subfolders if Path(folder, name).is_symlink())
        yield from (Path(folder, name) for name in sorted(names))
    yield from failures


def record_file(path: Path, *, blobs: BlobStore, arrivals: ArrivalBook, clock: Clock) -> ScannedFile:
    """Record one file as an arrival from its folder, to be fingerprinted; never raises for what the file is."""
    try:
        if not path.is_file():
            return ScannedFile(path, FileState.NOT_DICOM)
        if not path.stat().st_size:
            return _unreadable(path, "the file is empty; copy it again")
        if not looks_like_dicom(path) or is_media_directory(path):
            return ScannedFile(path, FileState.NOT_DICOM, path.stat().st_size)
        blob = blobs.refer(path)
    except OSError as error:
        return _unreadable(path, f"the file can not be read ({error.strerror})")
    except Unreadable as error:
        return _unreadable(path, str(error))
    source = SCAN_PREFIX + str(path.parent)
    arrival = Arrival(
        blob_id=blob.blob_id,
        source=source,
        received_at=clock.now(),
        size_bytes=blob.size_bytes,
        transfer_syntax_uid=TransferSyntaxUid(""),
        locator=str(path),
    )
    arrival_id = arrivals.record(arrival)
    return ScannedFile(path, FileState.READ, blob.size_bytes, "", source, blob.blob_id, arrival_id)


def _unreadable(path: Path, cause: str) -> ScannedFile:
    return ScannedFile(path, FileState.UNREADABLE, cause=cause)
