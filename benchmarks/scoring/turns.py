"""The order of the tasks: whenever a run stops, each sort of task has been done about as often as any other."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from benchmarks.scoring.bench import Bench, lot
from benchmarks.scoring.outcomes import Outcome

Work = Callable[[Bench], tuple[Outcome, ...]]
COPIES_A_ROUND, CHAINED_A_ROUND = 2, 1
"""Copies by each transform, and by each chain, in a round."""
IMAGES_A_ROUND, SERIES_A_ROUND = 8, 2
"""Negatives of each kind in a round: pairs of single images, which take little time, and of series and studies."""
CUT_SHARE = 0.35
"""Share of the fitting transforms that is tried on each cutting of a longer series and on each composed study."""
CHAIN_SHARE = 0.5
"""Share of the fitting chains that is tried on each seed."""
LEAST = 12
"""Seeds that each transform is tried on, whatever the shares; all where fewer fit."""


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do at one go.

    Attributes:
        name: unique; it decides everything that is drawn.
        sort: what it is one of many of: a transform, a kind of negative; empty for rows.
        seed: what has to be read for it.
        a_round: how many of its sort are done in a round.
    """

    name: str
    sort: str
    seed: str
    work: Work
    a_round: int = 1


def in_turns(tasks: Iterable[Task]) -> list[Task]:
    """Put rows first, for they are many pairs in little time; then all sorts in rounds, drawn within each.

    Within a round what is made of one seed comes together, for reading a seed takes time.
    """
    sorts: dict[str, list[Task]] = defaultdict(list)
    for task in tasks:
        sorts[task.sort].append(task)
    rows = sorted(sorts.pop("", []), key=lambda task: lot(task.name))
    turns = {
        task.name: (rank // task.a_round, lot(task.seed), task.name)
        for members in sorts.values()
        for rank, task in enumerate(sorted(members, key=lambda task: lot(task.name)))
    }
    others = (task for members in sorts.values() for task in members)
    return [*rows, *sorted(others, key=lambda task: turns[task.name])]


def drawn(names: Iterable[tuple[str, float]]) -> set[str]:
    """Draw from what could be done with one transform: each name with its share, but no fewer than `LEAST` of all."""
    ranked = sorted((lot(f"{name}?") / share, name) for name, share in names)
    return {name for rank, (draw, name) in enumerate(ranked) if draw < 1 or rank < LEAST}
