"""Problems in memory."""

from pacs_dedup.domain.identifiers import ArrivalId
from pacs_dedup.ports.journal import Arrival
from pacs_dedup.ports.problem_list import Problem
from tests.fakes.journal import MemoryJournal


class MemoryProblemList:
    """`ProblemList` in memory; refused arrivals are read from the journal."""

    def __init__(self, journal: MemoryJournal) -> None:
        self._journal = journal
        self._causes: dict[ArrivalId, str] = {}

    def add(self, arrival_id: ArrivalId, cause: str) -> None:
        self._causes[arrival_id] = cause

    def problems(self) -> tuple[Problem, ...]:
        found = []
        for number, arrival in enumerate(self._journal.arrivals, 1):
            if ArrivalId(number) in self._causes:
                found.append(_problem(number, arrival, self._causes[ArrivalId(number)], refused=False))
            if arrival.refused:
                found.append(_problem(number, arrival, arrival.refused, refused=True))
        return tuple(found)


def _problem(number: int, arrival: Arrival, cause: str, *, refused: bool) -> Problem:
    return Problem(ArrivalId(number), arrival.blob_id, arrival.source, arrival.received_at, cause, refused)
