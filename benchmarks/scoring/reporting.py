"""Everything a run leaves behind: figures, tables, the page with pictures."""

from pathlib import Path
from collections.abc import Sequence
from benchmarks.scoring.outcomes import Outcome
from benchmarks.scoring.tasks import Material


def write_all(
    material: Material, outcomes: Sequence[Outcome], failures: Sequence[str], out: Path, document: Path | None
) -> str:
    return f"{len(outcomes)} outcomes, {len(failures)} failures"
