"""How well a ranking of candidate pairs finds the true ones; bounds, calibration."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, lgamma, log

PRECISION_ASKED = 0.999


@dataclass(frozen=True, slots=True)
class Scored:
    """One candidate pair.

    Attributes:
        bits: log2 odds that it is one person, prior included.
        true: it is.
    """

    bits: float
    true: bool


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Figures over all true pairs: what blocking missed counts as missed.

    Attributes:
        truths: true pairs, found or not.
        candidates: pairs that blocking gave.
        blocking: share of the true pairs among the candidates.
        precision, recall, f1: of linking every pair of even odds or better.
        best_f1: at the threshold that suits best.
        recall_at_precision: greatest recall at a threshold where at least `PRECISION_ASKED` of the links are true.
    """

    truths: int
    candidates: int
    blocking: float
    precision: float
    recall: float
    f1: float
    best_f1: float
    recall_at_precision: float


def accuracy(scored: Iterable[Scored], truths: int) -> Accuracy:
    """Return the figures of one ranking."""
    ranked = sorted(scored, key=lambda pair: -pair.bits)
    cuts = list(_cuts(ranked))
    at_zero = next((cut for cut in reversed(cuts) if cut[0] >= 0), (0.0, 0, 0))
    recalls = [hits / truths for _, hits, links in cuts if hits >= PRECISION_ASKED * links]
    return Accuracy(
        truths,
        len(ranked),
        sum(pair.true for pair in ranked) / truths,
        at_zero[1] / at_zero[2] if at_zero[2] else 0.0,
        at_zero[1] / truths,
        _f1(*at_zero[1:], truths),
        max((_f1(hits, links, truths) for _, hits, links in cuts), default=0.0),
        max(recalls, default=0.0),
    )


def _cuts(ranked: Sequence[Scored]) -> Iterator[tuple[float, int, int]]:
    """Yield each threshold with the true and all pairs that reach it; equal scores stand or fall together."""
    hits = 0
    for place, pair in enumerate(ranked, start=1):
        hits += pair.true
        if place == len(ranked) or ranked[place].bits != pair.bits:
            yield pair.bits, hits, place


def _f1(hits: int, links: int, truths: int) -> float:
    return 2 * hits / (links + truths) if links + truths else 0.0


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with exact 95 % bounds (Clopper and Pearson)."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        """The share, 0 where there is nothing to share."""
        return self.hits / self.of if self.of else 0.0

    @property
    def low(self) -> float:
        """Lower bound: shares below it would show so many hits in less than 2.5 % of samples."""
        return _bisect(lambda p: _tail(self.hits, self.of, p) < 0.025) if self.hits else 0.0

    @property
    def high(self) -> float:
        """Upper bound."""
        return 1 - Share(self.of - self.hits, self.of).low

    def text(self, digits: int = 4) -> str:
        """Write share, counts and bounds."""
        if not self.of:
            return "none"
        return (
            f"{self.value:.{digits}f} ({self.hits:,} of {self.of:,}; {self.low:.{digits}f} to {self.high:.{digits}f})"
        )


def _tail(hits: int, of: int, p: float) -> float:
    """Return the probability of at least so many hits; summed from the side where it is small."""
    if p <= 0:
        return 0.0
    if p >= 1:
        return 1.0
    if p * of > hits:
        return 1 - sum(_run(hits - 1, of, p, -1))
    return sum(_run(hits, of, p, 1))


def _run(start: int, of: int, p: float, step: int) -> Iterator[float]:
    """Yield probabilities of exactly so many hits, away from the likeliest, until they count no more."""
    k = start
    while 0 <= k <= of:
        yield (term := exp(_log_choose(of, k) + k * log(p) + (of - k) * log(1 - p)))
        if term < 1e-12 and k != start:
            return
        k += step


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def _bisect(too_low: Callable[[float], bool]) -> float:
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if too_low(middle) else (low, middle)
    return low


@dataclass(frozen=True, slots=True)
class Calibrated:
    """Pairs whose bits fall into one band."""

    low: float
    high: float
    share: Share
    expected: float


def calibration(scored: Iterable[Scored], edges: Sequence[float]) -> list[Calibrated]:
    """Return for each band of bits how many pairs are one person, beside what the bits say."""
    pairs = list(scored)
    bands = []
    for low, high in pairwise(edges):
        inside = [pair for pair in pairs if low <= pair.bits < high]
        said = sum(1 / (1 + 2**-pair.bits) for pair in inside) / len(inside) if inside else 0.0
        bands.append(Calibrated(low, high, Share(sum(pair.true for pair in inside), len(inside)), said))
    return bands
