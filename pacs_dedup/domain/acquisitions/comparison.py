"""Is it the same acquisition? Device, moment, geometry and exposure, which survive when UIDs and names do not.

Match weights weigh "copy of one acquisition" against "another study of the same patient"; facts that depend on each
other share a group, and each group is capped. The weights stand in `acquisition_weights`.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from collections.abc import Set as AbstractSet

from pacs_dedup.domain.acquisitions.facts import Acquisition
from pacs_dedup.domain.acquisitions.geometry import extent, geometry_level
from pacs_dedup.domain.acquisitions.multisets import SHARE_FOR_EQUAL, share
from pacs_dedup.domain.acquisitions.study_terms import (
    CAPTURE,
    body_parts,
    description_terms,
    device_name,
    modality_class,
    order_number,
    serial_number,
)
from pacs_dedup.domain.acquisitions.times import fraction_level, span, time_level, to_seconds
from pacs_dedup.domain.acquisitions.weights import MISSING, weighed
from pacs_dedup.domain.evidence import Comparison, Fact

Acquisitions = Sequence[Acquisition]
Parameters = tuple[tuple[str, object], ...]

_VARIED = 5
"""Different sets of exposure parameters from which their agreement image by image is no habit of the protocol."""
_SHOWN = 3


def compare_acquisitions(
    incoming: Acquisitions, prior: Acquisitions, *, one_extent: bool = True
) -> tuple[Comparison, ...]:
    """Compare the acquisition facts of two sets of instances, as multisets where there are many.

    Args:
        incoming: facts of the incoming instances; a multi-frame object counts as its frames.
        prior: the same of the prior ones.
        one_extent: both studies have as many series.
    """
    left, right = (tuple(frame for a in side for frame in a.by_frame) for side in (incoming, prior))
    return (
        _modalities(incoming, prior),
        _events(incoming, prior),
        *_times(left, right, one_extent=one_extent),
        _devices(incoming, prior),
        _stations(incoming, prior),
        _geometries(left, right),
        _set_comparison(Fact.FRAME_OF_REFERENCE, incoming, prior, lambda a: a.frame_of_reference_uid),
        _exposures(left, right),
        _reconstructions(incoming, prior),
        _procedures(incoming, prior),
        _descriptions(left, right),
        _body_parts(incoming, prior),
        _accessions(incoming, prior),
    )


def _set_comparison(
    fact: Fact, incoming: Acquisitions, prior: Acquisitions, value: Callable[[Acquisition], Hashable]
) -> Comparison:
    """Compare the sets of one attribute's values: equal when one set contains the other."""
    left, right = ({v for v in map(value, side) if v} for side in (incoming, prior))
    level = MISSING if not left or not right else "equal" if _contained(left, right) else "differs"
    return weighed(fact, level, _shown(left), _shown(right))


def _contained(left: AbstractSet[Hashable], right: AbstractSet[Hashable]) -> bool:
    return left <= right or right <= left


def _modalities(incoming: Acquisitions, prior: Acquisitions) -> Comparison:
    left, right = ({modality_class(a.modality) for a in side if a.modality} for side in (incoming, prior))
    if not left or not right:
        level = MISSING
    elif _contained(left, right):
        level = "equal"
    else:
        level = "converted" if {CAPTURE} in (left, right) else "differs"
    return weighed(Fact.MODALITY, level, *(_shown({a.modality for a in side}) for side in (incoming, prior)))


def _events(incoming: Acquisitions, prior: Acquisitions) -> Comparison:
    left, right = ({uid for a in side for uid in a.event_uids} for side in (incoming, prior))
    level = MISSING if not left or not right else "shared" if left & right else "differs"
    return weighed(Fact.EVENT_UIDS, level, *(f"{len(side)} UID{'s' * (len(side) != 1)}" for side in (left, right)))


