"""Tables of the figures, in Markdown, and which targets are met."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from benchmarks.linkage_parts.febrl_run import TARGETS, Row
from benchmarks.linkage_parts.hk_peers import PeerRow
from benchmarks.linkage_parts.hk_run import Errors, Result
from benchmarks.linkage_parts.latency import Cost
from benchmarks.linkage_parts.metrics import Accuracy, Share, accuracy, calibration
from benchmarks.measure import table
from pacs_dedup.domain.evidence import PatientTier
from pacs_dedup.domain.patients.weights import MODEL

EDGES = (-99, -12, -8, -4, 0, 4, 8, 12, 99)
HK_TARGETS = (0.990, 0.978)
"""F1 at even odds: all pairs, and those without comparable identifiers."""
MOST_MICROSECONDS = {"mean": 100.0, "p99": 1000.0, "normalising": 500.0}
HEADER = ["P at even odds", "R at even odds", "F1 at even odds", "best F1", "R at P 0.999"]


@dataclass(slots=True)
class Report:
    """Everything that was measured, and what could not be."""

    conditions: str
    febrl: list[Row] = field(default_factory=list)
    hk: Result | None = None
    mixed: Result | None = None
    peers: list[PeerRow] = field(default_factory=list)
    costs: list[Cost] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def markdown(self) -> str:
        """Write all tables."""
        return "\n\n".join(_parts(self)) + "\n"

    def save(self, folder: Path) -> None:
        """Write the tables and the same figures for programs."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "linkage.md").write_text(self.markdown(), encoding="utf-8")
        text = json.dumps(_figures(self), indent=1, default=_plain, ensure_ascii=False)
        (folder / "linkage.json").write_text(text + "\n", encoding="utf-8")


def _parts(report: Report) -> Iterator[str]:
    yield f"{report.conditions}; weights {MODEL}."
    yield from (f"Skipped: {reason}." for reason in report.skipped)
    if report.febrl:
        yield table(["FEBRL", *HEADER, "found by blocking"], [_febrl_row(row) for row in report.febrl])
    if report.hk:
        yield _hk_table(report.hk, report.peers)
        yield from _result_tables(report.hk)
    if report.mixed:
        yield _errors_table("how the card spells the name", report.mixed.by_name_type())
    if report.costs:
        header = ["processor time", "units", "mean, us", "median", "95 %", "99 %"]
        yield table(header, [_cost_row(cost) for cost in report.costs])
    yield table(["target", "asked", "measured", "met"], list(targets(report)))


def _accuracy_cells(found: Accuracy) -> list[str]:
    cells = (found.precision, found.recall, found.f1, found.best_f1, found.recall_at_precision)
    return [f"{cell:.4f}" for cell in cells]


def _febrl_row(row: Row) -> list[str]:
    name = f"{row.number} {row.attributes}: {row.method}"
    return [name, *_accuracy_cells(row.accuracy), f"{row.accuracy.blocking:.4f}"]


def _hk_table(result: Result, peers: Sequence[PeerRow]) -> str:
    rows = [
        ["all: pacs_dedup", *_accuracy_cells(everything(result))],
        *(["all: " + peer.method, *_accuracy_cells(peer.everything)] for peer in peers),
        ["no comparable identifier: pacs_dedup", *_accuracy_cells(no_shared_id(result))],
        *(["no comparable identifier: " + peer.method, *_accuracy_cells(peer.no_shared_id)] for peer in peers),
    ]
    return table(["HK-synth", *HEADER], rows)


def everything(result: Result) -> Accuracy:
    """Return the figures over all pairs."""
    return accuracy(result.scored(), result.truths)


def no_shared_id(result: Result) -> Accuracy:
    """Return the figures over the pairs whose identifiers can not be compared."""
    return accuracy(result.scored(comparable=False), result.truths - result.comparable_truths)


