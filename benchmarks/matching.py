"""How long it takes to judge one study of 500 slices, and whether that grows with the archive.

    .venv/bin/python benchmarks/matching.py [--rounds 5] [--sizes 1000 10000] [--database PostgreSQL]

Two archives of synthetic studies, one ten times as large, are put into the index through its port: nine in ten are
films (2 instances), one is a CT (10 slices, the last of them blank). Looked up and judged are, in both in turn: a CT of
500 slices that is new, the copy of a known one under new UIDs, and a new one that has the blank slice as well. Judging
is everything from loading the study to the verdict. Reading the table of keys from end to end, once, shows what a scan
would cost. SQLite's files lie in memory (/dev/shm), where they fill quickly; all figures are those of warm caches.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import text

from benchmarks.archive import SLICES, archived, file_instances, make_copy, make_findable, make_study
from benchmarks.measure import Spread, alternate, conditions, ratio, seconds, table
from pacs_dedup.adapters.database import Database, open_database
from pacs_dedup.adapters.file_blob_store import FileBlobStore
from pacs_dedup.adapters.system_clock import SystemClock
from pacs_dedup.domain.blocking import search_keys, worth_comparing
from pacs_dedup.domain.fingerprint import StudyFingerprint
from pacs_dedup.domain.policy import Policy
from pacs_dedup.pipeline.match import Matcher, judge
from pacs_dedup.pipeline.verify import verify_frames
from tests.postgres_server import execute, postgres_server

NUMBERS = 1_000_000  # beyond those of the archive
KNOWN = make_study(NUMBERS, SLICES, blank=False)
INCOMING = {
    "new": make_study(NUMBERS + 100, SLICES, blank=False),
    "a copy": make_copy(KNOWN),
    "new, with a blank slice": make_study(NUMBERS + 200, SLICES, blank=True),
}
SCAN = text("SELECT count(*) FROM blocking_keys WHERE keyed_study_id = 0")
Work = dict[str, Callable[[], object]]


def fill(database: Database, size: int) -> None:
    """Make an archive of so many studies findable, and file those that a comparison will be asked of."""
    for study in (*archived(range(size)), KNOWN):
        make_findable(study, database)
    database.transactions.write(lambda connection: connection.execute(text("ANALYZE")))
    for first_arrival, study in enumerate((KNOWN, *_candidates(database, size), *INCOMING.values())):
        file_instances(study, database, first_arrival * SLICES)


def _candidates(database: Database, size: int) -> Iterator[StudyFingerprint]:
    found = {
        key
        for study in INCOMING.values()
        for key, shared in database.index.candidates(search_keys(study)).items()
        if worth_comparing(shared)
    }
    return (study for study in archived(range(size)) if study.key in found)


def work(database: Database, folder: Path) -> Work:
    """Name what is measured in one archive."""
    matcher = Matcher(
        index=database.index,
        register=database.register,
        blobs=FileBlobStore(folder, 0),
        clock=SystemClock(),
        policy=Policy(),
        verify=verify_frames,
    )
    measured: Work = {}
    for name, study in INCOMING.items():
        measured[f"look-up: {name}"] = partial(database.index.candidates, search_keys(study))
    for name, study in INCOMING.items():
        measured[f"judging: {name}"] = lambda key=study.key: list(judge(key, 1, matcher))
    measured["a scan of all keys"] = lambda: database.transactions.read(
        lambda connection: connection.execute(SCAN).all()
    )
    return measured


def rows(sizes: Sequence[int], archives: Sequence[Work], rounds: int) -> Iterator[list[str]]:
    """Measure everything in all archives in turn; one row each, with what it found."""
    for name in archives[0]:
        taken = alternate(
            {str(size): partial(seconds, each[name], 0.05) for size, each in zip(sizes, archives, strict=True)}, rounds
        )
        times = [Spread.of([1000 * each for each in own]).text() for own in taken.values()]
        growth = ratio(taken[str(sizes[-1])], taken[str(sizes[0])]).text(2)
        yield [name, *times, growth, " / ".join(str(len(each[name]())) for each in archives)]


@contextmanager
def urls(backend: str, folder: Path, sizes: Sequence[int]) -> Iterator[list[str]]:
    """Yield the URL of an empty database for each size."""
    if backend == "SQLite":
        yield [f"sqlite:///{folder / str(size)}.db" for size in sizes]
        return
    with postgres_server() as address:
        for size in sizes:
            execute(address, f"CREATE DATABASE archive_{size}")
        yield [f"{address}/archive_{size}" for size in sizes]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sizes", type=int, nargs=2, default=[1_000, 10_000])
    parser.add_argument("--database", choices=["SQLite", "PostgreSQL"], default="SQLite")
    arguments = parser.parse_args()
    before, sizes, backend = conditions(), arguments.sizes, arguments.database
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(dir="/dev/shm")))
        addresses = opened.enter_context(urls(backend, folder, sizes))
        databases = [opened.enter_context(closing(open_database(url, SystemClock()))) for url in addresses]
        for database, size in zip(databases, sizes, strict=True):
            fill(database, size)
        archives = [work(database, folder / "blobs") for database in databases]
        found = list(rows(sizes, archives, arguments.rounds))
    print(f"{before} to {conditions().rpartition(' ')[2]}\n")
    header = [
        f"{backend}: what, for {SLICES} slices",
        *(f"ms among {size:,}" for size in sizes),
        "times as long",
        "found",
    ]
    print(table(header, found))


if __name__ == "__main__":
    main()
