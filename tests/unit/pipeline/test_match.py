"""Step 4: candidates, evidence, verdict."""

import pytest

from pacs_dedup.domain.blocking import is_sketch_band, search_keys
from pacs_dedup.domain.errors import Unreadable
from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.frames.verification import FrameVerification
from pacs_dedup.domain.identifiers import StudyInstanceUid, StudyKey
from pacs_dedup.domain.patients.identity import PatientIdentity, PersonNameParts
from pacs_dedup.domain.patients.keys import SAMPLE, SAMPLED, counted_keys
from pacs_dedup.domain.patients.name_frequencies import NameFrequencies
from pacs_dedup.domain.patients.names import name_keys
from pacs_dedup.domain.policy import Action
from pacs_dedup.pipeline.match import common_digests, name_frequencies
from tests.builders import (
    JPEG_BASELINE,
    LOSSY,
    PATIENT,
    STRANGER,
    again,
    digest_of,
    make_acquisition,
    make_frame,
    make_instance,
    make_report,
    make_slices,
    make_study,
    renewed,
)
from tests.site import QUIET, Site, exhaust

STACK = make_slices(4)


def flagging() -> Site:
    return Site(Action.FLAG)


def squeezed(instances: tuple[InstanceFingerprint, ...]) -> tuple[InstanceFingerprint, ...]:
    return tuple(again(i, frames=(make_frame(f"j{n}"),), rendition=LOSSY) for n, i in enumerate(instances))


def person(number: int) -> PatientIdentity:
    return PatientIdentity(name=PersonNameParts((f"FAMILY{number}",)), birth_date=f"19{number:02}0101")


def elsewhere(number: int, *instances: InstanceFingerprint, **changes: object) -> tuple[InstanceFingerprint, ...]:
    """The instances as another study, of another day and scanner."""
    other = make_acquisition(acquired_at=f"202502{number:02}120000", study_date=f"202502{number:02}", device_serial="8")
    return renewed(instances, f"1.2.7.{number}", **{"acquisition": other, **changes})


def test_nothing_waits_nothing_is_done() -> None:
    assert not Site().match()


def test_a_study_without_a_candidate_gets_no_verdict() -> None:
    site = flagging()
    site.send_study(STACK)
    assert site.verdicts() == []


def test_of_two_studies_the_one_that_came_first_is_the_prior() -> None:
    site = flagging()
    site.send_study(STACK)
    site.send_study(renewed(STACK), source="PMHPACS")
    assert site.verdicts() == [("PMHPACS", "exact_copy", 1)]


def test_of_two_studies_that_settle_together_the_one_that_came_first_is_the_prior() -> None:
    site = flagging()
    site.receive(*STACK)
    site.receive(*renewed(STACK), source="PMHPACS")
    site.run()
    assert site.verdicts() == [("PMHPACS", "exact_copy", 1)] * len(site.verdicts())


def test_an_instance_sent_again_is_a_resend() -> None:
    site = flagging()
    site.send_study(STACK)
    site.send_study(STACK[:2])
    assert site.verdicts() == [("QEHPACS", "resend", 2)]


def test_an_instance_sent_again_in_another_transfer_syntax_is_a_transcoded_resend() -> None:
    site = flagging()
    site.send_study(STACK)
    site.send_study([again(i, transfer_syntax_uid=JPEG_BASELINE, dataset_digest=i.dataset_digest) for i in STACK])
    assert site.verdicts() == [("QEHPACS", "transcoded_resend", 2)]


def test_late_instances_continue_their_study() -> None:
    site = flagging()
    site.send_study(STACK[:2])
    site.send_study(STACK[2:])
    assert site.verdicts() == [("QEHPACS", "continued", 2)]


def test_late_slices_between_those_that_came_are_not_even_looked_at() -> None:
    site = flagging()
    site.looks = FrameVerification(0.97)
    site.send_study(make_slices(8)[::2])
    site.send_study(make_slices(8)[1::2])
    assert site.verdicts() == [("QEHPACS", "continued", 2)]


