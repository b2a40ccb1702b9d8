"""Do two patients share an identifier?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_dedup.domain.patients.identifiers import IdLevel, compare_ids
from pacs_dedup.domain.patients.identity import CheckState, IdentifierKind, PatientId
from pacs_dedup.domain.patients.weights import bits_of
from tests.builders import HKID
from tests.strategies import patient_ids

OTHER_HKID = PatientId("B765432", kind=IdentifierKind.HKID, check=CheckState.VALID)
some_ids = st.lists(patient_ids, max_size=3).map(tuple)


def local(value: str, issuer: str = "", **more: object) -> PatientId:
    return PatientId(value, issuer, **more)


def hkid(value: str, check: CheckState = CheckState.VALID, **more: object) -> PatientId:
    return PatientId(value, kind=IdentifierKind.HKID, check=check, **more)


def mainland(value: str, check: CheckState = CheckState.VALID) -> PatientId:
    return PatientId(value, kind=IdentifierKind.MAINLAND_ID, check=check)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ((HKID,), (HKID,), "id_strong_exact"),
        ((HKID,), (hkid("A123456", CheckState.ABSENT),), "id_strong_nocheck"),
        ((HKID,), (hkid("A123456", CheckState.WRONG),), "id_strong_typo"),
        ((HKID,), (OTHER_HKID,), "id_strong_conflict"),
        ((HKID,), (hkid("A123457"),), "id_strong_conflict"),
        ((HKID,), (hkid("A123457", CheckState.WRONG),), "id_strong_typo"),
        ((HKID,), (hkid("A132456", CheckState.WRONG),), "id_strong_typo"),
        ((HKID,), (hkid("AB123456", CheckState.WRONG),), "id_strong_typo"),
        ((HKID,), (hkid("A123465", CheckState.ABSENT),), "id_null"),
        ((HKID,), (hkid("A321456", CheckState.WRONG),), "id_strong_conflict"),
        ((HKID,), (hkid("B765432", previous=True),), "id_null"),
        ((HKID,), (hkid("A123456", previous=True),), "id_strong_exact"),
        ((HKID,), (local("A123456"),), "id_null"),
        ((mainland("11010519491231002X"),), (mainland("11010519491231002X"),), "id_strong_exact"),
        ((mainland("11010519491231002X"),), (mainland("110105194912310021", CheckState.WRONG),), "id_strong_typo"),
        ((mainland("11010519491231002X"),), (HKID,), "id_null"),
        ((local("4711", "QEH"),), (local("4711", "QEH"),), "id_issuer_exact"),
        ((local("4711", "QEH"),), (local("4712", "QEH"),), "id_issuer_diff"),
        ((local("4711", "QEH"),), (local("4712", "QEH", previous=True),), "id_null"),
        ((local("4711", "QEH"),), (local("4711", "QEH", previous=True),), "id_crossref"),
        ((local("12345", "QEH"),), (local("12345", "PMH"),), "id_null"),
        ((local("12345"),), (local("12345"),), "id_string_exact"),
        ((local("12345", "QEH"),), (local("12345"),), "id_string_exact"),
        ((local("4711"),), (local("4711"),), "id_null"),
        ((), (HKID,), "id_null"),
        ((), (), "id_null"),
    ],
)
def test_identifiers_reach_their_level(
    left: tuple[PatientId, ...], right: tuple[PatientId, ...], expected: str
) -> None:
    assert compare_ids(left, right) == expected
    assert compare_ids(right, left) == expected


@pytest.mark.parametrize(("one", "other"), [("A", "L"), ("A", "W"), ("Z", "O"), ("Z", "D"), ("K", "V")])
def test_a_letter_that_no_check_digit_tells_from_another_may_be_a_typing_error(one: str, other: str) -> None:
    assert compare_ids((hkid(f"{one}123456"),), (hkid(f"{other}123456"),)) == "id_strong_typo"


def test_of_two_letters_that_differ_one_is_no_typing_error() -> None:
    assert compare_ids((hkid("AB123456"),), (hkid("LM123456"),)) == "id_strong_conflict"
    assert compare_ids((hkid("A123456"),), (hkid("AL123456"),)) == "id_strong_conflict"


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ((HKID, local("4711", "QEH")), (OTHER_HKID, local("8888", "PMH")), "id_strong_conflict"),
        ((HKID, local("4711", "QEH")), (OTHER_HKID, local("4711", "QEH")), "id_strong_conflict"),
        ((HKID, local("4711", "QEH")), (HKID, local("8888", "QEH")), "id_strong_exact"),
        ((local("4711", "QEH"), local("1", "HA")), (local("4712", "QEH"), local("2", "PMH")), "id_issuer_diff"),
        ((local("4711", "QEH"), local("4712", "QEH")), (local("4712", "QEH"),), "id_issuer_exact"),
        ((HKID,), (OTHER_HKID, hkid("A123456", previous=True)), "id_strong_exact"),
        ((HKID, local("4711", "QEH")), (hkid("A123456", CheckState.ABSENT), local("4711", "QEH")), "id_issuer_exact"),
    ],
)
def test_of_many_identifiers_a_conflict_is_not_hidden_by_what_can_not_be_compared(
    left: tuple[PatientId, ...], right: tuple[PatientId, ...], expected: str
) -> None:
    assert compare_ids(left, right) == expected
    assert compare_ids(right, left) == expected


@given(some_ids, some_ids)
def test_identifiers_compare_alike_from_either_side(left: tuple[PatientId, ...], right: tuple[PatientId, ...]) -> None:
    assert compare_ids(left, right) is compare_ids(right, left)


@given(some_ids, some_ids, patient_ids.filter(lambda i: i.kind is not IdentifierKind.LOCAL))
def test_a_national_identifier_that_agrees_never_lowers_the_weight(
    left: tuple[PatientId, ...], right: tuple[PatientId, ...], shared: PatientId
) -> None:
    agreeing = compare_ids((shared,), (shared,))
    more = compare_ids((*left, shared), (*right, shared))
    assert bits_of(more) >= bits_of(agreeing) or more is IdLevel.STRONG_CONFLICT
