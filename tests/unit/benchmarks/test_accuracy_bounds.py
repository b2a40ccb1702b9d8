"""The bounds of the benchmark against values worked out by hand or taken from tables."""

import math

import pytest

from benchmarks.scoring.bounds import at_most, exact_lower, exact_upper, rate, resampled_bounds, rule_of_three


def test_no_hit_in_n_trials_bounds_the_rate_by_the_nth_root_of_the_doubt() -> None:
    for trials in (1, 10, 3_000, 20_000):
        assert exact_upper(0, trials) == pytest.approx(1 - 0.05 ** (1 / trials), rel=1e-9)


def test_the_rule_of_three_is_a_little_above_the_exact_bound() -> None:
    assert rule_of_three(3_000) == 0.001
    assert exact_upper(0, 3_000) < rule_of_three(3_000) < 1.002 * exact_upper(0, 3_000)


def test_the_exact_bounds_are_those_of_the_tables() -> None:
    # Two-sided 95 % limits of 4 in 10 (Clopper and Pearson): 0.1216 and 0.7376.
    assert exact_lower(4, 10, doubt=0.025) == pytest.approx(0.1216, abs=5e-5)
    assert exact_upper(4, 10, doubt=0.025) == pytest.approx(0.7376, abs=5e-5)


def test_lower_and_upper_bound_mirror_each_other() -> None:
    assert exact_lower(37, 40) == pytest.approx(1 - exact_upper(3, 40))


def test_all_hits_and_no_trials_leave_everything_open_above() -> None:
    assert exact_upper(5, 5) == 1.0
    assert exact_lower(0, 5) == 0.0
    assert (exact_lower(0, 0), exact_upper(0, 0)) == (0.0, 1.0)


def test_the_tail_is_a_sum_of_binomial_terms_from_either_end() -> None:
    terms = [math.comb(9, k) * 0.3**k * 0.7 ** (9 - k) for k in range(10)]
    for hits in range(9):
        assert at_most(hits, 9, 0.3) == pytest.approx(sum(terms[: hits + 1]))


def test_resampling_subjects_is_wider_than_resampling_trials_when_one_subject_fails_always() -> None:
    clustered = rate((subject, subject == 0) for subject in range(10) for _ in range(100))
    assert clustered.share == 0.1
    assert clustered.resampled_upper >= 0.3
    assert clustered.upper < 0.12


def test_two_subjects_are_drawn_in_three_ways() -> None:
    # Of 10 trials each, one subject hits all and one none: a draw gives 0, 1/2 or 1, a quarter, half and quarter.
    assert resampled_bounds([(10, 10), (0, 10)], seed=3) == (0.0, 1.0)


def test_the_same_seed_gives_the_same_bounds() -> None:
    groups = [(1, 7), (0, 3), (2, 9), (5, 5)]
    assert resampled_bounds(groups, 4) == resampled_bounds(groups, 4)


def test_a_rate_without_hits_says_so_by_trials_and_by_subjects() -> None:
    clean = rate((subject, False) for subject in range(30) for _ in range(10))
    assert (clean.hits, clean.trials, clean.subjects) == (0, 300, 30)
    assert clean.rule_of_three == 0.01
    assert clean.subjects_upper == pytest.approx(1 - 0.05 ** (1 / 30))
    assert clean.resampled_upper == 0.0


def test_a_rate_with_hits_has_no_rule_of_three() -> None:
    assert rate([("a", True), ("b", False)]).rule_of_three is None