def test_a_report_on_a_known_study_continues_it() -> None:
    site = flagging()
    site.send_study(STACK)
    site.send_study([make_report()])
    assert site.verdicts() == [("QEHPACS", "continued", 2)]


def test_a_study_that_grows_is_compared_again_as_a_whole() -> None:
    site = flagging()
    site.send_study(STACK)
    site.send_study(renewed(STACK[:2]), source="PMHPACS")
    site.send_study(renewed(STACK[2:]), source="PMHPACS")
    assert site.verdicts() == [
        ("PMHPACS", "subset", 1),
        ("PMHPACS", "exact_copy", 2),
        ("PMHPACS", "continued", 2),
    ]


def test_a_prior_that_grows_makes_its_copy_a_subset() -> None:
    site = flagging()
    site.send_study(STACK[:2])
    site.send_study(renewed(STACK[:2]), source="PMHPACS")
    site.send_study(STACK[2:])
    assert ("PMHPACS", "subset", 1) in site.verdicts()


def test_what_a_study_is_still_receiving_is_not_judged_yet() -> None:
    site = flagging()
    site.send_study(STACK)
    site.receive(*renewed(STACK[:2]), source="PMHPACS")
    exhaust([site.fingerprint])
    site.send_study([make_report()])
    assert ("PMHPACS", "subset", 1) in site.verdicts()
    partial = Site(Action.FLAG)
    partial.send_study(STACK)
    partial.send_study(renewed(STACK[:2]), source="PMHPACS")
    partial.receive(*renewed(STACK[2:]), source="PMHPACS")
    exhaust([partial.fingerprint])
    partial.receive(make_report())
    exhaust([partial.fingerprint])
    partial.clock.advance(QUIET)
    partial.settle()
    exhaust([partial.match])
    assert [v for v in partial.verdicts() if v[0] == "PMHPACS" and v[2] == 1] == [("PMHPACS", "subset", 1)]


def test_pixels_that_many_patients_share_do_not_count() -> None:
    site = flagging()
    for number in range(1, 7):
        site.send_study(elsewhere(number, make_instance("1", "test pattern"), patient=person(number)))
    last = [j for j in site.judgements() if j.incoming.study_instance_uid == "1.2.7.6"]
    assert not last, "what identifies nobody calls for no comparison either"


def test_chance_likeness_of_noise_does_not_crowd_out_the_same_moment_on_the_same_scanner() -> None:
    site = flagging()
    last = make_instance("1", frames=(make_frame("last", sketch=bytes(range(64))),))
    a_band = next(key for key in sorted(search_keys(make_study(last))) if is_sketch_band(key))
    for number in range(210):
        film = StudyKey(StudyInstanceUid(f"1.2.9.{number}"), "FILMS")
        site.database.index.put_keys(film, f"patient {number}", [a_band])
    site.send_study(renewed([make_instance("1", "other pixels")], patient=STRANGER))
    site.send_study([last], source="PMHPACS")
    assert [j.incoming.source for j in site.judgements()] == ["PMHPACS"]


def test_pixels_of_one_patient_whom_many_hospitals_numbered_do_count() -> None:
    site = flagging()
    for number in range(1, 7):
        site.send_study(elsewhere(number, make_instance("1", "chest")), source=f"PACS{number}")
    last = [j for j in site.judgements() if j.incoming.study_instance_uid == "1.2.7.6"]
    assert {str(j.verdict.relation) for j in last} == {"exact_copy"}


@pytest.mark.parametrize("content", [make_instance("1", "test pattern"), make_report("1", "normal")])
def test_frames_and_reports_become_common_alike(content: InstanceFingerprint) -> None:
    site = flagging()
    for number in range(1, 6):
        site.send_study(elsewhere(number, content, patient=person(number)))
    study = make_study(content)
    digests = {content.content_digest or content.frames[0].stored_digest}
    assert common_digests(study, site.database.index, site.matcher.policy) == digests
    assert digest_of("other") not in digests


