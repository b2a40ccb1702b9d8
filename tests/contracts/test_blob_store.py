"""What every `BlobStore` promises."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from blake3 import blake3

from pacs_dedup.adapters.file_blob_store import FileBlobStore
from pacs_dedup.domain.errors import BlobMissing, OutOfStorage, Unreadable
from pacs_dedup.domain.identifiers import BlobId
from pacs_dedup.ports.blob_store import BlobStore, StoredBlob
from tests.fakes import MemoryBlobStore

CHUNKS = [b"DICM", memoryview(b"pixels"), b""]
DATA = b"DICMpixels"
BLOB_ID = BlobId(blake3(DATA).hexdigest())


class BlobStoreContract:
    """Promises of `pacs_dedup.ports.blob_store.BlobStore`; needs the fixtures ``store`` and ``full_store``."""

    def test_bytes_are_found_under_their_digest(self, store: BlobStore) -> None:
        assert store.put(CHUNKS) == StoredBlob(BLOB_ID, len(DATA), added=True)
        assert store.path(BLOB_ID).read_bytes() == DATA

    def test_the_same_bytes_again_add_nothing(self, store: BlobStore) -> None:
        store.put(CHUNKS)
        assert store.put([DATA]) == StoredBlob(BLOB_ID, len(DATA), added=False)

    def test_no_bytes_at_all_are_a_blob_too(self, store: BlobStore) -> None:
        stored = store.put([])
        assert (stored.size_bytes, store.path(stored.blob_id).read_bytes()) == (0, b"")

    def test_chunks_may_be_views_of_wider_items(self, store: BlobStore) -> None:
        stored = store.put([memoryview(b"\x01\x00\x02\x00").cast("H")])
        assert stored.size_bytes == 4
        assert store.path(stored.blob_id).read_bytes() == b"\x01\x00\x02\x00"

    def test_an_unknown_blob_is_missing(self, store: BlobStore) -> None:
        with pytest.raises(BlobMissing):
            store.path(BLOB_ID)

    @pytest.mark.parametrize("name", ["", ".", "..", "../" * 21 + "x", "1.2.840.10008", "A" * 64, "a" * 63, "a" * 65])
    def test_what_is_no_blob_id_never_becomes_a_path(self, store: BlobStore, name: str) -> None:
        with pytest.raises(BlobMissing):
            store.path(BlobId(name))

    def test_a_failing_sender_leaves_nothing(self, store: BlobStore) -> None:
        def cut_off():
            yield DATA
            raise ConnectionError("the peer is gone")

        with pytest.raises(ConnectionError):
            store.put(cut_off())
        with pytest.raises(BlobMissing):
            store.path(BLOB_ID)

    def test_a_file_can_stay_where_it_is(self, store: BlobStore, tmp_path: Path) -> None:
        file = tmp_path / "a.dcm"
        file.write_bytes(DATA)
        assert store.refer(file) == StoredBlob(BLOB_ID, len(DATA), added=True)
        assert store.path(BLOB_ID) == file

    def test_referring_again_adds_nothing(self, store: BlobStore, tmp_path: Path) -> None:
        for name in ("a.dcm", "b.dcm"):
            (tmp_path / name).write_bytes(DATA)
        store.refer(tmp_path / "a.dcm")
        assert not store.refer(tmp_path / "a.dcm").added
        assert not store.refer(tmp_path / "b.dcm").added
        assert store.path(BLOB_ID) == tmp_path / "a.dcm"

    def test_a_file_whose_bytes_are_stored_needs_no_reference(self, store: BlobStore, tmp_path: Path) -> None:
        store.put(CHUNKS)
        (tmp_path / "a.dcm").write_bytes(DATA)
        assert not store.refer(tmp_path / "a.dcm").added
        (tmp_path / "a.dcm").unlink()
        assert store.path(BLOB_ID).read_bytes() == DATA

    def test_bytes_that_were_referred_to_can_be_stored(self, store: BlobStore, tmp_path: Path) -> None:
        (tmp_path / "a.dcm").write_bytes(DATA)
        store.refer(tmp_path / "a.dcm")
        assert store.put(CHUNKS).added
        (tmp_path / "a.dcm").unlink()
        assert store.path(BLOB_ID).read_bytes() == DATA

    def test_a_file_that_is_gone_is_missing_until_it_is_found_elsewhere(self, store: BlobStore, tmp_path: Path) -> None:
        (tmp_path / "a.dcm").write_bytes(DATA)
        store.refer(tmp_path / "a.dcm")
        (tmp_path / "a.dcm").rename(tmp_path / "b.dcm")
        with pytest.raises(BlobMissing):
            store.path(BLOB_ID)
        assert store.refer(tmp_path / "b.dcm").added
        assert store.path(BLOB_ID) == tmp_path / "b.dcm"

    def test_an_altered_file_is_not_passed_off_as_what_it_was(self, store: BlobStore, tmp_path: Path) -> None:
        (tmp_path / "a.dcm").write_bytes(DATA)
        store.refer(tmp_path / "a.dcm")
        (tmp_path / "a.dcm").write_bytes(b"DICMother!")
        with pytest.raises(BlobMissing):
            store.path(BLOB_ID)

    def test_what_can_not_be_read_is_unreadable_and_not_named(self, store: BlobStore, tmp_path: Path) -> None:
        with pytest.raises(Unreadable) as error:
            store.refer(tmp_path / "CHAN^TAI^MAN.dcm")
        assert "CHAN" not in str(error.value)
        assert error.value.__suppress_context__
        with pytest.raises(Unreadable):
            store.refer(tmp_path)

    def test_what_is_stored_is_intact_and_what_is_not_there_is_not(self, store: BlobStore) -> None:
        assert store.is_intact(store.put([b"dicom"]).blob_id)
        assert not store.is_intact(BlobId("0" * 64))
        assert not store.is_intact(BlobId("../../etc/passwd"))

    def test_a_full_store_takes_nothing(self, full_store: BlobStore) -> None:
        with pytest.raises(OutOfStorage):
            full_store.check_room()
        with pytest.raises(OutOfStorage):
            full_store.put(CHUNKS)
        with pytest.raises(BlobMissing):
            full_store.path(BLOB_ID)

    def test_there_is_room_in_an_ordinary_store(self, store: BlobStore) -> None:
        store.check_room()

    def test_threads_that_store_the_same_bytes_add_them_once(self, store: BlobStore) -> None:
        with ThreadPoolExecutor(8) as pool:
            stored = list(pool.map(lambda _: store.put(CHUNKS), range(24)))
        assert {each.blob_id for each in stored} == {BLOB_ID}
        assert [each.added for each in stored].count(True) == 1
        assert store.path(BLOB_ID).read_bytes() == DATA


class TestFileBlobStore(BlobStoreContract):
    """A folder."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> FileBlobStore:
        return FileBlobStore(tmp_path / "store", low_water_bytes=0)

    @pytest.fixture
    def full_store(self, tmp_path: Path) -> FileBlobStore:
        return FileBlobStore(tmp_path / "store", low_water_bytes=1 << 62)


class TestMemoryBlobStore(BlobStoreContract):
    """The stand-in."""

    @pytest.fixture
    def store(self) -> MemoryBlobStore:
        return MemoryBlobStore()

    @pytest.fixture
    def full_store(self) -> MemoryBlobStore:
        store = MemoryBlobStore()
        store.full = True
        return store
