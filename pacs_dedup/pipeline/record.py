"""Making an arrival durable: in the database where that answers in time, else in the spool, from there later."""

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from pacs_dedup.domain.errors import OutOfStorage, PacsDedupError, StorageDamaged
from pacs_dedup.log import describe_error, get_logger
from pacs_dedup.pipeline.circuit import Circuit
from pacs_dedup.pipeline.patience import NoThread, PatientCalls
from pacs_dedup.ports.arrival_book import Arrival, ArrivalBook
from pacs_dedup.ports.arrival_spool import ArrivalSpool, WaitingArrival

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Recorder:
    """Records arrivals for senders that wait, whatever the database does.

    Attributes:
        within: how long a sender waits for the database before its arrival goes to the spool.
    """

    book: ArrivalBook
    spool: ArrivalSpool
    within: timedelta
    circuit: Circuit = field(default_factory=Circuit)
    calls: PatientCalls = field(default_factory=partial(PatientCalls, "record"))

    def record(self, arrival: Arrival, forward_to: Collection[str] = (), forward_at: datetime | None = None) -> None:
        """Make an arrival with a receipt durable.

        Where the answer to a commit comes too late the arrival is in the database and in the spool; its receipt makes
        it one.

        Raises:
            SpoolFull: the database is away and as much waits as may wait; nothing was recorded.
            StorageDamaged: the database can not be read. Nothing is spooled: it will not come back by itself, and a
                sender that was told so keeps the instance and tells somebody.
            OutOfStorage: the disk does not take the arrival.
            PacsDedupError: the database answered, and refused the arrival.
        """
        if self.circuit.enter():
            try:
                self.calls.call(partial(self._ask, arrival, forward_to, forward_at), self.within)
            except StorageDamaged:
                raise
            except OutOfStorage:
                pass  # the circuit knows
            except NoThread:
                self.circuit.leave()
            except TimeoutError:
                self.circuit.away(OutOfStorage(f"the database did not answer within {self.within.total_seconds():g} s"))
            else:
                return
        elif isinstance(cause := self.circuit.cause, StorageDamaged):
            raise StorageDamaged(str(cause))
        self.spool.put(WaitingArrival(arrival, tuple(forward_to), forward_at))

    def drain_once(self) -> int:
        """Record what waits in the spool, in its order, and return how many that were; it waits for the database.

        Recording and removing are two steps. A crash between them repeats the first, which the receipt makes one.

        Raises:
            OutOfStorage: the database is away; what is not recorded waits on.
            PacsDedupError: it refused some arrivals. They wait on, and everything behind them is recorded.
        """
        recorded, refused, last = 0, 0, None
        for waiting in self.spool.waiting():
            try:
                self._record(waiting.arrival, waiting.forward_to, waiting.forward_at)
            except OutOfStorage:
                raise
            except PacsDedupError as error:
                refused, last = refused + 1, error
                continue
            self.spool.remove(waiting)
            recorded += 1
        if recorded:
            _log.info("spooled arrivals are recorded", count=recorded)
        if last is not None:
            said = "the database refuses spooled arrivals; they stay in the spool"
            _log.error(said, count=refused, **describe_error(last))
            raise last
        return recorded

    def _ask(self, arrival: Arrival, forward_to: Collection[str], forward_at: datetime | None) -> None:
        try:
            self._record(arrival, forward_to, forward_at)
        finally:
            self.circuit.leave()

    def _record(self, arrival: Arrival, forward_to: Collection[str], forward_at: datetime | None) -> None:
        """Record in the database, which may take for ever. An answer that comes too late is none to rely on."""
        asked_at = time.monotonic()
        try:
            self.book.record(arrival, forward_to, forward_at)
        except OutOfStorage as error:
            self.circuit.away(error)
            raise
        if time.monotonic() - asked_at < self.within.total_seconds():
            self.circuit.answered()
