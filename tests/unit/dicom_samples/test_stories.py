"""Every story is told completely, in words that the domain knows."""

import tomllib
from collections import Counter
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.dataelem import DataElement

from pacs_dedup.domain.verdict import Disposition, Relation
from tests.scenarios.stories import SAMPLES, Story, load_story
from tests.unit.dicom_samples.reading import FILES, STORIES

MAX_FILE_BYTES, MAX_FOLDER_BYTES = 200_000, 6_000_000
LONGEST_AE_TITLE = 16
WITHOUT_STORY = {Relation.UNDECIDED}
each_story = pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)


def test_every_folder_is_a_story_and_has_a_number_of_its_own() -> None:
    folders = [path.name for path in SAMPLES.glob("[0-9]*")]
    assert sorted(folders) == [story.name for story in STORIES]
    assert [name[:2] for name in sorted(folders)] == [f"{n:02d}" for n in range(1, len(folders) + 1)]


def test_every_relation_that_can_be_staged_has_a_story() -> None:
    assert {story.relation for story in STORIES} == set(Relation) - WITHOUT_STORY


@each_story
def test_a_story_says_what_happens_and_who_sends_it(story: Story) -> None:
    assert story.title
    assert len(story.what.split()) > 20
    assert len(story.sendings) > 1
    for sending in story.sendings:
        assert sending.calling_ae.endswith("PACS")
        assert len(sending.calling_ae) <= LONGEST_AE_TITLE
        assert sending.files
    assert {send.folder for send in story.sendings} == {
        path for path in (SAMPLES / story.name).iterdir() if path.is_dir()
    }


@each_story
def test_a_story_uses_only_keys_that_are_documented(story: Story) -> None:
    told = tomllib.loads((SAMPLES / story.name / "expected.toml").read_text())
    keys = {*told, *told["expect"], *(key for send in told["send"] for key in send)}
    documented = (SAMPLES / "README.md").read_text()
    assert [
        key for key in keys if f"`{key}`" not in documented and f"`[{key}]`" not in documented and key != "send"
    ] == []


@each_story
def test_only_certain_copies_and_uid_conflicts_may_be_held(story: Story) -> None:
    if story.disposition_if_quarantine_allowed is Disposition.QUARANTINE:
        assert story.relation in (Relation.EXACT_COPY, Relation.UID_CONFLICT)
        assert story.patient == "same"
    else:
        assert story.disposition_if_quarantine_allowed is story.disposition


@pytest.mark.parametrize("broken", ["relation", "disposition", "patient", "reasons"])
def test_a_name_that_the_domain_does_not_know_is_refused(broken: str, tmp_path: Path) -> None:
    told = (SAMPLES / "01-retransmission" / "expected.toml").read_text()
    value = '["hunch"]' if broken == "reasons" else '"hunch"'
    lines = [f"{broken} = {value}" if line.startswith(f"{broken} =") else line for line in told.splitlines()]
    (tmp_path / "expected.toml").write_text("\n".join(lines))
    with pytest.raises(ValueError, match="hunch"):
        load_story(tmp_path)


def test_the_readme_lists_every_story_with_its_verdict() -> None:
    rows = (SAMPLES / "README.md").read_text().splitlines()
    for story in STORIES:
        row = next(line for line in rows if line.startswith(f"| `{story.name}` |"))
        assert f"| {story.relation} |" in row
        assert f"| {story.disposition}" in row


def test_the_samples_stay_small() -> None:
    sizes = [path.stat().st_size for path in FILES]
    assert max(sizes) < MAX_FILE_BYTES
    assert sum(sizes) < MAX_FOLDER_BYTES


def test_file_names_are_numbers_and_never_uids() -> None:
    for story in STORIES:
        for sending in story.sendings:
            assert [path.name for path in sending.files] == [f"{n:04d}.dcm" for n in range(1, len(sending.files) + 1)]


def test_no_two_stories_share_a_uid() -> None:
    seen: dict[str, str] = {}
    for path in FILES:
        story = path.parts[-3]
        for uid in _own_uids(path):
            assert seen.setdefault(uid, story) == story


def test_no_two_stories_share_a_patient_number_or_pixels() -> None:
    numbers: dict[str, str] = {}
    contents: dict[bytes, str] = {}
    for path in FILES:
        dataset, story = dcmread(path), path.parts[-3]
        if dataset.PatientID:
            assert numbers.setdefault(dataset.PatientID, story) == story
        if "PixelData" in dataset:
            assert contents.setdefault(dataset.PixelData, story) == story


def test_within_one_sending_no_sop_instance_uid_comes_twice() -> None:
    for story in STORIES:
        for sending in story.sendings:
            counted = Counter(dcmread(path).SOPInstanceUID for path in sending.files)
            assert set(counted.values()) == {1}


def _own_uids(path: Path) -> set[str]:
    elements: list[DataElement] = [e for e in dcmread(path).iterall() if e.VR == "UI"]
    return {str(e.value) for e in elements if str(e.value).startswith("2.25.")}
