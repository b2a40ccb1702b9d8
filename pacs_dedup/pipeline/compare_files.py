"""Compare two files or folders without a database: fingerprint both sides, look, judge."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from blake3 import blake3

from pacs_dedup.dicom.open_dataset import is_media_directory, looks_like_dicom
from pacs_dedup.domain.compare import compare_studies, plan_looks
from pacs_dedup.domain.decide import decide
from pacs_dedup.domain.errors import BadRequest, BlobMissing, Unreadable
from pacs_dedup.domain.fingerprint import InstanceFingerprint, StudyFingerprint
from pacs_dedup.domain.identifiers import SCAN_PREFIX, BlobId, Digest, StudyKey
from pacs_dedup.domain.patients.identity import NO_DEFAULTS
from pacs_dedup.domain.policy import Policy
from pacs_dedup.domain.verdict import Verdict
from pacs_dedup.pipeline.fingerprint import Examine
from pacs_dedup.pipeline.header_only import header_only
from pacs_dedup.pipeline.look import PathOf, VerifyFrames, look
from pacs_dedup.pipeline.scan import find_files


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison.

    Attributes:
        study: all instances found, as one study, whatever UIDs they name.
        study_uids: how many Study Instance UIDs that are.
        paths: where the bytes of each blob can be read; without those that are no longer held.
        unreadable: files that could not be examined, with their cause; those whose header could be read are part of
            the study all the same.
        files: where the files of the study lie; none of what was received.
    """

    study: StudyFingerprint
    study_uids: int
    paths: dict[BlobId, Path]
    unreadable: tuple[tuple[Path, str], ...]
    files: tuple[Path, ...] = ()

    @property
    def size_bytes(self) -> int:
        """Bytes of the files that were read."""
        return sum(path.stat().st_size for path in self.paths.values())


def load_side(path: Path, examine: Examine, progress: Callable[[], None] = lambda: None) -> Side:
    """Fingerprint a file, or every DICOM file below a folder; pipes, sockets and devices are not opened.

    Args:
        path: a file or a folder.
        examine: fingerprints one file.
        progress: called after each file.

    Raises:
        BadRequest: there is nothing that could be compared.
    """
    found = find_files([path])
    if found.unreadable and not found.files:
        raise BadRequest(f"{path}: {found.unreadable[0].cause}")
    instances: list[InstanceFingerprint] = []
    paths: dict[BlobId, Path] = {}
    unreadable = [(f.path, f.cause) for f in found.unreadable]
    for file in found.files:
        try:
            is_instance = file.is_file() and looks_like_dicom(file) and not is_media_directory(file)
            blob_id = _blob_id(file) if is_instance else None
            if blob_id and blob_id not in paths:
                instance, cause = _examined(file, blob_id, examine)
                unreadable += [(file, cause)] * bool(cause)
                instances.append(instance)
                paths[blob_id] = file
        except (Unreadable, BlobMissing, OSError) as error:
            unreadable.append((file, str(error)))
        progress()
    study = _as_one_study(path, instances, unreadable)
    return Side(study, _count(instances), paths, tuple(unreadable), tuple(paths.values()))


def _examined(file: Path, blob_id: BlobId, examine: Examine) -> tuple[InstanceFingerprint, str]:
    """Return a fingerprint, and why it comes from the header alone; empty where all of the file was examined."""
    try:
        return examine(file, blob_id, NO_DEFAULTS), ""
    except Unreadable as failure:
        return header_only(file, blob_id, NO_DEFAULTS, failure), str(failure)


def compare_sides(
    incoming: Side, prior: Side, *, verify: VerifyFrames, policy: Policy, common: frozenset[Digest] = frozenset()
) -> Verdict:
    """Judge one side against the other, looking at pixels where digests do not tell.

    Args:
        incoming: what is judged.
        prior: what it is compared with.
        verify: compares the pixels of two frames.
        policy: the site's.
        common: digests that so many patients share that they identify nobody.
    """
    looked = look(plan_looks(incoming.study, prior.study, common), _path_of(incoming, prior), verify)
    return decide(compare_studies(incoming.study, prior.study, looked, common), policy)


def _path_of(incoming: Side, prior: Side) -> PathOf:
    paths = {**prior.paths, **incoming.paths}

    def path_of(blob_id: BlobId) -> Path:
        if blob_id not in paths:
            raise BlobMissing("its bytes are no longer held")
        return paths[blob_id]

    return path_of


def _as_one_study(
    path: Path, instances: list[InstanceFingerprint], unreadable: list[tuple[Path, str]]
) -> StudyFingerprint:
    if not instances:
        causes = f": {unreadable[0][1]}" if unreadable else ""
        raise BadRequest(f"{path}: no DICOM instance that could be read{causes}")
    key = StudyKey(instances[0].study_instance_uid, SCAN_PREFIX + str(path.absolute()))
    return StudyFingerprint(key, 1, tuple(instances))


def _count(instances: Iterable[InstanceFingerprint]) -> int:
    return len({instance.study_instance_uid for instance in instances})


def _blob_id(path: Path) -> BlobId:
    return BlobId(blake3().update_mmap(path).hexdigest())