def _times(incoming: Acquisitions, prior: Acquisitions, *, one_extent: bool) -> tuple[Comparison, Comparison]:
    left, right = (to_seconds(a.acquired_at for a in side) for side in (incoming, prior))
    level = time_level(left, right, one_extent=one_extent)
    fine = MISSING
    if level == "equal":
        fine = fraction_level((a.acquired_at for a in incoming), (a.acquired_at for a in prior))
    return (
        weighed(Fact.ACQUISITION_TIME, level, span(left), span(right)),
        weighed(Fact.ACQUISITION_FRACTIONS, fine, "", ""),
    )


def _devices(incoming: Acquisitions, prior: Acquisitions) -> Comparison:
    """Compare serial numbers, which a maker gives each model anew; where a side has none, makers and models."""
    named = [{(a.device_serial, a.manufacturer, a.model) for a in side} for side in (incoming, prior)]
    serials = [{serial_number(serial) for serial, _, _ in side} - {""} for side in named]
    models = [{(device_name(maker), m) for _, maker, model in side if (m := device_name(model))} for side in named]
    same_model = bool(models[0] & models[1])
    if all(models) and not same_model:
        level = "differs"
    elif all(serials):
        level = "serial_equal" if serials[0] & serials[1] else "differs"
    else:
        level = "model_equal" if same_model else MISSING
    shown = (_shown({serial or f"{maker} {model}".strip() for serial, maker, model in side}) for side in named)
    return weighed(Fact.DEVICE, level, *shown)


def _stations(incoming: Acquisitions, prior: Acquisitions) -> Comparison:
    told = [{a.station for a in side} for side in (incoming, prior)]
    left, right = ({device_name(station) for station in side} - {""} for side in told)
    level = MISSING if not left or not right else "equal" if _contained(left, right) else "differs"
    return weighed(Fact.STATION, level, *map(_shown, told))


def _geometries(incoming: Acquisitions, prior: Acquisitions) -> Comparison:
    left, right = (Counter(a.geometry for a in side if a.geometry) for side in (incoming, prior))
    return weighed(Fact.GEOMETRY, geometry_level(left, right), extent(left), extent(right))


def _exposures(incoming: Acquisitions, prior: Acquisitions) -> Comparison:
    """Compare what both sides tell, image by image: values that vary along a series are its finger mark."""
    left, right = _restricted([a.exposure for a in incoming], [a.exposure for a in prior])
    if not left or not right:
        level = MISSING
    elif share(left, right) >= SHARE_FOR_EQUAL:
        level = "equal_vector" if min(len(left), len(right)) >= _VARIED else "equal"
    else:
        level = "equal" if _contained(set(left), set(right)) else "differs"
    return weighed(Fact.EXPOSURE, level, _shown(left), _shown(right))


def reconstruction_level(incoming: Acquisitions, prior: Acquisitions) -> str:
    """Compare what makes reconstructions of the same raw data differ: ``equal``, ``differs`` or ``missing``.

    A kernel that only one side names is not compared, and then equal thickness alone does not tell.
    """
    left, right = _both_told(incoming, prior)
    kernels = [any(a.kernel for a in side) for side in (incoming, prior)]
    if not left or not right:
        return MISSING
    if not _contained(set(left), set(right)):
        return "differs"
    return "equal" if kernels[0] == kernels[1] else MISSING


def _reconstructions(incoming: Acquisitions, prior: Acquisitions) -> Comparison:
    left, right = _both_told(incoming, prior)
    return weighed(Fact.KERNEL, reconstruction_level(incoming, prior), _shown(left), _shown(right))


def _both_told(incoming: Acquisitions, prior: Acquisitions) -> tuple[Counter[Parameters], Counter[Parameters]]:
    return _restricted(list(map(_reconstruction, incoming)), list(map(_reconstruction, prior)))


