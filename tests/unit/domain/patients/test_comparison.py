"""Is it the same patient?"""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_dedup.domain.evidence import Fact, PatientTier
from pacs_dedup.domain.patients.comparison import COMMON_NAME, compare_patients, surely_different
from pacs_dedup.domain.patients.identifiers import STRONG, compare_ids
from pacs_dedup.domain.patients.identity import CheckState, IdentifierKind, PatientId, PatientIdentity, PersonNameParts
from pacs_dedup.domain.patients.name_frequencies import NameFrequencies
from pacs_dedup.domain.patients.names import name_keys
from pacs_dedup.domain.patients.tier import PIXELS_EQUAL, SEARCH, STUDIES, Context, search_among
from pacs_dedup.domain.patients.weights import MODEL
from tests.builders import CHAN, HKID, NOBODY, PATIENT, STRANGER, make_patient
from tests.strategies import patients

OTHER_HKID = PatientId("B765432", kind=IdentifierKind.HKID, check=CheckState.VALID)
RIC = PatientId("11010519491231002X", kind=IdentifierKind.MAINLAND_ID, check=CheckState.VALID)
contexts = st.sampled_from([SEARCH, STUDIES, PIXELS_EQUAL])


def tier(incoming: PatientIdentity, prior: PatientIdentity, context: Context = PIXELS_EQUAL) -> PatientTier:
    return compare_patients(incoming, prior, context).tier


def local(value: str, issuer: str = "", **more: object) -> PatientId:
    return PatientId(value, issuer, **more)


def levels(left: PatientIdentity, right: PatientIdentity) -> dict[Fact, str]:
    return {c.fact: c.level for c in compare_patients(left, right).comparisons}


@given(patients, patients, contexts)
def test_patients_compare_alike_from_either_side(
    left: PatientIdentity, right: PatientIdentity, context: Context
) -> None:
    one = compare_patients(left, right, context)
    other = compare_patients(right, left, context)
    assert (one.tier, one.bits) == (other.tier, other.bits)
    assert [c.level for c in one.comparisons] == [c.level for c in other.comparisons]


@given(patients)
def test_what_is_missing_adds_no_bits(patient: PatientIdentity) -> None:
    assert compare_patients(patient, NOBODY).bits == 0


LEFT_OUT = {
    Fact.PATIENT_ID: {"ids": ()},
    Fact.PATIENT_NAME: {"name": PersonNameParts(), "other_names": ()},
    Fact.BIRTH_DATE: {"birth_date": "", "other_birth_dates": ()},
    Fact.SEX: {"sex": ""},
}


@given(patients, patients, st.sampled_from(sorted(LEFT_OUT)))
def test_what_one_side_leaves_out_weighs_nothing(left: PatientIdentity, right: PatientIdentity, fact: Fact) -> None:
    without = replace(right, ids=(), **({} if fact is Fact.PATIENT_ID else LEFT_OUT[fact]))
    found = compare_patients(left, without)
    assert sum(c.weight_bits for c in found.comparisons if c.fact is fact) == 0


@given(patients, patients, st.sampled_from(["birth_date", "sex", "name"]))
def test_agreeing_in_one_thing_more_never_lowers_the_weight(
    left: PatientIdentity, right: PatientIdentity, agreeing: str
) -> None:
    left, right = (replace(patient, ids=(), other_names=(), other_birth_dates=()) for patient in (left, right))
    same = replace(right, **{agreeing: getattr(left, agreeing)})
    assert compare_patients(left, same).bits >= compare_patients(left, right).bits or not getattr(left, agreeing)


@given(patients, contexts)
def test_nobody_can_be_compared_with_nobody(patient: PatientIdentity, context: Context) -> None:
    assert tier(patient, NOBODY, context) is PatientTier.UNKNOWN


