"""Where two headers differ."""

from pacs_dedup.domain.header import DifferenceKind, HeaderDifference, HeaderGroup


def test_a_reviewer_reads_the_patient_first_and_what_nobody_knows_last() -> None:
    groups = list(HeaderGroup)
    assert groups[0] is HeaderGroup.PATIENT
    assert groups[-1] is HeaderGroup.OTHER


def test_two_equal_differences_are_one() -> None:
    made = [
        HeaderDifference("PatientID", "0010,0020", HeaderGroup.PATIENT, DifferenceKind.IDENTITY, "4711", "8888")
        for _ in range(2)
    ]
    assert len(set(made)) == 1
