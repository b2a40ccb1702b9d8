"""Everything that may happen to a study in transfer, one thing at a time."""

from benchmarks.simulator.header_facts import FACTS
from benchmarks.simulator.header_people import PEOPLE
from benchmarks.simulator.header_uids import UIDS
from benchmarks.simulator.model import Transform
from benchmarks.simulator.pixel_captures import CAPTURES
from benchmarks.simulator.pixel_encodings import ENCODINGS
from benchmarks.simulator.pixel_greys import GREYS
from benchmarks.simulator.pixel_lossy import LOSSY
from benchmarks.simulator.pixel_objects import OBJECTS
from benchmarks.simulator.pixel_parts import PARTS
from benchmarks.simulator.pixel_series import SERIES
from benchmarks.simulator.pixel_shapes import SHAPES

TRANSFORMS: tuple[Transform, ...] = (
    *UIDS,
    *PEOPLE,
    *FACTS,
    *ENCODINGS,
    *LOSSY,
    *GREYS,
    *SHAPES,
    *CAPTURES,
    *PARTS,
    *OBJECTS,
    *SERIES,
)
BY_NAME: dict[str, Transform] = {transform.name: transform for transform in TRANSFORMS}
