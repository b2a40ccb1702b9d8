"""Equal pixels that the headers place differently: a corrected side comes under new UIDs, and must not be held."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from pacs_dedup.domain.acquisitions.facts import FrameFacts
from pacs_dedup.domain.decide import decide
from pacs_dedup.domain.evidence import Fact
from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.policy import Action, Policy
from pacs_dedup.domain.verdict import Disposition, Relation, Verdict
from tests.builders import (
    again,
    digest_of,
    evidence_of,
    make_acquisition,
    make_frame,
    make_geometry,
    make_instance,
    make_slices,
    renewed,
)

HOLDING = Policy(action=Action.QUARANTINE)
MIRRORED = make_geometry(0.0, orientation=(-1.0, 0.0, 0.0, 0.0, 1.0, 0.0))
MOVED = make_geometry(40.0)
STACK = tuple(make_frame(str(n)) for n in range(4))
VETO = ("it may correct the side, position, order or measure of an image",)


def image(**told: object) -> InstanceFingerprint:
    return make_instance(acquisition=make_acquisition(**told))


def verdict_on(incoming: InstanceFingerprint, prior: InstanceFingerprint) -> Verdict:
    return decide(evidence_of(renewed([incoming]), [prior]), HOLDING)


@pytest.mark.parametrize(
    ("said", "corrected"),
    [
        ({"laterality": "L"}, {"laterality": "R"}),
        ({}, {"laterality": "R"}),
        ({"patient_position": "HFS"}, {"patient_position": "FFS"}),
        ({"patient_orientation": "L\\F"}, {"patient_orientation": "R\\F"}),
        ({"view_position": "PA"}, {"view_position": "AP"}),
        ({}, {"geometry": MIRRORED}),
        ({}, {"geometry": MOVED}),
        ({"geometry": None}, {}),
        ({"view_codes": ("399162004@SCT",)}, {"view_codes": ("399368009@SCT",)}),
    ],
)
def test_a_copy_that_may_correct_the_side_is_flagged_and_not_held(said: dict, corrected: dict) -> None:
    verdict = verdict_on(image(**corrected), image(**said))
    assert (verdict.relation, verdict.disposition) == (Relation.EXACT_COPY, Disposition.FLAG)
    assert verdict.vetoes == ("it may correct the side, position, order or measure of an image",)
    assert any("another side" in reason for reason in verdict.reasons)


@pytest.mark.parametrize("said", [{"laterality": "L"}, {"geometry": None}])
def test_a_copy_that_leaves_something_out_may_be_held(said: dict) -> None:
    told = {"laterality": "L"}
    verdict = verdict_on(image(**{**told, **said, "laterality": ""}), image(**told))
    assert verdict.disposition is Disposition.QUARANTINE


def test_frames_that_are_equal_by_value_are_asked_too() -> None:
    value = make_frame("rescaled", value_digest="aid1:1")
    prior = image(laterality="L")
    incoming = replace(image(laterality="R"), frames=(value,))
    known = replace(prior, frames=(make_frame("stored", value_digest="aid1:1"),))
    assert evidence_of(renewed([incoming]), [known]).level(Fact.ORIENTATION) == "differs"


def test_the_frames_of_one_multi_frame_instance_may_come_as_single_frames() -> None:
    frames = tuple(make_frame(str(n)) for n in range(3))
    prior = [make_instance("9", frames=frames, acquisition=make_acquisition(0.0))]
    singles = [make_instance(str(n), acquisition=make_acquisition(float(n))) for n in range(3)]
    assert evidence_of(renewed(singles), prior).level(Fact.ORIENTATION) == ""


def enhanced(step: float = 1.0, sides: Sequence[str] = "LLLL", **told: object) -> InstanceFingerprint:
    facts = tuple(FrameFacts(geometry=make_geometry(n * step), laterality=side) for n, side in enumerate(sides))
    return make_instance("9", frames=STACK, acquisition=make_acquisition(0.0, frames=facts, **told))


def cine(order: str, name: str = "9", **told: object) -> InstanceFingerprint:
    acquired = make_acquisition(None, modality="US", **told)
    return make_instance(name, frames=tuple(make_frame(pixels) for pixels in order), acquisition=acquired)


@pytest.mark.parametrize("corrected", [enhanced(1.25), enhanced(sides="LLRR"), enhanced(sides="LLLR", laterality="L")])
def test_every_frame_of_a_multi_frame_instance_is_asked_for_itself(corrected: InstanceFingerprint) -> None:
    verdict = verdict_on(corrected, enhanced())
    assert (verdict.relation, verdict.disposition, verdict.vetoes) == (Relation.EXACT_COPY, Disposition.FLAG, VETO)
    assert verdict_on(enhanced(), enhanced()).disposition is Disposition.QUARANTINE


@pytest.mark.parametrize("place", ["stack", "elsewhere"])
def test_the_frames_of_an_enhanced_instance_are_where_its_classic_slices_are(place: str) -> None:
    there = 0.0 if place == "stack" else 7.0
    slices = [make_instance(str(n), acquisition=make_acquisition(n + there)) for n in range(4)]
    sides = make_instance("9", frames=STACK, acquisition=enhanced(sides=("", "", "", "")).acquisition)
    expected = "" if place == "stack" else "differs"
    assert evidence_of(renewed(slices), [sides]).level(Fact.ORIENTATION) == expected
    assert evidence_of(renewed([sides]), slices).level(Fact.ORIENTATION) == expected


def test_positions_that_only_the_incoming_frames_have_are_new() -> None:
    classic = make_instance("9", frames=STACK, acquisition=make_acquisition(0.0))
    placed = again(classic, acquisition=enhanced(sides=("", "", "", "")).acquisition)
    assert verdict_on(placed, classic).vetoes == VETO
    assert verdict_on(classic, placed).disposition is Disposition.QUARANTINE


def test_the_position_of_a_classic_multi_frame_instance_is_asked_though_its_first_frame_is_blank() -> None:
    frames = (make_frame("blank", informative=False), *STACK)
    here, moved = (make_instance("9", frames=frames, acquisition=make_acquisition(at)) for at in (0.0, 40.0))
    assert verdict_on(moved, here).vetoes == VETO


@pytest.mark.parametrize("order", ["dcba", "bacd"])
def test_moving_pictures_in_another_order_are_not_held(order: str) -> None:
    verdict = verdict_on(cine(order), cine("abcd"))
    assert (verdict.relation, verdict.disposition, verdict.vetoes) == (Relation.EXACT_COPY, Disposition.FLAG, VETO)
    assert "4 equal frames stand in another order" in verdict.reasons


@pytest.mark.parametrize(("arrived", "known"), [("bcd", "abcde"), ("abcde", "bcd"), ("ab", "abab"), ("abxcd", "aybcd")])
def test_a_part_of_moving_pictures_is_in_order(arrived: str, known: str) -> None:
    assert evidence_of(renewed([cine(arrived)]), [cine(known)]).level(Fact.ORIENTATION) == ""


def test_moving_pictures_that_share_frames_are_each_in_their_own_order() -> None:
    both = [cine("abst", "1"), cine("tscd", "2")]
    assert evidence_of(renewed(reversed(both)), both).level(Fact.ORIENTATION) == ""


def test_slices_may_come_in_any_order() -> None:
    slices = make_slices(4)
    assert evidence_of(renewed(reversed(slices)), slices).level(Fact.ORIENTATION) == ""


@pytest.mark.parametrize(("said", "corrected"), [(("700",), ("70",)), ((), ("70",)), (("70",), ("70", "1.7"))])
def test_a_copy_with_another_weight_of_the_patient_is_not_held(said: tuple, corrected: tuple) -> None:
    known, arrived = (
        image(uptake=tuple(zip(("PatientWeight", "PatientSize"), t, strict=False))) for t in (said, corrected)
    )
    verdict = verdict_on(arrived, known)
    assert (verdict.disposition, verdict.vetoes) == (Disposition.FLAG, VETO)
    assert any("another weight or injected dose" in reason for reason in verdict.reasons)


def test_a_copy_that_lost_the_weight_of_the_patient_may_be_held() -> None:
    known = image(uptake=(("PatientSize", "1.7"), ("PatientWeight", "70")))
    assert verdict_on(image(uptake=(("PatientSize", "1.7"),)), known).disposition is Disposition.QUARANTINE


@pytest.mark.parametrize(
    ("changes", "known"),
    [
        ({}, True),
        ({"overlay_digest": digest_of("other marks", "ovl1")}, False),
        ({"overlay_digest": None}, False),
        ({"presentation_digest": digest_of("other window", "prs2")}, False),
        ({"frames": (make_frame("page", informative=False, presentation_digest=digest_of("w", "prs2")),)}, False),
    ],
)
def test_a_blank_page_is_known_only_with_what_is_drawn_over_it(changes: dict, known: bool) -> None:
    page = make_instance("8", frames=(make_frame("page", informative=False),), overlay_digest=digest_of("marks"))
    picture = make_instance("1")
    verdict = decide(evidence_of(renewed([picture, again(page, **changes)]), [picture, page]), HOLDING)
    assert verdict.vetoes == (() if known else ("not everything that arrived is known",))
    assert verdict.evidence.coverage.uninformative == int(known)
