"""What every `TransitStore` promises."""

import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from blake3 import blake3

from pacs_dedup.adapters.file_blob_store import FileBlobStore, FileTransitStore
from pacs_dedup.adapters.file_blob_store import transit as steps
from pacs_dedup.domain.errors import BlobMissing
from pacs_dedup.domain.identifiers import BlobId
from pacs_dedup.ports.blob_store import BlobStore
from pacs_dedup.ports.transit_store import TransitStore
from tests.fakes import MemoryBlobStore

DATA = b"an instance"
BLOB = BlobId(blake3(DATA).hexdigest())
LONG_AGO = datetime.now(UTC) - timedelta(days=90)
CUTOFF = datetime.now(UTC) - timedelta(days=30)
WHERE = "released on 1 January 2026; held by archive"

Age = Callable[[], None]


class TransitStoreContract:
    """Promises of `pacs_dedup.ports.transit_store.TransitStore`.

    Needs the fixtures ``blobs``, ``transit`` and ``age``, which lets the bytes have come long ago.
    """

    def test_what_came_long_ago_can_go_and_whoever_asks_is_told_where_it_is(
        self, blobs: BlobStore, transit: TransitStore, age: Age
    ) -> None:
        blobs.put([DATA])
        age()
        assert transit.holds(BLOB)
        assert transit.part_with(BLOB, CUTOFF, WHERE)
        assert not transit.holds(BLOB)
        with pytest.raises(BlobMissing, match=WHERE):
            blobs.path(BLOB)

    def test_what_is_gone_is_gone(self, blobs: BlobStore, transit: TransitStore, age: Age) -> None:
        blobs.put([DATA])
        age()
        assert [transit.part_with(BLOB, CUTOFF, WHERE) for _ in range(2)] == [True, True]

    def test_what_came_since_stays(self, blobs: BlobStore, transit: TransitStore) -> None:
        blobs.put([DATA])
        assert not transit.part_with(BLOB, CUTOFF, WHERE)
        assert blobs.path(BLOB).read_bytes() == DATA

    def test_what_came_again_since_stays(self, blobs: BlobStore, transit: TransitStore, age: Age) -> None:
        blobs.put([DATA])
        age()
        assert not blobs.put([DATA]).added
        assert not transit.part_with(BLOB, CUTOFF, WHERE)
        assert blobs.path(BLOB).read_bytes() == DATA

    def test_what_comes_again_after_its_release_is_kept_again(
        self, blobs: BlobStore, transit: TransitStore, age: Age
    ) -> None:
        blobs.put([DATA])
        age()
        transit.part_with(BLOB, CUTOFF, WHERE)
        assert blobs.put([DATA]).added
        assert blobs.path(BLOB).read_bytes() == DATA
        assert not transit.part_with(BLOB, CUTOFF, WHERE)

    def test_others_stay(self, blobs: BlobStore, transit: TransitStore, age: Age) -> None:
        other = blobs.put([b"another"]).blob_id
        blobs.put([DATA])
        age()
        transit.part_with(BLOB, CUTOFF, WHERE)
        assert blobs.path(other).read_bytes() == b"another"

    @pytest.mark.parametrize("name", ["", "..", "../" * 21 + "x", "A" * 64])
    def test_what_is_no_blob_id_never_becomes_a_path(self, transit: TransitStore, name: str) -> None:
        assert not transit.holds(BlobId(name))


class TestMemoryTransitStore(TransitStoreContract):
    """The stand-in."""

    @pytest.fixture
    def blobs(self) -> MemoryBlobStore:
        return MemoryBlobStore()

    @pytest.fixture
    def transit(self, blobs: MemoryBlobStore) -> MemoryBlobStore:
        return blobs

    @pytest.fixture
    def age(self, blobs: MemoryBlobStore) -> Age:
        return lambda: blobs.touched_at.update(dict.fromkeys(blobs.touched_at, LONG_AGO))


