"""New identifiers: what a receiving archive or a gateway re-roots (M3-M6)."""

import random

from benchmarks.simulator.model import Apply, Effect, Study, Transform, Uids, copied
from benchmarks.simulator.renew import instance_uids, map_uids, uid_map


def _new_study(study: Study, generator: random.Random, *, series_too: bool) -> Study:
    """Renew the Study Instance UID, and the Series Instance UIDs where asked; SOP Instance UIDs stay."""
    result, mapping = copied(study), uid_map(generator)
    keywords = ("StudyInstanceUID", "SeriesInstanceUID") if series_too else ("StudyInstanceUID",)
    old = {str(dataset[k].value) for dataset in study for k in keywords}
    for dataset in result:
        map_uids(dataset, old.__contains__, mapping)
    return result


def renew_upper(study: Study, generator: random.Random) -> Study:
    """Renew Study and Series Instance UIDs."""
    return _new_study(study, generator, series_too=True)


def reroot(study: Study, generator: random.Random) -> Study:
    """Give every UID that the standard does not define a new value; references still point to what they did."""
    result, mapping = copied(study), uid_map(generator)
    for dataset in result:
        map_uids(dataset, lambda _: True, mapping)
    return result


def reroot_broken(study: Study, generator: random.Random) -> Study:
    """Renew only the UIDs of study, series and instances: references elsewhere point to what nobody has."""
    result, mapping = copied(study), uid_map(generator)
    old = instance_uids(study)
    for dataset in result:
        references = {tag: value for tag, value in ((e.tag, e) for e in dataset) if value.VR == "SQ"}
        for tag in references:
            del dataset[tag]
        map_uids(dataset, old.__contains__, mapping)
        for element in references.values():
            dataset.add(element)
    return result


_UPPER = Effect(uids=Uids.UPPER, headers=True)
_ALL = Effect(uids=Uids.ALL, headers=True)


def _renewal(name: str, effect: Effect, apply: Apply) -> Transform:
    return Transform(name, "metadata", lossless=True, expected=effect, apply=apply)


UIDS: tuple[Transform, ...] = (
    _renewal("new_study_uid", _UPPER, lambda s, r: _new_study(s, r, series_too=False)),
    _renewal("new_study_series_uids", _UPPER, renew_upper),
    _renewal("rerooted", _ALL, reroot),
    _renewal("rerooted_references_broken", _ALL, reroot_broken),
)
"""M3-M6."""
