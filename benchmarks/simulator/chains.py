"""Transforms in the order in which real transfers do them: hospital A, a gateway, hospital B."""

import random

from benchmarks.simulator.model import Chain, Transform
from benchmarks.simulator.transforms import BY_NAME, TRANSFORMS


def single_steps() -> tuple[Chain, ...]:
    """Give every transform as a chain of its own."""
    return tuple(Chain(transform.name, (transform,)) for transform in TRANSFORMS)


def chains(seed: int) -> tuple[Chain, ...]:
    """String two to four transforms together, the same for the same seed."""
    generator = random.Random(f"chains {seed}")
    return tuple(_named(generator.sample(TRANSFORMS, 2)) for _ in range(8))


def _named(steps: list[Transform]) -> Chain:
    return Chain(" > ".join(step.name for step in steps), tuple(steps))


def chain_of(*names: str) -> Chain:
    """Build a chain from names of transforms."""
    return _named([BY_NAME[name] for name in names])
