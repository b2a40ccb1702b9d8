"""The command of `make torture`."""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from benchmarks.torture.checker import Violation
from benchmarks.torture.faults import FAULTS, draw, left_out
from benchmarks.torture.ledger import Journal
from benchmarks.torture.rounds import Rounds
from benchmarks.torture.world import Deployment, World, built

_MINUTE_S = 60.0


def main() -> int:
    """Torture the service over SQLite, then over PostgreSQL; return 1 at the first broken promise."""
    options = _options()
    folder = Path(options.folder or tempfile.mkdtemp(prefix="pacs-dedup-torture-"))
    journal = Journal(folder / "ledger.jsonl")
    print(f"torture: data and ledger in {folder}, seed {options.seed}", flush=True)
    minutes = options.minutes / len(options.deployments)
    for deployment in options.deployments:
        if not _run(folder, Deployment(deployment), journal, options, minutes):
            return 1
    return 0


def _run(folder: Path, deployment: Deployment, journal: Journal, options: argparse.Namespace, minutes: float) -> bool:
    """Play rounds until the time is over; False where a promise was broken."""
    chance = random.Random(f"{options.seed} {deployment}")
    with ExitStack() as stack:
        world = stack.enter_context(built(folder / deployment, deployment, random.Random(f"{options.seed} instances")))
        journal.write("start", deployment=deployment, seed=options.seed, left_out=left_out(world))
        rounds = Rounds(world, chance)
        deadline = time.monotonic() + minutes * _MINUTE_S
        for number in _numbers(options.rounds):
            if time.monotonic() > deadline:
                break
            if not _play(number, rounds, world, journal, options.groups):
                print(f"torture: stopped; repeat with SEED={options.seed}; the data are in {folder}")
                return False
        return _finish(rounds, journal, deployment)


def _finish(rounds: Rounds, journal: Journal, deployment: Deployment) -> bool:
    violations = rounds.finish()
    journal.write("end", deployment=deployment, violations=[asdict(violation) for violation in violations])
    _tell(violations)
    print(f"{deployment}: at the end, with every hold run out and every blob read anew, {len(violations)} violations")
    return not violations


def _play(number: int, rounds: Rounds, world: World, journal: Journal, groups: Collection[str]) -> bool:
    began = time.monotonic()
    faults = draw(world, rounds.chance, rounds.seen, groups)
    journal.write("round begins", round=number, faults=[fault.name for fault in faults])
    outcome = rounds.play(faults)
    seconds = time.monotonic() - began
    journal.write("round", round=number, deployment=world.deployment, seconds=round(seconds, 1), **asdict(outcome))
    print(
        f"{world.deployment} round {number}: {', '.join(outcome.faults)}; {outcome.kills} kills, "
        f"{outcome.sent} sent, {outcome.acknowledged} acknowledged, settled in {outcome.settled_s:g} s, "
        f"{seconds:.0f} s in all, {len(outcome.violations)} violations",
        flush=True,
    )
    _tell(outcome.violations)
    return not outcome.violations


def _tell(violations: Iterable[Violation]) -> None:
    for violation in violations:
        print(f"  {violation.kind}: {violation.what}", flush=True)


def _numbers(most: int) -> Iterator[int]:
    number = 0
    while not most or number < most:
        number += 1
        yield number


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make torture", description=__doc__)
    parser.add_argument("--minutes", type=float, default=35.0, help="how long, over all deployments")
    parser.add_argument("--rounds", type=int, default=0, help="rounds of each deployment; 0: as many as there is time")
    parser.add_argument("--seed", default=str(random.SystemRandom().randrange(1 << 32)), help="repeats a run's faults")
    parser.add_argument("--folder", default="", help="where data, logs and ledger go; made anew if it is not named")
    groups = sorted({fault.group for fault in FAULTS})
    parser.add_argument("--groups", nargs="+", default=[], choices=groups, help="beside kills; all, if none is named")
    parser.add_argument("--deployments", nargs="+", default=list(Deployment), choices=list(Deployment))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
