"""The demonstration is the real thing: a service of its own, real associations, a report."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLES = Path(__file__).resolve().parents[2] / "dicom_samples"
pytestmark = pytest.mark.slow


def play(samples: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pacs_dedup", "demo", "--samples", str(samples), "--out", str(folder / "out")],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_stories_are_sent_judged_and_reported(tmp_path: Path) -> None:
    for story in ("03-new-uids-same-hkid", "12-late-continuation", "14-wrong-patient"):
        shutil.copytree(SAMPLES / story, tmp_path / "samples" / story)

    done = play(tmp_path / "samples", tmp_path)

    assert done.returncode == 0, done.stderr
    assert "3 of 3 stories as expected" in done.stderr
    assert "Same images, another patient" in done.stdout
    assert (tmp_path / "out" / "report.html").read_bytes().count(b"data:image/png;base64,") == 6


def test_a_story_that_ends_otherwise_is_said_and_exits_with_1(tmp_path: Path) -> None:
    shutil.copytree(SAMPLES / "14-wrong-patient", tmp_path / "samples" / "story")
    told = tmp_path / "samples" / "story" / "expected.toml"
    told.write_text(told.read_text().replace('relation = "wrong_patient"', 'relation = "exact_copy"'))

    done = play(tmp_path / "samples", tmp_path)

    assert done.returncode == 1
    assert "0 of 1 stories as expected" in done.stderr
    assert "no: Copy under new UIDs" in done.stdout


def test_without_stories_it_says_where_to_get_some(tmp_path: Path) -> None:
    done = play(tmp_path, tmp_path)

    assert done.returncode == 2
    assert "there are no stories" in done.stderr