@given(patients, patients, contexts)
def test_only_an_identifier_that_agrees_makes_one_patient_sure(
    left: PatientIdentity, right: PatientIdentity, context: Context
) -> None:
    if tier(left, right, context) is PatientTier.SAME:
        assert compare_ids(left.ids, right.ids) in STRONG


@given(patients, patients, contexts)
def test_what_is_surely_different_without_its_name_is_different(
    left: PatientIdentity, right: PatientIdentity, context: Context
) -> None:
    if surely_different(left, right, context):
        assert tier(left, right, context) is PatientTier.DIFFERENT


def test_a_search_can_leave_most_names_uncompared() -> None:
    here, there = make_patient(local("1", "QEH")), make_patient(local("2", "PMH"), birth_date="19871111")
    assert surely_different(here, there)
    assert not surely_different(here, replace(there, birth_date=here.birth_date))
    assert not surely_different(here, there, PIXELS_EQUAL)


def test_a_national_identifier_with_name_and_birth_date_is_one_patient() -> None:
    assert tier(PATIENT, PATIENT) is PatientTier.SAME
    assert tier(PATIENT, PATIENT, SEARCH) is PatientTier.SAME


def test_an_identifier_alone_is_only_probably_one_patient() -> None:
    alone = make_patient(name=PersonNameParts(), birth_date="", sex="")
    assert tier(PATIENT, alone) is PatientTier.PROBABLE


def test_an_identifier_alone_is_too_little_for_a_search() -> None:
    alone = make_patient(name=PersonNameParts(), birth_date="", sex="")
    assert tier(PATIENT, alone, Context(-15.0)) is PatientTier.POSSIBLE


def test_one_contradiction_makes_an_equal_identifier_only_probable() -> None:
    renamed = make_patient(name=STRANGER.name)
    assert tier(PATIENT, renamed) is PatientTier.PROBABLE
    assert tier(PATIENT, renamed, SEARCH) is PatientTier.PROBABLE


def test_two_contradictions_under_one_identifier_are_a_conflict() -> None:
    other = make_patient(HKID, name=STRANGER.name, birth_date="19871111")
    assert tier(PATIENT, other) is PatientTier.CONFLICT
    assert tier(PATIENT, other, SEARCH) is PatientTier.CONFLICT


def test_other_identifiers_with_one_name_and_birth_date_are_a_conflict() -> None:
    assert tier(PATIENT, make_patient(OTHER_HKID)) is PatientTier.CONFLICT
    assert tier(PATIENT, make_patient(OTHER_HKID), SEARCH) is PatientTier.CONFLICT


def test_one_issuer_s_two_numbers_with_one_name_and_birth_date_are_a_conflict_of_equal_pixels() -> None:
    here, there = make_patient(local("4711", "QEH")), make_patient(local("4712", "QEH"))
    assert tier(here, there) is PatientTier.CONFLICT
    assert tier(here, replace(there, birth_date="")) is PatientTier.DIFFERENT


def test_another_patient_is_another_patient_even_with_equal_pixels() -> None:
    for context in (PIXELS_EQUAL, STUDIES, SEARCH):
        assert tier(PATIENT, STRANGER, context) is PatientTier.DIFFERENT


def test_two_hospitals_numbers_are_not_a_difference() -> None:
    here, there = make_patient(local("4711", "QEH")), make_patient(local("8888", "PMH"))
    assert tier(here, there) is PatientTier.PROBABLE


def test_equal_pixels_do_not_name_a_patient_whose_header_says_little() -> None:
    here, there = make_patient(local("4711", "QEH")), make_patient(local("8888", "PMH"), birth_date="")
    assert tier(here, there) is PatientTier.PROBABLE
    quiet = PatientIdentity(sex="M")
    assert tier(quiet, PatientIdentity(sex="F")) is PatientTier.UNKNOWN


def test_one_thing_that_contradicts_what_else_agrees_is_for_a_person() -> None:
    here = make_patient(local("4711", "QEH"))
    there = make_patient(local("8888", "PMH"), name=STRANGER.name)
    assert tier(here, there) is PatientTier.POSSIBLE


