"""Is it the same acquisition? Device, moment, geometry and exposure, which survive when UIDs and names do not.

Match weights weigh "copy of one acquisition" against "another study of the same patient"; facts that depend on each
other share a group, and each group is capped.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from datetime import datetime, timedelta
from typing import TypeVar

from pacs_dedup.domain.acquisition import Acquisition, Geometry
from pacs_dedup.domain.evidence import Comparison, Fact, Group

T = TypeVar("T")

_WEIGHTS: dict[tuple[Fact, str], tuple[Group, float, str]] = {
    (Fact.MODALITY, "equal"): (Group.STRUCTURE, 0.0, "the modality is the same"),
    (Fact.MODALITY, "differs"): (Group.STRUCTURE, -7.0, "the modality differs"),
    (Fact.EVENT_UIDS, "shared"): (Group.TIME, 15.9, "both name the same irradiation event or acquisition"),
    (Fact.EVENT_UIDS, "differs"): (Group.TIME, -1.3, "they name different irradiation events or acquisitions"),
    (Fact.ACQUISITION_TIME, "equal"): (Group.TIME, 13.0, "the acquisition times are the same to the second"),
    (Fact.ACQUISITION_TIME, "shifted"): (Group.TIME, 6.0, "the acquisition times differ by a constant time-zone step"),
    (Fact.ACQUISITION_TIME, "same_day"): (Group.TIME, -8.0, "they were acquired on one day at different times"),
    (Fact.ACQUISITION_TIME, "other_day"): (Group.TIME, -7.0, "they were acquired on different days"),
    (Fact.DEVICE, "serial_equal"): (Group.DEVICE, 5.0, "the scanner's serial number is the same"),
    (Fact.DEVICE, "model_equal"): (Group.DEVICE, 2.0, "the scanner's model is the same"),
    (Fact.DEVICE, "differs"): (Group.DEVICE, -6.0, "the scanners differ"),
    (Fact.GEOMETRY, "equal"): (Group.GEOMETRY, 12.0, "every slice lies at the same place"),
    (Fact.GEOMETRY, "contained"): (Group.GEOMETRY, 8.0, "the slices of one study are among those of the other"),
    (Fact.GEOMETRY, "differs"): (Group.GEOMETRY, -5.0, "slice positions, matrix or spacing differ"),
    (Fact.FRAME_OF_REFERENCE, "equal"): (Group.GEOMETRY, 4.0, "the Frame of Reference UID is the same"),
    (Fact.FRAME_OF_REFERENCE, "differs"): (
        Group.GEOMETRY,
        0.0,
        "the Frame of Reference UIDs differ, as after re-rooting",
    ),
    (Fact.EXPOSURE, "equal"): (Group.EXPOSURE, 3.0, "exposure or sequence parameters are the same"),
    (Fact.EXPOSURE, "differs"): (Group.EXPOSURE, -2.8, "exposure or sequence parameters differ"),
    (Fact.KERNEL, "equal"): (Group.EXPOSURE, 0.0, "the reconstruction kernel is the same"),
    (Fact.KERNEL, "differs"): (Group.EXPOSURE, -2.0, "the reconstruction kernel or slice thickness differs"),
    (Fact.DESCRIPTION, "equal"): (Group.TEXT, 2.0, "the series descriptions are the same"),
    (Fact.DESCRIPTION, "differs"): (Group.TEXT, 0.0, "the descriptions differ, as after a transfer"),
    (Fact.ACCESSION_NUMBER, "equal"): (Group.UIDS, 6.0, "the accession number is the same"),
    (Fact.ACCESSION_NUMBER, "differs"): (Group.UIDS, 0.0, "the accession numbers differ, as after a transfer"),
}
_NOT_COMPARABLE = "this is missing on one side and was not compared"
_SHARE_FOR_EQUAL = 0.9
_TIME_ZONE_STEP = timedelta(minutes=15)
_MAX_TIME_ZONE_SHIFT = timedelta(hours=14)
_SECONDS = len("YYYYMMDDHHMMSS")
_DAY = len("YYYYMMDD")


def compare_acquisitions(incoming: tuple[Acquisition, ...], prior: tuple[Acquisition, ...]) -> tuple[Comparison, ...]:
    """Compare the acquisition facts of two sets of instances, as multisets where there are many."""
    return (
        _set_comparison(Fact.MODALITY, incoming, prior, lambda a: a.modality),
        _events(incoming, prior),
        _times(incoming, prior),
        _devices(incoming, prior),
        _geometries(incoming, prior),
        _set_comparison(Fact.FRAME_OF_REFERENCE, incoming, prior, lambda a: a.frame_of_reference_uid),
        _set_comparison(Fact.EXPOSURE, incoming, prior, lambda a: a.exposure),
        _set_comparison(Fact.KERNEL, incoming, prior, _kernel),
        _set_comparison(Fact.DESCRIPTION, incoming, prior, lambda a: a.series_description.strip().upper()),
        _set_comparison(Fact.ACCESSION_NUMBER, incoming, prior, lambda a: a.accession_number),
    )


def _made(fact: Fact, level: str, incoming: str, prior: str) -> Comparison:
    if level == "missing":
        group = next(group for (known, _), (group, _, _) in _WEIGHTS.items() if known is fact)
        return Comparison(fact, group, level, 0.0, _NOT_COMPARABLE, incoming, prior)
    group, bits, sentence = _WEIGHTS[fact, level]
    return Comparison(fact, group, level, bits, sentence, incoming, prior)


def _set_comparison(
    fact: Fact,
    incoming: Iterable[Acquisition],
    prior: Iterable[Acquisition],
    value: Callable[[Acquisition], Hashable],
) -> Comparison:
    """Compare the sets of one attribute's values: equal when one set contains the other."""
    left = {v for v in map(value, incoming) if v}
    right = {v for v in map(value, prior) if v}
    level = "missing" if not left or not right else "equal" if left <= right or right <= left else "differs"
    return _made(fact, level, _shown(left), _shown(right))


