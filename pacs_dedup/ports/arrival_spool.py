"""Where arrivals wait that the database could not take: durable on the disk, until it can."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pacs_dedup.ports.arrival_book import Arrival


@dataclass(frozen=True, slots=True)
class WaitingArrival:
    """What `pacs_dedup.ports.arrival_book.ArrivalBook.record` will be told; its arrival has a receipt.

    Attributes:
        forward_at: reckoned when the instance came in, so that waiting here does not move the deadline.
    """

    arrival: Arrival
    forward_to: tuple[str, ...] = ()
    forward_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SpoolUsage:
    """How full a spool is.

    Attributes:
        arrivals: number of arrivals that wait.
        size_bytes: size of the instances that they are about.
        oldest_at: when the one that waits longest came in; None where none waits.
        set_aside: number of files that could not be read, which a person should look at.
    """

    arrivals: int = 0
    size_bytes: int = 0
    oldest_at: datetime | None = None
    set_aside: int = 0


class ArrivalSpool(Protocol):
    """Arrivals that wait to be recorded. Threads may share it."""

    def put(self, waiting: WaitingArrival) -> None:
        """Keep an arrival; when this returns it survives a power cut. Keeping it again changes nothing.

        Raises:
            SpoolFull: as many wait as may wait; nothing was kept.
            OutOfStorage: the disk failed to write; the arrival must not be acknowledged.
        """
        ...

    def waiting(self) -> Iterator[WaitingArrival]:
        """Yield what waits, in the order in which it came in.

        What can not be read is set aside with an alert and stands in nobody's way; what is put meanwhile may be left
        for the next time.
        """
        ...

    def remove(self, waiting: WaitingArrival) -> None:
        """Forget an arrival that is recorded. After a power cut it may be back, so recording it again must be safe."""
        ...

    def usage(self) -> SpoolUsage:
        """Tell how full the spool is."""
        ...