def _reconstruction(acquisition: Acquisition) -> Parameters:
    thickness = acquisition.geometry.slice_thickness if acquisition.geometry else None
    told = (("kernel", acquisition.kernel), ("slice thickness", thickness), *acquisition.processing)
    return tuple((name, value) for name, value in told if value not in ("", None))


def _restricted(
    incoming: Sequence[Parameters], prior: Sequence[Parameters]
) -> tuple[Counter[Parameters], Counter[Parameters]]:
    """Count sets of parameters, of each only what both sides know: an archive may drop an element, or add one."""
    known, other = ({name for told in side for name, _ in told} for side in (incoming, prior))
    both = known & other
    left, right = (Counter(tuple(p for p in told if p[0] in both) for told in side) for side in (incoming, prior))
    for side in (left, right):
        del side[()]
    return left, right


def _procedures(incoming: Acquisitions, prior: Acquisitions) -> Comparison:
    """Compare procedure codes; where they do not agree, what the study descriptions say."""
    codes = [{code for a in side for code in a.procedure_codes} for side in (incoming, prior)]
    terms = [
        {frozenset(description_terms(text)) for text in {a.study_description for a in side}}
        for side in (incoming, prior)
    ]
    said = [side - {frozenset()} for side in terms]
    if codes[0] & codes[1]:
        level = "code_equal"
    elif all(said):
        level = "equal" if said[0] & said[1] else "differs"
    else:
        level = "differs" if all(codes) else MISSING
    return weighed(
        Fact.PROCEDURE, level, *(_shown({a.study_description for a in side} - {""}) for side in (incoming, prior))
    )


def _descriptions(incoming: Acquisitions, prior: Acquisitions) -> Comparison:
    left, right = (
        Counter(said for a in side if (said := " ".join(a.series_description.upper().split())))
        for side in (incoming, prior)
    )
    if not left or not right:
        level = MISSING
    else:
        level = "equal" if share(left, right) >= SHARE_FOR_EQUAL or _contained(set(left), set(right)) else "differs"
    return weighed(Fact.DESCRIPTION, level, _shown(left), _shown(right))


def _body_parts(incoming: Acquisitions, prior: Acquisitions) -> Comparison:
    told = [{a.body_part for a in side} for side in (incoming, prior)]
    left, right = ({part for text in side for part in body_parts(text)} for side in told)
    level = MISSING if not left or not right else "equal" if left & right else "differs"
    return weighed(Fact.BODY_PART, level, _shown(left), _shown(right))


def _accessions(incoming: Acquisitions, prior: Acquisitions) -> Comparison:
    told = [{(a.accession_number, a.accession_issuer) for a in side} for side in (incoming, prior)]
    left, right = ({(number, who) for text, who in side if (number := order_number(text))} for side in told)
    numbers = {number for number, _ in left} & {number for number, _ in right}
    if not left or not right:
        level = MISSING
    elif any(issuer for _, issuer in left & right):
        level = "equal_issuer"
    else:
        level = "equal" if any(_may_be_one(left, right, number) for number in numbers) else "differs"
    shown = (_shown({a.accession_number for a in side if a.accession_number}) for side in (incoming, prior))
    return weighed(Fact.ACCESSION_NUMBER, level, *shown)


def _may_be_one(left: set[tuple[str, str]], right: set[tuple[str, str]], number: str) -> bool:
    """Whether a number is not one of two different issuers on the two sides."""
    issuers = [{issuer for found, issuer in side if found == number} for side in (left, right)]
    return any("" in side for side in issuers)


def _shown(values: Iterable[Hashable]) -> str:
    shown = sorted(filter(None, map(_told, values)))
    more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    return ", ".join(shown[:_SHOWN]) + more


def _told(value: object) -> str:
    """Write one value: pairs of keyword and number, and what is nested, without the brackets of a program."""
    if isinstance(value, tuple):
        return " ".join(_told(part) for part in value if part not in ("", None))
    return f"{value:g}" if isinstance(value, float) else str(value)
