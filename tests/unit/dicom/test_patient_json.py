"""A patient given as JSON is read like one in a header."""

import pytest

from pacs_dedup.dicom.patient_json import patient_of
from pacs_dedup.domain.errors import BadRequest
from pacs_dedup.domain.patients.identity import CheckState, IdentifierKind, PatientId, PatientIdentity


def test_every_key_of_a_patient_is_read() -> None:
    found = patient_of(
        {
            "PatientID": "A123456(3)",
            "IssuerOfPatientID": "QEH",
            "PatientName": "CHAN^TAI MAN=陳^大文",
            "PatientBirthDate": "19610403",
            "PatientSex": "M",
            "PatientBirthName": "LEE^TAI MAN",
            "OtherPatientNames": ["HO^TAI MAN", "Peter CHAN"],
            "OtherPatientIDs": "77X",
            "OriginalAttributesSequence": [{"ModifiedAttributesSequence": [{"PatientName": "NG^A"}]}],
        },
        "A",
    )
    assert found.ids == (
        PatientId("A123456", "QEH", IdentifierKind.HKID, CheckState.VALID),
        PatientId("77X", previous=True),
    )
    assert (found.name.family, found.name.hanzi) == (("CHAN",), "陈大文")
    assert (found.birth_date, found.sex, found.display_id) == ("19610403", "M", "A123456(3)")
    assert {name.words[0] for name in found.other_names} == {"LEE", "HO", "CHAN", "NG"}


def test_other_numbers_may_have_issuers() -> None:
    numbers = [{"PatientID": "12345", "IssuerOfPatientID": "PMH"}, "67890"]
    found = patient_of({"OtherPatientIDs": numbers}, "A")
    assert found.ids == (PatientId("12345", "PMH", previous=True), PatientId("67890", previous=True))
    assert patient_of({"OtherPatientIDsSequence": numbers[:1]}, "A").ids == found.ids[:1]


def test_an_issuer_may_be_universal() -> None:
    qualifiers = [{"UniversalEntityID": "1.2.344", "UniversalEntityIDType": "ISO"}]
    found = patient_of({"PatientID": "12345", "IssuerOfPatientIDQualifiersSequence": qualifiers}, "A")
    assert found.ids == (PatientId("12345", "1.2.344"),)


def test_previous_values_have_a_short_form() -> None:
    before = {"PatientID": "4711", "IssuerOfPatientID": "QEH", "PatientName": "LEE^A", "PatientBirthDate": "1960"}
    found = patient_of({"PatientID": "4712", "PreviousValues": [before]}, "A")
    assert found.ids[1] == PatientId("4711", "QEH", previous=True)
    assert found.other_names[0].family == ("LEE",)
    assert found.other_birth_dates == ("1960",)
    assert patient_of({"PatientID": "4712", "PreviousValues": before}, "A") == found


def test_a_name_may_come_in_groups() -> None:
    grouped = {"PatientName": {"Alphabetic": "CHAN^TAI MAN", "Ideographic": "陳^大文"}}
    assert patient_of(grouped, "A") == patient_of({"PatientName": "CHAN^TAI MAN=陳^大文"}, "A")


def test_a_name_that_was_garbled_before_is_repaired() -> None:
    found = patient_of({"PatientName": "CHAN^TAI MAN=³¯^¤j¤å"}, "A")
    assert found.name.hanzi == "陈大文"
    assert found.repaired
    assert patient_of({"PatientName": "MÜLLER^JÖRG"}, "A").name.words == ("MULLER", "JORG")


def test_what_is_null_or_left_out_is_missing() -> None:
    empty = dict.fromkeys(["PatientID", "PatientName", "PatientBirthDate", "PatientSex", "OtherPatientIDs"])
    assert patient_of(empty, "A") == patient_of({}, "A") == PatientIdentity()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"PatientNmae": "CHAN^TAI MAN"}, "A: PatientNmae is not known; known keys: "),
        ({"Chan Tai Man": "x"}, "A: a key is not known"),
        ({"PatientID": 4711}, "A: PatientID: a string is needed"),
        ({"PatientName": {"Family": "CHAN"}}, "A: PatientName: a string is needed"),
        ({"OtherPatientNames": 3}, "A: OtherPatientNames: a list is needed"),
        ({"PreviousValues": [{"PatientNmae": "x"}]}, "PatientNmae is not known"),
        ({"OtherPatientIDsSequence": ["x"]}, "A: OtherPatientIDsSequence: a JSON object is needed"),
        ({"StudyInstanceUID": "1.2"}, "StudyInstanceUID is not known"),
        ([], "A: a JSON object is needed"),
        (None, "A: a JSON object is needed"),
    ],
)
def test_what_can_not_be_read_is_refused_without_patient_data(values: object, words: str) -> None:
    with pytest.raises(BadRequest) as refused:
        patient_of(values, "A")
    assert words in str(refused.value)
    assert "CHAN" not in str(refused.value).upper()
