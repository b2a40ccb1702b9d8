"""Transforms in the order in which real transfers do them: hospital A, a gateway, hospital B."""

import random
from collections.abc import Iterable

from benchmarks.simulator.header_facts import FACTS
from benchmarks.simulator.header_people import PEOPLE
from benchmarks.simulator.model import Chain, Person, Pixels, Transform
from benchmarks.simulator.pixel_captures import CAPTURES
from benchmarks.simulator.pixel_encodings import ENCODINGS
from benchmarks.simulator.pixel_greys import GREYS
from benchmarks.simulator.pixel_lossy import LOSSY
from benchmarks.simulator.pixel_objects import OBJECTS
from benchmarks.simulator.pixel_shapes import SHAPES
from benchmarks.simulator.transforms import BY_NAME, TRANSFORMS

Pool = tuple[Transform, ...]


def _named(*names: str) -> Pool:
    return tuple(BY_NAME[name] for name in names)


_COERCED = tuple(t for t in PEOPLE if t.expected.person is Person.COERCED)
_NAMELESS = tuple(t for t in PEOPLE if t.expected.person is Person.REMOVED)
_MISFILED = tuple(t for t in PEOPLE if t.expected.person is Person.OTHER)
_REROOTED = _named("rerooted", "rerooted_references_broken")
_UPPER = _named("new_study_uid", "new_study_series_uids")
_REWRITTEN = tuple(t for t in GREYS if t.expected.pixels is Pixels.VALUES)
_SHOWN = tuple(t for t in GREYS if t.expected.pixels is Pixels.DEGRADED)
_RESIZED = tuple(t for t in SHAPES if t.expected.pixels is Pixels.DEGRADED)
_CROPPED = tuple(t for t in (*SHAPES, *CAPTURES) if t.expected.pixels is Pixels.REVIEW)
_TURNED = tuple(t for t in SHAPES if t.expected.pixels is Pixels.TURNED)
_BANNER, _BORDER = _named("banner_burnt"), _named("border_8")
_HALVED = _named("first_half", "every_second", "one_missing")
_COMPRESSED = tuple(t for t in LOSSY if not t.expected.in_place)

_LOSSLESS: tuple[tuple[Pool, ...], ...] = (
    (_COERCED, ENCODINGS),
    (FACTS, ENCODINGS, FACTS),
    (_COERCED, FACTS, ENCODINGS, ENCODINGS),
    (_COERCED, _REROOTED, ENCODINGS),
    (_UPPER, FACTS, ENCODINGS),
    (_NAMELESS, ENCODINGS),
    (_REROOTED, _REWRITTEN, ENCODINGS),
    (_COERCED, _REROOTED, _REWRITTEN),
    (_HALVED, _COERCED, _REROOTED, ENCODINGS),
    (OBJECTS, _COERCED),
    (_MISFILED, ENCODINGS, FACTS),
    (_named("slab_added"), _REROOTED, ENCODINGS),
)
_LOSSY: tuple[tuple[Pool, ...], ...] = (
    (_COERCED, _COMPRESSED),
    (_REROOTED, _COERCED, LOSSY),
    (_COMPRESSED, FACTS, ENCODINGS),
    (_SHOWN, _COMPRESSED, _COERCED),
    (_NAMELESS, _COMPRESSED),
    (_BANNER, _COMPRESSED, _COERCED),
    (_RESIZED, _COMPRESSED),
    (_BORDER, _COMPRESSED, FACTS),
    (_HALVED, _COERCED, _COMPRESSED),
    (_MISFILED, _COMPRESSED),
    (_CROPPED, ENCODINGS, _COERCED),
    (_TURNED, _COERCED, ENCODINGS),
    (_COMPRESSED, _SHOWN),
)
_OF_SEVERAL_SERIES: tuple[tuple[Pool, ...], ...] = (
    (_named("series_missing"), _REROOTED, ENCODINGS),
    (_named("series_missing"), _COERCED, _COMPRESSED),
    (_named("series_repeated"), _REROOTED, _COERCED),
    (_named("series_lossy"), _COERCED, FACTS),
    (_named("series_encoded_apart"), _COERCED, _REROOTED),
)


def single_steps() -> tuple[Chain, ...]:
    """Give every transform as a chain of its own."""
    return tuple(Chain(transform.name, (transform,)) for transform in TRANSFORMS)


def chains(seed: int) -> tuple[Chain, ...]:
    """String two to four transforms together, one chain of each pattern; the same for the same seed."""
    generator = random.Random(f"chains {seed}")
    return tuple(
        _chain(generator.choice(pool) for pool in pattern) for pattern in (*_LOSSLESS, *_LOSSY, *_OF_SEVERAL_SERIES)
    )


def chain_of(*names: str) -> Chain:
    """Build a chain from names of transforms."""
    return _chain(_named(*names))


def _chain(steps: Iterable[Transform]) -> Chain:
    listed = tuple(steps)
    return Chain(" > ".join(step.name for step in listed), listed)
