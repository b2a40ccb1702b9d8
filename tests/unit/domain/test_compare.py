"""Two studies, compared."""

from dataclasses import replace
from hashlib import shake_256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_dedup.domain.compare import GROUP_CAPS, compare_studies, plan_looks, total_bits
from pacs_dedup.domain.decide import decide
from pacs_dedup.domain.evidence import Evidence, Fact, Group, PatientTier
from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.frames.alignment import LookAt, Looked
from pacs_dedup.domain.frames.pairing import FrameRef
from pacs_dedup.domain.frames.verification import FrameVerification
from pacs_dedup.domain.patients.identity import PatientIdentity
from pacs_dedup.domain.policy import Policy
from pacs_dedup.domain.verdict import Disposition, Relation
from tests.builders import (
    CHAN,
    LOSSY,
    NO_ANSWER,
    OTHER_NOISE,
    SAME_NOISE,
    STRANGER,
    again,
    digest_of,
    evidence_of,
    make_acquisition,
    make_comparison,
    make_frame,
    make_instance,
    make_report,
    make_slices,
    make_study,
    renewed,
)
from tests.looks import squeezed
from tests.strategies import policies, stacks

comparisons = st.builds(make_comparison, st.sampled_from(Fact), st.floats(-1e3, 1e3), st.sampled_from(Group))


@given(st.lists(comparisons))
def test_total_bits_stay_within_the_caps(made: list) -> None:
    least, most = (sum(cap[end] for cap in GROUP_CAPS.values()) for end in (0, 1))
    assert least - 1e-9 <= total_bits(made) <= most + 1e-9


@given(st.lists(comparisons))
def test_the_patient_never_enters_the_total(made: list) -> None:
    assert total_bits(made) == total_bits([c for c in made if c.group is not Group.PATIENT])


def test_every_group_but_the_patient_has_caps() -> None:
    assert set(GROUP_CAPS) == set(Group) - {Group.PATIENT}


@given(st.integers(1, 12), st.data())
def test_more_equal_frames_never_lower_the_total(count: int, data: st.DataObject) -> None:
    equal = data.draw(st.integers(0, count - 1))
    prior = make_slices(count)
    totals = [
        evidence_of(renewed(prior[:n]) + renewed(make_slices(count), frames=(make_frame("new"),))[n:], prior).total_bits
        for n in (equal, equal + 1)
    ]
    assert totals[0] <= totals[1]


@given(stacks, stacks, policies)
def test_any_two_studies_get_a_verdict(
    incoming: list[InstanceFingerprint], prior: list[InstanceFingerprint], policy: Policy
) -> None:
    evidence = evidence_of(incoming, prior)
    decide(evidence, policy)
    assert evidence.coverage.matched <= min(evidence.coverage.incoming, evidence.coverage.prior)
    assert evidence.coverage.renewed <= evidence.coverage.matched


@given(stacks)
def test_a_study_under_new_uids_is_covered_by_itself(instances: list[InstanceFingerprint]) -> None:
    coverage = evidence_of(renewed(instances), instances).coverage
    assert coverage.matched == coverage.incoming == coverage.prior


UNCLEAR_NOISE = FrameVerification(0.93, 0.96, 1.5, 90_000, fine_correlation=0.7)


def look_at(
    incoming: InstanceFingerprint, prior: InstanceFingerprint, found: FrameVerification, frame: int = 0
) -> Looked:
    return Looked(LookAt(FrameRef(incoming.blob_id, frame), FrameRef(prior.blob_id, frame)), found)


@pytest.mark.parametrize(
    ("seen", "verified"),
    [
        ([SAME_NOISE] * 9, 20),
        ([SAME_NOISE] * 6 + [NO_ANSWER] * 3, 20),  # the copies vouch for slices that give no clear answer
        ([SAME_NOISE] * 6 + [NO_ANSWER] * 2 + [OTHER_NOISE], 13),  # but not where one shows another acquisition
        ([SAME_NOISE] * 4 + [UNCLEAR_NOISE] * 5, 0),  # a series of which most is no copy is none
        ([SAME_NOISE] * 4 + [NO_ANSWER] * 5, 20),  # but slices without grey levels to compare are no part of that
        ([SAME_NOISE] + [NO_ANSWER] * 8, 0),  # and one copy alone speaks for no series
        ([OTHER_NOISE] * 9, 0),
    ],
)
def test_the_looks_speak_for_the_frames_that_were_not_looked_at(seen: list[FrameVerification], verified: int) -> None:
    prior = make_slices(20)
    incoming = renewed(squeezed(prior))
    planned = plan_looks(make_study(*incoming), make_study(*prior))
    looked = [Looked(p, c) for p, c in zip(planned, seen, strict=True)]
    coverage = compare_studies(make_study(*incoming), make_study(*prior), looked).coverage
    assert (coverage.tried, coverage.verified) == (9, verified)