class TestFileTransitStore(TransitStoreContract):
    """A folder."""

    @pytest.fixture
    def blobs(self, tmp_path: Path) -> FileBlobStore:
        return FileBlobStore(tmp_path, 0)

    @pytest.fixture
    def transit(self, tmp_path: Path) -> FileTransitStore:
        return FileTransitStore(tmp_path)

    @pytest.fixture
    def age(self, blobs: FileBlobStore) -> Age:
        return lambda: os.utime(blobs.path(BLOB), (LONG_AGO.timestamp(),) * 2)

    def test_what_came_again_and_is_lost_is_not_said_to_be_released(
        self, blobs: FileBlobStore, transit: FileTransitStore, age: Age, tmp_path: Path
    ) -> None:
        blobs.put([DATA])
        age()
        assert transit.part_with(BLOB, CUTOFF, WHERE)
        assert steps.whereabouts_of(tmp_path, BLOB) == WHERE
        blobs.put([DATA])
        blobs.path(BLOB).unlink()
        assert steps.whereabouts_of(tmp_path, BLOB) == ""
        with pytest.raises(BlobMissing, match="it is not in the store"):
            blobs.path(BLOB)

    def test_a_scanned_file_is_not_held_and_never_removed(
        self, blobs: FileBlobStore, transit: FileTransitStore, tmp_path: Path
    ) -> None:
        file = tmp_path / "scanned.dcm"
        file.write_bytes(DATA)
        blobs.refer(file)
        assert not transit.holds(BLOB)
        assert transit.part_with(BLOB, CUTOFF, WHERE)
        assert blobs.path(BLOB) == file
        assert file.read_bytes() == DATA

    @pytest.mark.parametrize("step", ["_write_note", "_set_aside", "_touched"])
    def test_after_a_crash_half_way_the_bytes_are_read_and_letting_go_completes(
        self,
        blobs: FileBlobStore,
        transit: FileTransitStore,
        age: Age,
        monkeypatch: pytest.MonkeyPatch,
        step: str,
    ) -> None:
        blobs.put([DATA])
        age()
        done, real = [], getattr(steps, step)

        def then_crash(*arguments: object) -> object:
            outcome = real(*arguments)
            done.append(step)
            if step != "_touched" or len(done) == 2:
                raise KeyboardInterrupt
            return outcome

        with monkeypatch.context() as patched:
            patched.setattr(steps, step, then_crash)
            with pytest.raises(KeyboardInterrupt):
                transit.part_with(BLOB, CUTOFF, WHERE)
        assert blobs.path(BLOB).read_bytes() == DATA
        assert transit.holds(BLOB)
        assert transit.part_with(BLOB, CUTOFF, WHERE)
        assert not transit.holds(BLOB)

    def test_what_came_again_while_it_was_half_gone_stays(
        self, blobs: FileBlobStore, transit: FileTransitStore, age: Age, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        blobs.put([DATA])
        age()
        with monkeypatch.context() as patched:
            patched.setattr(steps, "_put_back", None)
            patched.setattr(steps, "_touched", _crash_at_the_second_call())
            with pytest.raises(KeyboardInterrupt):
                transit.part_with(BLOB, CUTOFF, WHERE)
        assert blobs.put([DATA]).added
        assert not transit.part_with(BLOB, CUTOFF, WHERE)
        assert blobs.path(BLOB).read_bytes() == DATA

    def test_of_storing_and_letting_go_at_once_storing_wins(
        self, blobs: FileBlobStore, transit: FileTransitStore
    ) -> None:
        for number in range(150):
            data = b"%d" % number
            blob_id = blobs.put([data]).blob_id
            os.utime(blobs.path(blob_id), (LONG_AGO.timestamp(),) * 2)
            start = threading.Barrier(2)
            stored = threading.Thread(target=lambda d=data, s=start: (s.wait(), blobs.put([d])))
            stored.start()
            start.wait()
            transit.part_with(blob_id, CUTOFF, WHERE)
            stored.join()
            assert blobs.path(blob_id).read_bytes() == data


def _crash_at_the_second_call() -> Callable[..., bool]:
    calls = []

    def touched(*_: object) -> bool:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return False

    return touched
