"""The command line as its user meets it: words in, output and exit code out; and one folder that was scanned."""

import contextlib
import io
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydicom.uid import MediaStorageDirectoryStorage

from pacs_dedup.entrypoints.cli.app import run

MEDIA_DIRECTORY = b"\x02\x00\x02\x00UI\x14\x00" + MediaStorageDirectoryStorage.encode()
SAMPLES = Path(__file__).resolve().parents[3] / "dicom_samples"
STORIES = ("03-new-uids-same-hkid", "10-partial-copy", "14-wrong-patient", "25-truncated")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command line answered."""

    code: int
    out: str
    err: str


Cli = Callable[..., Answer]


def call(*words: object) -> Answer:
    """Run one command line in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run([str(word) for word in words])
    return Answer(code, out.getvalue(), err.getvalue())


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Calls pacs-dedup with an empty configuration, so that nobody's own plays a part."""
    empty = tmp_path.parent / f"{tmp_path.name}.toml"
    empty.touch()
    monkeypatch.setenv("PACS_DEDUP_CONFIG", str(empty))
    return call


@dataclass(frozen=True, slots=True)
class Scanned:
    """A folder of files of every kind, the data folder it was scanned into, and what the scan answered."""

    tree: Path
    data: Path
    answer: Answer


def a_tree(tree: Path) -> Path:
    """Lay out sample stories beside files that are empty, not DICOM, damaged, or lead elsewhere."""
    for story in STORIES:
        shutil.copytree(SAMPLES / story, tree / story)
    (tree / "notes.txt").write_text("no DICOM in here")
    (tree / "empty.dcm").touch()
    (tree / "DICOMDIR").write_bytes(b"\0" * 128 + b"DICM" + MEDIA_DIRECTORY)
    (tree / "damaged.dcm").write_bytes((SAMPLES / STORIES[0] / "01-qeh" / "0001.dcm").read_bytes()[:400])
    (tree / "loop").symlink_to(tree, target_is_directory=True)
    (tree / "link.dcm").symlink_to(SAMPLES / STORIES[0] / "01-qeh" / "0001.dcm")
    return tree


@pytest.fixture(scope="session")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Scanned:
    """One scan that many tests look at; a test that changes something copies the data folder first."""
    folder = tmp_path_factory.mktemp("scan")
    tree, data = a_tree(folder / "tree"), folder / "data"
    return Scanned(tree, data, call("scan", tree, "--data", data, "--json", "--account"))


@pytest.fixture
def own_data(scanned: Scanned, tmp_path: Path) -> Path:
    """A copy of the scanned data folder that a test may change."""
    return shutil.copytree(scanned.data, tmp_path / "own-data", symlinks=True)
