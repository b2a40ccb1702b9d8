"""A clock that a test turns."""

from datetime import UTC, datetime, timedelta

NEW_YEAR = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)


class FakeClock:
    """Stands still until it is advanced."""

    def __init__(self, start: datetime = NEW_YEAR) -> None:
        self._now = start

    def now(self) -> datetime:
        """Return the time the clock was turned to."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Turn the clock forward."""
        self._now += by
