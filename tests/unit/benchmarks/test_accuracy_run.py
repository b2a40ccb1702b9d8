"""The benchmark from end to end on a few of pydicom's own images, and its memory of what is done."""

import json
from pathlib import Path

import pytest

pytest.importorskip("pdqhash", reason="the peers of the benchmarks are not installed: make install-bench")
pytest.importorskip("matplotlib", reason="the peers of the benchmarks are not installed: make install-bench")

from benchmarks.accuracy import main
from benchmarks.scoring.cache import Cache
from benchmarks.scoring.copies import SEEN
from benchmarks.scoring.outcomes import Ledger, Outcome, Unit
from benchmarks.scoring.turns import CUT_SHARE

OUTCOME = Outcome(
    pair="a | b", kind="copy", incoming="a", prior="a", subject="s", looks=((1.0, 0.5),), rivals={"UID": 1}
)


def test_a_quick_run_prints_and_writes_everything_and_a_second_one_does_nothing_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--quick", "--jobs", "1", "--share", "0.015", "--out", str(tmp_path)]
    main(given)
    first = (tmp_path / "ledger.jsonl").read_text()
    told = capsys.readouterr().out
    assert "## Copies by transform" in told
    assert "`.venv/bin/python -m benchmarks.accuracy --quick --jobs 1 --share 0.015`" in told
    assert f"{100 * CUT_SHARE:.0f} % of them" in told
    assert f"{100 * SEEN:.0f} % of the copies" in told
    assert "rle (0)" in told or "rle (1)" in told
    figures = json.loads((tmp_path / "accuracy.json").read_text())
    assert figures["about"]["failed"] == 0
    assert figures["about"]["pairs"]["negative"] > 0
    assert "<svg" in (tmp_path / "accuracy.html").read_text()
    main(given)
    assert (tmp_path / "ledger.jsonl").read_text() == first


def test_what_was_done_is_read_back_as_it_was(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    unit = Unit("copy a | b", "v1", (OUTCOME,))
    ledger.append(unit)
    ledger.append(Unit("copy c | d", "v0", failure="it broke"))
    assert ledger.done("v1") == {"copy a | b": unit}


def test_a_line_that_was_cut_off_is_done_again(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    Ledger(path).append(Unit("copy a | b", "v1", (OUTCOME,)))
    path.write_text(path.read_text()[:-40])
    assert Ledger(path).done("v1") == {}


def test_the_cache_makes_a_value_once_for_each_version(tmp_path: Path) -> None:
    made: list[str] = []

    def make() -> str:
        made.append("made")
        return "value"

    assert [Cache(tmp_path, "v1").get("name", make) for _ in range(2)] == ["value", "value"]
    Cache(tmp_path, "v2").get("name", make)
    assert len(made) == 2