def _kernel(acquisition: Acquisition) -> tuple[str, float | None] | None:
    geometry = acquisition.geometry
    thickness = geometry.slice_thickness if geometry else None
    return (acquisition.kernel, thickness) if acquisition.kernel or thickness else None


def _events(incoming: tuple[Acquisition, ...], prior: tuple[Acquisition, ...]) -> Comparison:
    left = {uid for a in incoming for uid in a.event_uids}
    right = {uid for a in prior for uid in a.event_uids}
    level = "missing" if not left or not right else "shared" if left & right else "differs"
    return _made(Fact.EVENT_UIDS, level, f"{len(left)} UIDs", f"{len(right)} UIDs")


def _times(incoming: tuple[Acquisition, ...], prior: tuple[Acquisition, ...]) -> Comparison:
    left = Counter(a.acquired_at[:_SECONDS] for a in incoming if len(a.acquired_at) >= _SECONDS)
    right = Counter(a.acquired_at[:_SECONDS] for a in prior if len(a.acquired_at) >= _SECONDS)
    return _made(Fact.ACQUISITION_TIME, _time_level(left, right), _span(left), _span(right))


def _time_level(left: Counter[str], right: Counter[str]) -> str:
    if not left or not right:
        return "missing"
    if _share(left, right) >= _SHARE_FOR_EQUAL:
        return "equal"
    if _is_zone_shift(sorted(left), sorted(right)):
        return "shifted"
    same_day = {time[:_DAY] for time in left} & {time[:_DAY] for time in right}
    return "same_day" if same_day else "other_day"


def _is_zone_shift(left: list[str], right: list[str]) -> bool:
    """Whether every time of one side is the same time-zone step away from its time on the other."""
    if len(left) != len(right):
        return False
    try:
        shifts = {_instant(a) - _instant(b) for a, b in zip(left, right, strict=True)}
    except ValueError:
        return False
    shift = abs(shifts.pop())
    return not shifts and timedelta() < shift <= _MAX_TIME_ZONE_SHIFT and not shift % _TIME_ZONE_STEP


def _instant(text: str) -> datetime:
    return datetime.strptime(text, "%Y%m%d%H%M%S")  # noqa: DTZ007 - a header's local time; only differences are taken


def _devices(incoming: tuple[Acquisition, ...], prior: tuple[Acquisition, ...]) -> Comparison:
    serials = [{a.device_serial for a in side if a.device_serial} for side in (incoming, prior)]
    models = [{(a.manufacturer, a.model) for a in side if a.model} for side in (incoming, prior)]
    if all(serials):
        level = "serial_equal" if serials[0] & serials[1] else "differs"
    elif all(models):
        level = "model_equal" if models[0] & models[1] else "differs"
    else:
        level = "missing"
    return _made(Fact.DEVICE, level, _shown(serials[0] or models[0]), _shown(serials[1] or models[1]))


def _geometries(incoming: tuple[Acquisition, ...], prior: tuple[Acquisition, ...]) -> Comparison:
    left = Counter(a.geometry for a in incoming if a.geometry and a.geometry.position)
    right = Counter(a.geometry for a in prior if a.geometry and a.geometry.position)
    if not left or not right:
        level = "missing"
    elif _share(left, right) < _SHARE_FOR_EQUAL:
        level = "differs"
    else:
        level = "equal" if left.total() == right.total() else "contained"
    return _made(Fact.GEOMETRY, level, _extent(left), _extent(right))


def _share(left: Counter[T], right: Counter[T]) -> float:
    """Share of the smaller multiset that the larger one contains."""
    return (left & right).total() / min(left.total(), right.total())


def _shown(values: Iterable[Hashable]) -> str:
    shown = sorted(map(_told, values))
    more = f" and {len(shown) - 3} more" if len(shown) > 3 else ""  # noqa: PLR2004 - what fits a line
    return ", ".join(shown[:3]) + more


def _told(value: object) -> str:
    """Write one value: pairs of keyword and number, and what is nested, without the brackets of a program."""
    if isinstance(value, tuple):
        return " ".join(_told(part) for part in value if part not in ("", None))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _span(times: Counter[str]) -> str:
    if not times:
        return ""
    first, last = min(times), max(times)
    return first if first == last else f"{first} to {last}"


def _extent(geometries: Counter[Geometry]) -> str:
    along = sorted(g.along_normal for g in geometries if g.along_normal is not None)
    return f"{geometries.total()} slices, {along[0]:.1f} to {along[-1]:.1f} mm" if along else ""
