"""Every file of the folder of real images, and the groups of them that are known to have equal pixels."""

import csv
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest

from pacs_dedup.domain.errors import PacsDedupError
from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.identifiers import BlobId, Digest
from pacs_dedup.pipeline.examine import examine

pytestmark = pytest.mark.corpus

OTHER_COLOUR_MODEL = {"pylibjpeg-data/ljdata/ds/JPEGBaseline/SC_rgb_jpeg_lossy_gdcm.dcm"}
"""The same JPEG stream as its group's other member, but this header calls it RGB and the other YBR_FULL, and no marker
in the stream says who is right: the pixels would be shown in other colours. Their value digests are equal."""

ONE_IMAGE = ({"4", "5"},)
"""Groups that are one image: their listing was made over bytes as stored, which differ by byte order."""

Outcome = InstanceFingerprint | str


@pytest.fixture(scope="module")
def outcomes(corpus: Path) -> Mapping[str, Outcome]:
    with (corpus / "MANIFEST.csv").open(encoding="utf-8") as file:
        paths = [row["path"] for row in csv.DictReader(file)]
    return {path: outcome(corpus / path) for path in paths}


@pytest.fixture(scope="module")
def groups(corpus: Path) -> Mapping[str, list[str]]:
    found = defaultdict(list)
    with (corpus / "PIXEL_EQUAL_GROUPS.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[row["group"]].append(row["path"])
    return found


def outcome(path: Path) -> Outcome:
    try:
        return examine(path, BlobId("0" * 64))
    except PacsDedupError as error:
        return str(error)


def stored(found: Outcome) -> tuple[Digest, ...]:
    assert isinstance(found, InstanceFingerprint), found
    assert found.unreadable is None
    return tuple(sorted(frame.stored_digest for frame in found.frames))


def test_every_file_is_accounted_for(outcomes: Mapping[str, Outcome]) -> None:
    for path, found in outcomes.items():
        if isinstance(found, str):
            assert found, path
        else:
            assert found.unreadable or found.frames or found.content_digest, path


def test_only_a_few_pixels_can_not_be_read_and_each_has_its_cause(outcomes: Mapping[str, Outcome]) -> None:
    causes = {p: f.unreadable for p, f in outcomes.items() if isinstance(f, InstanceFingerprint) and f.unreadable}
    without_pixels = [path for path, why in causes.items() if "no Pixel Data" in why]
    others = {Path(path).name for path in causes if path not in without_pixels}
    assert others == {
        "JPEG2000-embedded-sequence-delimiter.dcm",  # its code stream was damaged on purpose
        "MR_truncated.dcm",
        "badVR.dcm",  # NumberOfFrames is text
    }


def test_known_equal_pixels_have_equal_stored_digests(
    outcomes: Mapping[str, Outcome], groups: Mapping[str, list[str]]
) -> None:
    for number, paths in groups.items():
        readable = [path for path in paths if isinstance(outcomes[path], InstanceFingerprint)]
        digests = {stored(outcomes[path]) for path in readable if path not in OTHER_COLOUR_MODEL}
        assert len(digests) <= 1, (number, paths)


def test_the_exception_is_equal_by_value(outcomes: Mapping[str, Outcome], groups: Mapping[str, list[str]]) -> None:
    for exception in OTHER_COLOUR_MODEL:
        group = next(paths for paths in groups.values() if exception in paths)
        found = [outcomes[path] for path in group]
        values = {f.frames[0].value_digest for f in found if isinstance(f, InstanceFingerprint)}
        assert len(values) == 1
        assert None not in values


def test_different_groups_share_no_digest(outcomes: Mapping[str, Outcome], groups: Mapping[str, list[str]]) -> None:
    owners = defaultdict(set)
    for number, paths in groups.items():
        for path in paths:
            found = outcomes[path]
            if isinstance(found, InstanceFingerprint) and any(frame.informative for frame in found.frames):
                owners[stored(found)].add(number)
    shared = [numbers for numbers in owners.values() if len(numbers) > 1]
    assert all(numbers in ONE_IMAGE for numbers in shared), shared


def test_no_two_informative_images_share_a_value_digest_by_accident(outcomes: Mapping[str, Outcome]) -> None:
    stored_of = defaultdict(set)
    for path, found in outcomes.items():
        for frame in found.frames if isinstance(found, InstanceFingerprint) else ():
            if frame.informative and frame.value_digest and path not in OTHER_COLOUR_MODEL:
                stored_of[frame.value_digest].add(frame.stored_digest)
    assert {digest for digest, stored in stored_of.items() if len(stored) > 1} == set()


SILENT = {
    "MAROTECH_CT_JP2Lossy.dcm",  # a topogram
    "I10",  # plans on a survey view
    "I20",
    "I30",
    "image_dfl.dcm",  # a grey scale
    "mlut_18.dcm",  # test patterns of SMPTE
    "vlut_04.dcm",
    "SC_rgb_jpeg_lossy_gdcm.dcm",  # bars
    "SC_rgb_dcmtk_+eb+cy+n1.dcm",
    "SC_rgb_dcmtk_+eb+cy+np.dcm",
    "SC_rgb_dcmtk_ebcyn1_dcmd.dcm",
    "SC_rgb_dcmtk_ebcynp_dcmd.dcm",
}
"""Files whose frames have content enough for a value digest, and must not speak nevertheless."""


def test_patterns_and_pages_are_all_that_is_silenced_beside_empty_frames(outcomes: Mapping[str, Outcome]) -> None:
    silenced = {
        Path(path).name
        for path, found in outcomes.items()
        if isinstance(found, InstanceFingerprint)
        and any(not frame.informative and frame.value_digest is not None for frame in found.frames)
    }
    assert silenced == SILENT


def test_no_bars_speak(outcomes: Mapping[str, Outcome]) -> None:
    bars = [found for path, found in outcomes.items() if "SC_rgb_dcmtk_" in path]
    assert len(bars) > 8
    assert not any(
        frame.informative for found in bars if isinstance(found, InstanceFingerprint) for frame in found.frames
    )


def test_a_volume_in_one_file_has_the_frames_of_its_slices(outcomes: Mapping[str, Outcome]) -> None:
    folder = "rse-panimg/tests/resources/dicom_enhanced"
    slices = [digest for number in range(1, 8) for digest in stored(outcomes[f"{folder}/slice{number}.dcm"])]
    assert Counter(slices) == Counter(stored(outcomes[f"{folder}/volume.dcm"]))
