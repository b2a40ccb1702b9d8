"""The machine's clock."""

from datetime import UTC, datetime

from pacs_dedup.adapters.system_clock import SystemClock


def test_the_time_is_utc_and_goes_on() -> None:
    before = datetime.now(UTC)
    now = SystemClock().now()
    assert before <= now <= datetime.now(UTC)
    assert now.tzinfo is UTC
