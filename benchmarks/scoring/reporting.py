"""Everything a run leaves behind: figures, tables, the page with pictures."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from benchmarks.scoring.document import document
from benchmarks.scoring.errors import KINDS, wrong_judgements
from benchmarks.scoring.figures import figures_of
from benchmarks.scoring.outcomes import Judged, Outcome
from benchmarks.scoring.page import Shown, page, shown
from benchmarks.scoring.pictures import pictures_of
from benchmarks.scoring.tasks import Material, bench_for

_OF_A_SORT = 3
_AT_MOST = 40


def write_all(material: Material, judged: Judged, out: Path, documentation: Path | None) -> str:
    """Write figures (JSON), tables and errors (Markdown) and the page (HTML) to a folder; return the tables.

    Args:
        material: what was judged.
        judged: all outcomes.
        out: the folder. The page holds real images: it stays there.
        documentation: the page of the documentation, if it is to be written.
    """
    told = figures_of(material, judged)
    text = document(told)
    (out / "errors.md").write_text(wrong_judgements(judged.outcomes, judged.failures), encoding="utf-8")
    (out / "accuracy.json").write_text(json.dumps(told, indent=1, ensure_ascii=False), encoding="utf-8")
    (out / "accuracy.md").write_text(text, encoding="utf-8")
    if documentation is not None:
        documentation.write_text(text, encoding="utf-8")
    errors = list(_errors(judged.outcomes))
    drawn = page(told, judged.outcomes, len(errors), _shown(material, errors))
    (out / "accuracy.html").write_text(drawn, encoding="utf-8")
    return text


def _errors(outcomes: Sequence[Outcome]) -> Iterator[tuple[str, Outcome]]:
    """Yield every wrongly judged pair once, under its gravest error."""
    for outcome in outcomes:
        error = next((title for title, test in KINDS if test(outcome)), None)
        if error is not None:
            yield error, outcome


def _shown(material: Material, errors: Sequence[tuple[str, Outcome]]) -> Iterator[Shown]:
    bench = bench_for(material)
    for error, outcome in islice(_few_of_a_sort(errors), _AT_MOST):
        yield shown(outcome, error, pictures_of(outcome, bench, material))


def _few_of_a_sort(errors: Sequence[tuple[str, Outcome]]) -> Iterator[tuple[str, Outcome]]:
    """Yield the gravest first, and not more than a few that are alike."""
    counted, gravest = Counter[tuple[str, str, str]](), [title for title, _ in KINDS]
    for error, outcome in sorted(errors, key=lambda e: gravest.index(e[0])):
        sort = (error, outcome.transform or outcome.kind, outcome.relation)
        counted[sort] += 1
        if counted[sort] <= _OF_A_SORT:
            yield error, outcome
