"""How much waits, is held, is undecided or failed, counted where it is recorded."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from pacs_dedup.domain.case import CaseState, Verb
from pacs_dedup.domain.identifiers import TransferSyntaxUid
from pacs_dedup.domain.verdict import Relation
from pacs_dedup.ports.journal import Step


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """One step's queue.

    Attributes:
        waiting: entries that are not done, held ones and ones under way included.
        oldest: how long the oldest entry has been due; one that failed and is tried again within the hour counts from
            when it was queued. What is put off for longer, a dead letter above all, has no age.
    """

    waiting: int = 0
    oldest: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class CaseFigures:
    """Cases of one relation in one state that nobody has decided."""

    relation: Relation
    state: CaseState
    count: int
    oldest: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Counts over everything that is recorded, at one moment.

    Attributes:
        queues: every step is named.
        decisions: decisions ever made by people, whether or not they were taken back; every verb is named.
        held: generations of studies that are held back now.
        held_bytes: size of their instances, each counted once for its study.
        dead_letters: instances that a destination will not take and that wait for a person, by destination.
        unreadable: instances that could not be examined, ever, by transfer syntax.
    """

    queues: Mapping[Step, QueueFigures]
    cases: tuple[CaseFigures, ...] = ()
    decisions: Mapping[Verb, int]
    held: int = 0
    held_bytes: int = 0
    dead_letters: Mapping[str, int]
    unreadable: Mapping[TransferSyntaxUid, int]


class SiteFigures(Protocol):
    """The counts, over all processes that share a database."""

    def read(self) -> Figures:
        """Count; its cost grows with what waits and what is open, never with what is done.

        Raises:
            OutOfStorage: the database does not answer.
        """
        ...
