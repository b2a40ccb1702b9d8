"""How many bytes the index takes for each frame of a CT study, in the tables and in their indexes.

    .venv/bin/python -m benchmarks.index_size [--studies 10] [--slices 500] [--full]

One slice of a sample is examined as it would be on arrival; the slices of the studies are that slice with pixels,
noise, UIDs, place, moment and tube current of their own, so that nothing can be packed that a real study would not let
pack. With ``--full`` each frame has an orientation digest and a sketch of its picture without the border besides. They
are put into an empty SQLite database through the ports, in the order of arrival, and the pages that each table and its
indexes take are counted.
"""

import argparse
import tempfile
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from random import Random

from sqlalchemy import Connection, text

from benchmarks.archive import make_findable
from benchmarks.measure import conditions, table
from pacs_dedup.adapters.database import Database, open_database
from pacs_dedup.adapters.system_clock import SystemClock
from pacs_dedup.domain.acquisitions.facts import Acquisition
from pacs_dedup.domain.fingerprint import FrameFingerprint, InstanceFingerprint, StudyFingerprint
from pacs_dedup.domain.identifiers import BlobId, Digest, SeriesInstanceUid, SopInstanceUid, StudyInstanceUid, StudyKey
from pacs_dedup.domain.patients.identity import NO_DEFAULTS
from pacs_dedup.pipeline.examine import examine
from tests.builders import make_geometry

SAMPLE = Path(__file__).resolve().parents[1] / "dicom_samples" / "03-new-uids-same-hkid" / "01-qeh" / "0001.dcm"
PAGES = text("SELECT name, sum(pgsize) FROM dbstat WHERE name NOT LIKE 'sqlite_%' OR name LIKE '%auto%' GROUP BY name")
PARTS = ("fingerprint", "blocking_keys", "keyed_studies", "members", "studies")


def make_study(number: int, slices: int, *, full: bool = False) -> StudyFingerprint:
    """Return a study whose slices are the sample's with everything of their own that slices have."""
    random = Random(number)
    sample = examine(SAMPLE, BlobId("0" * 64), NO_DEFAULTS)
    if full:
        besides = {"trimmed_sketch": bytes(64), "orientation_digest": sample.frames[0].stored_digest}
        sample = replace(sample, frames=(replace(sample.frames[0], **besides),))
    study, series = (f"2.25.{random.getrandbits(127)}" for _ in range(2))
    uids = {
        "study_instance_uid": StudyInstanceUid(study),
        "series_instance_uid": SeriesInstanceUid(series),
        "acquisition": replace(sample.acquisition, frame_of_reference_uid=f"2.25.{random.getrandbits(127)}"),
    }
    of_study = replace(sample, **uids)
    made = tuple(_slice(of_study, place, random) for place in range(slices))
    return StudyFingerprint(StudyKey(StudyInstanceUid(study), "QEHPACS"), 1, made)


def _slice(of_study: InstanceFingerprint, place: int, random: Random) -> InstanceFingerprint:
    return replace(
        of_study,
        blob_id=BlobId(random.randbytes(32).hex()),
        sop_instance_uid=SopInstanceUid(f"2.25.{random.getrandbits(127)}"),
        dataset_digest=_other(of_study.dataset_digest, random),
        acquisition=_moved(of_study.acquisition, place, random),
        frames=tuple(_redrawn(frame, random) for frame in of_study.frames),
    )


def _moved(acquired: Acquisition, place: int, random: Random) -> Acquisition:
    moment = f"{acquired.acquired_at[:10]}{place // 2 % 3600 // 60:02}{place // 2 % 60:02}.{random.randrange(10**6):06}"
    current = tuple(
        (name, float(random.randrange(80, 400)) if "Current" in name else v) for name, v in acquired.exposure
    )
    geometry = make_geometry(round(-480 + 0.8 * place, 2), spacing=(0.77, 0.77))
    return replace(acquired, acquired_at=moment, exposure=current, geometry=geometry, instance_number=place + 1)


def _redrawn(frame: FrameFingerprint, random: Random) -> FrameFingerprint:
    """Return the frame with other pixels: whatever is there is drawn anew, what is not there stays away."""
    return replace(
        frame,
        stored_digest=_other(frame.stored_digest, random),
        value_digest=frame.value_digest and _other(frame.value_digest, random),
        sketch=frame.sketch and random.randbytes(len(frame.sketch)),
        trimmed_sketch=frame.trimmed_sketch and random.randbytes(len(frame.trimmed_sketch)),
        perceptual_hash=frame.perceptual_hash and random.randbytes(8).hex(),
        orientation_digest=frame.orientation_digest and _other(frame.orientation_digest, random),
    )


def _other(digest: Digest, random: Random) -> Digest:
    return Digest(f"{digest.partition(':')[0]}:{random.randbytes(32).hex()}")


def fill(database: Database, study: StudyFingerprint) -> None:
    """Put the fingerprints and the blocking keys of a study into the index."""
    for instance in study.instances:
        database.index.put(instance)
    make_findable(study, database)


def pages(connection: Connection) -> dict[str, int]:
    """Return the bytes of the pages of each table, its indexes included."""
    sizes = dict.fromkeys(PARTS, 0)
    for name, size in connection.execute(PAGES):
        part = next((part for part in PARTS if part in name), None)
        if part is not None:
            sizes[part] += size
    return sizes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=10)
    parser.add_argument("--slices", type=int, default=500)
    parser.add_argument("--full", action="store_true", help="every digest and sketch that a frame can have")
    arguments = parser.parse_args()
    frames = arguments.studies * arguments.slices
    with ExitStack() as opened:
        folder = opened.enter_context(tempfile.TemporaryDirectory(dir="/dev/shm"))
        database = opened.enter_context(closing(open_database(f"sqlite:///{folder}/index.db", SystemClock())))
        empty = database.transactions.read(pages)
        for number in range(arguments.studies):
            fill(database, make_study(number, arguments.slices, full=arguments.full))
        full = database.transactions.read(pages)
    grown = {part: (full[part] - empty[part]) / frames for part in PARTS if full[part] > empty[part]}
    print(f"{conditions()}\n")
    rows = [[part, f"{size:,.0f}"] for part, size in grown.items()]
    print(table(["SQLite", "bytes for each frame"], [*rows, ["together", f"{sum(grown.values()):,.0f}"]]))


if __name__ == "__main__":
    main()
