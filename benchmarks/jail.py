"""What the jail of decoders costs: starting a child, asking it for nothing, and fingerprinting a slice in it.

    .venv/bin/python -m benchmarks.jail [--rounds 7]

Three ways take turns in every round: no child at all, a child that is not confined, and one in the jail. Times are what
passes on the clock, because most of it is waiting for another process; on a busy machine compare the ratios.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from benchmarks.measure import Spread, alternate, conditions, ratio, table
from pacs_dedup.adapters.isolated import IsolatedCall
from pacs_dedup.adapters.isolated.jail import enter_jail
from pacs_dedup.domain.identifiers import BlobId
from pacs_dedup.pipeline.examine import examine
from tests.images import image_dataset, textured, write

NO_CHILD, FREE, JAILED = "in this process", "in a child", "in a child in its jail"
BLOB = BlobId("0" * 64)
CALLS = 50
MEMORY_BYTES = 2 << 30
Taken = dict[str, float]


def stay_free() -> tuple[str, ...]:
    """Leave a child as it is."""
    return ()


def child(confine: Callable[[], tuple[str, ...]], path: Path) -> Taken:
    """Measure one child from its start to its end, milliseconds."""
    call = IsolatedCall(examine, memory_bytes=MEMORY_BYTES, timeout=timedelta(seconds=60), confine=confine)
    try:
        started = milliseconds(call.jail_gaps)
        return {"start": started, "slice": repeated(lambda: call(path, BLOB))}
    finally:
        call.close()


def no_child(path: Path) -> Taken:
    return {"start": 0.0, "slice": repeated(lambda: examine(path, BLOB))}


def repeated(work: Callable[[], object]) -> float:
    work()
    return milliseconds(lambda: [work() for _ in range(CALLS)]) / CALLS


def milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    rounds, before = parser.parse_args().rounds, conditions()
    with tempfile.TemporaryDirectory() as name:
        path = write(image_dataset(textured(512, 512, noise=0.05), bits=12), Path(name) / "slice.dcm")
        ways: dict[str, Callable[[], Taken]] = {
            NO_CHILD: lambda: no_child(path),
            FREE: lambda: child(stay_free, path),
            JAILED: lambda: child(enter_jail, path),
        }
        taken = alternate(ways, rounds)
    rows = []
    for what, label in (("start", "start of a child"), ("slice", "fingerprint of a slice")):
        free = [each[what] for each in taken[FREE]]
        for way in ways:
            own = [each[what] for each in taken[way]]
            if any(own):
                rows.append([f"{label}, {way}", Spread.of(own).text(), ratio(own, free).text(2)])
    print(f"{before} to {conditions().rpartition(' ')[2]}\n")
    print(table(["what, where", "ms", "times an unconfined child"], rows))


if __name__ == "__main__":
    main()
