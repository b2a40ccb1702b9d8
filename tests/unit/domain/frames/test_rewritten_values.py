"""Values that were written anew under one SOP Instance UID."""

from dataclasses import replace

import pytest

from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.frames.sop_findings import SopFinding, compare_instances, same_pixels
from tests.builders import (
    LOSSLESS,
    again,
    digest_of,
    make_frame,
    make_instance,
)


def written(pixels: str, window: str = "window", **frame: object) -> InstanceFingerprint:
    """One image whose values are those of every other such image, written in its own way."""
    of = make_frame(pixels, value_digest=digest_of("v", "aid2"), **{"polarity": 1, **frame})
    return make_instance("1", frames=(of,), presentation_digest=digest_of(window, "prs2"))


WIDER = digest_of("wider", "prs2")
COLOURED = replace(LOSSLESS, samples_per_pixel=3)


@pytest.mark.parametrize(
    ("arrived", "finding"),
    [
        (written("twice", "half the slope"), SopFinding.CORRECTED),
        (written("twice", presentation_digest=WIDER), SopFinding.CORRECTED),
        (written("twice"), SopFinding.UNSETTLED),
        (again(written("twice"), presentation_digest=digest_of("window", "prs1")), SopFinding.UNSETTLED),
        (written("turned round", "another window", polarity=-1), SopFinding.UNSETTLED),
        (written("turned round", "another window", polarity=0), SopFinding.UNSETTLED),
        (again(written("twice", "half the slope"), rendition=COLOURED), SopFinding.UNSETTLED),
        (again(written("once"), frames=(make_frame("other"),)), SopFinding.CONFLICTING),
    ],
)
def test_rewritten_values_are_a_correction_only_where_they_mean_the_same(
    arrived: InstanceFingerprint, finding: SopFinding
) -> None:
    assert same_pixels(arrived, written("once")) is (finding is SopFinding.CORRECTED)
    assert compare_instances(arrived, written("once")) is finding
    assert compare_instances(written("once"), arrived) is finding


def test_one_frame_with_rewritten_values_is_enough() -> None:
    values = digest_of("v", "aid2")
    one, other = (make_instance("1", frames=(make_frame("a"), make_frame(p, value_digest=values))) for p in "bc")
    assert compare_instances(one, other) is SopFinding.UNSETTLED
