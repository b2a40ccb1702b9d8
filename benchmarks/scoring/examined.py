"""A study as the product knows it after fingerprinting, together with what the rivals know of it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from blake3 import blake3

from benchmarks.scoring.rivals import Traits, traits_of
from pacs_dedup.domain.errors import Unreadable
from pacs_dedup.domain.fingerprint import InstanceFingerprint, StudyFingerprint
from pacs_dedup.domain.identifiers import BlobId, StudyInstanceUid, StudyKey
from pacs_dedup.pipeline.examine import examine

_NOWHERE = StudyInstanceUid("2.25.0")


@dataclass(frozen=True, slots=True)
class Examined:
    """One study, fingerprinted.

    Attributes:
        files: name of the file of each instance, in order; where they lie is for the caller to know.
        unreadable: files that are no instance to the product.
        milliseconds: processor time of `examine`, all files together.
    """

    study: StudyFingerprint
    traits: Traits
    files: tuple[str, ...]
    unreadable: int
    milliseconds: float

    def of_source(self, source: str) -> "Examined":
        """Return the same study as another peer would send it."""
        key = StudyKey(self.study.key.study_instance_uid, source)
        return replace(self, study=StudyFingerprint(key, 1, self.study.instances))


def examine_study(paths: Sequence[Path], source: str, hashed_frames: int | None = None) -> Examined:
    """Fingerprint the files of one study.

    Args:
        paths: the files.
        source: who sends it, as the journal would name it.
        hashed_frames: how many frames the perceptual rivals hash; None for all.
    """
    instances: dict[BlobId, tuple[InstanceFingerprint, str]] = {}
    unreadable, started = 0, time.process_time()
    for path in paths:
        try:
            blob_id = BlobId(blake3(path.read_bytes()).hexdigest())
            instances.setdefault(blob_id, (examine(path, blob_id), path.name))
        except Unreadable:
            unreadable += 1
    taken = 1000 * (time.process_time() - started)
    known = tuple(instance for instance, _ in instances.values())
    key = StudyKey(known[0].study_instance_uid if known else _NOWHERE, source)
    return Examined(
        study=StudyFingerprint(key, 1, known),
        traits=traits_of(paths, hashed_frames),
        files=tuple(name for _, name in instances.values()),
        unreadable=unreadable,
        milliseconds=taken,
    )
