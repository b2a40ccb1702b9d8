"""What a backup says of itself. It names no patient and no UID."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from pacs_dedup.domain.errors import BadRequest, StorageDamaged
from pacs_dedup.domain.identifiers import is_blob_id
from pacs_dedup.wiring.backup import files

MANIFEST, DIGESTS, BLOB_LIST = "manifest.json", "files.sha256", "blobs.txt"
BLOBS, REFERENCES, FILES = "blobs", "references", "files"
FORM = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup holds.

    Attributes:
        form: of the backup's folder; this version reads 1.
        product: version of pacs_dedup that made it.
        schema: revision of the database's schema.
        began, finished: ISO 8601, UTC. Everything that was acknowledged before ``began`` is in it.
        database: name of the file that holds the database.
        blobs: number of blobs; ``copied`` of them were copied, the others linked to an earlier backup.
        damaged: blobs whose bytes were no longer those that arrived; they are not in the backup.
        digests: SHA-256 of the file of digests.
    """

    form: int
    product: str
    schema: str
    began: str
    finished: str
    database: str
    blobs: int
    blob_bytes: int
    copied: int
    references: int
    damaged: tuple[str, ...]
    digests: str


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest, durably."""
    files.write_durably(folder / MANIFEST, json.dumps(asdict(manifest), indent=2) + "\n")


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a backup.

    Raises:
        BadRequest: there is no finished backup in this folder, or another version made it in another form.
        StorageDamaged: its manifest can not be read.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise BadRequest(f"{folder} is no finished backup; name the folder that holds {MANIFEST}")
    try:
        told = json.loads(path.read_text("utf-8"))
        if told["form"] != FORM:
            raise BadRequest(
                f"{folder} has form {told['form']}, and this version reads form {FORM}; use a newer version"
            )
        return Manifest(**{**told, "damaged": tuple(told["damaged"])})
    except (ValueError, KeyError, TypeError):
        raise StorageDamaged(f"{path} can not be read; use another backup") from None


def listed_digests(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield SHA-256 and path within the backup of everything but blobs."""
    for line in (folder / DIGESTS).read_text("utf-8").splitlines():
        digest, _, name = line.partition("  ")
        yield digest, name


def listed_blobs(folder: Path) -> Iterator[tuple[str, int]]:
    """Yield digest and size of every blob that the list names as one."""
    with (folder / BLOB_LIST).open(encoding="ascii") as lines:
        for line in lines:
            digest, _, size = line.partition(" ")
            if is_blob_id(digest):
                yield digest, int(size)


def place_of(folder: Path, digest: str) -> Path:
    """Return where a blob lies, below the folder of blobs or of references."""
    return folder / digest[:2] / digest[2:4] / digest
