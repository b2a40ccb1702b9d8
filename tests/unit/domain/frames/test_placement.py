"""Equal pixels that the headers place differently: a corrected side comes under new UIDs, and must not be held."""

from dataclasses import replace

import pytest

from pacs_dedup.domain.decide import decide
from pacs_dedup.domain.evidence import Fact
from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.policy import Action, Policy
from pacs_dedup.domain.verdict import Disposition, Relation, Verdict
from tests.builders import evidence_of, make_acquisition, make_frame, make_geometry, make_instance, renewed

HOLDING = Policy(action=Action.QUARANTINE)
MIRRORED = make_geometry(0.0, orientation=(-1.0, 0.0, 0.0, 0.0, 1.0, 0.0))
MOVED = make_geometry(40.0)


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
    ],
)
def test_a_copy_that_may_correct_the_side_is_flagged_and_not_held(said: dict, corrected: dict) -> None:
    verdict = verdict_on(image(**corrected), image(**said))
    assert (verdict.relation, verdict.disposition) == (Relation.EXACT_COPY, Disposition.FLAG)
    assert verdict.vetoes == ("it may correct the side, orientation or position of an image",)
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
