"""Whether the database is asked at all, or left in peace because it was away a moment ago."""

import threading
import time
from datetime import timedelta

from pacs_dedup.domain.errors import OutOfStorage, StorageDamaged
from pacs_dedup.log import get_logger

_log = get_logger(__name__)

FIRST_REST = timedelta(seconds=1)
LONGEST_REST = timedelta(seconds=10)
_AWAY = "the database is away, arrivals wait in the spool"
_DAMAGED = "the database is damaged, no arrivals are taken"
_MOST_DOUBLINGS = 8  # the longest rest is reached before; this keeps the number small


class Circuit:
    """Closed while the database answers. Opened by a call that failed or took too long; then few ask, one at a time.

    While a call has not come back nobody else asks: a database that is stuck would hold one thread more each time.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cause: OutOfStorage | None = None
        self._failures = 0
        self._under_way = 0
        self._rest_until = 0.0

    @property
    def cause(self) -> OutOfStorage | None:
        """Why the database was not asked the last time; None while it answers."""
        return self._cause

    def enter(self) -> bool:
        """Tell whether the caller may ask now. If so, the caller says with `leave` when its call has come back."""
        with self._lock:
            rested = not self._under_way and time.monotonic() >= self._rest_until
            admitted = self._cause is None or rested
            self._under_way += admitted
        return admitted

    def leave(self) -> None:
        """Take note that a call has come back, however it went."""
        with self._lock:
            self._under_way -= 1

    def answered(self) -> None:
        """Take note that the database answered, and in time."""
        with self._lock:
            before, self._cause, self._failures = self._cause, None, 0
        if before is not None:
            _log.warning("the database answers again")

    def away(self, cause: OutOfStorage) -> None:
        """Take note that it did not answer; it is left in peace for a while, longer each time."""
        with self._lock:
            before, self._cause = self._cause, cause
            if before is None or time.monotonic() >= self._rest_until:  # else a call of the same bad moment
                rest = min(FIRST_REST * (1 << min(self._failures, _MOST_DOUBLINGS)), LONGEST_REST)
                self._failures += 1
                self._rest_until = time.monotonic() + rest.total_seconds()
        if type(before) is not type(cause):
            damaged = isinstance(cause, StorageDamaged)
            _log.error(_DAMAGED if damaged else _AWAY, cause=str(cause))
