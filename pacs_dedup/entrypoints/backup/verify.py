"""Checking a backup, byte by byte."""

from dataclasses import dataclass
from pathlib import Path

from pacs_dedup.domain.errors import PacsDedupError
from pacs_dedup.entrypoints.backup.manifest import (
    BLOBS,
    DIGESTS,
    REFERENCES,
    Manifest,
    listed_blobs,
    listed_digests,
    place_of,
    read_manifest,
)
from pacs_dedup.wiring.backup import databases, files


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What checking found.

    Attributes:
        blobs: blobs that are whole.
        released: blobs that the database knows of and the backup has not: released before it was made. Unknown (None)
            for a copy of PostgreSQL, whose rows can not be read in the file.
        problems: what is missing or damaged, in words without patient data; the backup is whole where there is none.
    """

    manifest: Manifest
    blobs: int
    released: int | None
    problems: tuple[str, ...]


def verify(folder: Path) -> Verification:
    """Read every byte of a backup and compare it with its digest; let the database's program look at its copy.

    Raises:
        BadRequest: there is no finished backup in this folder.
        StorageDamaged: its manifest can not be read.
    """
    manifest = read_manifest(folder)
    problems = listing_problems(folder, manifest)
    whole: set[str] = set()
    if not problems:
        for digest, _ in listed_blobs(folder):
            if problem := _blob_problem(folder, digest):
                problems.append(problem)
            else:
                whole.add(digest)
        if len(whole) + len(problems) != manifest.blobs:
            problems.append("the list of blobs and the manifest do not agree")
    problems += _database_problems(folder / manifest.database)
    problems += [f"blob {digest} was damaged before the backup was made" for digest in manifest.damaged]
    released = None if problems else _released(folder, manifest, whole)
    return Verification(manifest=manifest, blobs=len(whole), released=released, problems=tuple(problems))


def listing_problems(folder: Path, manifest: Manifest) -> list[str]:
    """Compare everything but the blobs with its digest."""
    try:
        if files.sha256_of(folder / DIGESTS) != manifest.digests:
            return [f"{DIGESTS} is not as it was written"]
        return [
            f"{name} is not as it was written"
            for digest, name in listed_digests(folder)
            if files.sha256_of(folder / name) != digest
        ]
    except OSError as error:
        return [f"a file can not be read ({error.strerror})"]


def _blob_problem(folder: Path, digest: str) -> str:
    try:
        whole = files.blake3_of(place_of(folder / BLOBS, digest)) == digest
    except OSError as error:
        return f"blob {digest} can not be read ({error.strerror})"
    return "" if whole else f"blob {digest} is damaged"


def _database_problems(file: Path) -> list[str]:
    try:
        databases.check_copy(file)
    except PacsDedupError as error:
        return [str(error)]
    return []


def _released(folder: Path, manifest: Manifest, whole: set[str]) -> int | None:
    if databases.kind_of_file(folder / manifest.database) != "sqlite":
        return None
    arrived = databases.arrived_blobs(folder / manifest.database)
    return sum(1 for d in arrived if d not in whole and not place_of(folder / REFERENCES, d).is_symlink())
