"""A blob has its name only when all its bytes are on the disk, and `put` returns only when its name is, too."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from blake3 import blake3

from pacs_dedup.adapters.file_blob_store import FileBlobStore
from pacs_dedup.domain.identifiers import BlobId

REPOSITORY = Path(__file__).resolve().parents[2]
KILLS = 20

STORE_FOR_EVER = """
import sys
from pathlib import Path
from pacs_dedup.adapters.file_blob_store import FileBlobStore
store = FileBlobStore(Path(sys.argv[1]), low_water_bytes=0)
number = int(sys.argv[2])
while True:
    number += 1
    stored = store.put([number.to_bytes(8, "big") * 4_000] * 8)
    print(stored.blob_id, flush=True)
"""

STORE_ONCE = """
import os, sys
from pathlib import Path
from pacs_dedup.adapters.file_blob_store import FileBlobStore
store = FileBlobStore(Path(sys.argv[1]), low_water_bytes=0)
os.write(1, b"BEGIN")
stored = store.put([b"DICM" * 1000, b"pixels"])
os.write(1, stored.blob_id.encode())
"""


def test_a_store_killed_in_the_middle_has_no_half_blob_and_every_acknowledged_one(tmp_path: Path) -> None:
    acknowledged: list[str] = []
    for turn in range(KILLS):
        acknowledged += _store_until_killed(tmp_path, turn, after_s=turn * 0.0025)
    store = FileBlobStore(tmp_path, low_water_bytes=0)
    blobs = [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]
    assert len(blobs) >= len(acknowledged) >= KILLS
    assert [path.name for path in blobs if blake3(path.read_bytes()).hexdigest() != path.name] == []
    for blob_id in acknowledged:
        assert store.path(BlobId(blob_id)).is_file()


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed: apt-get install strace")
def test_bytes_name_and_folders_are_synchronised_in_that_order(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    calls = "trace=openat,write,fsync,fchmod,link,linkat,mkdir,mkdirat,unlink,unlinkat"
    command = [
        "strace",
        "-y",
        "-s",
        "200",
        "-e",
        calls,
        "-o",
        trace,
        sys.executable,
        "-c",
        STORE_ONCE,
        tmp_path / "store",
    ]
    output = subprocess.run(command, check=True, capture_output=True, cwd=REPOSITORY, timeout=120).stdout.decode()
    blob_id = output.removeprefix("BEGIN")
    lines = trace.read_text().splitlines()
    begin = next(n for n, line in enumerate(lines) if "write(1<" in line and "BEGIN" in line)
    acknowledged = next(n for n, line in enumerate(lines) if "write(1<" in line and blob_id in line)
    during = lines[begin:acknowledged]
    leaf = f"{tmp_path}/store/blobs/{blob_id[:2]}/{blob_id[2:4]}"
    order = [
        _last(during, rf"write\(\d+<{tmp_path}/store/incoming/"),
        _last(during, rf"fsync\(\d+<{tmp_path}/store/incoming/"),
        _last(during, rf"link(at)?\(.*{blob_id}"),
        _last(during, rf"fsync\(\d+<{leaf}>\)"),
    ]
    assert order == sorted(order)
    for folder in (f"{tmp_path}/store/blobs", f"{tmp_path}/store/blobs/{blob_id[:2]}"):
        made = _last(during, rf"mkdir(at)?\(.*\"{re.escape(folder)}/[0-9a-f]{{2}}\"")
        assert made < _last(during, rf"fsync\(\d+<{folder}>\)")


def test_the_folder_is_synchronised_even_if_the_blob_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever stored it first may not have synchronised the folder yet, and might never come to it."""
    FileBlobStore(tmp_path, low_water_bytes=0).put([b"DICM"])
    second = FileBlobStore(tmp_path, low_water_bytes=0)
    synchronised: list[str] = []
    fsync = os.fsync

    def note(descriptor: int) -> None:
        synchronised.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    place = second.path(second.put([b"DICM"]).blob_id)
    assert synchronised == [str(each) for each in (place.parents[1], place.parents[2], place, place.parent)]


def _store_until_killed(root: Path, turn: int, *, after_s: float) -> list[str]:
    command = [sys.executable, "-c", STORE_FOR_EVER, str(root), str(turn * 1_000_000)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=REPOSITORY) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(after_s)
        process.kill()
        rest = process.stdout.read()
    assert process.returncode == -signal.SIGKILL
    return [line for line in (first + rest).decode().split("\n")[:-1] if line]


def _last(lines: list[str], pattern: str) -> int:
    found = [number for number, line in enumerate(lines) if re.search(pattern, line)]
    assert found, f"no call matches {pattern}"
    return found[-1]
