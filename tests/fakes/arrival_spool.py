"""A spool in memory."""

from collections.abc import Iterator

from pacs_dedup.domain.errors import SpoolFull
from pacs_dedup.ports.arrival_spool import SpoolUsage, WaitingArrival


class MemoryArrivalSpool:
    """`ArrivalSpool` in memory."""

    def __init__(self, *, most_arrivals: int = 1000, most_bytes: int = 1 << 40) -> None:
        self._most_arrivals, self._most_bytes = most_arrivals, most_bytes
        self._held: dict[str, WaitingArrival] = {}

    def put(self, waiting: WaitingArrival) -> None:
        receipt = waiting.arrival.receipt
        others = [each.arrival.size_bytes for known, each in self._held.items() if known != receipt]
        if len(others) >= self._most_arrivals or sum(others) + waiting.arrival.size_bytes > self._most_bytes:
            raise SpoolFull("as many wait as may wait")
        self._held[receipt] = waiting

    def waiting(self) -> Iterator[WaitingArrival]:
        yield from sorted(self._held.values(), key=lambda each: each.arrival.received_at)

    def remove(self, waiting: WaitingArrival) -> None:
        self._held.pop(waiting.arrival.receipt, None)

    def usage(self) -> SpoolUsage:
        came_in = [each.arrival.received_at for each in self._held.values()]
        size_bytes = sum(each.arrival.size_bytes for each in self._held.values())
        return SpoolUsage(len(self._held), size_bytes, min(came_in, default=None))
