"""Side flow, dead letters: a person looks at what destinations will not take, and has some of it tried again."""

from collections.abc import Collection
from dataclasses import dataclass

from pacs_dedup.domain.identifiers import ArrivalId, SeriesInstanceUid, StudyKey
from pacs_dedup.pipeline.act import Gate
from pacs_dedup.ports.fingerprint_index import FingerprintIndex
from pacs_dedup.ports.forward_book import DeadLetter, ForwardBook


@dataclass(frozen=True, slots=True)
class NamedLetter:
    """A dead letter and the study and series it is of.

    Attributes:
        study: None where not even the header could be read; then only the instance's own UID names it.
        series_instance_uid: empty in that case.
    """

    letter: DeadLetter
    study: StudyKey | None
    series_instance_uid: SeriesInstanceUid


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which dead letters: those that agree with everything given; empty is not given.

    Attributes:
        source: calling AE title of the study's sender.
    """

    destination: str = ""
    study_instance_uid: str = ""
    source: str = ""
    series_instance_uid: str = ""
    sop_instance_uid: str = ""


@dataclass(frozen=True, slots=True)
class Requeued:
    """What requeueing did.

    Attributes:
        instances: how many are due now.
        held: how many were left, because their study is held back.
    """

    instances: int
    held: int


def dead_letters(
    wanted: Wanted, *, book: ForwardBook, index: FingerprintIndex, destinations: Collection[str]
) -> tuple[NamedLetter, ...]:
    """Return the dead letters that are wanted, oldest arrival first."""
    letters = book.dead_letters(destinations)
    known = {each.blob_id: each for each in index.get(tuple({letter.blob_id for letter in letters}))}
    named = []
    for letter in letters:
        inside = known.get(letter.blob_id)
        study = StudyKey(inside.study_instance_uid, letter.source) if inside is not None else None
        series = inside.series_instance_uid if inside is not None else SeriesInstanceUid("")
        named.append(NamedLetter(letter, study, series))
    return tuple(each for each in named if _is_wanted(each, wanted))


def requeue(letters: Collection[NamedLetter], *, book: ForwardBook, gate: Gate) -> Requeued:
    """Make dead letters due now. What is held back stays held: a release is a decision of its own."""
    held = _held_arrivals(gate)
    free = [named.letter for named in letters if named.letter.arrival_id not in held]
    book.requeue(free, gate.clock.now())
    return Requeued(len(free), len(letters) - len(free))


def _is_wanted(named: NamedLetter, wanted: Wanted) -> bool:
    letter = named.letter
    pairs = (
        (wanted.destination, letter.destination),
        (wanted.study_instance_uid, named.study.study_instance_uid if named.study is not None else ""),
        (wanted.source, letter.source),
        (wanted.series_instance_uid, named.series_instance_uid),
        (wanted.sop_instance_uid, letter.sop_instance_uid),
    )
    return all(asked in ("", found) for asked, found in pairs)


def _held_arrivals(gate: Gate) -> frozenset[ArrivalId]:
    return frozenset(
        member.arrival_id
        for hold in gate.quarantine.holds()
        for member in gate.register.members(hold.key)
        if member.generation == hold.generation
    )
