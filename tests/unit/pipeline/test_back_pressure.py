from dataclasses import replace

import pytest

from pacs_dedup.domain.errors import OutOfStorage
from pacs_dedup.pipeline import back_pressure
from pacs_dedup.pipeline.back_pressure import BackPressure
from pacs_dedup.ports.arrival_spool import WaitingArrival
from pacs_dedup.ports.journal import Step
from tests.contracts.values import arrival
from tests.fakes import MemoryArrivalSpool


class Gauge:
    """Says what it is told to say."""

    def __init__(self):
        self.counts = {Step.FORWARD: 0, Step.FINGERPRINT: 0}
        self.away = False

    def waiting(self, step, at_most):
        if self.away:
            raise OutOfStorage("connection refused")
        return min(self.counts[step], at_most)


@pytest.fixture
def gauge():
    return Gauge()


@pytest.fixture
def spool():
    return MemoryArrivalSpool()


@pytest.fixture
def pressure(gauge, spool):
    return BackPressure(gauge=gauge, spool=spool, most_queued=10, most_unexamined=5)


def test_before_anything_is_counted_everything_is_taken(pressure):
    assert not pressure.queue_is_full
    assert not pressure.analysis_is_behind


@pytest.mark.parametrize(("count", "full"), [(10, False), (11, True), (10_000, True)])
def test_the_queue_is_full_when_more_wait_than_may(pressure, gauge, count, full):
    gauge.counts[Step.FORWARD] = count
    pressure.count()
    assert pressure.queue_is_full is full


def test_what_waits_to_be_recorded_counts_too(pressure, gauge, spool):
    gauge.counts[Step.FORWARD] = 9
    for number in (1, 2):
        spool.put(WaitingArrival(replace(arrival(number), receipt=f"{number:032x}")))
    pressure.count()
    assert pressure.queue_is_full


def test_when_the_queue_is_short_again_instances_are_taken_again(pressure, gauge):
    for count, full in ((11, True), (3, False)):
        gauge.counts[Step.FORWARD] = count
        pressure.count()
        assert pressure.queue_is_full is full


def test_analysis_is_behind_when_more_wait_for_it_than_may(pressure, gauge):
    for count, behind in ((5, False), (6, True), (0, False)):
        gauge.counts[Step.FINGERPRINT] = count
        pressure.count()
        assert pressure.analysis_is_behind is behind
    assert not pressure.queue_is_full


def test_where_nothing_can_be_counted_the_last_count_holds_for_a_while_and_then_nothing_is_known(
    pressure, gauge, monkeypatch
):
    gauge.counts = {Step.FORWARD: 11, Step.FINGERPRINT: 6}
    pressure.count()
    gauge.away = True
    with pytest.raises(OutOfStorage):
        pressure.count()
    assert (pressure.queue_is_full, pressure.analysis_is_behind) == (True, True)
    monkeypatch.setattr(back_pressure, "_OLD_S", 0.0)
    assert (pressure.queue_is_full, pressure.analysis_is_behind) == (False, False)
