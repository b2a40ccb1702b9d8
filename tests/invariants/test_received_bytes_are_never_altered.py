"""Received bytes are never altered, whatever is stored beside them, and in whatever pieces they come."""

import tempfile
from pathlib import Path

from blake3 import blake3
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from pacs_dedup.adapters.file_blob_store import FileBlobStore
from pacs_dedup.domain.identifiers import BlobId


@settings(deadline=None, max_examples=50)
@given(st.lists(st.binary(max_size=5_000)))
def test_bytes_come_back_as_they_went_in(chunks: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = FileBlobStore(Path(folder), low_water_bytes=0)
        stored = store.put(chunks)
        whole = b"".join(chunks)
        assert store.path(stored.blob_id).read_bytes() == whole
        assert stored.blob_id == blake3(whole).hexdigest()
        assert stored.size_bytes == len(whole)
        assert not store.put([whole]).added


class BlobStoreLife(RuleBasedStateMachine):
    """Stores, refers to and reopens in any order; afterwards every blob is what was sent."""

    blobs = Bundle("blobs")

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self._root = Path(self._folder.name, "store")
        self._store = FileBlobStore(self._root, low_water_bytes=0)
        self._stored: dict[BlobId, bytes] = {}

    @rule(target=blobs, data=st.binary(max_size=200))
    def put(self, data: bytes) -> bytes:
        stored = self._store.put([data])
        assert stored.added == (stored.blob_id not in self._stored)
        self._stored[stored.blob_id] = data
        return data

    @rule(data=blobs)
    def put_again(self, data: bytes) -> None:
        assert not self._store.put([data]).added

    @rule(data=st.binary(max_size=200))
    def refer_to_a_file_that_then_changes(self, data: bytes) -> None:
        file = Path(self._folder.name, "scanned")
        file.write_bytes(data)
        self._store.refer(file)
        file.write_bytes(b"something else")

    @rule(data=blobs)
    def fail_half_way(self, data: bytes) -> None:
        def cut_off():
            yield data[: len(data) // 2]
            raise ConnectionError

        try:
            self._store.put(cut_off())
        except ConnectionError:
            return
        raise AssertionError("the sender's error was swallowed")

    @rule()
    def reopen(self) -> None:
        self._store = FileBlobStore(self._root, low_water_bytes=0)

    @invariant()
    def every_blob_is_what_was_sent(self) -> None:
        for blob_id, data in self._stored.items():
            assert self._store.path(blob_id).read_bytes() == data
        files = [path for path in (self._root / "blobs").rglob("*") if path.is_file()]
        assert {path.name for path in files} == set(self._stored)

    def teardown(self) -> None:
        self._folder.cleanup()


TestBlobStoreLife = BlobStoreLife.TestCase
TestBlobStoreLife.settings = settings(deadline=None, max_examples=20, stateful_step_count=20)
