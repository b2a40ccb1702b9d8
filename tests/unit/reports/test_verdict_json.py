"""One pair of studies as programs read it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_dedup.domain.decide import decide
from pacs_dedup.domain.header import DifferenceKind, HeaderDifference, HeaderGroup
from pacs_dedup.domain.identifiers import StudyInstanceUid, StudyKey
from pacs_dedup.domain.policy import Policy
from pacs_dedup.domain.verdict import Verdict
from pacs_dedup.reports.model import StudySummary
from pacs_dedup.reports.plain import plain
from pacs_dedup.reports.verdict_json import SideData, pair_object
from scripts.make_verdict_schema import FILE, schema
from tests.builders import PATIENT, evidence_of, make_slices, renewed
from tests.json_schema import violations
from tests.strategies import evidences, policies

SCHEMA = json.loads(FILE.read_text(encoding="utf-8"))
NAMED = replace(PATIENT, display_name="CHAN^TAI MAN", display_id="A123456(3)")
INCOMING = SideData(StudySummary(StudyKey(StudyInstanceUid("1.2.7"), "PMH"), "CHAN^TAI MAN", "A123456(3)"))
PRIOR = SideData(StudySummary(StudyKey(StudyInstanceUid("1.2.3"), "scan:/a")), [Path("/a/1.dcm")])
SLICES = make_slices(4, patient=NAMED)
COPY = decide(evidence_of(renewed(SLICES), SLICES), Policy())
DIFFERENCE = HeaderDifference("PatientName", "0010,0010", HeaderGroup.PATIENT, DifferenceKind.IDENTITY, "CHAN", "")


def printed(verdict: Verdict = COPY, **options: Any) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(json.dumps(plain(pair_object(verdict, INCOMING, PRIOR, **options))))
    return told


def test_the_schema_is_that_of_the_code() -> None:
    assert FILE.read_text(encoding="utf-8") == schema(), "run scripts/make_verdict_schema.py"


@given(evidences(), policies, st.booleans(), st.sampled_from([None, (), (DIFFERENCE,)]))
def test_whatever_is_judged_is_printed_by_the_schema(
    evidence: Any, policy: Policy, show_values: bool, differences: Any
) -> None:
    told = printed(decide(evidence, policy), show_values=show_values, differences=differences)
    assert violations(told, SCHEMA) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda told: told.pop("relation"),
        lambda told: told.update(relation="twin"),
        lambda told: told.update(probability=0.9),
        lambda told: told.update(match_weight_bits="many"),
        lambda told: told["instances"].update(near=True),
        lambda told: told["evidence"][0].pop("values"),
        lambda told: told.update(differences="none"),
    ],
)
def test_the_schema_refuses_what_is_no_such_object(spoil: Any) -> None:
    told = printed()
    spoil(told)
    assert violations(told, SCHEMA) != []


def test_everything_is_there_that_a_program_asks_for() -> None:
    told = printed()
    assert (told["relation"], told["certainty"], told["disposition"]) == ("exact_copy", "certain", "flag")
    assert told["patient_tier"] == "same"
    assert told["instances"]["identical"] == 4
    assert told["a"]["study_instance_uid"] == "1.2.7"
    assert told["b"]["paths"] == ["/a/1.dcm"]
    assert {"group", "attribute", "level", "bits", "values", "sentence"} == set(told["evidence"][0])


def test_the_items_and_the_caps_add_up_to_the_match_weight() -> None:
    told = printed()
    items = sum(item["bits"] for item in told["evidence"] if item["group"] != "patient")
    assert items + sum(cap["bits"] for cap in told["caps"]) == pytest.approx(told["match_weight_bits"], abs=0.1)


def test_the_strongest_evidence_comes_first() -> None:
    bits = [abs(item["bits"]) for item in printed()["evidence"]]
    assert bits == sorted(bits, reverse=True)


def test_values_are_masked_unless_they_are_asked_for() -> None:
    masked = json.dumps(printed(differences=(DIFFERENCE,)))
    assert "CHAN" not in masked
    assert "A123456" not in masked
    open_ = printed(differences=(DIFFERENCE,), show_values=True)
    assert (open_["masked"], open_["a"]["patient_name"]) == (False, "CHAN^TAI MAN")
    assert open_["differences"][0]["values"] == {"a": "CHAN", "b": ""}
    assert "A123456(3)" in {item["values"]["a"] for item in open_["evidence"]}


@pytest.mark.parametrize(("better", "side"), [("incoming", "a"), ("prior", "b"), ("equal", "equal")])
def test_the_better_side_is_named_like_the_sides(better: str, side: str) -> None:
    assert printed(replace(COPY, better=better))["better"] == side
