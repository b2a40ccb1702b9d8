"""The demonstration is the real thing: a service of its own, real associations, a report."""

import shutil
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Answer, call

SAMPLES = Path(__file__).resolve().parents[2] / "dicom_samples"
pytestmark = pytest.mark.slow


def play(samples: Path, folder: Path) -> Answer:
    return call("demo", "--samples", samples, "--out", folder / "out")


def test_stories_are_sent_judged_and_reported(tmp_path: Path) -> None:
    for story in ("03-new-uids-same-hkid", "12-late-continuation", "14-wrong-patient"):
        shutil.copytree(SAMPLES / story, tmp_path / "samples" / story)

    done = play(tmp_path / "samples", tmp_path)

    assert done.code == 0, done.err
    assert "3 of 3 stories as expected" in done.err
    assert "Same images, another patient" in done.out
    assert (tmp_path / "out" / "report.html").read_bytes().count(b"data:image/png;base64,") == 6


def test_a_story_that_ends_otherwise_is_said_and_exits_with_1(tmp_path: Path) -> None:
    shutil.copytree(SAMPLES / "14-wrong-patient", tmp_path / "samples" / "story")
    told = tmp_path / "samples" / "story" / "expected.toml"
    told.write_text(told.read_text().replace('relation = "wrong_patient"', 'relation = "exact_copy"'))

    done = play(tmp_path / "samples", tmp_path)

    assert done.code == 1
    assert "0 of 1 stories as expected" in done.err
    assert "no: Copy under new UIDs" in done.out


def test_without_stories_it_says_where_to_get_some(tmp_path: Path) -> None:
    done = play(tmp_path, tmp_path)

    assert done.code == 2
    assert "there are no stories" in done.err
