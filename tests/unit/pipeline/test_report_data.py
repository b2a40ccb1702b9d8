"""What a report counts: copies, flags and alarms of each sender."""

from dataclasses import replace

import pytest

from pacs_dedup.domain.decide import decide
from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.policy import Action, Policy
from pacs_dedup.domain.verdict import Disposition, Relation, Verdict
from pacs_dedup.pipeline.case_report import Reading
from pacs_dedup.pipeline.report_data import gather, was_here
from pacs_dedup.reports.model import Pictures, ReportData, SenderTotals, by_urgency
from tests.builders import (
    LOSSY,
    NOBODY,
    STRANGER,
    again,
    evidence_of,
    make_frame,
    make_instance,
    make_report,
    make_slices,
    renewed,
)
from tests.site import Site

STACK = make_slices(4)
CONFLICT = again(STACK[0], frames=(make_frame("other"),))
LOSSY_STACK = tuple(again(i, rendition=LOSSY) for i in STACK)


def told(site: Site) -> ReportData:
    db = site.database
    reading = Reading(
        index=db.index,
        register=db.register,
        case_book=db.case_book,
        quarantine=db.quarantine,
        arrivals=db.arrivals,
        blobs=site.blobs,
        clock=site.clock,
        senders=site.senders,
        side_by_side=lambda *_: Pictures(),
        differences=lambda *_: (),
    )
    return gather(reading, product_version="0", action=site.action)


def totals(site: Site, source: str = "PMHPACS") -> SenderTotals:
    return next(sender for sender in told(site).senders if sender.source == source)


def judged(incoming: tuple[InstanceFingerprint, ...], prior: tuple[InstanceFingerprint, ...] = STACK) -> Verdict:
    return decide(evidence_of(incoming, prior), Policy(action=Action.FLAG))


@pytest.mark.parametrize("action", Action)
def test_a_conflict_is_an_alarm_also_where_it_is_held(action: Action) -> None:
    site = Site(action)
    site.send_study(STACK)
    site.send_study([CONFLICT], source="PMHPACS")
    assert site.held == ([("PMHPACS", 1)] if action is Action.QUARANTINE else [])
    assert (totals(site).alerts, totals(site).flags) == (1, 0)


@pytest.mark.parametrize("action", Action)
def test_a_copy_is_a_flag_also_where_it_is_held(action: Action) -> None:
    site = Site(action)
    site.send_study(STACK)
    site.send_study(renewed(STACK), source="PMHPACS")
    assert (totals(site).alerts, totals(site).flags, totals(site).copies) == (0, 1, 1)


def test_what_is_accepted_is_neither() -> None:
    site = Site()
    site.send_study(STACK)
    site.send_study(renewed(make_slices(2, patient=STRANGER), "1.2.9"), source="KWHPACS")
    assert (totals(site, "QEHPACS").alerts, totals(site, "QEHPACS").flags) == (0, 0)
    assert (totals(site, "KWHPACS").alerts, totals(site, "KWHPACS").flags) == (1, 0)


def test_a_held_conflict_is_listed_before_a_held_copy() -> None:
    site = Site()
    site.send_study(STACK)
    site.send_study(renewed(STACK), source="KWHPACS")
    site.send_study([CONFLICT], source="PMHPACS")
    verdicts = [case.case.verdict for case in by_urgency(told(site).cases)]
    held = [verdict.relation for verdict in verdicts if verdict.disposition is Disposition.QUARANTINE]
    assert held == [Relation.UID_CONFLICT, Relation.EXACT_COPY]
    assert verdicts[0].relation is Relation.UID_CONFLICT


def test_of_growth_and_a_conflict_within_it_the_conflict_is_counted() -> None:
    site = Site()
    site.send_study(STACK)
    site.send_study([make_instance("50", "a"), make_instance("50", "b")])
    assert told(site).pairs == ((Relation.UID_CONFLICT, 1),)


@pytest.mark.parametrize("known", [STACK, ()])
def test_a_conflict_within_one_part_is_shown_with_its_two_images(known: tuple[InstanceFingerprint, ...]) -> None:
    site = Site()
    site.send_study(known)
    site.send_study([make_instance("50", "a"), make_instance("50", "b")])
    (case,) = told(site).cases
    assert (case.incoming.instances, case.prior.instances) == (1, 1)


def test_a_conflict_with_an_earlier_part_is_shown_with_that_part() -> None:
    site = Site()
    site.send_study(STACK)
    site.send_study([CONFLICT])
    (case,) = told(site).cases
    assert (case.incoming.instances, case.prior.instances) == (1, 4)


@pytest.mark.parametrize(
    "incoming",
    [
        STACK,
        STACK[:2],
        renewed(STACK),
        renewed(STACK[:2]),
        renewed(STACK, patient=NOBODY),
        tuple(again(i, overlay_digest=None, previous_uids=("1.9",)) for i in STACK),
        renewed(LOSSY_STACK),
    ],
)
def test_a_study_was_here_where_all_of_it_was(incoming: tuple[InstanceFingerprint, ...]) -> None:
    assert was_here(judged(incoming))


@pytest.mark.parametrize(
    "incoming",
    [
        renewed((STACK[0], make_instance("77", "new")), patient=NOBODY),
        renewed((*STACK, make_instance("77", "new"))),
        renewed((*STACK, make_report())),
        (*STACK, make_instance("77", "new")),
        renewed(STACK, patient=STRANGER),
        (CONFLICT,),
        renewed([make_instance("77", "new")]),
    ],
)
def test_a_study_of_which_something_is_new_or_another_s_was_not_here(
    incoming: tuple[InstanceFingerprint, ...],
) -> None:
    assert not was_here(judged(incoming))


def test_a_study_that_was_here_in_a_worse_version_only_was_not() -> None:
    assert not was_here(judged(renewed(STACK), LOSSY_STACK))
    looser = judged(renewed(STACK))
    assert was_here(looser)
    assert not was_here(replace(looser, better="incoming"))


def test_a_re_sent_study_that_brings_something_else_was_not_here() -> None:
    corrected = tuple(again(i, overlay_digest=None, previous_uids=("1.9",)) for i in STACK)
    grown = judged((*corrected, make_instance("77", "new")))
    assert grown.relation is Relation.CORRECTED_RESEND
    assert not was_here(grown)


def test_blank_pages_differ_after_every_lossy_compression() -> None:
    verdict = judged(renewed(STACK))
    for verified, here in ((0, False), (1, True)):
        blank = replace(verdict.evidence.coverage, new_uninformative=1, exact=4 - verified, verified=verified)
        assert was_here(replace(verdict, evidence=replace(verdict.evidence, coverage=blank))) is here
