"""The figures of the linkage benchmark, on rankings small enough to count by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.linkage_parts.metrics import Scored, Share, accuracy, calibration

RANKING = [Scored(5.0, True), Scored(4.0, True), Scored(3.0, False), Scored(-1.0, True), Scored(-2.0, False)]
pairs = st.lists(st.builds(Scored, st.sampled_from([-2.0, -1.0, 0.0, 1.0, 3.0]), st.booleans()), max_size=30)


def test_what_blocking_missed_counts_as_missed() -> None:
    found = accuracy(RANKING, truths=4)
    assert (found.blocking, found.recall) == (0.75, 0.5)
    assert found.precision == pytest.approx(2 / 3)
    assert found.f1 == pytest.approx(4 / 7)
    assert found.best_f1 == pytest.approx(6 / 8)
    assert found.recall_at_precision == 0.5


def test_pairs_of_one_score_stand_or_fall_together() -> None:
    found = accuracy([Scored(1.0, True), Scored(1.0, False)], truths=1)
    assert (found.recall_at_precision, found.best_f1) == (0.0, pytest.approx(2 / 3))


def test_nothing_found_is_nothing_right() -> None:
    found = accuracy([], truths=3)
    assert (found.precision, found.recall, found.best_f1, found.recall_at_precision) == (0, 0, 0, 0)


@given(pairs, st.integers(0, 5))
def test_no_threshold_is_better_than_the_best(ranking: list[Scored], missed: int) -> None:
    truths = sum(pair.true for pair in ranking) + missed
    if truths:
        found = accuracy(ranking, truths)
        assert found.f1 <= found.best_f1 + 1e-12
        assert found.recall_at_precision <= found.blocking


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        (0, 10, 0.0, 0.3085),
        (10, 10, 0.6915, 1.0),
        (5, 10, 0.1871, 0.8129),
        (0, 3_000, 0.0, 0.001229),
        (516, 564, 0.8887, 0.9366),
        (20, 238_479, 0.00005, 0.00013),
        (70, 7_971, 0.00685, 0.01108),
    ],
)
def test_bounds_are_those_of_clopper_and_pearson(hits: int, of: int, low: float, high: float) -> None:
    share = Share(hits, of)
    assert (share.low, share.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_a_share_of_nothing_is_called_none() -> None:
    assert Share(0, 0).text() == "none"


def test_a_calibration_table_counts_every_pair_once() -> None:
    bands = calibration(RANKING, (-99, 0, 4, 99))
    assert [(band.share.hits, band.share.of) for band in bands] == [(1, 2), (0, 1), (2, 2)]
    assert bands[1].expected == pytest.approx(8 / 9)
