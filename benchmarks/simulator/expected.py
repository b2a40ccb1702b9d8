"""What a judge may call what a chain has made of a study, and what it must or must not do."""

from dataclasses import dataclass

from benchmarks.simulator.model import Chain, Effect, Extent, Person, Pixels, Seed, Uids

COPIES = frozenset({"exact_copy", "lossy_copy", "presentation_twin", "copy_patient_unknown", "wrong_patient"})
"""Relations that say "these are the same images" of studies that share no SOP Instance UID."""

_FOR_REVIEW = COPIES - {"wrong_patient"} | {"lossy_twin", "subset", "superset", "overlap", "derived", "undecided"}
_RESENDS = frozenset({"resend", "transcoded_resend", "corrected_resend"})


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the truth allows.

    Attributes:
        relations: acceptable names.
        hold_allowed: holding the study back hides nothing that is not already there.
        alert_required: a person must be told at once.
        review_required: any disposition that opens a case will do, whatever the relation is called.
        copy: the pixels show the same acquisition, in whole or in part; finding it counts as recall.
    """

    relations: frozenset[str]
    hold_allowed: bool = False
    alert_required: bool = False
    review_required: bool = False
    copy: bool = True


def expected_relation(seed: Seed, chain: Chain) -> frozenset[str]:
    """Name the acceptable relations of a chain's result to the seed's study."""
    return expect(seed, chain).relations


def expect(_: Seed, chain: Chain) -> Expectation:
    """Derive what the truth allows from what the chain did."""
    effect = chain.effect
    if effect.pixels is Pixels.BROKEN:
        return Expectation(_broken(effect), copy=False)
    if effect.pixels is Pixels.TURNED:
        return Expectation(_turned(effect), alert_required=True)
    if effect.person is Person.OTHER:
        return Expectation(_other_person(effect), alert_required=True)
    if effect.pixels is Pixels.REVIEW:
        return Expectation(_reviewed(effect), review_required=True)
    return Expectation(_copy(effect), hold_allowed=_may_be_held(effect))


def _may_be_held(effect: Effect) -> bool:
    whole = effect.extent in (Extent.WHOLE, Extent.PART)
    return effect.pixels is Pixels.STORED and effect.person <= Person.COERCED and whole and not effect.presentation


def _broken(effect: Effect) -> frozenset[str]:
    kept = effect.uids < Uids.ALL
    return frozenset({"undigestable", "undecided", *(_RESENDS | {"lossy_twin", "subset", "continued"} if kept else ())})


def _turned(effect: Effect) -> frozenset[str]:
    conflict = {"uid_conflict"} if effect.in_place and effect.uids < Uids.ALL else set()
    stranger = {"wrong_patient"} if effect.person is Person.OTHER else set()
    return frozenset({"orientation_twin", *conflict, *stranger})


def _other_person(effect: Effect) -> frozenset[str]:
    """Equal UIDs under another name may be a correction; it must be told all the same."""
    kept = effect.uids < Uids.ALL
    return frozenset({"wrong_patient", *({"corrected_resend", "undecided", "uid_conflict"} if kept else ())})


def _reviewed(effect: Effect) -> frozenset[str]:
    conflict = {"uid_conflict"} if effect.in_place and effect.uids < Uids.ALL else set()
    return _FOR_REVIEW | conflict


def _copy(effect: Effect) -> frozenset[str]:
    if effect.uids < Uids.ALL and not effect.reorganised and not _renewed_by_pixels(effect):
        return _under_kept_uids(effect)
    if effect.person is Person.REMOVED:
        return frozenset({"copy_patient_unknown"})
    return _by_extent(effect)


def _renewed_by_pixels(effect: Effect) -> bool:
    """Whoever changes pixels and obeys the standard gives the result a SOP Instance UID of its own."""
    return effect.pixels > Pixels.STORED and not effect.in_place


def _under_kept_uids(effect: Effect) -> frozenset[str]:
    if effect.pixels >= Pixels.DEGRADED:
        return frozenset({"lossy_twin"})
    if effect.extent >= Extent.MORE:
        return frozenset({"continued", "superset", "overlap"})
    part = {"subset"} if effect.extent is Extent.PART else set()
    return frozenset(_resends(effect) | part)


def _resends(effect: Effect) -> set[str]:
    if effect.headers or effect.presentation or effect.person or effect.pixels is Pixels.VALUES:
        twin = {"presentation_twin"} if effect.presentation or effect.pixels else set()
        unknown = {"copy_patient_unknown"} if effect.person is Person.REMOVED else set()
        return {"corrected_resend", *twin, *unknown}
    if effect.slight:
        return {"resend", "corrected_resend", *(("transcoded_resend",) if effect.encoding else ())}
    return {"transcoded_resend" if effect.encoding else "resend"}


def _by_extent(effect: Effect) -> frozenset[str]:
    match effect.extent:
        case Extent.PART:
            return frozenset({"subset"})
        case Extent.MORE:
            return frozenset({"superset"})
        case Extent.SHIFTED:
            return frozenset({"overlap"})
        case _:
            return frozenset({_of_the_whole(effect), *effect.also, *(("derived",) if effect.reorganised else ())})


def _of_the_whole(effect: Effect) -> str:
    if effect.pixels is Pixels.DEGRADED:
        return "lossy_copy"
    return "presentation_twin" if effect.presentation else "exact_copy"
