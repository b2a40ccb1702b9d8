"""Putting a study's fingerprint together from its members, and naming a generation in the queue."""

from collections.abc import Callable
from typing import Protocol

from pacs_dedup.domain.fingerprint import StudyFingerprint
from pacs_dedup.domain.identifiers import StudyKey
from pacs_dedup.pipeline.senders import Senders, as_sent_by
from pacs_dedup.ports.fingerprint_index import FingerprintIndex
from pacs_dedup.ports.study_register import Member, StudyEntry, StudyRegister, StudyState


class Shelf(Protocol):
    """Where studies are read, and what the site knows of those who sent them."""

    @property
    def register(self) -> StudyRegister:
        """Which instances a study has."""
        ...

    @property
    def index(self) -> FingerprintIndex:
        """What these instances are."""
        ...

    @property
    def senders(self) -> Senders:
        """What their headers may leave out."""
        ...


def load_up_to(key: StudyKey, generation: int, shelf: Shelf) -> StudyFingerprint:
    """Return a study as it stood when a generation was settled; each blob once."""
    return _load(key, generation, lambda member: member.generation <= generation, shelf)


def load_generation(key: StudyKey, generation: int, shelf: Shelf) -> StudyFingerprint:
    """Return only what one generation brought; each blob once."""
    return _load(key, generation, lambda member: member.generation == generation, shelf)


def _load(key: StudyKey, generation: int, chosen: Callable[[Member], bool], shelf: Shelf) -> StudyFingerprint:
    blob_ids = dict.fromkeys(member.blob_id for member in shelf.register.members(key) if chosen(member))
    return StudyFingerprint(key, generation, as_sent_by(key.source, shelf.index.get(tuple(blob_ids)), shelf.senders))


def settled_generation(entry: StudyEntry | None) -> int:
    """Return the newest generation that is complete; 0 where there is none."""
    if entry is None:
        return 0
    return entry.generation - 1 if entry.state is StudyState.RECEIVING else entry.generation


def subject_of(key: StudyKey, generation: int) -> str:
    """Name one generation of a study in the queue."""
    return f"{generation}#{key}"


def parse_subject(subject: str) -> tuple[StudyKey, int]:
    """Read back what `subject_of` wrote."""
    generation, _, key = subject.partition("#")
    return StudyKey.parse(key), int(generation)
