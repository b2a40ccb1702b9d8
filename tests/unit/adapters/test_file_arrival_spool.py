"""A spool of files: what it leaves on the disk, and what it does with files that are torn, foreign or too many."""

import fcntl
import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from pacs_dedup.adapters.file_arrival_spool import FileArrivalSpool
from pacs_dedup.domain.errors import OutOfStorage, SpoolFull
from pacs_dedup.domain.identifiers import SopInstanceUid
from tests.contracts.test_arrival_spool import waiting
from tests.contracts.values import MINUTE


def opened(root: Path, most_arrivals: int = 100) -> FileArrivalSpool:
    return FileArrivalSpool(root, most_arrivals=most_arrivals, most_bytes=1 << 40)


def files(root: Path) -> list[Path]:
    return sorted(path for path in (root / "spool").iterdir() if path.is_file())


def test_what_waits_is_there_after_a_restart(tmp_path: Path) -> None:
    opened(tmp_path).put(waiting())
    again = opened(tmp_path)
    assert again.usage().arrivals == 1
    assert list(again.waiting()) == [waiting()]


def test_files_are_for_their_owner_only_and_their_names_hold_no_uid(tmp_path: Path) -> None:
    spool = opened(tmp_path)
    received = replace(waiting().arrival, sop_instance_uid=SopInstanceUid("1.2.826.0.1.99"))
    spool.put(replace(waiting(), arrival=received))
    (file,) = files(tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert {stat.S_IMODE(each.stat().st_mode) for each in (tmp_path / "spool", tmp_path / "spool/set-aside")} == {0o700}
    assert "1.2.826" not in file.name
    assert "EAST" not in file.name


def test_characters_that_are_no_text_are_kept(tmp_path: Path) -> None:
    odd = replace(waiting(), arrival=replace(waiting().arrival, source="A\udcffB\x00"))
    opened(tmp_path).put(odd)
    assert list(opened(tmp_path).waiting()) == [odd]


@pytest.mark.parametrize("cut_at", [0, 1, 30, 100, -1])
def test_a_torn_file_is_set_aside_and_stands_in_nobodys_way(tmp_path: Path, cut_at: int) -> None:
    spool = opened(tmp_path)
    spool.put(waiting(1))
    spool.put(waiting(2, after=MINUTE))
    torn, _ = files(tmp_path)
    torn.write_bytes(torn.read_bytes()[:cut_at])
    assert list(spool.waiting()) == [waiting(2, after=MINUTE)]
    assert (spool.usage().arrivals, spool.usage().set_aside) == (1, 1)
    assert (tmp_path / "spool/set-aside" / torn.name).exists()


def test_an_altered_file_is_set_aside(tmp_path: Path) -> None:
    spool = opened(tmp_path)
    spool.put(waiting())
    (file,) = files(tmp_path)
    file.write_bytes(file.read_bytes().replace(b"archive", b"elsewhere"))
    assert list(spool.waiting()) == []
    assert spool.usage().set_aside == 1


def test_a_file_with_other_facts_is_set_aside(tmp_path: Path) -> None:
    from blake3 import blake3

    spool = opened(tmp_path)
    spool.put(waiting())
    (file,) = files(tmp_path)
    body = json.dumps({"arrival": {}, "forward_to": [], "forward_at": None}).encode()
    file.write_bytes(b"pacs_dedup arrival 1 " + blake3(body).hexdigest().encode() + b"\n" + body)
    assert list(spool.waiting()) == []
    assert spool.usage().set_aside == 1


def test_foreign_files_of_one_name_are_both_set_aside(tmp_path: Path) -> None:
    spool = opened(tmp_path)
    spool.put(waiting())
    for content in (b"first", b"second"):
        (tmp_path / "spool/notes.txt").write_bytes(content)
        assert list(spool.waiting()) == [waiting()]
    kept = {path.read_bytes() for path in (tmp_path / "spool/set-aside").iterdir()}
    assert kept == {b"first", b"second"}


def test_what_a_crash_left_unfinished_is_removed_and_what_is_being_written_is_not(tmp_path: Path) -> None:
    opened(tmp_path)
    left, held = tmp_path / "spool/.new-left", tmp_path / "spool/.new-held"
    for file in (left, held):
        file.write_bytes(b"pacs_dedup")
    with held.open("rb") as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        assert list(opened(tmp_path).waiting()) == []
        assert (left.exists(), held.exists()) == (False, True)


def test_threads_that_put_at_once_do_not_pass_the_limit(tmp_path: Path) -> None:
    spool = opened(tmp_path, most_arrivals=10)

    def put(number: int) -> bool:
        try:
            spool.put(waiting(number))
        except SpoolFull:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        taken = sum(pool.map(put, range(40)))
    assert taken == len(files(tmp_path)) == 10


def test_a_disk_that_does_not_take_it_leaves_nothing_and_its_place_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = opened(tmp_path, most_arrivals=1)

    def refuse(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", refuse)
        with pytest.raises(OutOfStorage, match="No space left"):
            spool.put(waiting(1))
    assert files(tmp_path) == []
    spool.put(waiting(2))


def test_a_folder_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "spool").write_bytes(b"")
    with pytest.raises(OutOfStorage, match="the spool could not write"):
        opened(tmp_path)


def test_without_a_receipt_an_arrival_can_not_wait(tmp_path: Path) -> None:
    for receipt in ("", "../../etc/passwd", "A" * 32):
        with pytest.raises(ValueError, match="receipt"):
            opened(tmp_path).put(replace(waiting(), arrival=replace(waiting().arrival, receipt=receipt)))
