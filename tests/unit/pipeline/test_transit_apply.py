"""Carrying out a plan: only that plan, after another look, and again after a crash."""

from datetime import timedelta

import pytest

from pacs_dedup.domain.errors import BadRequest
from pacs_dedup.domain.identifiers import BlobId
from pacs_dedup.domain.transit import Keep
from pacs_dedup.pipeline.transit import apply_release, plan_release
from pacs_dedup.ports.transit_book import ItemState
from tests.site import Archive
from tests.transit_site import BY, COPY, KEEP_FOR, STUDY, blobs_of, is_held, keeping_site, released, transit


class Crash(Exception):
    """The power went."""


@pytest.fixture
def site():
    return keeping_site()


@pytest.mark.parametrize(("number", "token"), [(1, "another"), (2, None), (0, None)])
def test_only_the_very_plan_that_was_shown_can_be_applied(site, number, token):
    site.send_study(STUDY)
    site.clock.advance(KEEP_FOR)
    plan = plan_release(transit(site))
    with pytest.raises(BadRequest, match="has this token"):
        list(apply_release(number, token or plan.token, by=BY, transit=transit(site)))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda site: site.receive(STUDY[0]), Keep.YOUNG),
        (lambda site: site.send_study(COPY, "PMHPACS"), Keep.OPEN_CASE),
        (lambda site: site.destinations.update(research=Archive("research")), Keep.UNDELIVERED),
    ],
)
def test_what_changed_since_the_plan_was_made_keeps_it(site, change, reason):
    site.send_study(STUDY[:1] if reason is Keep.YOUNG else STUDY)
    site.clock.advance(KEEP_FOR)
    plan = plan_release(transit(site))
    planned = [item.blob_id for item in site.database.transit.items(plan.plan_id, list(ItemState), 9)]
    change(site)
    done = list(apply_release(plan.plan_id, plan.token, by=BY, transit=transit(site)))
    assert {item.state for item in done} == {ItemState.KEPT}
    assert all(reason in item.cause for item in done)
    assert all(is_held(site, blob_id) for blob_id in planned)


def test_bytes_that_come_at_the_very_moment_stay(site):
    """The store saw them come again, and the arrival is not recorded yet."""
    site.send_study(STUDY[:1])
    site.clock.advance(KEEP_FOR)
    plan = plan_release(transit(site))
    (blob_id,) = blobs_of(site)
    site.blobs.put([site.blobs.path(blob_id).read_bytes()])
    (item,) = apply_release(plan.plan_id, plan.token, by=BY, transit=transit(site))
    assert (item.state, item.cause) == (ItemState.KEPT, "it came again")
    assert is_held(site, blob_id)


def test_released_bytes_that_come_again_are_kept_and_released_again_in_time(site):
    site.send_study(STUDY[:1])
    site.clock.advance(KEEP_FOR)
    assert released(site) == 1
    site.clock.advance(timedelta(hours=1))
    site.send_study(STUDY[:1])
    (blob_id,) = set(blobs_of(site))
    assert is_held(site, blob_id)
    assert released(site) == 0
    site.clock.advance(KEEP_FOR)
    assert released(site) == 1
    assert not is_held(site, blob_id)


class Failing:
    """A port that fails at its n-th call, before or after it did what it was asked."""

    def __init__(self, port, countdown, *, after):
        self.port, self.countdown, self.after = port, countdown, after

    def __getattr__(self, name):
        real = getattr(self.port, name)

        def call(*arguments):
            self.countdown[0] -= 1
            if not self.countdown[0] and not self.after:
                raise Crash
            outcome = real(*arguments)
            if not self.countdown[0]:
                raise Crash
            return outcome

        return call


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("call", range(1, 16))
def test_after_a_crash_anywhere_a_plan_can_be_run_again_and_ends_the_same(site, call, after):
    site.send_study(STUDY)
    site.clock.advance(KEEP_FOR)
    plan = plan_release(transit(site))
    countdown = [call]
    failing = transit(
        site,
        book=Failing(site.database.transit, countdown, after=after),
        store=Failing(site.blobs, countdown, after=after),
    )
    with pytest.raises(Crash):
        list(apply_release(plan.plan_id, plan.token, by=BY, transit=failing))
    list(apply_release(plan.plan_id, plan.token, by="somebody else", transit=transit(site)))
    items = site.database.transit.items(plan.plan_id, list(ItemState), 9)
    assert [item.state for item in items] == [ItemState.RELEASED] * 3
    assert not any(is_held(site, blob_id) for blob_id in blobs_of(site))
    (finished,) = site.database.transit.plans()
    assert finished.finished_at is not None


def test_a_plan_of_nothing_can_be_applied(site):
    plan = plan_release(transit(site))
    assert (plan.instances, plan.size_bytes) == (0, 0)
    assert list(apply_release(plan.plan_id, plan.token, by=BY, transit=transit(site))) == []


def test_the_same_contents_have_the_same_token_and_others_another(site):
    empty = plan_release(transit(site))
    site.send_study(STUDY)
    site.clock.advance(KEEP_FOR)
    first, second = plan_release(transit(site)), plan_release(transit(site))
    assert first.token == second.token != empty.token
    assert BlobId(first.token) not in blobs_of(site)
