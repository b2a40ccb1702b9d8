"""How fast instances are received and kept: pacs_dedup beside DCMTK's storescp and Orthanc.

    .venv/bin/python benchmarks/receiving.py [--rounds 3] [--instances 100]

DCMTK's dcmsend sends the same instances to each receiver, which starts in an empty folder on a real disk: generated CT
of 512 x 512 from one sender and from four at once, then `dicom_samples/` (small, in many encodings) from one. The time
is that of the senders, from start to exit. A receiver that stores nothing (storescp --ignore) shows what sending itself
costs. Some builds of DCMTK leave Nagle's algorithm on, which costs up to 93 ms an instance; TCP_NODELAY=1 prevents it.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import numpy as np
from pydicom.uid import generate_uid

from benchmarks.measure import Spread, alternate, conditions, ratio, seconds, table
from tests.images import image_dataset, textured, write
from tests.integration.orthanc import running_orthanc
from tests.integration.running import ROOT, RunningService
from tests.integration.support import LOOPBACK, dcmtk, free_port

SENDERS, SAMPLES = 4, ROOT / "dicom_samples"
Receiver = Callable[[Path], AbstractContextManager[int]]
"""Starts in a folder and gives the port to send to."""


@contextmanager
def pacs_dedup(folder: Path) -> Iterator[int]:
    """The listener alone, over SQLite: nothing is examined meanwhile."""
    settings = {"DICOM__PORT": "0", "DICOM__BIND": LOOPBACK, "STORAGE__PATH": str(folder / "data")}
    environment = os.environ | {f"PACS_DEDUP_{key}": value for key, value in settings.items()}
    (folder / "data").mkdir(parents=True)
    with (folder / "log").open("w") as log:
        command = [sys.executable, "-m", "pacs_dedup", "serve", "scp"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=log)
    service = RunningService(process, folder / "data", folder / "log")
    try:
        service.wait_until_it_listens()
        yield service.port
    finally:
        service.stop()


@contextmanager
def storescp(folder: Path, *options: str) -> Iterator[int]:
    """DCMTK's receiver, a process for each association, writing data sets as they come."""
    folder.mkdir()
    port = free_port()
    command = ["storescp", "--fork", "+xa", "-pdu", "131072", *options, "-od", str(folder), str(port)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        while dcmtk("echoscu", port)[0]:
            pass
        yield port
    finally:
        process.terminate()
        process.wait()


@contextmanager
def orthanc(folder: Path) -> Iterator[int]:
    """Orthanc as it comes: it indexes in SQLite before it answers."""
    with running_orthanc(folder) as server:
        yield server.dicom_port


RECEIVERS: dict[str, Receiver] = {
    "pacs_dedup": pacs_dedup,
    "storescp": lambda folder: storescp(folder, "+B"),
    "Orthanc": orthanc,
    "storescp --ignore": lambda folder: storescp(folder, "--ignore"),
}


def make_parts(folder: Path, count: int) -> list[Path]:
    """Write CT slices, each with pixels of its own, into as many folders as there are senders."""
    slice_, parts = textured(512, 512, noise=0.05).astype(np.int32), [folder / str(n) for n in range(SENDERS)]
    study, series, noise = generate_uid(), generate_uid(), np.random.default_rng(7)
    for part in parts:
        part.mkdir(parents=True)
    for number in range(count):
        pixels = np.clip(slice_ + noise.integers(-9, 10, slice_.shape), 0, 4095).astype(np.uint16)
        uids = {"StudyInstanceUID": study, "SeriesInstanceUID": series, "SOPInstanceUID": generate_uid()}
        write(image_dataset(pixels, bits=12, **uids), parts[number % SENDERS] / f"{number}.dcm")
    return parts


def send(port: int, folders_of_senders: list[list[Path]], expected: int) -> None:
    """Send folders by one dcmsend each, all at once; every instance must be acknowledged with Success."""
    options = ["-v", "-dn", "-nh", "+sd", "+r", "+sp", "*.dcm", "-aec", "PACSDEDUP", LOOPBACK, str(port)]
    started = partial(subprocess.Popen, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    senders = [started(["dcmsend", *options, *map(str, folders)]) for folders in folders_of_senders]
    said = "".join(sender.communicate()[0] for sender in senders)
    acknowledged = sum(map(int, re.findall(r"with status SUCCESS *: (\d+)", said)))
    if acknowledged != expected:
        raise SystemExit(f"{acknowledged} of {expected} instances were acknowledged:\n{said[-2000:]}")


def visit(receiver: Receiver, folder: Path, sets: dict[str, tuple[list[list[Path]], int]]) -> dict[str, float]:
    """Start a receiver, send every set, and return the seconds of each; the first set only warms up."""
    with receiver(Path(tempfile.mkdtemp(dir=folder)) / "kept") as port:
        return {name: seconds(partial(send, port, *work)) for name, work in sets.items()}


def size_mb(folders: list[list[Path]]) -> float:
    return sum(file.stat().st_size for many in folders for one in many for file in one.rglob("*.dcm")) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--instances", type=int, default=100, help="CT slices in each set")
    parser.add_argument("--disk", type=Path, default=Path("/var/tmp"), help="a folder on the disk to write to")  # noqa: S108 - a default for temporary files
    arguments = parser.parse_args()
    os.environ["TCP_NODELAY"] = "1"
    before = conditions()
    with tempfile.TemporaryDirectory(dir=arguments.disk) as name:
        folder, count = Path(name), arguments.instances
        warm, one, four = (make_parts(folder / part, n) for part, n in (("w", SENDERS), ("1", count), ("4", count)))
        sets = {
            "warming up": ([warm], SENDERS),
            "CT 512 x 512, 1 sender": ([one], count),
            f"CT 512 x 512, {SENDERS} senders": ([[part] for part in four], count),
            "dicom_samples, 1 sender": ([[SAMPLES]], len(list(SAMPLES.rglob("*.dcm")))),
        }
        visits = {receiver: partial(visit, start, folder, sets) for receiver, start in RECEIVERS.items()}
        taken = alternate(visits, arguments.rounds)
        print(f"{before} to {conditions().rpartition(' ')[2]}\n")
        rows = []
        for label, (folders, instances) in list(sets.items())[1:]:
            own = [times[label] for times in taken["pacs_dedup"]]
            for receiver, visited in taken.items():
                theirs = [times[label] for times in visited]
                rate, share = Spread.of([instances / t for t in theirs]), ratio(theirs, own)
                volume = f"{rate.median * size_mb(folders) / instances:.1f}"
                rows.append([f"{label}: {receiver}", rate.text(), volume, share.text(2)])
    print(table(["sent, to whom", "instances/s", "MB/s", "pacs_dedup's speed in theirs"], rows))


if __name__ == "__main__":
    main()
