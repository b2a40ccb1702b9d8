"""One page with plots, tables and the wrongly judged pairs; without script, and complete in itself."""

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from benchmarks.scoring import plots
from benchmarks.scoring.document import sections
from benchmarks.scoring.errors import figures
from benchmarks.scoring.outcomes import Outcome
from pacs_dedup.reports.model import Pictures

_TEMPLATE = Environment(autoescape=True).from_string(
    """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Accuracy of pacs_dedup</title><style>
body { font: 14px/1.45 system-ui, sans-serif; color: #1d2733; background: #fff; margin: 2rem auto; max-width: 76rem;
  padding: 0 1.5rem; }
h1 { font-size: 1.6rem; margin-bottom: .2rem; } h2 { font-size: 1.15rem; margin-top: 2.4rem; }
table { border-collapse: collapse; font-size: 12px; font-variant-numeric: tabular-nums; }
td, th { padding: .2rem .6rem; border-bottom: 1px solid #d9dee5; text-align: right; vertical-align: top; }
td:first-child, th:first-child { text-align: left; } th { color: #50606f; font-weight: 600; }
.scroll { overflow-x: auto; } svg { max-width: 100%; height: auto; }
article { border: 1px solid #d9dee5; border-radius: 6px; padding: .8rem 1rem; margin: 1rem 0; break-inside: avoid; }
article h3 { font-size: .95rem; margin: 0 0 .3rem; } article p { margin: .3rem 0; }
.pictures { display: flex; gap: 1rem; } figure { margin: 0; } figcaption { font-size: 11px; color: #50606f; }
img { background: #000; min-width: 96px; max-width: 256px; } code { font-size: 11px; color: #3c4a58; }
.wrong { color: #b3402f; font-weight: 600; }
</style></head><body>
<h1>Accuracy of pacs_dedup</h1>
<p>{{ about }}. This page holds real images: keep it where they may be.</p>
{% for title, drawing in drawings %}<h2>{{ title }}</h2><div class="scroll">{{ drawing }}</div>{% endfor %}
<h2>Wrongly judged pairs, side by side</h2>
<p>{{ shown|length }} of {{ wrong }} are shown, at most three of a sort.</p>
{% for pair in shown %}<article><h3>{{ pair.name }}</h3>
<p><span class="wrong">{{ pair.error }}:</span> {{ pair.sentence }}</p>
<div class="pictures">{% for caption, source in pair.pictures %}<figure><img src="{{ source }}" alt="{{ caption }}">
<figcaption>{{ caption }}</figcaption></figure>{% endfor %}</div>
{% if pair.note %}<p>{{ pair.note }}</p>{% endif %}<code>{{ pair.evidence }}</code></article>{% endfor %}
{% for section in tables %}<section class="scroll">{{ section }}</section>{% endfor %}
</body></html>
"""
)


@dataclass(frozen=True, slots=True)
class Shown:
    """One wrongly judged pair on the page."""

    name: str
    error: str
    sentence: str
    evidence: str
    pictures: tuple[tuple[str, str], ...]
    note: str


def shown(outcome: Outcome, error: str, pictures: Pictures) -> Shown:
    """Put one pair into words and pictures."""
    said = f"called {outcome.relation.replace('_', ' ')}"
    right = f", where {' or '.join(outcome.expected).replace('_', ' ')} is right" if outcome.expected else ""
    sides = (("incoming", pictures.incoming), ("prior", pictures.prior), ("difference", pictures.difference))
    return Shown(
        name=outcome.pair,
        error=f"{error} ({said}{right})",
        sentence=outcome.sentence,
        evidence=figures(outcome),
        pictures=tuple((side, _data_url(png)) for side, png in sides if png),
        note=pictures.note,
    )


def page(told: Mapping[str, Any], outcomes: Sequence[Outcome], wrong: int, pairs: Iterable[Shown]) -> str:
    """Return the page.

    Args:
        told: all figures.
        outcomes: what the distributions are drawn from.
        wrong: how many pairs were judged wrongly.
        pairs: those to show.
    """
    drawings = (
        ("Copies found, by transform", plots.recall_bars(told["recall"])),
        ("Shared noise: copies and others", plots.correlations(outcomes)),
        ("How often a verdict is right", plots.calibration(told["bits"], told["certainty"])),
        ("Said of what was expected", plots.confusion_map(told["confusion"])),
    )
    return _TEMPLATE.render(
        about=f"{told['about']['conditions']}; split: {told['about']['split']}; {len(outcomes):,} pairs",
        drawings=[(title, Markup(drawing)) for title, drawing in drawings],  # noqa: S704 - our own drawing
        wrong=wrong,
        shown=list(pairs),
        tables=[Markup(_html(section)) for section in sections(told)],  # noqa: S704 - escaped where it is made
    )


def _html(markdown: str) -> str:
    """Turn a heading, paragraphs and tables into HTML; nothing else occurs."""
    blocks = re.split(r"\n\n+", markdown)
    return "".join(map(_block, blocks))


def _block(block: str) -> str:
    if block.startswith("## "):
        return f"<h2>{escape(block[3:])}</h2>"
    if not block.startswith("|"):
        return f"<p>{escape(block)}</p>"
    lines = [line.strip("|").split("|") for line in block.splitlines()]
    head = "".join(f"<th>{escape(cell.strip())}</th>" for cell in lines[0])
    rows = ("".join(f"<td>{escape(cell.strip())}</td>" for cell in line) for line in lines[2:])
    return f"<table><tr>{head}</tr>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


def _data_url(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode()
