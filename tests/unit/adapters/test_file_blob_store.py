"""What is particular to blobs in a folder: modes, names, damage and clearing up."""

import errno
import fcntl
import os
import resource
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from blake3 import blake3

from pacs_dedup.adapters.file_blob_store import FileBlobStore
from pacs_dedup.domain.errors import OutOfStorage
from pacs_dedup.domain.identifiers import BlobId

DATA = b"DICM" * 1_000
BLOB_ID = BlobId(blake3(DATA).hexdigest())


@pytest.fixture
def store(tmp_path: Path) -> FileBlobStore:
    return FileBlobStore(tmp_path / "store", low_water_bytes=0)


def test_a_blob_lies_where_its_digest_says(store: FileBlobStore, tmp_path: Path) -> None:
    store.put([DATA])
    assert store.path(BLOB_ID) == tmp_path / "store" / "blobs" / BLOB_ID[:2] / BLOB_ID[2:4] / BLOB_ID


def test_blobs_are_read_only_and_folders_are_for_their_owner(store: FileBlobStore, tmp_path: Path) -> None:
    (tmp_path / "a.dcm").write_bytes(b"other")
    store.put([DATA])
    store.refer(tmp_path / "a.dcm")
    assert stat.S_IMODE(store.path(BLOB_ID).stat().st_mode) == 0o440
    folders = [tmp_path / "store", *(path for path in (tmp_path / "store").rglob("*") if path.is_dir())]
    assert len(folders) == 8
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}


def test_unfinished_bytes_are_for_their_owner_only(store: FileBlobStore, tmp_path: Path) -> None:
    def look():
        yield DATA
        (unfinished,) = (tmp_path / "store" / "incoming").iterdir()
        assert stat.S_IMODE(unfinished.stat().st_mode) == 0o600

    store.put(look())


def test_nothing_is_left_in_incoming(store: FileBlobStore, tmp_path: Path) -> None:
    store.put([DATA])
    store.put([DATA])
    assert list((tmp_path / "store" / "incoming").iterdir()) == []


def test_storing_again_writes_no_bytes_and_marks_when_they_came_last(store: FileBlobStore) -> None:
    store.put([DATA])
    long_ago_s = 1_000_000_000
    os.utime(store.path(BLOB_ID), (long_ago_s, long_ago_s))
    before = store.path(BLOB_ID).stat()
    store.put([DATA])
    after = store.path(BLOB_ID).stat()
    assert (after.st_ino, after.st_mode, after.st_size) == (before.st_ino, before.st_mode, before.st_size)
    assert after.st_mtime > before.st_mtime + 1
    assert store.path(BLOB_ID).read_bytes() == DATA


def test_a_blob_that_was_cut_short_is_made_whole(store: FileBlobStore) -> None:
    """A damaged file system may do that; whoever sends the bytes again must not be told that they are there."""
    store.put([DATA])
    place = store.path(BLOB_ID)
    place.unlink()
    place.write_bytes(DATA[:10])
    assert store.put([DATA]).added
    assert place.read_bytes() == DATA


def test_another_store_on_the_same_folder_finds_the_blobs(store: FileBlobStore, tmp_path: Path) -> None:
    store.put([DATA])
    again = FileBlobStore(tmp_path / "store", low_water_bytes=0)
    assert again.path(BLOB_ID).read_bytes() == DATA
    assert not again.put([DATA]).added


def test_a_relative_root_holds_when_the_working_folder_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = FileBlobStore(Path("store"), low_water_bytes=0)
    monkeypatch.chdir("/")
    store.put([DATA])
    assert store.path(BLOB_ID).is_relative_to(tmp_path)


def test_what_a_dead_writer_left_is_cleared_at_once_and_what_a_living_one_writes_is_not(
    store: FileBlobStore, tmp_path: Path
) -> None:
    incoming = tmp_path / "store" / "incoming"
    (incoming / "left").write_bytes(b"half")

    def chunks() -> Iterator[bytes]:
        yield DATA[:10]
        FileBlobStore(tmp_path / "store", low_water_bytes=0)
        assert len(list(incoming.iterdir())) == 1
        yield DATA[10:]

    assert store.put(chunks()).blob_id == BLOB_ID
    assert not (incoming / "left").exists()


def test_where_files_can_not_be_locked_what_nobody_wrote_to_for_an_hour_is_cleared(
    store: FileBlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    incoming = tmp_path / "store" / "incoming"
    for name, age_s in (("old", 3_700), ("young", 3_500)):
        (incoming / name).write_bytes(b"half")
        os.utime(incoming / name, (time.time() - age_s,) * 2)
    FileBlobStore(tmp_path / "store", low_water_bytes=0)
    assert [path.name for path in incoming.iterdir()] == ["young"]
    assert store.put([DATA]).blob_id == BLOB_ID


def test_a_write_that_the_disk_refuses_leaves_nothing(store: FileBlobStore, tmp_path: Path) -> None:
    """The limit on the size of files stands for a full disk: the kernel refuses the write in the same way."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        with pytest.raises(OutOfStorage, match="File too large") as error:
            store.put([bytes(4_000)] * 4)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert error.value.retriable
    assert [path for path in (tmp_path / "store").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("call", ["write", "fsync", "link", "open"])
def test_every_error_of_the_disk_is_reported_and_leaves_no_unfinished_bytes(
    store: FileBlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/secret/CHAN^TAI^MAN")

    monkeypatch.setattr(os, call, refuse)
    with pytest.raises(OutOfStorage, match="No space left") as error:
        store.put([DATA])
    monkeypatch.undo()
    assert "CHAN" not in str(error.value)
    assert list((tmp_path / "store" / "incoming").iterdir()) == []
    assert store.put([DATA]).added, "and it can be tried again"


def test_a_folder_that_can_not_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutOfStorage, match="Not a directory"):
        FileBlobStore(tmp_path / "file" / "store", low_water_bytes=0)


def test_too_little_room_is_told_in_figures(tmp_path: Path) -> None:
    store = FileBlobStore(tmp_path, low_water_bytes=1 << 60)
    with pytest.raises(OutOfStorage, match=r"\d+ MiB are free.*storage\.low_water_mb"):
        store.check_room()


def test_short_writes_are_completed(store: FileBlobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: whole(descriptor, data[:7]))
    store.put([DATA])
    assert store.path(BLOB_ID).read_bytes() == DATA
