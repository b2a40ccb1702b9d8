"""Everything that is known about one pair, for whoever has to find out why it was judged as it was."""

from collections.abc import Iterable
from dataclasses import asdict

from benchmarks.scoring.outcomes import Outcome


def explain(outcomes: Iterable[Outcome]) -> str:
    """Print all fields of some outcomes, one a line; looks one under the other."""
    return "\n\n".join(map(_explained, outcomes)) or "No pair has such a name."


def _explained(outcome: Outcome) -> str:
    fields = asdict(outcome)
    looks = fields.pop("looks")
    lines = [f"{name + ':':<20} {value}" for name, value in fields.items()]
    columns = ("mf", "hf", "noise ratio", "likeness", "outliers", "neighbour")
    told = ("  ".join(f"{name} {value:.3f}" for name, value in zip(columns, look, strict=True)) for look in looks)
    return "\n".join((*lines, *(f"{'look:':<20} {line}" for line in told)))
