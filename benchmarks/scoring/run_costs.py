"""What the run itself cost, over images of all sizes."""

from collections.abc import Iterable

from benchmarks.measure import Spread
from benchmarks.scoring.outcomes import Outcome


def run_costs(outcomes: Iterable[Outcome]) -> dict[str, str]:
    """Tell what the run itself took, over images of all sizes; what was kept from an earlier run counts no time."""
    judged = list(outcomes)
    examined = [o.milliseconds["examine"] / o.frames for o in judged if o.frames and "examine" in o.milliseconds]
    looked = [o.milliseconds["look"] for o in judged if "look" in o.milliseconds]
    paired = [o.milliseconds["judge"] for o in judged if "judge" in o.milliseconds]
    told = {"fingerprinting, ms a frame": examined, "a look at two frames, ms": looked, "judging a pair, ms": paired}
    return {name: Spread.of(values).text() for name, values in told.items() if values}
