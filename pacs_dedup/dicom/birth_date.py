"""A birth date in any of the forms that headers hold (PS3.5 6.2 DA, and what is written instead)."""

import re
from typing import Final

_WRITTEN: Final = re.compile(r"([0-9]{4})([0-9]{2})?([0-9]{2})?")
_SEPARATORS: Final = re.compile(r"[.\-/ ]")
_COMMON_ERA: Final = range(1850, 2151)
_REPUBLIC, _BUDDHIST = 1911, 543
"""Years between the common era and the calendars of the Republic of China and of Thailand."""


def birth_date(written: str) -> str:
    """Return ``YYYYMMDD``, ``YYYYMM`` or ``YYYY``; empty where it is no date.

    Day or month 00 are unknown. A year of the Republic's or the Buddhist calendar stays as it is written, and so does
    a full date with a month or day that no calendar has, for instance with the two in each other's place: what was
    meant, only a comparison tells.
    """
    found = _WRITTEN.fullmatch(_SEPARATORS.sub("", written))
    if not found:
        return ""
    year, month, day = found[1], found[2] or "00", found[3] or "00"
    era = _common_year(int(year))
    if not era or (month > "12" and day == "00"):
        return ""
    if month == "00":
        return year
    return year + month + (day if day != "00" else "")


def _common_year(year: int) -> int:
    """Return the year of the common era that a written year can mean, 0 where it can mean none."""
    return next((era for era in (year, year + _REPUBLIC, year - _BUDDHIST) if era in _COMMON_ERA and year), 0)
