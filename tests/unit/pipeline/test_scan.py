"""Walking and recording: each file once, links not followed, and nothing that a file is can stop a scan."""

from pathlib import Path

import pytest
from pydicom.uid import MediaStorageDirectoryStorage

from pacs_dedup.adapters.file_blob_store import FileBlobStore
from pacs_dedup.pipeline.scan import FileState, ScannedFile, find_files, record_file
from pacs_dedup.ports.journal import Step
from tests.fakes import FakeClock, FakeDatabase

MEDIA_DIRECTORY = b"\x02\x00\x02\x00UI\x14\x00" + MediaStorageDirectoryStorage.encode()
SAMPLE = Path(__file__).resolve().parents[3] / "dicom_samples" / "14-wrong-patient" / "01-pmh" / "0001.dcm"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("a/1.dcm", "a/b/2.dcm", "c/3.dcm"):
        (tmp_path / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tree" / name).write_bytes(SAMPLE.read_bytes())
    return tmp_path / "tree"


class Recorder:
    """Records files in a fake database over a real blob store."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.database = FakeDatabase(self.clock)
        self.blobs = FileBlobStore(folder, low_water_bytes=0)

    def __call__(self, path: Path) -> ScannedFile:
        return record_file(path, blobs=self.blobs, arrivals=self.database.arrivals, clock=self.clock)


@pytest.fixture
def record(tmp_path: Path) -> Recorder:
    return Recorder(tmp_path / "store")


def test_files_are_found_once_however_often_they_are_named(tree: Path) -> None:
    found = find_files([tree, tree / "a", tree / "a" / "1.dcm", tree / "c" / ".." / "c"])

    assert [str(path.relative_to(tree)) for path in found.files] == ["a/1.dcm", "a/b/2.dcm", "c/3.dcm"]


def test_links_are_counted_and_not_followed(tree: Path, tmp_path: Path) -> None:
    (tree / "out").symlink_to(tmp_path, target_is_directory=True)
    (tree / "round").symlink_to(tree, target_is_directory=True)
    (tree / "file").symlink_to(SAMPLE)
    (tree / "dangling").symlink_to(tree / "nowhere")

    found = find_files([tree])

    assert (len(found.files), found.links) == (3, 4)


def test_a_link_that_was_named_is_followed(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tree, target_is_directory=True)

    assert find_files([tmp_path / "link"]).files == find_files([tree]).files


def test_a_folder_that_is_left_out_is_not_entered(tree: Path) -> None:
    assert [p.name for p in find_files([tree], leave_out=tree / "a").files] == ["3.dcm"]


def test_our_own_data_folder_is_not_scanned_even_where_it_is_named(tree: Path) -> None:
    (tree / "a" / "blobs").mkdir()
    for named in (tree / "a", tree / "a" / "blobs", tree / "a" / "1.dcm"):
        found = find_files([named], leave_out=tree / "a")
        assert found.files == ()
        assert "data folder of pacs_dedup itself" in found.unreadable[0].cause


def test_a_path_that_is_not_there_is_told(tmp_path: Path) -> None:
    (told,) = find_files([tmp_path / "nowhere"]).unreadable

    assert (told.state, told.cause) == (FileState.UNREADABLE, "there is no such file or folder")


def test_a_file_becomes_an_arrival_from_its_folder(record: Recorder, tree: Path) -> None:
    file = record(tree / "a" / "1.dcm")

    arrival = record.database.arrivals.get(file.arrival_id)
    assert file.state is FileState.READ
    assert (arrival.source, arrival.locator) == (f"scan:{tree / 'a'}", str(tree / "a" / "1.dcm"))
    assert record.blobs.path(file.blob_id).read_bytes() == SAMPLE.read_bytes()
    assert record.database.journal.backlog()[Step.FINGERPRINT] == 1


def test_recording_a_file_twice_is_recording_it_once(record: Recorder, tree: Path) -> None:
    once, twice = record(tree / "a" / "1.dcm"), record(tree / "a" / "1.dcm")

    assert once == twice
    assert record.database.journal.backlog()[Step.FINGERPRINT] == 1


def test_two_copies_in_two_folders_are_two_arrivals_of_one_blob(record: Recorder, tree: Path) -> None:
    a, c = record(tree / "a" / "1.dcm"), record(tree / "c" / "3.dcm")

    assert a.blob_id == c.blob_id
    assert a.arrival_id != c.arrival_id
    assert a.source != c.source


@pytest.mark.parametrize(
    ("name", "content", "state"),
    [
        ("notes.txt", b"text", FileState.NOT_DICOM),
        ("DICOMDIR", b"\0" * 128 + b"DICM" + MEDIA_DIRECTORY, FileState.NOT_DICOM),
        ("empty", b"", FileState.UNREADABLE),
        ("short", b"\x08", FileState.NOT_DICOM),
        ("head only", b"\0" * 128 + b"DICM", FileState.READ),
        ("bare", b"\x08\x00\x16\x00UI\x02\x001\x00", FileState.READ),
    ],
)
def test_a_file_is_told_by_its_first_bytes(
    record: Recorder, tmp_path: Path, name: str, content: bytes, state: FileState
) -> None:
    (tmp_path / name).write_bytes(content)

    assert record(tmp_path / name).state is state


def test_a_file_that_vanishes_is_no_accident(record: Recorder, tmp_path: Path) -> None:
    assert record(tmp_path / "gone.dcm").state is FileState.NOT_DICOM


def test_a_device_or_pipe_is_not_opened(record: Recorder) -> None:
    assert record(Path("/dev/zero")).state is FileState.NOT_DICOM