@pytest.mark.parametrize("sex", ["", "M"])
@pytest.mark.parametrize("context", [PIXELS_EQUAL, STUDIES])
def test_another_name_with_nothing_that_agrees_is_another_patient(context: Context, sex: str) -> None:
    here = make_patient(local("4711", "QEH"))
    there = make_patient(local("8888", "PMH"), name=STRANGER.name, birth_date="", sex=sex)
    assert tier(here, there, context) is PatientTier.DIFFERENT
    born = PatientIdentity(birth_date="19600229", sex="M")
    assert tier(born, replace(born, birth_date="19871111"), context) is PatientTier.DIFFERENT


def test_two_contradictions_without_identifiers_are_two_people() -> None:
    here = make_patient(local("4711", "QEH"))
    there = make_patient(local("8888", "PMH"), name=STRANGER.name, birth_date="19871111")
    assert tier(here, there) is PatientTier.DIFFERENT


def test_little_evidence_is_no_difference_of_studies_that_met() -> None:
    number_only = PatientIdentity(ids=(local("12345"),))
    assert tier(number_only, number_only, STUDIES) is PatientTier.UNKNOWN
    name_only = PatientIdentity(name=PATIENT.name)
    assert tier(name_only, name_only, STUDIES) is PatientTier.UNKNOWN
    assert tier(name_only, PatientIdentity(name=STRANGER.name), STUDIES) is PatientTier.DIFFERENT


def test_a_search_does_not_find_who_agrees_in_too_little() -> None:
    name_only = PatientIdentity(name=PATIENT.name)
    assert tier(name_only, name_only, SEARCH) is PatientTier.DIFFERENT
    assert tier(name_only, name_only, search_among(4_000)) is PatientTier.POSSIBLE


@pytest.mark.parametrize(("patients", "bits"), [(500_000, -19.93), (1_000_000, -20.93), (7_500_000, -23.84), (0, -1.0)])
def test_the_more_patients_are_searched_the_more_evidence_it_takes(patients: int, bits: float) -> None:
    assert search_among(patients).prior_bits == pytest.approx(bits, abs=0.01)


def test_what_a_patient_was_called_before_counts() -> None:
    married = make_patient(local("1", "QEH"), name=STRANGER.name)
    assert levels(married, make_patient(local("2", "PMH")))[Fact.PATIENT_NAME] == "diff"
    known = replace(married, other_names=(CHAN,))
    assert levels(known, make_patient(local("2", "PMH")))[Fact.PATIENT_NAME] == "lat_exact"


def test_an_earlier_name_that_can_not_be_compared_hides_no_contradiction() -> None:
    smith = PersonNameParts(("SMITH",), ("JOHN",), family_known=True)
    earlier = replace(make_patient(local("1", "QEH")), other_names=(PersonNameParts(hanzi="陈大文"),))
    assert levels(earlier, make_patient(local("2", "PMH"), name=smith))[Fact.PATIENT_NAME] == "diff"


def test_the_birth_date_that_stood_there_before_counts() -> None:
    corrected = replace(make_patient(birth_date="19871111"), other_birth_dates=("19600229",))
    assert levels(PATIENT, corrected)[Fact.BIRTH_DATE] == "dob_exact"
    assert levels(corrected, PATIENT)[Fact.BIRTH_DATE] == "dob_exact"
    assert levels(make_patient(birth_date="19500101"), corrected)[Fact.BIRTH_DATE] == "dob_diff"


@pytest.mark.parametrize("written", ["", "1949", "194912", "19490101"])
def test_a_mainland_number_completes_the_birth_date(written: str) -> None:
    numbered = PatientIdentity(ids=(RIC,), birth_date=written)
    found = levels(numbered, make_patient(birth_date="19491231", sex="F"))
    assert found[Fact.BIRTH_DATE] == "dob_exact"
    assert found[Fact.SEX] == "sex_exact"


