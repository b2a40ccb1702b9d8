"""Everything that may happen to a study in transfer, one thing at a time."""

from benchmarks.simulator.header_uids import UIDS
from benchmarks.simulator.model import Transform
from benchmarks.simulator.pixel_encodings import ENCODINGS

TRANSFORMS: tuple[Transform, ...] = (*UIDS, *ENCODINGS)
BY_NAME: dict[str, Transform] = {transform.name: transform for transform in TRANSFORMS}
