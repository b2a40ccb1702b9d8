"""Which transforms can happen to which seed: found out once, for it takes reading every image."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from benchmarks.scoring.cache import Cache
from benchmarks.scoring.versions import version_of
from benchmarks.simulator.admission import study_of
from benchmarks.simulator.model import Seed
from benchmarks.simulator.transforms import TRANSFORMS

_DEPENDS_ON = ("benchmarks.simulator.transforms", "benchmarks.simulator.admission")


def fitting_steps(seeds: Iterable[Seed], scratch: Path) -> dict[str, frozenset[str]]:
    """Return the names of the transforms that fit each seed, by the seed's name.

    Args:
        scratch: where that is kept for the next run of the same code.
    """
    kept = Cache(scratch / "fitting", version_of(*_DEPENDS_ON))
    return {seed.name: kept.get(f"{seed.name} {seed.files}", partial(_steps, seed)) for seed in seeds}


def _steps(seed: Seed) -> frozenset[str]:
    study = study_of(seed)
    return frozenset(transform.name for transform in TRANSFORMS if transform.fits(study))
