"""A short run of every fuzzing target; the long one is ``make fuzz``."""

import json
from random import Random

import pytest

from benchmarks.fuzz import report
from benchmarks.fuzz.listener_target import LISTENER
from benchmarks.fuzz.mutations import mutated
from benchmarks.fuzz.pixel_target import PIXELS
from benchmarks.fuzz.reading_targets import READING
from benchmarks.fuzz.running import Attempts, Figures, Target, run_mutations
from pacs_dedup.domain.errors import Unreadable

INPUTS = {LISTENER.name: 60, PIXELS.name: 60}
SECONDS = {"headers": 150, "header differences": 150}


@pytest.mark.parametrize("target", [*READING, LISTENER, PIXELS], ids=lambda target: target.name)
def test_bad_input_ends_in_a_result_or_in_an_error_of_ours(target, tmp_path, no_limit):
    inputs = INPUTS.get(target.name) or SECONDS.get(target.name, 600)
    figures = run_mutations(target, inputs=inputs, minutes=1, seed=20, out=tmp_path)
    assert figures.findings == {}
    assert figures.inputs >= inputs


UNDERSTOOD = {
    "upper layer": {"message: C_STORE, then ended", "message: C_ECHO, then ended", "refused: user"},
    "data sets in reception": {"named"},
    "headers": {"read"},
    "header differences": {"compared"},
    "patients": {"compared"},
    "configuration": {"accepted"},
    "stored forms": {"read"},
}


@pytest.mark.parametrize("target", READING, ids=lambda target: target.name)
def test_a_target_understands_the_good_inputs_that_bad_ones_are_made_from(target, tmp_path, no_limit):
    attempts = Attempts(target, Figures(target.name, "by hand", 1), tmp_path)
    for seed in target.seeds():
        attempts.attempt(seed)
    assert attempts.figures.endings.keys() >= UNDERSTOOD[target.name]


@pytest.fixture
def no_limit(monkeypatch):
    """Leave this process's memory unlimited: other tests run in it."""
    monkeypatch.setattr("resource.setrlimit", lambda *_: None)


def trouble(data):
    """A target that fails in every way that is looked for."""
    if data.startswith(b"bug"):
        raise KeyError("CHAN^TAI MAN")
    if data.startswith(b"ours"):
        raise Unreadable("as it should")
    while data.startswith(b"hang"):
        pass
    return "read"


def test_what_is_looked_for_is_found(tmp_path, monkeypatch, no_limit):
    monkeypatch.setattr("benchmarks.fuzz.running.HANG_S", 0.2)
    attempts = Attempts(Target("trouble", lambda: [b""], trouble), Figures("trouble", "by hand", 1), tmp_path)
    for data in (b"good", b"bug 1", b"bug 2", b"ours", b"hang"):
        attempts.attempt(data)
    attempts.look()
    assert attempts.figures.endings == {"read": 1, "finding": 3, "refused: Unreadable": 1}
    assert sorted(name.split(" ")[0] for name in attempts.figures.findings) == ["Hang", "KeyError"]
    kept = {path.read_bytes() for path in tmp_path.glob("trouble-*") if not path.suffix}
    assert kept == {b"bug 1", b"hang"}


def test_a_target_that_stops_working_is_a_finding(tmp_path, no_limit):
    def broken():
        raise RuntimeError("nobody answers")

    target = Target("dead", lambda: [b"x"], lambda _: "read", check=broken)
    assert list(run_mutations(target, inputs=3, minutes=1, seed=1, out=tmp_path).findings) != []


def test_inputs_can_be_made_again_from_their_seed():
    seeds = [b"DICM" * 20, bytes(range(256))]
    once, again = ([mutated(seeds[0], seeds, rng) for _ in range(50)] for rng in map(Random, (3, 3)))
    assert once == again
    assert len(set(once)) > 40


def test_the_page_gets_one_row_for_a_target_and_one_for_all(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
    for seed in (1, 2):
        figures = Figures("headers", "guided", seed, inputs=1000, seconds=10.0, slowest_s=0.5, peak_mib=200)
        figures.endings.update({"read": 400, "refused: Unreadable": 600})
        (tmp_path / f"headers.{seed}.json").write_text(figures.line())
    report.write(tmp_path, page)
    text = page.read_text()
    assert "| headers | 2,000 | 20 | 800 | 1,200 | 0 | 0 | 0.5 s | 200 MiB |" in text
    assert "| **all** | 2,000 |" in text
    assert text.startswith("before")
    assert text.endswith("after\n")
    assert "old" not in text
    assert json.loads((tmp_path / "headers.1.json").read_text())["findings"] == {}
