"""The table of the fuzzing runs, on the page about reliability."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- fuzz: begin -->", "<!-- fuzz: end -->"
_HEADING = (
    "Target",
    "Inputs",
    "Seconds",
    "Ended in a result",
    "Refused by an error of ours",
    "Contained in the child",
    "Findings",
    "Slowest",
    "Memory",
)


def table(figures: list[dict[str, Any]]) -> str:
    """Return the runs of each target as one row, and all of them as the last."""
    by_target: dict[str, list[dict[str, Any]]] = {}
    for each in figures:
        by_target.setdefault(each["target"], []).append(each)
    rows = [_row(name, runs) for name, runs in sorted(by_target.items())]
    rows.append(_row("**all**", figures))
    lines = [_HEADING, ("---",) + ("---:",) * (len(_HEADING) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _row(name: str, runs: list[dict[str, Any]]) -> tuple[str, ...]:
    endings: Counter[str] = Counter()
    for run in runs:
        for ending, count in run["endings"].items():
            endings[_kind(ending)] += count
    return (
        name,
        f"{sum(run['inputs'] for run in runs):,}",
        f"{sum(run['seconds'] for run in runs):,.0f}",
        f"{endings['result']:,}",
        f"{endings['refused']:,}",
        f"{endings['contained']:,}",
        str(sum(len(run["findings"]) for run in runs)),
        f"{max(run['slowest_s'] for run in runs):.1f} s",
        f"{max(run['peak_mib'] for run in runs):,} MiB",
    )


def _kind(ending: str) -> str:
    kind = ending.partition(":")[0]
    return kind if kind in ("refused", "contained", "finding") else "result"


def write(folder: Path, page: Path = PAGE) -> None:
    """Put the table of all runs in a folder between the page's marks."""
    figures = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    before, _, rest = page.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n\n{table(figures)}\n\n{END}{after}")
