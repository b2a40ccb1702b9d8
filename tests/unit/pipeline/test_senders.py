"""What a site knows of its senders is applied when a study is read, by who sent that study."""

from dataclasses import replace

from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.identifiers import StudyInstanceUid, StudyKey
from pacs_dedup.domain.patients.identity import PatientId, PatientIdentity, SenderDefaults
from pacs_dedup.pipeline.senders import as_sent_by, header_defaults
from pacs_dedup.pipeline.studies import load_generation, load_up_to
from tests.builders import make_instance, make_patient
from tests.site import Site

SENDERS = {"QEHPACS": SenderDefaults("qeh ", "GB18030", ("U[0-9]{4}", "00[0-9]{3}")), "PMHPACS": SenderDefaults("PMH")}


def numbers(source: str, *ids: PatientId, written: str = "") -> tuple[PatientId, ...]:
    patient = replace(make_patient(*ids), display_id=written)
    (meant,) = as_sent_by(source, [make_instance(patient=patient)], SENDERS)
    return meant.patient.ids


def test_a_number_without_an_issuer_is_its_sender_s() -> None:
    assert numbers("QEHPACS", PatientId("4711")) == (PatientId("4711", "QEH"),)
    assert numbers("PMHPACS", PatientId("4711")) == (PatientId("4711", "PMH"),)


def test_a_sender_of_whom_nothing_is_known_has_no_numbers() -> None:
    assert numbers("KWHPACS", PatientId("4711")) == (PatientId("4711"),)


def test_an_issuer_that_the_header_names_stays() -> None:
    assert numbers("QEHPACS", PatientId("4711", "KWH")) == (PatientId("4711", "KWH"),)


def test_whose_an_earlier_number_was_is_not_guessed() -> None:
    earlier = PatientId("99", previous=True)
    assert numbers("QEHPACS", PatientId("4711"), earlier) == (PatientId("4711", "QEH"), earlier)


def test_a_number_for_people_whom_its_sender_can_not_identify_is_left_out() -> None:
    pseudo = PatientId("U0001"), PatientId("U0002", previous=True)
    assert numbers("QEHPACS", *pseudo) == ()
    assert numbers("PMHPACS", *pseudo) == (PatientId("U0001", "PMH"), pseudo[1])


def test_such_a_number_is_known_by_how_it_is_written() -> None:
    assert numbers("QEHPACS", PatientId("123"), written="00123") == ()
    assert numbers("QEHPACS", PatientId("123"), written="123") == (PatientId("123", "QEH"),)


def test_a_header_is_read_in_its_sender_s_character_set_and_for_itself() -> None:
    assert header_defaults("QEHPACS", SENDERS) == SenderDefaults(charset="GB18030")
    assert header_defaults("KWHPACS", SENDERS) == SenderDefaults()


def test_one_blob_from_two_senders_has_one_fingerprint_and_two_issuers() -> None:
    site = Site()
    site.senders = SENDERS
    image = make_instance(patient=PatientIdentity((PatientId("4711"),)))
    for source in SENDERS:
        site.send_study([image], source=source)
    (member,) = site.database.register.members(key(image, "QEHPACS"))
    (kept,) = site.database.index.get([member.blob_id])
    assert kept.patient.ids == (PatientId("4711"),)
    for source, issuer in (("QEHPACS", "QEH"), ("PMHPACS", "PMH")):
        for load in (load_up_to, load_generation):
            (loaded,) = load(key(image, source), 1, site.matcher).instances
            assert loaded.patient.ids == (PatientId("4711", issuer),)


def test_a_site_that_learns_an_issuer_later_need_not_examine_anything_again() -> None:
    site = Site()
    image = make_instance(patient=PatientIdentity((PatientId("4711"),)))
    site.send_study([image])
    site.senders = SENDERS
    (loaded,) = load_up_to(key(image, "QEHPACS"), 1, site.matcher).instances
    assert loaded.patient.ids == (PatientId("4711", "QEH"),)


def key(instance: InstanceFingerprint, source: str) -> StudyKey:
    return StudyKey(StudyInstanceUid(instance.study_instance_uid), source)
