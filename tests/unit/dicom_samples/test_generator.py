"""The committed samples are what the script makes, and the script notices when they are not."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scenarios.stories import SAMPLES


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SAMPLES / "make_samples.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def tree(folder: Path) -> dict[str, bytes]:
    made = [*folder.glob("[0-9]*/**/*"), folder / "README.md"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in made if path.is_file()}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(SAMPLES, tmp_path / "copy", ignore=shutil.ignore_patterns("maker", "*.py", "__pycache__"))
    return tmp_path / "copy"


def test_the_script_makes_the_committed_files_byte_for_byte_whatever_was_there_before(copy: Path) -> None:
    (copy / "01-retransmission" / "01-qeh" / "0099.dcm").write_bytes(b"left over")
    (copy / "02-reconciled-demographics" / "02-pmh" / "0001.dcm").write_bytes(b"spoilt")
    (copy / "98-story-of-old").mkdir()
    made = run("--out", copy)
    assert made.returncode == 0, made.stderr
    committed, again = tree(SAMPLES), tree(copy)
    assert again.keys() == committed.keys()
    assert [name for name in committed if again[name] != committed[name]] == []
    assert not (copy / "98-story-of-old").exists()


def test_check_is_content_with_a_faithful_copy(copy: Path) -> None:
    checked = run("--check", "--out", copy)
    assert (checked.returncode, checked.stdout) == (0, "")


def test_check_names_what_was_changed_lost_or_added(copy: Path) -> None:
    changed = copy / "01-retransmission" / "01-qeh" / "0001.dcm"
    changed.write_bytes(changed.read_bytes()[:-1] + b"\x7f")
    (copy / "02-reconciled-demographics" / "expected.toml").unlink()
    (copy / "03-new-uids-same-hkid" / "note.txt").write_text("stray")
    checked = run("--check", "--out", copy)
    assert checked.returncode == 1
    assert checked.stdout.splitlines() == [
        "differs or is missing: 01-retransmission/01-qeh/0001.dcm",
        "differs or is missing: 02-reconciled-demographics/expected.toml",
        "belongs to no story: 03-new-uids-same-hkid/note.txt",
    ]
