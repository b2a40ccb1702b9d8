"""How right the judgement is: which relation two studies have, over simulated transfers and hard negatives.

    .venv/bin/python -m benchmarks.accuracy [--split tune|test|all] [--out DIR] [--jobs 2] [--quick] [--write-docs]

Real images (the folder that PACS_DEDUP_CORPUS names, and those in pydicom's wheel) play the priors of an archive. Each
is sent through every transform and chain of the simulator, written, fingerprinted and judged by the product's own code,
under the policy that lets copies be held. A copy is found if the search makes its source a candidate and the verdict
says that both show the same images. Everything else it meets is a stranger. Other programs' rules judge the same pairs.

What is done is kept in DIR (outside the repository, for real images are shown there), so that a stopped run goes on.
`--explain NAME` prints all there is about the pairs whose names hold NAME.
"""

import argparse
import math
import os
import shlex
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.scoring.explain import explain
from benchmarks.scoring.outcomes import Judged, Ledger, all_outcomes
from benchmarks.scoring.reporting import write_all
from benchmarks.scoring.tasks import Material, run, version

ROOT = Path(__file__).resolve().parents[1]
CORPUS = Path(os.environ.get("PACS_DEDUP_CORPUS", ROOT.parent / "shared" / "corpus"))
OUT = Path(tempfile.gettempdir()) / "pacs-dedup-accuracy"
_TOLD_EVERY_S = 20.0


def judge_all(material: Material, ledger: Ledger, jobs: int, *, asked: str = "", minutes: float = math.inf) -> Judged:
    """Do what is not done yet, and return it with what was done before.

    Args:
        material: what there is to judge.
        ledger: what is done, and where more of it goes.
        jobs: processes that work side by side.
        minutes: when to stop; what is done then is a drawn part of everything.
        asked: only tasks that this names, or that are part of what it names.
    """
    names = [name for name in material.tasks() if asked in name or name.partition(" ")[2] in asked]
    done = ledger.done(version())
    open_tasks = [name for name in names if name not in done]
    told, started = time.monotonic(), time.monotonic()
    for number, unit in enumerate(run(material, open_tasks, jobs) if open_tasks else (), 1):
        ledger.append(unit)
        done[unit.name] = unit
        if time.monotonic() - told > _TOLD_EVERY_S:
            told = time.monotonic()
            print(f"{number} of {len(open_tasks)} in {told - started:.0f} s", file=sys.stderr, flush=True)
        if time.monotonic() - started > 60 * minutes:
            break
    units = [done[name] for name in names if name in done]
    failures = tuple(f"{unit.name}: {unit.failure}" for unit in units if unit.failure)
    return Judged(all_outcomes(units), failures, len(units), len(names))


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--split", choices=["tune", "test", "all"], default="all")
    parser.add_argument("--seeds", nargs="*", default=[], help="parts of the names of seeds")
    parser.add_argument("--only", nargs="*", default=[], help="parts of the names of transforms, chains and negatives")
    parser.add_argument("--share", type=float, default=1.0, help="share of copies and paired negatives, drawn (0..1)")
    parser.add_argument("--quick", action="store_true", help="a few small images of pydicom's wheel, in a minute")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop after so long; the order is drawn")
    parser.add_argument("--out", type=Path, default=OUT, help="where results are kept; real images among them")
    parser.add_argument("--explain", metavar="NAME", help="print all there is about some pairs")
    parser.add_argument("--write-docs", action="store_true", help="write docs/accuracy.md")
    return parser.parse_args(given)


def _command(given: Sequence[str] | None) -> str:
    """Say how this was started; the folder that holds what is kept is nobody else's affair."""
    words = list(sys.argv[1:] if given is None else given)
    if "--out" in words:
        place = words.index("--out")
        del words[place : place + 2]
    return shlex.join((".venv/bin/python", "-m", "benchmarks.accuracy", *words))


def main(given: Sequence[str] | None = None) -> None:
    """Judge, count, print and write."""
    told = _arguments(given)
    material = Material(
        corpus=CORPUS,
        scratch=told.out / "kept",
        side=told.split,
        seeds=tuple(told.seeds),
        only=tuple(told.only),
        share=told.share,
        quick=told.quick,
    )
    ledger = Ledger(told.out / "ledger.jsonl")
    judged = judge_all(material, ledger, told.jobs, asked=told.explain or "", minutes=told.minutes)
    if told.explain:
        print(explain([o for o in judged.outcomes if told.explain in o.pair]))
        return
    judged = replace(judged, command=_command(given))
    print(write_all(material, judged, told.out, ROOT / "docs" / "accuracy.md" if told.write_docs else None))


if __name__ == "__main__":
    main()
