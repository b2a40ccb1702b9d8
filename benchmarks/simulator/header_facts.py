"""Dates, times, descriptions, private elements and numbering (M8, M9, M11, M12)."""

import random
from dataclasses import replace
from datetime import datetime, timedelta

from benchmarks.simulator.model import Apply, Effect, Study, Transform, copied
from benchmarks.simulator.renew import uid_map

_FACTS = Effect(headers=True)
_SLIGHT = Effect(slight=True)
_DESCRIPTIONS = ("StudyDescription", "SeriesDescription", "ProtocolName")
_DAY = "%Y%m%d"


def moved_date(text: str, days: int) -> str:
    """Move a DA value; what is no date stays as it is."""
    try:
        return (datetime.strptime(text, _DAY) + timedelta(days=days)).strftime(_DAY)  # noqa: DTZ007 - DA has no zone
    except ValueError:
        return text


def truncate_times(study: Study, _: random.Random) -> Study:
    """Cut the fractions of a second from all times; dates stay."""
    result = copied(study)
    for dataset in result:
        for element in dataset.iterall():
            if element.VR in ("TM", "DT") and element.VM == 1 and element.value:
                element.value = str(element.value).split(".")[0]
    return result


def strip_private(study: Study, _: random.Random) -> Study:
    """Remove all private elements."""
    result = copied(study)
    for dataset in result:
        dataset.remove_private_tags()
    return result


def describe_as_outside(study: Study, _: random.Random) -> Study:
    """Prefix descriptions as imported, and write the importer's institution and referrer over what was there."""
    result = copied(study)
    for dataset in result:
        for keyword in _DESCRIPTIONS[:2]:
            dataset.setdefault(keyword, "")
            setattr(dataset, keyword, f"OUTSIDE {dataset.get(keyword)}"[:64].strip())
        dataset.InstitutionName, dataset.ReferringPhysicianName = "IMPORTED BY PMH", "NOBODY^IMPORT"
        dataset.StationName = "CDIMPORT1"
    return result


def translate(study: Study, _: random.Random) -> Study:
    """Replace descriptions by those of the other side's language."""
    result = copied(study)
    for dataset in result:
        dataset.SpecificCharacterSet = "ISO_IR 192"
        for keyword in _DESCRIPTIONS:
            if keyword in dataset:
                setattr(dataset, keyword, "外院影像檢查")
    return result


def renumber(study: Study, generator: random.Random) -> Study:
    """Number instances and series anew, from behind."""
    result = copied(study)
    series = generator.randrange(900, 999)
    for number, dataset in enumerate(reversed(result), 1001):
        dataset.InstanceNumber, dataset.SeriesNumber = number, series
    return result


def split_series(study: Study, generator: random.Random) -> Study:
    """Put every second instance into a series of its own."""
    result, mapping = copied(study), uid_map(generator)
    for dataset in result[1::2]:
        dataset.SeriesInstanceUID = mapping(str(dataset.SeriesInstanceUID))
        dataset.SeriesNumber = 502
    return result


def date_of_import(study: Study, generator: random.Random) -> Study:
    """Write the day of the import into Study Date; the acquisition keeps its own."""
    result = copied(study)
    day = moved_date("20260105", generator.randrange(60))
    for dataset in result:
        dataset.StudyDate, dataset.StudyTime = day, "101500"
    return result


def _change(name: str, apply: Apply, effect: Effect = _FACTS) -> Transform:
    return Transform(name, "metadata", lossless=True, expected=effect, apply=apply)


FACTS: tuple[Transform, ...] = (
    _change("times_truncated", truncate_times, _SLIGHT),
    _change("private_stripped", strip_private, _SLIGHT),
    _change("described_as_outside", describe_as_outside),
    _change("descriptions_translated", translate, _SLIGHT),
    _change("renumbered", renumber),
    replace(_change("series_split", split_series), fits=lambda study: len(study) > 1),
    _change("dated_by_import", date_of_import),
)
"""M8, M9, M11, M12. Some change nothing where there was nothing to change: a header without private elements."""
