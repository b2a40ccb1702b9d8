"""Inputs guided by what they reach: atheris (libFuzzer) keeps those that run new lines, and goes on from them."""

import sys
from pathlib import Path

import atheris

from benchmarks.fuzz.running import Attempts, Figures

_LONGEST = 4096


def run_guided(name: str, *, inputs: int, minutes: float, seed: int, out: Path) -> None:
    """Run one of the targets that read; ends this process, as libFuzzer does. The figures are in ``out``."""
    with atheris.instrument_imports(include=["pacs_dedup", "pydicom", "pynetdicom"], enable_loader_override=False):
        from benchmarks.fuzz.reading_targets import READING
    target = next(each for each in READING if each.name == name)
    attempts = Attempts(target, Figures(target.name, "guided", seed), out)
    corpus = out / f"corpus-{name.replace(' ', '-')}"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(target.seeds()):
        (corpus / f"seed-{number}").write_bytes(data[:_LONGEST])
    arguments = [f"-runs={inputs}", f"-seed={seed}", f"-max_len={_LONGEST}", f"-max_total_time={int(60 * minutes)}"]
    arguments += ["-rss_limit_mb=4096", f"-artifact_prefix={out}/", "-verbosity=0", str(corpus)]
    atheris.Setup([sys.argv[0], *arguments], lambda data: _one(attempts, data))
    atheris.Fuzz()


def _one(attempts: Attempts, data: bytes) -> None:
    attempts.attempt(bytes(data))