LEFT = FrameVerification(0.96, 0.93, 1.0, 90_000, fine_correlation=0.7)
"""What noise alone does not call a copy, and the clock does."""


@pytest.mark.parametrize(
    ("seen", "verified"),
    [
        ([LEFT] * 9, 20),
        ([LEFT] * 8 + [UNCLEAR_NOISE], 20),  # nearly all others vouch for one
        ([LEFT] * 6 + [NO_ANSWER] * 3, 20),  # and few for those without grey levels
        ([LEFT] * 6 + [UNCLEAR_NOISE] * 3, 13),  # but not for those whose noise leaves it open
        ([SAME_NOISE] * 6 + [UNCLEAR_NOISE] * 3, 20),  # for which noise speaks
    ],
)
def test_what_headers_settled_vouches_for_little_else(seen: list[FrameVerification], verified: int) -> None:
    prior = make_slices(20)
    incoming = renewed(squeezed(prior))
    planned = plan_looks(make_study(*incoming), make_study(*prior))
    looked = [Looked(p, c) for p, c in zip(planned, seen, strict=True)]
    assert compare_studies(make_study(*incoming), make_study(*prior), looked).coverage.verified == verified


def test_frames_of_the_sample_without_a_partner_count_against() -> None:
    incoming = renewed(squeezed(make_slices(20)))
    prior = (*make_slices(20)[:10], *renewed(make_slices(20), "8")[10:])
    prior = tuple(replace(i, acquisition=make_acquisition(100.0 + n)) if n >= 10 else i for n, i in enumerate(prior))
    planned = plan_looks(make_study(*incoming), make_study(*prior))
    looked = [Looked(p, SAME_NOISE) for p in planned]
    coverage = compare_studies(make_study(*incoming), make_study(*prior), looked).coverage
    assert 8 <= coverage.verified <= 12


def lossy_resend(count: int, swapped: int | None = None) -> Evidence:
    """Slices that came again under their UIDs, lossily compressed; one may show something else."""
    drawn = [shake_256(f"{n}".encode()).digest(64) for n in range(count)]
    prior = tuple(
        again(i, frames=(replace(i.frames[0], sketch=sketch),))
        for i, sketch in zip(make_slices(count), drawn, strict=True)
    )
    incoming = tuple(
        again(i, frames=(replace(i.frames[0], sketch=bytes(64) if n == swapped else drawn[n]),))
        for n, i in enumerate(squeezed(prior))
    )
    planned = plan_looks(make_study(*incoming), make_study(*prior))
    looked = [
        Looked(p, SAME_NOISE) for p in planned if swapped is None or p.incoming.blob_id != incoming[swapped].blob_id
    ]
    return compare_studies(make_study(*incoming), make_study(*prior), looked)


def test_a_lossy_study_under_its_old_uids_is_a_twin_to_its_last_slice() -> None:
    evidence = lossy_resend(30)
    assert (evidence.sop.lossy_twin, evidence.sop.conflicting) == (30, 0)
    assert decide(evidence, Policy()).relation is Relation.LOSSY_TWIN


def test_one_slice_of_something_else_among_lossy_twins_is_an_alarm_though_no_look_fell_on_it() -> None:
    evidence = lossy_resend(17, swapped=14)
    assert (evidence.sop.lossy_twin, evidence.sop.unsettled) == (16, 1)
    assert decide(evidence, Policy()).disposition is Disposition.ALERT


def test_one_frame_with_other_noise_makes_a_multi_frame_twin_an_alarm() -> None:
    prior = make_instance("1", frames=(make_frame("a"), make_frame("b")))
    twin = again(prior, frames=(make_frame("c"), make_frame("d")), rendition=LOSSY)
    looked = [look_at(twin, prior, SAME_NOISE), look_at(twin, prior, OTHER_NOISE, frame=1)]
    evidence = compare_studies(make_study(twin), make_study(prior), looked)
    assert decide(evidence, Policy()).relation is Relation.UID_CONFLICT