def by_place(left: InstanceFingerprint, right: InstanceFingerprint) -> FrameVerification:
    """Slices at one place show the same noise, neighbours nearly so."""
    same = left.acquisition.geometry == right.acquisition.geometry
    return FrameVerification(0.95 if same else 0.85)


def test_a_lossy_copy_resembles_its_original_more_than_its_neighbours() -> None:
    site = flagging()
    site.looks = by_place
    site.send_study(STACK)
    site.send_study(renewed(squeezed(STACK)), source="PMHPACS")
    assert site.verdicts() == [("PMHPACS", "lossy_copy", 1)]


def by_another_place(left: InstanceFingerprint, right: InstanceFingerprint) -> FrameVerification:
    """Slices resemble those beside their partners more."""
    same = left.acquisition.geometry == right.acquisition.geometry
    return FrameVerification(0.95 if same else 0.99)


def test_slices_that_resemble_the_neighbours_of_their_partners_stay_unclear() -> None:
    site = flagging()
    site.looks = by_another_place
    site.send_study(STACK)
    site.send_study(renewed(squeezed(STACK)), source="PMHPACS")
    assert site.verdicts() == [("PMHPACS", "undecided", 1)]


def test_a_single_image_has_no_neighbours_to_be_compared_with() -> None:
    site = flagging()
    site.looks = FrameVerification(0.95)
    film = make_instance("1", acquisition=make_acquisition(None))
    site.send_study([film])
    site.send_study(renewed(squeezed((film,))), source="PMHPACS")
    assert site.verdicts() == [("PMHPACS", "lossy_copy", 1)]


@pytest.mark.parametrize("looks", [Unreadable("the decoder was killed"), FrameVerification(refused="too dark")])
def test_a_look_that_fails_is_refused_and_never_stops_the_step(looks: object) -> None:
    site = flagging()
    site.looks = looks
    site.send_study(STACK)
    site.send_study(renewed(squeezed(STACK)), source="PMHPACS")
    (judgement,) = site.judgements()
    assert judgement.verdict.evidence.coverage.tried == 4
    assert judgement.verdict.evidence.coverage.confirmed == 0


def test_a_look_at_a_blob_that_is_gone_is_refused() -> None:
    site = flagging()
    site.looks = FrameVerification(0.95)
    site.send_study(STACK)
    site.receive(*renewed(squeezed(STACK)), source="PMHPACS")
    exhaust([site.fingerprint])
    site.blobs._bytes.clear()
    site.run()
    (judgement,) = site.judgements()
    assert judgement.verdict.evidence.coverage.confirmed == 0


def test_another_patient_s_copy_of_the_pixels_is_an_alarm() -> None:
    site = flagging()
    site.send_study(STACK)
    site.send_study(renewed(STACK, patient=STRANGER), source="PMHPACS")
    assert site.verdicts() == [("PMHPACS", "wrong_patient", 1)]


def test_names_are_counted_over_patients_once_there_are_enough_of_them() -> None:
    site = Site()
    study = make_study(make_instance())
    index = site.database.index
    assert name_frequencies(study, index) == NameFrequencies()
    for n in range(4):
        index.put_keys(StudyKey(StudyInstanceUid(f"1.2.{n}"), "QEHPACS"), f"sampled {n}", [SAMPLE])
    for n, studies in enumerate((3, 1)):
        for m in range(studies):
            key = StudyKey(StudyInstanceUid(f"1.3.{n}.{m}"), "QEHPACS")
            index.put_keys(key, f"chan {n}", counted_keys(PATIENT))
    found = name_frequencies(study, index)
    assert found.patients == 4 * SAMPLED
    assert found.share(name_keys(PATIENT.name)) == pytest.approx(1 / found.patients)
