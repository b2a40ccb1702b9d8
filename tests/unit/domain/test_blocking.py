"""Which studies deserve a comparison."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_dedup.domain.acquisitions.facts import FrameFacts
from pacs_dedup.domain.blocking import (
    digest_key,
    index_keys,
    is_likeness,
    is_sketch_band,
    patient_group,
    search_keys,
    worth_comparing,
)
from pacs_dedup.domain.fingerprint import InstanceFingerprint, StudyFingerprint
from pacs_dedup.domain.identifiers import BlockingKey, SopInstanceUid
from pacs_dedup.domain.patients.identity import PatientId, PatientIdentity, PersonNameParts
from tests.builders import (
    NOBODY,
    PATIENT,
    STRANGER,
    digest_of,
    make_acquisition,
    make_frame,
    make_instance,
    make_patient,
    make_report,
    make_slices,
    make_study,
    renewed,
)

BARE = {"acquisition": make_acquisition(None, acquired_at="", study_date=""), "patient": NOBODY}


def meet(incoming: StudyFingerprint, prior: StudyFingerprint) -> frozenset[BlockingKey]:
    return search_keys(incoming) & index_keys(prior)


def bare(name: str, **changes: object) -> InstanceFingerprint:
    return make_instance(name, **{**BARE, **changes})


def other(*instances: InstanceFingerprint) -> StudyFingerprint:
    return make_study(*renewed(instances, "1.2.7"))


@pytest.mark.parametrize(
    ("incoming", "prior"),
    [
        (make_study(bare("1", pixels="a")), other(bare("2", pixels="a"))),
        (
            make_study(bare("1", frames=(make_frame("a", value_digest=digest_of("v")),))),
            other(bare("2", frames=(make_frame("b", value_digest=digest_of("v")),))),
        ),
        (make_study(make_report("1", **BARE)), other(make_report("2", **BARE))),
        (make_study(bare("1")), make_study(bare("2"))),
        (make_study(bare("1", pixels="a")), make_study(bare("1", pixels="b"), uid="1.2.7")),
        (
            make_study(bare("1", acquisition=make_acquisition(study_date=""))),
            other(bare("2", acquisition=make_acquisition(study_date="", acquired_at="20260101093000.25"))),
        ),
        (
            make_study(bare("1", acquisition=make_acquisition(None, acquired_at="", event_uids=("1.9",)))),
            other(bare("2", acquisition=make_acquisition(None, acquired_at="", event_uids=("1.9",)))),
        ),
        (
            make_study(bare("1", patient=PATIENT, acquisition=make_acquisition(acquired_at=""))),
            other(bare("2", patient=PATIENT, acquisition=make_acquisition(acquired_at=""))),
        ),
    ],
    ids=["pixels", "values", "content", "study", "instance", "moment", "event", "patient and day"],
)
def test_studies_meet_by_what_a_transfer_keeps(incoming: StudyFingerprint, prior: StudyFingerprint) -> None:
    assert worth_comparing(meet(incoming, prior))
    assert worth_comparing(meet(prior, incoming))


def test_the_slices_of_a_multi_frame_object_meet_it_by_their_moments() -> None:
    frames = tuple(FrameFacts(f"2026010109300{second}") for second in range(3))
    enhanced = make_study(bare("1", acquisition=make_acquisition(study_date="", frames=frames)))
    last = other(bare("2", acquisition=make_acquisition(study_date="", acquired_at="20260101093002.5")))
    assert worth_comparing(meet(last, enhanced))
    assert worth_comparing(meet(enhanced, last))


def test_studies_with_nothing_in_common_do_not_meet() -> None:
    assert meet(make_study(bare("1")), other(bare("2"))) == frozenset()


def test_a_derived_object_meets_its_source_whichever_comes_first() -> None:
    source = make_study(bare("1"))
    derived = other(bare("2", referenced_sop_instance_uids=(SopInstanceUid("1.2.3.1.1"),)))
    assert worth_comparing(meet(derived, source))
    assert worth_comparing(meet(source, derived))


@pytest.mark.parametrize("previous", ["1.2.3", "1.2.3.1.1"])
def test_a_renamed_object_meets_the_one_whose_uids_it_had(previous: str) -> None:
    renamed = other(bare("2", previous_uids=(previous,)))
    assert worth_comparing(meet(renamed, make_study(bare("1"))))


SKETCH = bytes(range(64))


@pytest.mark.parametrize("sketch", [SKETCH, bytes(255 - b for b in SKETCH)])
def test_frames_with_the_same_noise_meet_inverted_or_not(sketch: bytes) -> None:
    one = make_study(bare("1", frames=(make_frame("a", sketch=sketch),)))
    assert worth_comparing(meet(one, other(bare("2", frames=(make_frame("b", sketch=SKETCH),)))))


def test_two_bands_of_noise_in_common_are_chance() -> None:
    bands = [BlockingKey(f"rsh:{n}:abcd") for n in range(3)]
    assert not worth_comparing(bands[:2])
    assert worth_comparing(bands)
    assert worth_comparing([*bands[:1], digest_key(digest_of("a"))])


FILM = make_acquisition(None, modality="DX", acquired_at="", study_date="")


def film(name: str, likeness: str | None, **changes: object) -> InstanceFingerprint:
    return bare(name, frames=(make_frame(name, perceptual_hash=likeness),), **{"acquisition": FILM, **changes})


@pytest.mark.parametrize(
    "likeness",
    ["0123456789abcdef", "01234567ffffffff", "ffff45678888cdef", "7edcba9876543210", "7edcffff76540000"],
    ids=["equal", "half", "two pieces", "inverted", "two pieces inverted"],
)
def test_films_that_look_alike_meet_inverted_or_not(likeness: str) -> None:
    assert worth_comparing(meet(make_study(film("1", likeness)), other(film("2", "0123456789abcdef"))))


def test_one_piece_of_a_likeness_is_chance_and_pieces_of_two_films_do_not_add_up() -> None:
    prior = other(film("3", "0123456789abcdef"))
    assert meet(make_study(film("1", "0123aaaaaaaaaaaa")), prior) == frozenset()
    assert meet(make_study(film("1", "0123aaaaaaaaaaaa"), film("2", "aaaa4567aaaaaaaa")), prior) == frozenset()


def test_slices_of_a_stack_are_not_found_by_likeness() -> None:
    slices = (film(name, "0123456789abcdef", acquisition=replace(FILM, modality="CT")) for name in "12")
    one, two = slices
    assert meet(make_study(one), other(two)) == frozenset()


def test_a_film_without_contrast_is_like_no_other() -> None:
    assert meet(make_study(film("1", None)), other(film("2", None))) == frozenset()


@given(st.integers(0, (1 << 64) - 1))
def test_a_likeness_leads_to_few_keys_and_only_its_kind(value: int) -> None:
    keys = [k for k in index_keys(make_study(film("1", f"{value:016x}"))) if is_likeness(k)]
    assert len(keys) == 6
    assert not any(map(is_sketch_band, keys))


def test_a_video_under_a_new_uid_meets_the_same_stream() -> None:
    stream = {"frames": (), "code_stream_digest": digest_of("stream", "csd2")}
    assert worth_comparing(meet(make_study(bare("1", **stream)), other(bare("2", **stream))))


def test_a_copy_chooses_the_same_slices_to_be_found_by() -> None:
    stack = [
        bare(str(n), frames=(make_frame(f"{n}", sketch=bytes([n] * 64)),), acquisition=make_acquisition(float(n)))
        for n in range(43)
    ]
    copy = [
        bare(str(90 - n), frames=(make_frame(f"c{n}", sketch=bytes([n] * 64)),), acquisition=make_acquisition(float(n)))
        for n in range(43)
    ]
    found = {key for key in meet(make_study(*stack), other(*reversed(copy))) if key.startswith("rsh:")}
    assert len({key.rpartition(":")[2] for key in found}) == 8


def test_a_part_of_a_series_chooses_the_slices_that_the_whole_chose() -> None:
    stack = [
        bare(str(n), frames=(make_frame(f"{n}", sketch=bytes([n] * 64)),), acquisition=make_acquisition(float(n)))
        for n in range(43)
    ]
    whole, part = ({k for k in index_keys(make_study(*some)) if k.startswith("rsh:")} for some in (stack, stack[1:]))
    assert len(whole & part) >= len(whole) * 7 / 8


def test_a_turned_film_meets_its_original() -> None:
    film = make_acquisition(None, modality="DX", acquired_at="", study_date="")
    one, two = (bare(n, frames=(make_frame(n, orientation_digest=digest_of("d8")),), acquisition=film) for n in "12")
    assert worth_comparing(meet(make_study(one), other(two)))


def test_a_bordered_picture_meets_its_original() -> None:
    bordered = bare("1", frames=(make_frame("a", sketch=bytes(64), trimmed_sketch=SKETCH),))
    assert worth_comparing(meet(make_study(bordered), other(bare("2", frames=(make_frame("b", sketch=SKETCH),)))))


def test_without_a_serial_number_the_first_and_the_last_second_are_kept() -> None:
    def series(*seconds: int) -> StudyFingerprint:
        times = [
            make_acquisition(None, device_serial="", study_date="", acquired_at=f"2026010109300{s}") for s in seconds
        ]
        return make_study(*(bare(str(n), pixels=f"{seconds}{n}", acquisition=a) for n, a in enumerate(times)))

    met = {key for key in meet(series(1, 2, 3), other(*series(2, 3).instances)) if key.startswith("moment")}
    assert met == {BlockingKey("moment:20260101093003")}


@pytest.mark.parametrize("blanked", ["20260101000000", "20260101000000.000", "20260101", "0930"])
@pytest.mark.parametrize("serial", ["", "4711"])
def test_a_time_that_was_blanked_is_no_moment_to_be_found_by(blanked: str, serial: str) -> None:
    silent = {"acquisition": make_acquisition(None, device_serial=serial, study_date="", acquired_at=blanked)}
    assert meet(make_study(bare("1", **silent)), other(bare("2", **silent))) == frozenset()


def test_slices_without_a_place_are_ordered_by_their_number() -> None:
    stack = [
        bare(
            str(n),
            frames=(make_frame(f"{n}", sketch=bytes([n] * 64)),),
            acquisition=make_acquisition(None, acquired_at="", instance_number=n),
        )
        for n in range(40)
    ]
    assert index_keys(make_study(*stack)) == index_keys(make_study(*reversed(stack)))


def test_blank_frames_and_objects_have_no_noise_to_be_found_by() -> None:
    silent = make_frame("a", informative=False, sketch=SKETCH)
    study = make_study(bare("1", frames=(silent,)), bare("2"), make_report("3"))
    assert not any(key.startswith("rsh:") for key in index_keys(study))


def test_one_person_is_one_patient_under_every_hospital_s_number() -> None:
    here, there = (
        make_study(*make_slices(1, patient=make_patient(PatientId(number, issuer))))
        for number, issuer in (("4711", "QEH"), ("8888", "PMH"))
    )
    assert patient_group(here) == patient_group(there) != ""


def test_two_people_are_two_patients() -> None:
    assert patient_group(make_study(make_instance())) != patient_group(make_study(make_instance(patient=STRANGER)))


def test_who_has_no_birth_date_is_known_by_number() -> None:
    numbered = PatientIdentity(ids=(PatientId("4711", "QEH"),), name=PersonNameParts(("CHAN",)))
    assert patient_group(make_study(make_instance(patient=numbered))) == "local/QEH/4711"


def test_a_chinese_name_names_a_patient_too() -> None:
    named = PatientIdentity(name=PersonNameParts(hanzi="陈大文"), birth_date="196002")
    assert patient_group(make_study(make_instance(patient=named))) == "name/陈大文/196002"


def test_the_first_instance_that_names_somebody_names_the_patient() -> None:
    study = make_study(make_instance("1", patient=NOBODY), make_instance("2"))
    assert patient_group(study) == patient_group(make_study(make_instance("2")))
    assert patient_group(make_study(make_instance(patient=NOBODY))) == ""


def test_colours_behind_a_palette_meet_colours_without_one() -> None:
    palette = bare("1", frames=(make_frame("indices", colour_digest=digest_of("colours")),))
    assert worth_comparing(meet(make_study(palette), other(bare("2", pixels="colours"))))
