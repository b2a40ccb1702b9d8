from collections import defaultdict
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from benchmarks.simulator.admission import study_of
from benchmarks.simulator.contents import digest_of_ranks, frames_shown
from benchmarks.simulator.model import Seed, write_study
from benchmarks.simulator.pixel_data import Array, frames_of, stored_values
from benchmarks.simulator.seed_table import IMAGES, WHEEL_IMAGES
from benchmarks.simulator.seeds import load_seeds, slice_of, slices_in, split
from pacs_dedup.domain.identifiers import BlobId
from pacs_dedup.pipeline.examine import examine


@pytest.fixture(scope="module")
def seeds(corpus: Path) -> tuple[Seed, ...]:
    return load_seeds(corpus)


def test_without_a_corpus_the_images_of_the_wheel_remain(tmp_path: Path) -> None:
    found = load_seeds(tmp_path)
    assert len(found) >= 5
    for seed in found:
        (dataset,) = study_of(seed)
        assert stored_values(dataset).size


def test_a_subject_is_on_one_side_of_the_split(tmp_path: Path) -> None:
    twins = [Seed(f"{n}", f"subject {n // 3}", "image", "CT", ()) for n in range(60)]
    sides = defaultdict(set)
    for seed in (*twins, *load_seeds(tmp_path)):
        sides[seed.subject].add(split(seed))
    assert all(len(side) == 1 for side in sides.values())
    assert set.union(*sides.values()) == {"tune", "test"}


def test_studies_of_one_seed_are_equal_and_not_shared(tmp_path: Path) -> None:
    seed = load_seeds(tmp_path)[0]
    first, second = study_of(seed), study_of(seed)
    assert first[0].to_json() == second[0].to_json()
    first[0].PatientName = "CHANGED"
    assert str(study_of(seed)[0].PatientName) != "CHANGED"


@pytest.mark.corpus
def test_there_are_enough_series_and_images(seeds: tuple[Seed, ...]) -> None:
    assert sum(seed.kind == "series" for seed in seeds) >= 60
    assert sum(seed.kind == "image" for seed in seeds) >= 150
    assert len({seed.subject for seed in seeds}) >= 50
    assert len({seed.name for seed in seeds}) == len(seeds)
    assert {split(seed) for seed in seeds if seed.kind == "series"} == {"tune", "test"}


@pytest.mark.corpus
def test_a_series_has_five_frames_and_an_image_one(seeds: tuple[Seed, ...]) -> None:
    for seed in seeds:
        if seed.kind == "series":
            assert slices_in(seed) >= 5
        elif seed.kind == "image" and seed.derived:
            assert len(seed.files) == 1
            assert len(seed.frames) <= 1


@pytest.mark.corpus
@pytest.mark.slow
def test_no_image_plays_two_studies_not_even_with_its_values_mapped(seeds: tuple[Seed, ...]) -> None:
    owners: dict[str, set[str]] = defaultdict(set)
    for seed in _own_images(seeds):
        for digest in frames_shown(seed):
            owners[digest].add(seed.name)
    assert {frozenset(names) for names in owners.values() if len(names) > 1} == set()


@pytest.mark.corpus
@pytest.mark.slow
def test_no_image_is_a_cutting_of_another(seeds: tuple[Seed, ...]) -> None:
    images = [(s.name, stored_values(study_of(s)[0])[0]) for s in _own_images(seeds) if s.kind == "image"]
    cut = {(a, b) for (a, small), (b, large) in permutations(images, 2) if _is_cut_from(small, large)}
    assert cut == set()


def test_a_cutting_is_known_as_one(tmp_path: Path) -> None:
    whole = next(stored_values(study_of(s)[0])[0] for s in load_seeds(tmp_path) if s.name == "wheel-mr-overlay")
    assert _is_cut_from(whole[100:250, 40:300], whole)
    assert not _is_cut_from(whole[:, ::-1][100:250, 40:300], whole)


def _own_images(seeds: tuple[Seed, ...]) -> list[Seed]:
    """Leave out what is made of other seeds: slices of them, and studies composed of several."""
    return [seed for seed in seeds if seed.derived != "slice" and seed.kind != "study"]


def _is_cut_from(small: Array, large: Array) -> bool:
    """Whether the row of most levels of one image stands in another that is at least as large."""
    if small.ndim != large.ndim or any(a > b for a, b in zip(small.shape, large.shape, strict=True)):
        return False
    row = max(small, key=lambda values: len(np.unique(values)))
    return row.astype("<i4").tobytes() in large.astype("<i4").tobytes()


def test_frames_are_known_again_when_their_values_are_mapped_and_not_when_they_are_others() -> None:
    frame = stored_values(study_of(load_seeds(Path("nowhere"))[0])[0])[0]
    assert digest_of_ranks(3 * frame + 7) == digest_of_ranks(frame)
    assert digest_of_ranks(np.roll(frame, 1, axis=0)) != digest_of_ranks(frame)


def test_what_the_wheel_shows_in_part_is_left_out_where_the_whole_is_there() -> None:
    parts = {image.name: image.part_of for image in WHEEL_IMAGES if image.part_of}
    assert parts["wheel-mr-overlay"] == "mr-lesion"
    assert set(parts.values()) <= {image.name for image in IMAGES}


@pytest.mark.corpus
def test_one_of_the_whole_and_its_part_plays(seeds: tuple[Seed, ...]) -> None:
    names = {seed.name for seed in seeds}
    assert not [image.name for image in WHEEL_IMAGES if image.name in names and image.part_of in names]


@pytest.mark.corpus
@pytest.mark.slow
def test_every_seed_can_be_examined_and_tells_something(seeds: tuple[Seed, ...], tmp_path: Path) -> None:
    for number, seed in enumerate(seeds):
        paths = write_study(study_of(seed), tmp_path / str(number))
        fingerprints = [examine(path, BlobId("0" * 64)) for path in paths]
        assert not [f for f in fingerprints if f.unreadable], seed.name
        assert any(frame.informative for f in fingerprints for frame in f.frames), seed.name


@pytest.mark.corpus
def test_a_slice_is_the_slice_of_its_series(seeds: tuple[Seed, ...]) -> None:
    for name in ("head-bone", "rest-1", "epi-ap-1", "epi-run4-1"):
        volume = next(seed for seed in seeds if seed.name == name)
        frames = [frame for dataset in study_of(volume) for frame in stored_values(dataset)]
        (single,) = study_of(slice_of(volume, 2))
        assert frames_of(single) == 1
        assert (stored_values(single)[0] == frames[2]).all()
