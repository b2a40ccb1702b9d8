"""The lane of one destination."""

from datetime import timedelta

import pytest

from pacs_dedup.pipeline.lane import BackOff, Lane, Pace
from tests.fakes import FakeClock

WAITS = BackOff(timedelta(seconds=2), timedelta(minutes=5))
NOW = FakeClock().now()


class Watch:
    """Seconds that pass when told."""

    def __init__(self):
        self.s = 1000.0

    def __call__(self):
        return self.s


@pytest.fixture
def watch():
    return Watch()


def made(watch, **paces):
    return Lane(None, back_off=WAITS, monotonic=watch, **paces)


@pytest.mark.parametrize("draw", [0.0, 0.3, 0.999])
def test_waiting_doubles_up_to_a_limit(draw):
    waits = [WAITS.after(failures, lambda: draw) for failures in range(1, 60)]
    assert waits[1] == 2 * waits[0]
    assert waits == sorted(waits)
    assert WAITS.longest / 2 <= waits[-1] <= WAITS.longest


def test_those_who_failed_together_do_not_come_back_together():
    waits = {WAITS.after(8) for _ in range(50)}
    assert len(waits) > 40
    assert all(WAITS.longest / 5 < wait <= WAITS.longest for wait in waits)


def test_while_it_is_well_several_threads_may_send(watch):
    lane = made(watch)
    assert [lane.enter() for _ in range(4)] == [True] * 4


def test_a_destination_that_is_away_rests_and_then_one_thread_tries_it(watch):
    lane = made(watch)
    assert lane.enter()
    rest = lane.unavailable()
    lane.leave()
    assert not lane.enter()
    watch.s += rest.total_seconds()
    assert [lane.enter() for _ in range(3)] == [True, False, False]


def test_it_rests_longer_each_time_and_not_at_all_when_it_is_back(watch):
    lane, rests = made(watch), []
    for _ in range(12):
        assert lane.enter()
        rests.append(lane.unavailable())
        lane.leave()
        watch.s += rests[-1].total_seconds()
    assert rests[4] > rests[0] * 4
    assert max(rests) <= WAITS.longest
    assert lane.enter()
    lane.answered(NOW)
    lane.leave()
    assert [lane.enter() for _ in range(3)] == [True] * 3
    assert lane.acknowledged_at == NOW


def test_an_outage_that_several_threads_meet_at_once_counts_once(watch):
    lane = made(watch)
    for _ in range(4):
        lane.enter()
    rests = []
    for _ in range(4):
        rests.append(lane.unavailable())
        lane.leave()
    assert max(rests) <= WAITS.first


def test_a_refusal_is_an_answer_but_no_acknowledgement(watch):
    lane = made(watch)
    lane.enter()
    lane.answered()
    assert lane.acknowledged_at is None


def test_an_empty_lane_is_looked_at_by_one_thread_at_a_time(watch):
    lane = made(watch)
    assert lane.enter()
    lane.leave(empty=True)
    assert not lane.enter()
    watch.s += 0.2
    assert lane.enter()


def sent_within(lane, watch, seconds, size_bytes=1):
    sent, until = 0, watch.s + seconds
    while watch.s < until:
        if lane.enter():
            lane.sent(size_bytes)
            lane.leave()
            sent += 1
        else:
            watch.s += 0.05
    return sent


def test_no_more_instances_go_in_a_second_than_the_site_allows(watch):
    assert 95 <= sent_within(made(watch, instances_per_s=10), watch, 10) <= 112


def test_no_more_bytes_go_in_a_second_than_the_site_allows(watch):
    sent = sent_within(made(watch, bytes_per_s=1_000_000), watch, 10, size_bytes=500_000)
    assert 19 <= sent <= 23


def test_an_instance_larger_than_the_pace_goes_and_is_waited_for(watch):
    lane = made(watch, bytes_per_s=1000)
    assert sent_within(lane, watch, 29, size_bytes=10_000) == 3


def test_a_slow_pace_lets_something_through_all_the_same(watch):
    assert sent_within(made(watch, instances_per_s=0.1), watch, 60) in (6, 7)


def test_without_a_pace_anything_passes():
    pace = Pace(0)
    pace.passed(1e12)
    assert pace.allows(0.0)
