"""Everything a run leaves behind: figures, tables, the page with pictures."""

import json
from collections.abc import Sequence
from pathlib import Path

from benchmarks.scoring.document import document
from benchmarks.scoring.figures import figures_of
from benchmarks.scoring.outcomes import Outcome
from benchmarks.scoring.tasks import Material


def write_all(
    material: Material, outcomes: Sequence[Outcome], failures: Sequence[str], out: Path, document_path: Path | None
) -> str:
    """Write ``accuracy.json``, ``accuracy.md`` and ``accuracy.html`` to a folder; return the tables.

    Args:
        material: what was judged.
        outcomes: of all pairs.
        failures: tasks that failed.
        out: the folder. The page holds real images: it stays there.
        document_path: the page of the documentation, if it is to be written.
    """
    figures = figures_of(material, outcomes, failures)
    (out / "accuracy.json").write_text(json.dumps(figures, indent=1, ensure_ascii=False), encoding="utf-8")
    text = document(figures)
    (out / "accuracy.md").write_text(text, encoding="utf-8")
    if document_path is not None:
        document_path.write_text(text, encoding="utf-8")
    return text
