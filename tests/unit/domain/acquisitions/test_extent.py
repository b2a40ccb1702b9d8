"""How many series of how many images two studies have."""

import pytest

from pacs_dedup.domain.acquisitions.extent import compare_extents
from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.identifiers import SeriesInstanceUid
from tests.builders import make_frame, make_instance, make_report, make_slices

HEAD = make_slices(5)
NECK = make_slices(4, series_instance_uid=SeriesInstanceUid("1.2.3.2"))
STACK = (make_instance("9", frames=tuple(make_frame(str(n)) for n in range(5))),)
Side = tuple[InstanceFingerprint, ...]


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        (HEAD, HEAD, "equal"),
        ((*HEAD, *NECK), (*NECK, *HEAD), "equal"),
        (HEAD, STACK, "equal"),
        ((*HEAD, make_report("7", series_instance_uid=SeriesInstanceUid("1.2.3.8"))), HEAD, "equal"),
        (HEAD, (*HEAD, *NECK), "contained"),
        (HEAD, NECK, "differs"),
        (HEAD[:2], HEAD, "few"),
        ((), HEAD, "missing"),
        ((make_report("7"),), HEAD, "missing"),
    ],
)
def test_extents_reach_their_level_from_either_side(left: Side, right: Side, level: str) -> None:
    assert compare_extents(left, right).level == level
    assert compare_extents(right, left).level == level


def test_the_extent_is_told_in_words() -> None:
    assert compare_extents((*HEAD, *NECK), ()).incoming == "9 images in 2 series"
