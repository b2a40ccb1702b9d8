"""Plots of a run as SVG text, to be put into a page as they are."""

from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.scoring.metrics import copies, negatives
from benchmarks.scoring.outcomes import Outcome

mpl.rcParams.update({"svg.hashsalt": "accuracy", "font.size": 8, "axes.spines.top": False, "axes.spines.right": False})
GOOD, BAD, PLAIN = "#2f7d5b", "#b3402f", "#6b7a8f"
_ENOUGH = 0.99
_BINS = [x / 20 for x in range(-20, 21)]
_LOWEST_SHOWN = -1.0


def recall_bars(recalls: Mapping[str, Any]) -> str:
    """Draw recall by transform with its exact bounds; what falls short of 99 % is red."""
    names = [name for name, told in recalls.items() if told["found"]["trials"]]
    rates = [recalls[name]["found"] for name in names]
    shares = [rate["hits"] / rate["trials"] for rate in rates]
    figure, axes = _axes(9, 0.17 * len(names) + 0.8)
    places = range(len(names))
    colours = [GOOD if share >= _ENOUGH else BAD for share in shares]
    axes.barh(places, shares, color=colours, height=0.7)
    axes.hlines(places, [r["lower"] for r in rates], [r["upper"] for r in rates], color="black", linewidth=0.7)
    axes.set_yticks(places, [f"{name} ({rate['trials']})" for name, rate in zip(names, rates, strict=True)])
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlabel("share found, with exact one-sided 95 % bounds; in brackets: copies")
    return _svg(figure)


def correlations(outcomes: Sequence[Outcome]) -> str:
    """Draw how much noise copies and others share: the median correlation (mf) of all looks of each pair."""
    figure, axes = _axes(9, 3)
    altered = [o for o in copies(outcomes) if not o.review_will_do]
    groups = {
        "copies with altered pixels": (altered, GOOD),
        "copies of which much is lost": ([o for o in copies(outcomes) if o.review_will_do], "#d9a13b"),
        "no copies": (negatives(outcomes), BAD),
    }
    for name, (own, colour) in groups.items():
        values = [_median_correlation(o) for o in own if o.looks]
        if values:
            axes.hist(values, bins=_BINS, label=f"{name} ({len(values)})", color=colour, alpha=0.6)
    axes.set_yscale("log")
    axes.set_xlabel("median noise correlation (mf) of the frames that were looked at")
    axes.set_ylabel("pairs")
    axes.legend(frameon=False)
    return _svg(figure)


def calibration(bits: Mapping[str, Any], certainty: Mapping[str, Any]) -> str:
    """Draw the share of true copies by match weight, and of right verdicts by what they say."""
    figure = Figure(figsize=(9, 3), layout="constrained")
    drawn = ((bits, "share of true copies"), (certainty, "share of right verdicts"))
    for axes, (bands, counted) in zip(figure.subplots(1, 2), drawn, strict=True):
        names = sorted(bands, key=_by_weight)
        rates = [bands[name]["share"] for name in names]
        shares = [rate["hits"] / rate["trials"] for rate in rates]
        axes.bar(range(len(names)), shares, color=PLAIN)
        axes.vlines(range(len(names)), [r["lower"] for r in rates], [r["upper"] for r in rates], color="black")
        axes.set_xticks(range(len(names)), [f"{n}\n{bands[n]['said']}" for n in names], rotation=60, ha="right")
        axes.set_ylim(0, 1)
        axes.set_ylabel(counted)
    return _svg(figure)


def confusion_map(confusion: Mapping[str, Mapping[str, int]]) -> str:
    """Draw what was said of what was expected, each row as shares of itself."""
    said = sorted({name for row in confusion.values() for name in row})
    shares = [[row.get(name, 0) / sum(row.values()) for name in said] for row in confusion.values()]
    figure, axes = _axes(9, 0.3 * len(confusion) + 1.6)
    axes.imshow(shares, cmap="Greys", vmin=0, vmax=1, aspect="auto")
    for y, row in enumerate(confusion.values()):
        for x, name in enumerate(said):
            if row.get(name):
                dark = shares[y][x] > 1 / 2
                axes.text(
                    x, y, str(row[name]), ha="center", va="center", color="white" if dark else "black", fontsize=6
                )
    axes.set_xticks(range(len(said)), said, rotation=60, ha="right")
    axes.set_yticks(range(len(confusion)), list(confusion))
    return _svg(figure)


def _median_correlation(outcome: Outcome) -> float:
    found = sorted(look[0] for look in outcome.looks)
    return max(_LOWEST_SHOWN, found[len(found) // 2])


def _by_weight(name: str) -> tuple[float, str]:
    if name.startswith("below"):
        return float("-inf"), name
    number = name.partition(" ")[0]
    return (float(number), name) if number.lstrip("+-").isdigit() else (0.0, name)


def _axes(width: float, height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots()


def _svg(figure: Figure) -> str:
    drawn = StringIO()
    figure.savefig(drawn, format="svg", metadata={"Date": None})
    return drawn.getvalue().partition("<svg")[1] + drawn.getvalue().partition("<svg")[2]
