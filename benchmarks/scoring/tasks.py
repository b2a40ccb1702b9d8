"""What there is to do: one task for each copy and each row of negatives; in several processes, and resumable."""

import multiprocessing
import traceback
import warnings
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.scoring.bench import Bench, lot
from benchmarks.scoring.cache import Cache
from benchmarks.scoring.copies import judge_copy, name_of
from benchmarks.scoring.fitting import fitting_steps
from benchmarks.scoring.negative_pairs import judge_negative, judge_row
from benchmarks.scoring.outcomes import Unit
from benchmarks.scoring.turns import (
    CHAIN_SHARE,
    CHAINED_A_ROUND,
    COPIES_A_ROUND,
    CUT_SHARE,
    IMAGES_A_ROUND,
    SERIES_A_ROUND,
    Task,
    drawn,
    in_turns,
)
from benchmarks.scoring.versions import version_of
from benchmarks.simulator.chains import chains, single_steps
from benchmarks.simulator.model import Chain, Seed
from benchmarks.simulator.negative_model import PASSED
from benchmarks.simulator.negatives import negatives
from benchmarks.simulator.seeds import load_seeds, split

FINGERPRINTING = ("pacs_dedup.pipeline.examine", "benchmarks.scoring.rivals", "benchmarks.simulator.negatives")
LOOKING = ("pacs_dedup.pipeline.verify", "benchmarks.simulator.negatives", "benchmarks.simulator.chains")
JUDGING = ("benchmarks.scoring.tasks",)
_NO_CORPUS = Path("/nowhere")


@dataclass(frozen=True, slots=True)
class Material:
    """What is judged.

    Attributes:
        corpus: folder of real images; where there is none, pydicom's own remain.
        side: ``tune``, ``test`` or ``all`` seeds.
        chain_seed: which chains are drawn.
        seeds, only: parts of names; what has one of them in its name is taken. Empty: everything.
        share: of the copies and of the negatives, drawn evenly by their names (0..1).
        limit: pairs of one kind of negative, at most; None for all.
        scratch: where fingerprints and looks are kept for the next run.
        quick: only pydicom's own images, and few tasks with them.
    """

    corpus: Path
    scratch: Path
    side: str = "all"
    chain_seed: int = 1
    seeds: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    share: float = 1.0
    limit: int | None = None
    quick: bool = False

    def chosen_seeds(self) -> tuple[Seed, ...]:
        """Return the seeds that play a part."""
        corpus = _NO_CORPUS if self.quick else self.corpus
        found = (s for s in load_seeds(corpus) if self.side in ("all", split(s)) and _named(s.name, self.seeds))
        return tuple(found)

    def chosen_chains(self) -> tuple[Chain, ...]:
        """Return single transforms and chains."""
        return tuple(c for c in (*single_steps(), *chains(self.chain_seed)) if _named(c.name, self.only))

    def tasks(self) -> dict[str, Task]:
        """Name everything there is to do, in an order that makes a part of a run tell something of everything."""
        chosen = (t for t in self._all() if not t.sort or lot(t.name) < self.share)
        return {task.name: task for task in in_turns(chosen)}

    def _all(self) -> Iterator[Task]:
        seeds = self.chosen_seeds()
        if _named("rows", self.only):
            for seed in seeds:
                yield from _rows(seed)
        fitting = fitting_steps(seeds, self.scratch)
        for chain in self.chosen_chains():
            steps = {step.name for step in chain.steps}
            yield from _copies(chain, [seed for seed in seeds if steps <= fitting[seed.name]])
        for pair in negatives(seeds, self.limit):
            if pair.kind != "other_people" and _named(pair.name, self.only):
                work = partial(judge_negative, pair=pair)
                a_round = IMAGES_A_ROUND if pair.sources[0].kind == "image" else SERIES_A_ROUND
                yield Task(f"negative {pair.name}", pair.kind, pair.sources[0].name, work, a_round)


def _rows(seed: Seed) -> Iterator[Task]:
    passed = PASSED[int(lot(f"{seed.name} passed") * len(PASSED))]
    yield Task(f"row {seed.name}", "", seed.name, partial(judge_row, seed=seed))
    name = f"row {seed.name} > {passed.name}"
    yield Task(name, "", seed.name, partial(judge_row, seed=seed, passed=passed))


def _copies(chain: Chain, seeds: Sequence[Seed]) -> Iterator[Task]:
    a_round = COPIES_A_ROUND if len(chain.steps) == 1 else CHAINED_A_ROUND
    taken = drawn((name_of(seed, chain), _share(seed, chain)) for seed in seeds)
    for seed in seeds:
        name = name_of(seed, chain)
        if name in taken:
            work = partial(judge_copy, seed=seed, chain=chain)
            yield Task(f"copy {name}", f"copy {chain.name}", seed.name, work, a_round)


def _share(seed: Seed, chain: Chain) -> float:
    """Return how many of such copies are made: cuttings of one series are much alike, and chains are many."""
    return (CUT_SHARE if seed.derived else 1.0) * (CHAIN_SHARE if len(chain.steps) > 1 else 1.0)


def _named(name: str, parts: Iterable[str]) -> bool:
    listed = tuple(parts)
    return not listed or any(part in name for part in listed)


def version() -> str:
    """Return the version of all code that an outcome hangs on."""
    return version_of(*JUDGING)


def run(material: Material, names: Iterable[str], jobs: int) -> Iterator[Unit]:
    """Do tasks and yield each as it is done; a single job is done in this process.

    Every other process starts anew (it imports, it does not inherit), so that all run the code whose version is kept.
    """
    if jobs == 1:
        _prepare(material, version())
        yield from map(_do, names)
        return
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_prepare, initargs=(material, version()))
    try:
        for done in as_completed([pool.submit(_do, name) for name in names]):
            yield done.result()
    finally:
        pool.shutdown(cancel_futures=True)


def bench_for(material: Material) -> Bench:
    """Set up a bench that remembers what the same code computed before."""
    fingerprints = Cache(material.scratch / "fingerprints", version_of(*FINGERPRINTING))
    return Bench(material.chosen_seeds(), fingerprints, Cache(material.scratch / "looks", version_of(*LOOKING)))


_process: dict[str, Any] = {}
"""What `_prepare` made in this process."""


def _prepare(material: Material, version: str) -> None:
    warnings.simplefilter("ignore")  # pydicom's, of headers that are damaged on purpose
    _process.update(bench=bench_for(material), tasks=material.tasks(), version=version)


def _do(name: str) -> Unit:
    try:
        return Unit(name, _process["version"], _process["tasks"][name].work(_process["bench"]))
    except Exception:  # noqa: BLE001 - one task that fails is counted and told; the others go on
        return Unit(name, _process["version"], failure=traceback.format_exc(limit=-3))
