"""What a look says, and what the looks at one series say together."""

from dataclasses import replace

import pytest

from pacs_dedup.domain.alignment import Looked
from pacs_dedup.domain.findings import Finding, read_all
from pacs_dedup.domain.pairing import FrameRef
from pacs_dedup.domain.policy import Policy
from pacs_dedup.domain.verification import FrameVerification
from tests.builders import make_instance

HERE = FrameRef(make_instance("1").blob_id, 0)
THERE = FrameRef(make_instance("2").blob_id, 0)


def looked(correlation: float, best_neighbour: float | None = None, **figures: object) -> Looked:
    return Looked(HERE, THERE, FrameVerification(correlation, **figures), best_neighbour)


def read(look: Looked, modality: str = "CT", kernel: str = "equal") -> Finding:
    ((_, finding),) = read_all([look], Policy(), lambda _: modality, kernel)
    return finding


def findings(*looks: Looked) -> list[Finding]:
    return [finding for _, finding in read_all(looks, Policy(), lambda _: "CT", "equal")]


@pytest.mark.parametrize(
    ("look", "finding"),
    [
        (looked(0.95), Finding.COPY),
        (looked(0.75), Finding.COPY),
        (looked(0.74), Finding.UNCLEAR),
        (looked(0.30), Finding.UNCLEAR),
        (looked(0.29), Finding.REPEAT),
        (looked(-0.9), Finding.REPEAT),
        (looked(0.95, refused="too little to compare"), Finding.UNCLEAR),
        (looked(0.95, 0.94), Finding.COPY),
        (looked(0.95, 0.95), Finding.UNCLEAR),
    ],
)
def test_the_figures_of_a_look_have_one_meaning(look: Looked, finding: Finding) -> None:
    assert read(look) is finding


@pytest.mark.parametrize(
    ("modality", "kernel", "noise_ratio", "finding"),
    [
        ("CT", "differs", 0.4, Finding.RECONSTRUCTION),
        ("CT", "differs", 3.0, Finding.RECONSTRUCTION),
        ("CT", "missing", 1.6, Finding.UNCLEAR),
        ("CT", "missing", 1.5, Finding.COPY),
        ("CT", "equal", 3.0, Finding.COPY),
        ("DX", "differs", 3.0, Finding.COPY),
    ],
)
def test_the_same_noise_under_another_kernel_is_a_reconstruction_and_no_copy(
    modality: str, kernel: str, noise_ratio: float, finding: Finding
) -> None:
    assert read(looked(0.95, noise_ratio=noise_ratio), modality, kernel) is finding


def test_slices_that_beat_their_neighbours_vouch_for_one_that_does_not() -> None:
    winning, losing = looked(0.95, 0.8), looked(0.9, 0.95)
    assert findings(*[winning] * 4, losing) == [Finding.COPY] * 5
    assert set(findings(*[winning] * 3, losing, losing)) == {Finding.UNCLEAR}


def test_of_few_slices_all_must_beat_their_neighbours() -> None:
    assert set(findings(looked(0.95, 0.8), looked(0.95, 0.8), looked(0.9, 0.95))) == {Finding.UNCLEAR}


def test_series_are_read_one_by_one() -> None:
    lost = replace(looked(0.9, 0.95), series="1.2.9")
    assert findings(looked(0.95, 0.8), lost) == [Finding.COPY, Finding.UNCLEAR]


def test_another_acquisition_is_not_vouched_for() -> None:
    assert findings(*[looked(0.95, 0.8)] * 4, looked(0.1, 0.05))[-1] is Finding.REPEAT


@pytest.mark.parametrize(
    ("distance", "finding"),
    [(0.05, Finding.SKETCHED), (0.15, Finding.SKETCHED), (0.16, Finding.UNCLEAR), (None, Finding.UNCLEAR)],
)
def test_where_pixels_are_gone_a_near_sketch_stands_in(distance: float | None, finding: Finding) -> None:
    gone = Looked(HERE, THERE, FrameVerification(refused="gone"), held=False, sketch_distance=distance)
    assert read(gone) is finding
