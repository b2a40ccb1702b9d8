"""The lane of one destination: its threads share when it may be asked next, and how fast."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pacs_dedup.ports.destination import Destination

_MOST_DOUBLINGS = 24  # the longest wait is reached long before; this keeps the number small
_LOOK_AGAIN_S = 0.18  # an empty lane is looked at about five times a second, however many threads it has

_draw = random.SystemRandom().random


@dataclass(frozen=True, slots=True)
class BackOff:
    """Waits that double with every failure, up to a limit; each drawn from its upper half.

    The draw keeps those that failed together from coming back together.
    """

    first: timedelta
    longest: timedelta

    def after(self, failures: int, draw: Callable[[], float] = _draw) -> timedelta:
        """Return how long to wait after so many failures, at least 1; ``draw`` gives a number from 0 to below 1."""
        doublings = min(failures - 1, _MOST_DOUBLINGS)
        return min(self.first * (1 << doublings), self.longest) * (0.5 + draw() / 2)


class Pace:
    """How much may pass in a second on average: what was not used is kept for one second, no longer."""

    def __init__(self, per_second: float) -> None:
        """Let so much pass in a second; 0: any amount."""
        self._per_second = per_second
        self._left = max(per_second, 1.0)
        self._at = 0.0

    def allows(self, now_s: float) -> bool:
        """Tell whether anything may pass; what then passes may be more than there is room for, and is waited for."""
        if not self._per_second:
            return True
        self._left = min(self._left + (now_s - self._at) * self._per_second, max(self._per_second, 1.0))
        self._at = now_s
        return self._left > 0

    def passed(self, amount: float) -> None:
        """Say how much has passed."""
        self._left -= amount


class Lane:
    """One destination, and what its threads know of it. They see nothing of other destinations' lanes.

    A destination that was not available rests, each time for longer; after a rest one thread alone tries it.
    """

    def __init__(
        self,
        destination: Destination,
        *,
        back_off: BackOff,
        instances_per_s: float = 0.0,
        bytes_per_s: float = 0.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make the lane of a destination.

        Args:
            destination: who is sent to.
            back_off: how long it rests after failures.
            instances_per_s: most instances in a second; 0: as fast as it goes.
            bytes_per_s: most bytes in a second; 0: as fast as it goes.
            monotonic: seconds that only grow.
        """
        self.destination = destination
        self._back_off = back_off
        self._paces = Pace(instances_per_s), Pace(bytes_per_s)
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._failures = 0
        self._tried = False
        self._closed_until = 0.0
        self._acknowledged_at: datetime | None = None

    @property
    def acknowledged_at(self) -> datetime | None:
        """When the destination acknowledged anything last, by this process; None where it never did."""
        return self._acknowledged_at

    def enter(self) -> bool:
        """Tell a thread whether it may send something now; if so it says with `leave` how that ended."""
        with self._lock:
            now = self._monotonic()
            if self._tried or now < self._closed_until or not all(pace.allows(now) for pace in self._paces):
                return False
            self._tried = self._failures > 0
            return True

    def sent(self, size_bytes: int) -> None:
        """Count an instance that was handed over, acknowledged or not."""
        with self._lock:
            for pace, amount in zip(self._paces, (1, size_bytes), strict=True):
                pace.passed(amount)

    def leave(self, *, empty: bool = False) -> None:
        """End a thread's turn."""
        with self._lock:
            self._tried = False
            if empty:
                self._closed_until = max(self._closed_until, self._monotonic() + _LOOK_AGAIN_S)

    def answered(self, acknowledged_at: datetime | None = None) -> None:
        """Note that the destination is well: it answered, and when it did so with an acknowledgement."""
        with self._lock:
            self._failures = 0
            self._acknowledged_at = acknowledged_at or self._acknowledged_at

    def unavailable(self) -> timedelta:
        """Note that the destination did not take anything; return for how long it rests.

        What other threads were sending when it went away counts as the same failure.
        """
        with self._lock:
            now = self._monotonic()
            if now >= self._closed_until or not self._failures:
                self._failures += 1
                self._closed_until = now + self._back_off.after(self._failures).total_seconds()
            return timedelta(seconds=self._closed_until - now)
