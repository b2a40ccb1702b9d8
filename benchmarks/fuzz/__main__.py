"""Run the targets, two processes at a time, and print what came of each."""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.fuzz.running import Target

_READING = (
    "upper layer",
    "data sets in reception",
    "headers",
    "header differences",
    "patients",
    "configuration",
    "stored forms",
)
_OTHERS = ("listener", "instances")


def main() -> int:
    """Read the command line; return 1 where there are findings."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz")
    parser.add_argument("--target", choices=(*_READING, *_OTHERS), help="one target only")
    parser.add_argument("--inputs", type=int, default=150_000, help="for each target")
    parser.add_argument("--minutes", type=float, default=20, help="for each target, whichever is over first")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engine", choices=("guided", "mutations"), default="guided", help="for targets that read")
    parser.add_argument("--out", type=Path, default=Path("fuzz-out"), help="figures, and inputs that were findings")
    parser.add_argument("--write-docs", action="store_true", help="put the table of all runs in --out on its page")
    asked = parser.parse_args()
    if asked.target:
        return _one(asked)
    from benchmarks.fuzz.report import table, write

    waiting, running = [*_OTHERS, *_READING], []
    while waiting or running:
        while waiting and len(running) < (os.cpu_count() or 1):
            running.append(
                subprocess.Popen([sys.executable, "-m", "benchmarks.fuzz", "--target", waiting.pop(0), *_passed(asked)])
            )
        running[0].wait()
        running = [process for process in running if process.poll() is None]
    figures = [json.loads(path.read_text()) for path in sorted(asked.out.glob("*.json"))]
    print(table(figures))
    if asked.write_docs:
        write(asked.out)
    return 1 if any(each["findings"] for each in figures) else 0


def _passed(asked: argparse.Namespace) -> list[str]:
    return [f"--{name}={getattr(asked, name)}" for name in ("inputs", "minutes", "seed", "engine", "out")]


def _one(asked: argparse.Namespace) -> int:
    from pacs_dedup.log import configure_logging

    asked.out.mkdir(parents=True, exist_ok=True)
    configure_logging(stream=(asked.out / f"{asked.target}.log").open("w"))
    bounds = {"inputs": asked.inputs, "minutes": asked.minutes, "seed": asked.seed, "out": asked.out}
    if asked.target in _READING and asked.engine == "guided":
        from benchmarks.fuzz.guided import run_guided

        run_guided(asked.target, **bounds)
        return 0
    from benchmarks.fuzz.running import run_mutations

    figures = run_mutations(_target(asked.target), **bounds)
    print(figures.line())
    return 1 if figures.findings else 0


def _target(name: str) -> "Target":
    if name == "listener":
        from benchmarks.fuzz.listener_target import LISTENER

        return LISTENER
    if name == "instances":
        from benchmarks.fuzz.pixel_target import PIXELS

        return PIXELS
    from benchmarks.fuzz.reading_targets import READING

    return next(target for target in READING if target.name == name)


if __name__ == "__main__":
    sys.exit(main())
