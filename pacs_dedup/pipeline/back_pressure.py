"""Whether more can be taken, by what waits already; asked for each instance, counted now and then."""

import time
from dataclasses import dataclass

from pacs_dedup.log import get_logger
from pacs_dedup.ports.arrival_spool import ArrivalSpool
from pacs_dedup.ports.journal import Step
from pacs_dedup.ports.queue_gauge import QueueGauge

_log = get_logger(__name__)

_OLD_S = 30.0  # a count of so long ago says nothing: the database is away, and the spool has its own bound


@dataclass(slots=True, kw_only=True)
class BackPressure:
    """What waits, as it was counted a moment ago.

    Attributes:
        most_queued: number of instances that may wait to be forwarded or recorded.
        most_unexamined: number of instances that may wait to be fingerprinted before nobody waits for a verdict.
    """

    gauge: QueueGauge
    spool: ArrivalSpool
    most_queued: int
    most_unexamined: int
    _queued: int = 0
    _unexamined: int = 0
    _counted_at: float = float("-inf")
    _full: bool = False
    _behind: bool = False

    @property
    def queue_is_full(self) -> bool:
        """Whether too much waits to be forwarded or recorded."""
        return self._full and self._is_known

    @property
    def analysis_is_behind(self) -> bool:
        """Whether so much waits to be examined that no instance should wait for its verdict."""
        return self._behind and self._is_known

    @property
    def _is_known(self) -> bool:
        return time.monotonic() - self._counted_at < _OLD_S

    def count(self) -> None:
        """Count anew, and tell when a limit is passed or kept again.

        Raises:
            OutOfStorage: the database does not answer; what was counted before holds for half a minute.
        """
        spooled = self.spool.usage().arrivals
        self._queued = self.gauge.waiting(Step.FORWARD, self.most_queued + 1) + spooled
        self._unexamined = self.gauge.waiting(Step.FINGERPRINT, self.most_unexamined + 1)
        self._counted_at = time.monotonic()
        full, behind = self._queued > self.most_queued, self._unexamined > self.most_unexamined
        if full is not self._full:
            said = "too many instances wait to be forwarded, none are taken" if full else "instances are taken again"
            _log.error(said, count=self._queued)
        if behind is not self._behind:
            said = "analysis is behind, instances go out unexamined" if behind else "analysis has caught up"
            _log.error(said, count=self._unexamined)
        self._full, self._behind = full, behind
