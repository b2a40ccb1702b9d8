"""Fingerprints and verdicts as JSON."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticSerializationError

from pacs_dedup.adapters.database.codec import FINGERPRINT, VERDICT
from pacs_dedup.domain.acquisitions.facts import Acquisition
from pacs_dedup.domain.errors import Unreadable
from pacs_dedup.domain.fingerprint import FrameFingerprint, InstanceFingerprint
from pacs_dedup.domain.verdict import Verdict
from tests.contracts.values import fingerprint, verdict


@given(st.from_type(FrameFingerprint), st.from_type(Acquisition))
def test_every_fingerprint_is_read_back_as_it_was(frame: FrameFingerprint, acquisition: Acquisition) -> None:
    value = replace(fingerprint(), frames=(frame, frame), acquisition=acquisition)
    assert repr(FINGERPRINT.load(FINGERPRINT.dump(value))) == repr(value)  # by repr, for a NaN is not equal to itself


@given(st.from_type(Verdict))
def test_every_verdict_is_read_back_as_it_was(value: Verdict) -> None:
    assert repr(VERDICT.load(VERDICT.dump(value))) == repr(value)


def test_damaged_characters_become_question_marks() -> None:
    damaged = replace(fingerprint(), unreadable="text \udcff\x00 here")
    assert FINGERPRINT.load(FINGERPRINT.dump(damaged)) == replace(damaged, unreadable="text ?\x00 here")


def test_a_value_of_the_wrong_type_is_not_stored() -> None:
    """It could not be read back."""
    wrong: InstanceFingerprint = replace(fingerprint(), acquisition=Acquisition(instance_number="7"))  # type: ignore[arg-type]
    with pytest.raises(PydanticSerializationError):
        FINGERPRINT.dump(wrong)


def test_a_record_from_before_a_field_was_added_gets_its_default() -> None:
    stored = json.loads(VERDICT.dump(verdict()))
    del stored[0]["better"]
    assert VERDICT.load(json.dumps(stored)) == replace(verdict(), better="equal")


def test_a_record_of_another_version_is_unreadable_and_not_quoted() -> None:
    stored = json.loads(FINGERPRINT.dump(fingerprint()))
    stored[0]["patient"]["name"] = "CHAN TAI MAN"
    with pytest.raises(Unreadable, match=r"patient\.name") as error:
        FINGERPRINT.load(json.dumps(stored))
    assert "CHAN" not in str(error.value)


def test_an_earlier_name_of_a_field_is_left_alone_inside_a_sentence() -> None:
    quoting = replace(verdict(), sentence='the header says "confidence":1')
    assert VERDICT.load(VERDICT.dump(quoting)) == quoting
