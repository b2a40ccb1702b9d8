"""How far a counted rate may be from the true one: exact, by the rule of three, and with whole subjects resampled.

All bounds are one-sided and hold with 95 % confidence.
"""

import math
import random
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

DOUBT = 0.05
_HALVINGS = 60
_RESAMPLES = 2_000
Trial = tuple[Hashable, bool]
"""One trial: the subject it belongs to, and whether it failed (or hit)."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Hits among trials with their bounds.

    Attributes:
        hits, trials, subjects: counts; trials of one subject are not independent.
        lower, upper: exact (Clopper-Pearson) bounds, as if trials were independent.
        resampled_lower, resampled_upper: 5th and 95th percentile when whole subjects are drawn again (bootstrap).
        rule_of_three: 3 / trials, where there was no hit; None elsewhere.
        subjects_upper: exact upper bound as if each subject were one trial, hit if any of its trials was.
    """

    hits: int
    trials: int
    subjects: int
    lower: float
    upper: float
    resampled_lower: float
    resampled_upper: float
    rule_of_three: float | None
    subjects_upper: float

    @property
    def share(self) -> float:
        """Hits per trial, 0..1; not a number where nothing was tried."""
        return self.hits / self.trials if self.trials else math.nan


def rate(trials: Iterable[Trial], seed: int = 1) -> Rate:
    """Count trials and bound their rate.

    Args:
        trials: (subject, whether it counts), one each.
        seed: of the resampling, so that a run gives the same bounds again.
    """
    by_subject: dict[Hashable, list[bool]] = defaultdict(list)
    for subject, hit in trials:
        by_subject[subject].append(hit)
    groups = [(sum(own), len(own)) for own in by_subject.values()]
    hits, count = sum(h for h, _ in groups), sum(n for _, n in groups)
    low, high = resampled_bounds(groups, seed)
    return Rate(
        hits=hits,
        trials=count,
        subjects=len(groups),
        lower=exact_lower(hits, count),
        upper=exact_upper(hits, count),
        resampled_lower=low,
        resampled_upper=high,
        rule_of_three=rule_of_three(count) if not hits else None,
        subjects_upper=exact_upper(sum(h > 0 for h, _ in groups), len(groups)),
    )


def rule_of_three(trials: int) -> float:
    """Return the upper bound of a rate of which no case was seen in so many independent trials."""
    return min(1.0, 3 / trials) if trials else 1.0


def exact_upper(hits: int, trials: int, doubt: float = DOUBT) -> float:
    """Return the rate at which so few hits would come with probability ``doubt`` (Clopper and Pearson, 1934)."""
    if hits >= trials:
        return 1.0
    low, high = hits / trials, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if at_most(hits, trials, middle) > doubt else (low, middle)
    return high


def exact_lower(hits: int, trials: int, doubt: float = DOUBT) -> float:
    """Return the rate at which so many hits would come with probability ``doubt``."""
    return 1 - exact_upper(trials - hits, trials, doubt)


def at_most(hits: int, trials: int, probability: float) -> float:
    """Return the probability of at most so many hits among independent trials."""
    if hits >= trials or probability <= 0:
        return 1.0
    if probability >= 1:
        return 0.0
    if hits > trials / 2:  # the shorter tail is the quicker sum, and the more exact one
        return 1 - at_most(trials - hits - 1, trials, 1 - probability)
    odds, whole = math.log(probability) - math.log1p(-probability), trials * math.log1p(-probability)
    chosen = math.lgamma(trials + 1)
    terms = (chosen - math.lgamma(k + 1) - math.lgamma(trials - k + 1) + k * odds + whole for k in range(hits + 1))
    return min(1.0, math.fsum(map(math.exp, terms)))


def resampled_bounds(groups: Sequence[tuple[int, int]], seed: int, doubt: float = DOUBT) -> tuple[float, float]:
    """Draw as many subjects again, with replacement, and return the percentiles of the rate.

    Args:
        groups: (hits, trials) of each subject.
        seed: of the draws.
        doubt: share of the draws beyond each bound.
    """
    if not groups:
        return 0.0, 1.0
    if len({hits / count for hits, count in groups}) == 1:  # every draw would give the same rate
        same = groups[0][0] / groups[0][1]
        return same, same
    draw = random.Random(seed)
    rates = sorted(_rate_of(draw.choices(groups, k=len(groups))) for _ in range(_RESAMPLES))
    beyond = int(doubt * _RESAMPLES)
    return rates[beyond], rates[-1 - beyond]


def _rate_of(groups: Sequence[tuple[int, int]]) -> float:
    return sum(hits for hits, _ in groups) / sum(count for _, count in groups)
