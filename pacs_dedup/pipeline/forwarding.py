"""The queue entries that send arrivals to destinations: each waits from the arrival on; a verdict only moves it."""

from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime

from pacs_dedup.domain.identifiers import ArrivalId, is_scanned
from pacs_dedup.ports.arrival_book import Arrival
from pacs_dedup.ports.journal import NewWork, Step

CameFrom = Callable[[Arrival, str], bool]
"""Tells whether an arrival was sent by the destination of this name."""

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""When a copy that a person confirmed is forwarded."""


def forwards(
    arrivals: Iterable[ArrivalId], destinations: Collection[str], due_at: datetime, source: str
) -> tuple[NewWork, ...]:
    """Return one piece of work for each arrival and destination. Queueing it twice sends it once.

    Scanned files are never forwarded: they were looked at where they lie, nobody sent them.
    """
    if is_scanned(source):
        return ()
    return tuple(
        NewWork(Step.FORWARD, f"{arrival}>{destination}", due_at, source, lane=destination)
        for arrival in arrivals
        for destination in destinations
    )


def parse_forward(subject: str) -> tuple[ArrivalId, str]:
    """Read back which arrival goes to which destination."""
    number, _, destination = subject.partition(">")
    return ArrivalId(int(number)), destination
