"""Renew what an upgrade left behind: fingerprints by older rules, and keys under which a study was once findable.

Nothing is judged or forwarded: a study meets the others anew when one of them is sent or scanned again.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pacs_dedup.domain.fingerprint import DIGEST_VERSION
from pacs_dedup.domain.identifiers import StudyKey
from pacs_dedup.pipeline.fingerprint import Examiner, current_fingerprint
from pacs_dedup.pipeline.settle import make_findable
from pacs_dedup.pipeline.studies import settled_generation


@dataclass(frozen=True, slots=True)
class Renewed:
    """What was done for one study.

    Attributes:
        renewed: instances that were fingerprinted by the rules of today.
        outdated: instances whose bytes are no longer held, or no longer readable: their fingerprints stay as they were.
    """

    key: StudyKey
    renewed: int
    outdated: int


def renew(examiner: Examiner) -> Iterator[Renewed]:
    """Renew one study after the other, oldest first; may be stopped at any time and run again."""
    for entry in examiner.register.entries():
        counts = _renew_fingerprints(entry.key, examiner)
        if generation := settled_generation(entry):
            make_findable(entry.key, generation, examiner)
        yield Renewed(entry.key, *counts)


def _renew_fingerprints(key: StudyKey, examiner: Examiner) -> tuple[int, int]:
    """Return how many were renewed, and how many could not be."""
    blob_ids = tuple(dict.fromkeys(member.blob_id for member in examiner.register.members(key)))
    outdated = [known for known in examiner.index.get(blob_ids) if known.digest_version != DIGEST_VERSION]
    renewed = 0
    for known in outdated:
        current = current_fingerprint(known.blob_id, key.source, examiner)
        if current.digest_version == DIGEST_VERSION:
            examiner.index.put(current)
            renewed += 1
    return renewed, len(outdated) - renewed
