"""Step 5: forward what came, or hold it back where the site allows it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.policy import Action
from pacs_dedup.ports.study_register import StudyState
from tests.builders import JPEG_BASELINE, STRANGER, again, make_frame, make_instance, make_report, make_slices, renewed
from tests.site import JUDGE_WITHIN, MAX_HOLD, Site, exhaust

STACK = make_slices(4)
COPY = renewed(STACK)


def holding() -> Site:
    """A site that holds the copy of a study that was forwarded."""
    site = Site()
    site.send_study(STACK)
    site.send_study(COPY, source="PMHPACS")
    assert site.held == [("PMHPACS", 1)]
    assert site.sent == 4
    return site


def test_nothing_waits_nothing_is_done() -> None:
    assert not Site().act()


@pytest.mark.parametrize("action", [Action.OBSERVE, Action.FLAG])
def test_a_site_that_does_not_hold_forwards_at_arrival(action: Action) -> None:
    site = Site(action)
    site.send_study(STACK)
    site.receive(*COPY, source="PMHPACS")
    exhaust([site.forward])
    assert site.sent == 8
    site.run()
    assert (site.sent, site.held) == (8, [])


def test_a_study_that_is_no_copy_is_forwarded_after_its_verdict() -> None:
    site = Site()
    site.receive(*STACK)
    exhaust([site.forward])
    assert site.sent == 0
    site.run()
    assert site.sent == 4
    assert [entry.state for entry in site.database.register.entries()] == [StudyState.DISPATCHED]


def test_a_pure_copy_is_held_and_says_why() -> None:
    site = holding()
    (hold,) = site.database.quarantine.holds()
    assert hold.reason == site.judgements()[0].verdict.sentence
    assert hold.until == hold.held_at + MAX_HOLD


def test_a_hold_runs_out_and_is_forwarded() -> None:
    site = holding()
    site.clock.advance(MAX_HOLD)
    exhaust([site.expire, site.forward])
    assert (site.sent, site.held) == (8, [])
    assert [h.release_cause for h in site.database.quarantine.holds(released=True)] == ["expired"]
    assert not site.expire()


def test_what_was_held_is_held_again_when_it_is_sent_again() -> None:
    site = holding()
    site.send_study(COPY[:2], source="PMHPACS")
    assert (site.sent, site.held) == (4, [("PMHPACS", 1), ("PMHPACS", 2)])


def test_what_was_held_stays_held_in_another_transfer_syntax() -> None:
    site = holding()
    site.send_study(
        [again(i, transfer_syntax_uid=JPEG_BASELINE, dataset_digest=i.dataset_digest) for i in COPY], source="PMHPACS"
    )
    assert site.held == [("PMHPACS", 1), ("PMHPACS", 2)]


def test_what_was_forwarded_is_forwarded_when_it_is_sent_again() -> None:
    site = Site()
    site.send_study(STACK)
    site.send_study(STACK)
    assert (site.sent, site.held) == (8, [])


def test_what_has_gone_by_its_deadline_is_not_listed_as_held() -> None:
    site = Site()
    site.send_study(STACK)
    site.receive(*COPY, source="PMHPACS")
    site.clock.advance(JUDGE_WITHIN)
    exhaust([site.forward])
    assert site.sent == 8
    site.run()
    assert (site.sent, site.held) == (8, [])


@pytest.mark.parametrize("changes", [{"patient": STRANGER}, {"overlay_digest": None, "previous_uids": ("1.9",)}])
def test_a_correction_of_what_is_held_is_never_held(changes: dict) -> None:
    site = holding()
    site.send_study([again(i, **changes) for i in COPY], source="PMHPACS")
    assert (site.sent, site.held) == (8, [("PMHPACS", 1)])


def test_a_second_copy_is_held_because_the_first_study_was_forwarded() -> None:
    site = holding()
    site.send_study(renewed(STACK, "1.2.8"), source="KWHPACS")
    assert site.held == [("PMHPACS", 1), ("KWHPACS", 1)]


def test_a_study_whose_only_prior_is_held_is_forwarded() -> None:
    site = Site()
    site.send_study([make_instance("1", "a")])
    in_conflict = make_instance("1", "b")
    site.send_study([in_conflict], source="PMHPACS")
    site.send_study(renewed([in_conflict]), source="KWHPACS")
    copy = next(j for j in site.judgements() if j.prior.source == "PMHPACS")
    assert str(copy.verdict.disposition) == "quarantine"
    assert (site.sent, site.held) == (2, [("PMHPACS", 1)])


def test_a_copy_of_what_was_only_seen_in_a_folder_is_forwarded() -> None:
    site = Site()
    site.send_study(STACK, source="scan:/archive")
    site.send_study(COPY, source="PMHPACS")
    assert str(site.judgements()[-1].verdict.disposition) == "quarantine"
    assert site.held == []


def test_a_file_in_a_folder_is_never_held() -> None:
    site = Site()
    site.send_study(STACK)
    site.send_study(COPY, source="scan:/archive")
    assert site.held == []


def test_a_study_that_holds_every_image_twice_is_not_held() -> None:
    site = Site()
    doubled = [again(i, sop_instance_uid=f"{i.sop_instance_uid}.2") for i in STACK]
    site.send_study([*STACK, *doubled])
    assert [str(j.verdict.disposition) for j in site.judgements()] == ["quarantine"]
    assert (site.sent, site.held) == (8, [])


@pytest.mark.parametrize("second", [make_instance("50", "other"), make_instance("51", "late")])
def test_what_repeats_only_within_a_later_part_is_never_held(second: InstanceFingerprint) -> None:
    site = Site()
    site.send_study(STACK)
    site.send_study([make_instance("50", "late"), second])
    assert str(site.judgements()[-1].verdict.disposition) == "quarantine"
    assert (site.sent, site.held) == (6, [])


def test_a_conflict_that_a_held_copy_brings_later_is_forwarded_with_the_copy() -> None:
    site = holding()
    late = renewed([make_instance("50", "late"), make_instance("50", "other")])
    site.send_study(late, source="PMHPACS")
    assert (site.sent, site.held) == (10, [])


def test_images_that_come_again_under_new_uids_in_their_own_study_are_held() -> None:
    site = Site()
    site.send_study(STACK)
    site.send_study([again(i, sop_instance_uid=f"{i.sop_instance_uid}.2") for i in STACK])
    assert (site.sent, site.held) == (4, [("QEHPACS", 2)])


@pytest.mark.parametrize(
    "late",
    [make_instance("99", "new"), make_report(), make_instance("99", frames=(make_frame("page", informative=False),))],
)
def test_something_new_that_a_held_copy_brings_later_is_forwarded_with_the_copy(late: object) -> None:
    site = holding()
    site.send_study(renewed([late]), source="PMHPACS")
    assert (site.sent, site.held) == (9, [])


def test_a_pair_that_was_judged_otherwise_in_the_meantime_is_forwarded() -> None:
    site = Site()
    site.send_study(STACK)
    site.receive(*COPY, source="PMHPACS")
    exhaust([site.fingerprint])
    site.clock.advance(timedelta(minutes=1))
    exhaust([site.settle, site.match])
    site.receive(make_report("8"), make_instance("77", "more"))
    exhaust([site.fingerprint])
    site.clock.advance(timedelta(minutes=1))
    exhaust([site.settle, site.match, site.act, site.forward])
    assert {r for s, r, _ in site.verdicts() if s == "PMHPACS"} == {"exact_copy", "subset"}
    assert site.held == []


def test_a_conflict_under_one_uid_is_held_and_nothing_new_with_it() -> None:
    site = Site()
    site.send_study(STACK)
    site.send_study([again(STACK[0], frames=(make_frame("other"),))], source="PMHPACS")
    assert site.held == [("PMHPACS", 1)]
    site.send_study([again(STACK[1], frames=(make_frame("third"),)), make_instance("50", "new")], source="KWHPACS")
    assert site.held == [("PMHPACS", 1)]
    assert site.sent == 6


def after_a_crash_in_act(meanwhile: Callable[[Site], object]) -> Site:
    """Hold a copy, lose the step before it was ticked off, let something happen, and repeat the step."""
    site = Site()
    site.send_study(STACK)
    site.receive(*COPY, source="PMHPACS")
    exhaust([site.fingerprint])
    site.clock.advance(timedelta(minutes=1))
    exhaust([site.settle, site.match])
    site.wrap = _Lossy
    with pytest.raises(ConnectionError):
        site.act()
    site.wrap = lambda port: port
    meanwhile(site)
    site.clock.advance(timedelta(minutes=6))
    exhaust([site.act, site.forward])
    return site


class _Lossy:
    """A port that can not tick work off."""

    def __init__(self, port: object) -> None:
        self._port = port

    def __getattr__(self, name: str) -> object:
        return self._lose if name == "tick" else getattr(self._port, name)

    def _lose(self, *_: object) -> None:
        raise ConnectionError("the database went away")


def test_a_release_is_not_taken_back_by_a_step_that_is_repeated() -> None:
    def release(site: Site) -> None:
        (hold,) = site.database.quarantine.holds()
        site.database.quarantine.release(hold.key, hold.generation, site.clock.now(), "released by chan")

    assert after_a_crash_in_act(release).sent == 8


def test_a_confirmed_copy_stays_held_when_the_step_is_repeated() -> None:
    def confirm(site: Site) -> None:
        (hold,) = site.database.quarantine.holds()
        site.database.quarantine.keep(hold.key, hold.generation, None)

    site = after_a_crash_in_act(confirm)
    site.clock.advance(2 * MAX_HOLD)
    exhaust([site.expire, site.forward])
    assert (site.sent, site.held) == (4, [("PMHPACS", 1)])


def test_without_a_verdict_everything_goes_out_at_its_deadline() -> None:
    site = Site()
    site.receive(*STACK)
    site.clock.advance(JUDGE_WITHIN)
    exhaust([site.forward])
    assert site.sent == 4