def test_the_growth_of_a_multi_frame_study_is_ordinary_growth() -> None:
    cine = make_instance("1", frames=tuple(make_frame(str(n)) for n in range(50)))
    assert decide(evidence_of((cine, make_instance("2", "new")), (cine,)), Policy()).relation is Relation.CONTINUED


def test_growth_by_copies_under_new_uids_is_no_ordinary_growth() -> None:
    blanks = tuple(make_instance(f"7{n}", frames=(make_frame(f"b{n}", informative=False),)) for n in range(3))
    known = (*make_slices(2), *blanks)
    grown = (*known, make_instance("81", "1"), make_instance("82", "2"))
    evidence = evidence_of(grown, known)
    assert evidence.coverage.renewed == 0
    doubled = evidence_of((*known[1:], make_instance("81", "1")), known)
    assert doubled.coverage.renewed == 1
    assert decide(doubled, Policy()).relation is not Relation.CONTINUED


def test_one_uid_in_two_versions_is_one_instance() -> None:
    known = make_instance("1")
    twin = again(known, frames=(make_frame("squeezed"),), rendition=LOSSY)
    evidence = evidence_of((known, twin), (known,))
    assert (evidence.incoming_instances, evidence.sop.shared) == (1, 1)


def test_a_verified_copy_under_a_new_uid_is_counted_as_renewed() -> None:
    prior = make_slices(2)
    incoming = (*prior[:1], *renewed(squeezed(prior[1:])))
    looked = [look_at(incoming[1], prior[1], SAME_NOISE), look_at(make_instance("99"), prior[1], SAME_NOISE)]
    assert compare_studies(make_study(*incoming), make_study(*prior), looked).coverage.renewed == 1


def test_the_corrected_header_speaks_for_a_study_that_was_corrected() -> None:
    first = make_slices(3)
    corrected = tuple(again(i, patient=STRANGER) for i in first)
    evidence = evidence_of((*first, *corrected), renewed(first))
    assert evidence.patient_tier is PatientTier.DIFFERENT


def test_a_name_alone_makes_one_patient_only_where_pixels_or_uids_are_shared() -> None:
    named = PatientIdentity(name=CHAN)
    known = make_slices(1, patient=named)
    assert evidence_of(renewed(known), known).patient_tier is PatientTier.PROBABLE
    assert evidence_of([again(known[0], frames=(), unreadable="cut off")], known).patient_tier is PatientTier.PROBABLE
    assert evidence_of([make_instance("2", patient=named)], known).patient_tier is PatientTier.UNKNOWN
    conflicting = again(known[0], frames=(make_frame("another picture"),))
    assert evidence_of([conflicting], known).patient_tier is PatientTier.UNKNOWN


def test_template_reports_that_many_patients_share_are_no_copy() -> None:
    later = make_acquisition(acquired_at="20260102093000", device_serial="4712")
    incoming = make_study(make_report("1", patient=STRANGER, acquisition=later))
    prior = make_study(*renewed((make_report("1"),)))
    alarm = compare_studies(incoming, prior)
    assert decide(alarm, Policy()).relation is Relation.UNDECIDED
    quiet = compare_studies(incoming, prior, common=frozenset([digest_of("no finding", "cnt1")]))
    assert decide(quiet, Policy()).relation is Relation.UNINFORMATIVE_MATCH


def test_empty_studies_are_compared_too() -> None:
    assert decide(evidence_of((), ()), Policy()).relation is Relation.CONTINUED
    assert decide(evidence_of(renewed(make_slices(1)), ()), Policy()).relation is Relation.DISTINCT


def test_reports_are_compared_by_their_acquisition_only_where_there_is_no_image() -> None:
    report = make_report("9", acquisition=make_acquisition(modality="SR"))
    beside_images = evidence_of((make_instance("1"), report), renewed((make_instance("1"),)))
    assert beside_images.level(Fact.MODALITY) == "equal"
    assert evidence_of((report,), renewed((make_instance("1"),))).level(Fact.MODALITY) == "differs"


def test_what_is_not_known_of_an_evidence_is_empty() -> None:
    evidence = evidence_of(make_slices(1), make_slices(1))
    assert evidence.of(Fact.ORIENTATION) is None
    assert evidence.level(Fact.ORIENTATION) == ""