def _result_tables(result: Result) -> Iterator[str]:
    found = everything(result)
    each = len(result.outcomes) / len(result.population.incoming)
    yield f"Blocking finds {found.blocking:.4f} of the true pairs among {each:.1f} candidates for each incoming record."
    yield table(
        ["tier", "one person, of all pairs; 95 % bounds"],
        [[tier.value, Share(*counts).text()] for tier, counts in result.tiers().items()],
    )
    yield table(
        ["bits, prior included", "one person, of all pairs; 95 % bounds", "what the bits say"],
        [
            [f"{_edge(band.low)} to {_edge(band.high)}", band.share.text(), f"{band.expected:.4f}"]
            for band in calibration(result.scored(), EDGES)
        ],
    )
    yield _errors_table("what happened to the name", result.by_change())


def _edge(bits: float) -> str:
    return "any" if abs(bits) == EDGES[-1] else f"{bits:+.0f}"


def _errors_table(what: str, errors: dict[Any, Errors]) -> str:
    rows = [
        [str(name), Share(found.missed, found.known).text(), Share(found.mistaken, found.records).text()]
        for name, found in errors.items()
    ]
    return table([what, "known people missed; 95 % bounds", "records linked with a stranger; 95 % bounds"], rows)


def _cost_row(cost: Cost) -> list[str]:
    figures = [cost.mean, cost.median, cost.p95, cost.p99]
    return [cost.what, f"{cost.units:,}", *("" if each is None else f"{each:,.0f}" for each in figures)]


def targets(report: Report) -> Iterator[list[str]]:
    """Yield each target, what was asked, what was measured, and whether it is met."""
    for row in report.febrl:
        if row.number == 4 and row.method == "pacs_dedup":
            best, recall = TARGETS[row.attributes]
            yield _at_least(f"FEBRL 4 {row.attributes}: best F1", best, row.accuracy.best_f1)
            yield _at_least(f"FEBRL 4 {row.attributes}: recall at P 0.999", recall, row.accuracy.recall_at_precision)
    if report.hk:
        yield _at_least("HK-synth: F1 at even odds", HK_TARGETS[0], everything(report.hk).f1)
        yield _at_least("HK-synth: the same without comparable identifier", HK_TARGETS[1], no_shared_id(report.hk).f1)
        same = Share(*report.hk.tiers()[PatientTier.SAME])
        yield _at_least("HK-synth: precision of tier same", 1.0, same.value)
    for cost in report.costs:
        if "candidate" in cost.what and cost.p99 is not None:
            yield _at_most(f"{cost.what}: mean, us", MOST_MICROSECONDS["mean"], cost.mean)
            yield _at_most(f"{cost.what}: 99 %, us", MOST_MICROSECONDS["p99"], cost.p99)
        if "normalising" in cost.what:
            yield _at_most(f"{cost.what}: mean, us", MOST_MICROSECONDS["normalising"], cost.mean)


def _at_least(name: str, asked: float, measured: float) -> list[str]:
    # Targets were stated to four digits.
    return [name, f"at least {asked:.4f}", f"{measured:.5f}", "yes" if round(measured, 4) >= asked else "no"]


def _at_most(name: str, asked: float, measured: float) -> list[str]:
    return [name, f"below {asked:,.0f}", f"{measured:,.0f}", "yes" if measured < asked else "no"]


def _figures(report: Report) -> dict[str, Any]:
    return {
        "conditions": report.conditions,
        "model": MODEL,
        "skipped": report.skipped,
        "febrl": [asdict(row) for row in report.febrl],
        "hk_synth": None if report.hk is None else _hk_figures(report.hk),
        "mixed": None if report.mixed is None else _hk_figures(report.mixed),
        "peers": [asdict(row) for row in report.peers],
        "costs": [asdict(cost) for cost in report.costs],
        "targets": list(targets(report)),
    }


def _hk_figures(result: Result) -> dict[str, Any]:
    return {
        "all": asdict(everything(result)),
        "no_shared_id": asdict(no_shared_id(result)),
        "tiers": {tier.value: counts for tier, counts in result.tiers().items()},
        "calibration": [asdict(band) for band in calibration(result.scored(), EDGES)],
        "by_name_type": {kind.value: asdict(found) for kind, found in result.by_name_type().items()},
        "by_change": {change: asdict(found) for change, found in result.by_change().items()},
    }


def _plain(value: object) -> object:
    return value.value if isinstance(value, Enum) else str(value)
