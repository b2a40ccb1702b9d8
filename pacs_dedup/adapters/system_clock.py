"""The machine's clock."""

from datetime import UTC, datetime


class SystemClock:
    """Tells the time of the machine's clock; hosts that share a database keep theirs together (NTP)."""

    def now(self) -> datetime:
        """Return the current time, timezone-aware, UTC."""
        return datetime.now(UTC)
