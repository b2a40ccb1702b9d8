"""Splink 5 over the same candidates: recommended comparisons, u from random pairs, m by expectation maximisation."""

import logging
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

Row = dict[str, Any]
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Task:
    """What Splink is asked to link.

    Attributes:
        tables: one table to find duplicates in, or two to link; rows with ``unique_id``, absent values None.
        comparisons: kind of comparison by column: ``name``, ``date``, ``number``, ``exact``.
        blocking: columns; rows that agree in one of them are candidates.
        rules: SQL conditions of pairs that are surely true, for the prior.
        training: columns to block on while m is estimated.
        recall: share of the true pairs that the rules are taken to find.
    """

    tables: Sequence[Sequence[Row]]
    comparisons: Mapping[str, str]
    blocking: Sequence[str]
    rules: Sequence[str]
    training: Sequence[str]
    recall: float = 0.8


def why_absent() -> str:
    """Say why Splink can not be measured; empty where it can."""
    return "" if find_spec("splink") else "the package splink is not installed"


def make_linker(task: Task) -> Any:
    """Return a trained linker."""
    import pyarrow as pa
    import splink.comparison_library as cl
    from splink import Linker, SettingsCreator, block_on
    from splink.backends.duckdb import DuckDBAPI

    comparisons = {
        "name": lambda column: cl.NameComparison(column).configure(term_frequency_adjustments=True),
        "date": lambda column: cl.DateOfBirthComparison(
            column, input_is_string=True, datetime_format="%Y%m%d", invalid_dates_as_null=True
        ),
        "number": lambda column: cl.DamerauLevenshteinAtThresholds(column, [1, 2]),
        "exact": lambda column: cl.ExactMatch(column).configure(term_frequency_adjustments=True),
    }
    settings = SettingsCreator(
        link_type="dedupe_only" if len(task.tables) == 1 else "link_only",
        comparisons=[comparisons[kind](column) for column, kind in task.comparisons.items()],
        blocking_rules_to_generate_predictions=[block_on(column) for column in task.blocking],
    )
    api = DuckDBAPI()
    with _quiet():
        frames = [
            api.register(pa.Table.from_pylist(list(rows)), dataset_display_name=f"input_{n}")
            for n, rows in enumerate(task.tables)
        ]
        linker = Linker(frames, settings, log_level=logging.ERROR)
        linker.training.estimate_probability_two_random_records_match(list(task.rules), recall=task.recall)
        linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
        for column in task.training:
            linker.training.estimate_parameters_using_expectation_maximisation(
                block_on(column), record_sample_proportion=1.0
            )
    return linker


def predict(linker: Any) -> dict[Pair, float]:
    """Return the match weight of every candidate, bits; identifiers of a pair in alphabetical order."""
    with _quiet():
        found = linker.inference.predict().as_pyarrow_table()
    columns = (found.column(name).to_pylist() for name in ("unique_id_l", "unique_id_r", "match_weight"))
    return {(a, b) if a < b else (b, a): weight for a, b, weight in zip(*columns, strict=True)}


def score_pair(linker: Any, left: Row, right: Row) -> None:
    """Let Splink compare a single pair."""
    with _quiet():
        linker.inference.score_pair(left, right).as_pyarrow_table()


@contextmanager
def _quiet() -> Iterator[None]:
    """Send what Splink prints about its progress nowhere."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123 - a device, not a path
        out, err, sys.stdout, sys.stderr = sys.stdout, sys.stderr, nowhere, nowhere
        try:
            yield
        finally:
            sys.stdout, sys.stderr = out, err
