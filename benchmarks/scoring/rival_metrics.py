"""The rivals on the same pairs as the product, each perceptual one at the threshold that serves it best."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.scoring.bounds import Rate, rate
from benchmarks.scoring.errors import is_false_copy, is_missed
from benchmarks.scoring.metrics import copies, negatives, sort_of
from benchmarks.scoring.outcomes import Outcome
from benchmarks.scoring.rivals import EXACT_RIVALS, PERCEPTUAL_RIVALS, best_threshold

OURS = "pacs_dedup"
Says = Callable[[Outcome], bool]


@dataclass(frozen=True, slots=True)
class Contestant:
    """How one rule does.

    Attributes:
        threshold: distance in bits up to which a perceptual hash says "copy"; None of the others.
        f1: of copies and negatives together.
        found: recall of each sort of copy.
        false: share of each kind of negative that it calls a copy.
    """

    threshold: float | None
    f1: float
    found: Mapping[str, Rate]
    false: Mapping[str, Rate]


def contest(outcomes: Sequence[Outcome]) -> dict[str, Contestant]:
    """Let every rule judge all pairs that it was given; ours last."""
    arrived = [o for o in copies(outcomes) if o.rivals]
    strangers = [o for o in negatives(outcomes) if o.rivals]
    told: dict[str, Contestant] = {}
    for name in EXACT_RIVALS:
        told[name] = _contestant(arrived, strangers, lambda o, n=name: o.rivals[n] > 0, None)  # type: ignore[misc]
    for name in PERCEPTUAL_RIVALS:
        best, _ = best_threshold([o.rivals[name] for o in arrived], [o.rivals[name] for o in strangers])
        says: Says = lambda o, n=name, t=best: o.rivals[n] <= t  # type: ignore[misc]  # noqa: E731 - bound to this loop
        told[name] = _contestant(arrived, strangers, says, best)
    told[OURS] = _contestant(arrived, strangers, lambda o: not is_missed(o) if o.is_copy else is_false_copy(o), None)
    return told


def _contestant(
    arrived: Sequence[Outcome], strangers: Sequence[Outcome], says: Says, threshold: float | None
) -> Contestant:
    hits, false = sum(map(says, arrived)), sum(map(says, strangers))
    return Contestant(
        threshold=threshold,
        f1=2 * hits / (hits + false + len(arrived)) if arrived else 0.0,
        found=_rates(arrived, sort_of, says),
        false=_rates(strangers, lambda o: o.kind, says),
    )


def _rates(outcomes: Sequence[Outcome], group: Callable[[Outcome], str], says: Says) -> dict[str, Rate]:
    groups: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for outcome in outcomes:
        groups[group(outcome)].append((outcome.subject, says(outcome)))
    return {name: rate(groups[name]) for name in sorted(groups)}
