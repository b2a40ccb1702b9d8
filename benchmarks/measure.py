"""What the benchmarks share: alternating rounds, medians with their spread, and the conditions they ran under.

Speed is given as a ratio to a peer. Both are measured in every round, one right after the other, and the ratio is taken
within a round, so that whatever else the machine does weighs on both.
"""

import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, least and greatest of several measurements."""

    median: float
    least: float
    greatest: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        return cls(statistics.median(values), min(values), max(values))

    def text(self, digits: int = 3) -> str:
        """Write the median to so many significant digits, with the range."""
        numbers = [_significant(number, digits) for number in (self.median, self.least, self.greatest)]
        return f"{numbers[0]} ({numbers[1]} to {numbers[2]})"


def alternate(candidates: Mapping[str, Callable[[], T]], rounds: int) -> dict[str, list[T]]:
    """Measure all candidates in every round; every other round goes backwards, so that none is always first."""
    taken: dict[str, list[T]] = {name: [] for name in candidates}
    for number in range(rounds):
        names = list(candidates)
        for name in names if number % 2 == 0 else reversed(names):
            taken[name].append(candidates[name]())
    return taken


def ratio(taken: Sequence[float], peer: Sequence[float]) -> Spread:
    """Return how many times as long it took as the peer, round by round."""
    return Spread.of([own / others for own, others in zip(taken, peer, strict=True)])


def seconds(work: Callable[[], object], at_least: float = 0.0, clock: Callable[[], float] = time.perf_counter) -> float:
    """Return what one call takes, repeated until ``at_least`` seconds are over.

    Args:
        clock: `time.process_time` counts the time of this process alone: right for what neither waits nor delegates.
    """
    started, calls = clock(), 0
    while True:
        work()
        calls += 1
        elapsed = clock() - started
        if elapsed >= at_least:
            return elapsed / calls


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a table in Markdown; all columns but the first are numbers."""
    rules = ["---", *["--:"] * (len(header) - 1)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (header, rules, *rows))


def conditions() -> str:
    """Say when and on what this runs; call it before and after, for the load of others shows."""
    now = datetime.now(UTC).date().isoformat()
    return (
        f"{now}, {os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, "
        f"load {os.getloadavg()[0]:.1f}"
    )


def _significant(number: float, digits: int) -> str:
    if not number:
        return "0"
    before_point = len(str(int(abs(number)))) if abs(number) >= 1 else 0
    return f"{number:,.{max(0, digits - before_point)}f}"
