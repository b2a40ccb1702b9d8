"""What holds for every transform of the simulator."""

import shutil
import subprocess
from pathlib import Path

import pytest
from pydicom import Dataset, dcmread

from benchmarks.simulator.chains import chains, single_steps
from benchmarks.simulator.expected import expect
from benchmarks.simulator.model import Chain, DoesNotFit, Seed, Study, Transform, write_study
from benchmarks.simulator.transforms import BY_NAME, TRANSFORMS
from pacs_dedup.domain.verdict import Relation
from tests.integration.support import needs_dcmtk
from tests.unit.benchmarks.simulated_studies import STUDIES, done, first_fitting, mr_series, palette_us

pytestmark = [pytest.mark.peers, needs_dcmtk]
_SEED = Seed("seed", "subject", "series", "MR", ())
_every = pytest.mark.parametrize("transform", TRANSFORMS, ids=lambda transform: transform.name)


def _bytes(study: Study, folder: Path) -> list[bytes]:
    written = [path.read_bytes() for path in write_study(study, folder)]
    shutil.rmtree(folder)
    return written


def test_there_are_many_and_none_has_two_meanings() -> None:
    assert len(TRANSFORMS) >= 90
    assert len(BY_NAME) == len(TRANSFORMS)


@_every
def test_pydicom_and_dcmtk_read_what_it_makes(transform: Transform, tmp_path: Path) -> None:
    paths = write_study(done(transform, first_fitting(transform)), tmp_path)
    assert paths
    for path in paths:
        read = dcmread(path)
        assert read.file_meta.MediaStorageSOPInstanceUID == read.SOPInstanceUID
        assert all(len(str(e.value)) <= 64 for e in read.iterall() if e.VR == "UI" and e.VM == 1)
    subprocess.run(["dcmdump", "-q", *paths], check=True, capture_output=True)


@_every
def test_the_same_seed_gives_the_same_bytes(transform: Transform, tmp_path: Path) -> None:
    study = first_fitting(transform)
    once, again = (_bytes(done(transform, study, 7), tmp_path / "study") for _ in range(2))
    assert once == again


@_every
def test_what_it_is_given_stays_as_it_was(transform: Transform) -> None:
    study = first_fitting(transform)
    before = [_content(dataset) for dataset in study]
    done(transform, study)
    assert [_content(dataset) for dataset in study] == before


def _content(dataset: Dataset) -> tuple[str, str]:
    return dataset.to_json(), str(dataset.file_meta)


@_every
def test_what_may_be_said_of_it_are_relations(transform: Transform) -> None:
    expectation = expect(_SEED, Chain(transform.name, (transform,)))
    assert expectation.relations
    assert expectation.relations <= {relation.value for relation in Relation}


def test_chains_are_the_same_for_a_seed_and_differ_between_seeds() -> None:
    assert chains(3) == chains(3)
    assert {chain.name for chain in chains(3)} != {chain.name for chain in chains(4)}
    assert all(2 <= len(chain.steps) <= 4 for chain in chains(3))


def test_a_chain_does_its_steps_in_turn_and_twice_the_same(tmp_path: Path) -> None:
    applied = 0
    for chain in chains(5):
        study = next((make() for make in STUDIES.values() if chain.fits(make())), None)
        if study is None:
            continue
        try:
            once, again = (_bytes(chain.apply(study, 1), tmp_path / "study") for _ in range(2))
        except DoesNotFit:
            continue
        assert once == again
        applied += 1
    assert applied >= 20


def test_a_chain_refuses_what_can_not_happen() -> None:
    compressed = Chain("palette compressed with loss", (BY_NAME["jpeg_q75"],))
    with pytest.raises(DoesNotFit, match="jpeg_q75"):
        compressed.apply(palette_us())


def test_another_seed_gives_other_identifiers() -> None:
    first, second = (done("rerooted", mr_series(), seed) for seed in (1, 2))
    assert first[0].SOPInstanceUID != second[0].SOPInstanceUID


def test_every_single_step_stands_alone() -> None:
    assert [chain.name for chain in single_steps()] == [transform.name for transform in TRANSFORMS]
