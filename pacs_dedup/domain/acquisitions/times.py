"""At which level two multisets of acquisition times agree."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from pacs_dedup.domain.acquisitions.multisets import SHARE_FOR_EQUAL, share
from pacs_dedup.domain.acquisitions.weights import MISSING

_SECONDS: Final = len("YYYYMMDDHHMMSS")
_DAY: Final = len("YYYYMMDD")
_ROUNDING: Final = timedelta(seconds=1)
_TIME_ZONE_STEP: Final = timedelta(minutes=15)
_MAX_TIME_ZONE_SHIFT: Final = timedelta(hours=14)
_WHOLE_DAY: Final = timedelta(days=1)
_MIDNIGHT: Final = "000000"
_YEARS: Final = range(1895, 3000)
"""Nothing was X-rayed before; dates outside are defaults (0001-01-01, 9999-12-31): steps to them leave the calendar."""


def to_seconds(times: Iterable[str]) -> Counter[str]:
    """Count times to the second; what is shorter says no time, and midnight is what blanked times read as."""
    return Counter(time[:_SECONDS] for time in times if len(time) >= _SECONDS and time[_DAY:_SECONDS] != _MIDNIGHT)


def time_level(left: Counter[str], right: Counter[str], *, one_extent: bool) -> str:
    """Say how two multisets of times to the second relate.

    Args:
        left: of one side, from `to_seconds`.
        right: of the other.
        one_extent: both studies have as many series; then other times of one day are another exposure of the same kind.
    """
    if not left or not right:
        return MISSING
    if share(left, right) >= SHARE_FOR_EQUAL:
        return "equal"
    return _constant_step(left, right) or _by_day(left, right, one_extent=one_extent)


def fraction_level(left: Iterable[str], right: Iterable[str]) -> str:
    """Say whether times agree beyond the second, where both sides tell fractions.

    An archive may cut digits off, so they are compared to the precision of the coarser side; nothing but zeros is no
    fraction at all.
    """
    sides = [
        [time.rstrip("0").ljust(_SECONDS, "0") for time in times if len(time) > _SECONDS] for times in (left, right)
    ]
    precision = min(max(map(len, side), default=0) for side in sides)
    if precision <= _SECONDS + 1:
        return MISSING
    fine, other = (Counter(time[:precision] for time in side) for side in sides)
    return "equal" if share(fine, other) >= SHARE_FOR_EQUAL else "differs"


def span(times: Counter[str]) -> str:
    """Return the first and the last time in words."""
    if not times:
        return ""
    first, last = min(times), max(times)
    return first if first == last else f"{first} to {last}"


def _by_day(left: Counter[str], right: Counter[str], *, one_extent: bool) -> str:
    if not {time[:_DAY] for time in left} & {time[:_DAY] for time in right}:
        return "other_day"
    return "same_day" if one_extent else "same_day_other_extent"


def _constant_step(left: Counter[str], right: Counter[str]) -> str:
    """Return the level where all times of one side are one step from the other side's; empty where they are not.

    A side that holds a part of the other fits by chance where it is a single moment; then only equal numbers count.
    """
    if left.total() != right.total() and min(len(left), len(right)) < 2:  # noqa: PLR2004 - one moment fits anywhere
        return ""
    here, there = _instants(left), _instants(right)
    if not here or not there:
        return ""
    for step in (min(here) - min(there), max(here) - max(there)):
        moved = Counter({moment - step: count for moment, count in here.items()})
        if share(moved, there) >= SHARE_FOR_EQUAL and (level := _level_of(step)):
            return level
    return "equal" if _within_rounding(here, there) else ""


def _level_of(step: timedelta) -> str:
    if abs(step) <= _MAX_TIME_ZONE_SHIFT and not step % _TIME_ZONE_STEP:
        return "shifted"
    return "" if step % _WHOLE_DAY else "shifted_days"


def _within_rounding(left: Counter[datetime], right: Counter[datetime]) -> bool:
    """Whether the times, one by one in order, are at most a second apart, as where one archive rounds and one cuts."""
    if left.total() != right.total():
        return False
    pairs = zip(sorted(left.elements()), sorted(right.elements()), strict=True)
    return all(abs(a - b) <= _ROUNDING for a, b in pairs)


def _instants(times: Counter[str]) -> Counter[datetime]:
    """Return the times as moments, none at all where one of them does not exist or is no more than a default."""
    try:
        moments = Counter({_instant(time): count for time, count in times.items()})
    except ValueError:
        return Counter()
    return moments if all(moment.year in _YEARS for moment in moments) else Counter()


def _instant(text: str) -> datetime:
    return datetime.strptime(text, "%Y%m%d%H%M%S")  # noqa: DTZ007 - a header's local time; only differences are taken