def test_a_mainland_number_does_not_overrule_the_header() -> None:
    numbered = PatientIdentity(ids=(RIC,), birth_date="19600229", sex="M")
    found = levels(numbered, PATIENT)
    assert found[Fact.BIRTH_DATE] == "dob_exact"
    assert found[Fact.SEX] == "sex_exact"


def test_a_mainland_number_of_a_man_says_so() -> None:
    man = PatientId("11010519491231003X", kind=IdentifierKind.MAINLAND_ID, check=CheckState.VALID)
    assert levels(PatientIdentity(ids=(man,)), PATIENT)[Fact.SEX] == "sex_exact"


def test_an_equal_hospital_number_takes_nothing_from_what_a_mainland_number_says() -> None:
    other = PatientIdentity((local("1234567"),), CHAN, "19491231", "F")
    bits = [compare_patients(PatientIdentity(ids, CHAN), other).bits for ids in ((RIC,), (RIC, local("1234567")))]
    assert bits[0] < bits[1]
    assert levels(PatientIdentity((RIC, local("1234567")), CHAN), other)[Fact.BIRTH_DATE] == "dob_exact"


def test_a_mainland_number_speaks_once() -> None:
    numbered = PatientIdentity(ids=(RIC,))
    assert levels(numbered, numbered)[Fact.BIRTH_DATE] == "dob_null"


@pytest.mark.parametrize("change", [{"check": CheckState.WRONG}, {"previous": True}])
def test_a_mainland_number_that_is_wrong_or_past_completes_nothing(change: dict) -> None:
    numbered = PatientIdentity(ids=(replace(RIC, **change),))
    assert levels(numbered, make_patient(birth_date="19491231"))[Fact.BIRTH_DATE] == "dob_null"


def counted(share: float, *names: PersonNameParts) -> NameFrequencies:
    keys = [key for name in names for key in name_keys(name)]
    return NameFrequencies(1_000_000, dict.fromkeys(keys, round(share * 1_000_000) + 1))


@pytest.mark.parametrize(("share", "bits"), [(0.0, 0.0), (1e-5, 0.0), (1 / 5_000, -1.86), (1 / 500, -5.18)])
def test_a_common_name_has_a_line_of_its_own(share: float, bits: float) -> None:
    found = compare_patients(PATIENT, PATIENT, SEARCH, counted(share, CHAN))
    told = [c for c in found.comparisons if c.level == COMMON_NAME]
    assert sum(c.weight_bits for c in told) == pytest.approx(bits, abs=0.01)
    assert len(told) == (bits < 0)
    assert found.bits == pytest.approx(compare_patients(PATIENT, PATIENT).bits + bits, abs=0.01)


def test_how_common_a_name_is_says_nothing_where_the_names_differ() -> None:
    found = compare_patients(PATIENT, STRANGER, SEARCH, counted(0.1, CHAN, STRANGER.name))
    assert all(c.level != COMMON_NAME for c in found.comparisons)


def test_of_a_name_within_another_the_more_common_one_counts() -> None:
    peter = replace(CHAN, given=("PETER", "TAI", "MAN"))
    found = compare_patients(PATIENT, make_patient(name=peter), SEARCH, counted(0.01, CHAN))
    assert "about one patient in 100 has it" in next(c.sentence for c in found.comparisons if c.level == COMMON_NAME)


def test_few_patients_do_not_tell_how_common_a_name_is() -> None:
    few = NameFrequencies(999, dict.fromkeys(name_keys(CHAN), 900))
    assert few.share(name_keys(CHAN)) == 0
    assert counted(0.1, CHAN).share(()) == 0


def test_the_weights_that_were_used_are_named() -> None:
    assert compare_patients(PATIENT, PATIENT).model == MODEL
