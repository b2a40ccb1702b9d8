"""Studies of several series: how they are put together, how they fare, and one series that is another acquisition."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.simulator.admission import study_of
from benchmarks.simulator.model import Seed, Study, copied, series_of
from benchmarks.simulator.negative_studies import replaced_series, with_second_exposure
from benchmarks.simulator.pixel_data import stored_values
from benchmarks.simulator.seed_studies import studies_of
from benchmarks.simulator.seeds import load_seeds, slices_in, split
from tests.unit.benchmarks.simulated_studies import done, three_series


def _volume(name: str, subject: str, slices: int) -> Seed:
    return Seed(name, subject, "series", "MR", tuple(Path(f"{name}-{number}") for number in range(slices)))


def _values(study: Study) -> dict[str, bytes]:
    return {str(dataset.SOPInstanceUID): stored_values(dataset).tobytes() for dataset in study}


def test_a_subject_with_enough_slices_has_a_study_of_three_and_one_of_twelve() -> None:
    volumes = [_volume(f"v{number}", "s", 8) for number in range(4)]
    few, many = studies_of(volumes)
    assert [member.name for member in few.members] == ["v0", "v2", "v3"]
    assert len(many.members) == 12
    assert all(slices_in(member) >= 2 for member in many.members)
    assert len({path for member in many.members for path in member.files}) == sum(map(slices_in, many.members))


def test_a_subject_with_few_series_or_slices_has_none() -> None:
    assert not list(studies_of([_volume("a", "s", 20), _volume("b", "s", 20)]))
    assert [len(study.members) for study in studies_of([_volume(n, "s", 5) for n in "abc"])] == [3]


@pytest.mark.corpus
def test_composed_studies_have_one_study_uid_one_patient_and_a_uid_for_each_series(corpus: Path) -> None:
    composed = [seed for seed in load_seeds(corpus) if seed.kind == "study"]
    assert len(composed) >= 15
    assert {split(seed) for seed in composed if len(seed.members) == 12} == {"tune", "test"}
    for seed in composed:
        study = study_of(seed)
        assert len(series_of(study)) == len(seed.members)
        assert len({d.StudyInstanceUID for d in study}) == len({d.PatientID for d in study}) == 1
        assert len({d.SOPInstanceUID for d in study}) == len(study)


def test_a_missing_series_is_gone_as_a_whole_and_the_others_are_as_they_were() -> None:
    before, after = three_series(), done("series_missing", three_series())
    assert len(series_of(after)) == 2
    assert _values(after).items() < _values(before).items()


def test_a_repeated_series_has_uids_and_pixels_of_its_own_in_the_same_study() -> None:
    before, after = three_series(), done("series_repeated", three_series())
    assert len(series_of(after)) == 3
    assert len(set(series_of(after)) & set(series_of(before))) == 2
    assert len({d.StudyInstanceUID for d in (*before, *after)}) == 1
    assert len(_values(after).items() & _values(before).items()) == 4
    assert len(set(_values(after).values()) & set(_values(before).values())) == 4


@pytest.mark.parametrize(("name", "kept"), [("series_lossy_same_uid", 6), ("series_lossy", 0)])
def test_one_series_is_compressed_and_the_values_of_the_others_stay(name: str, kept: int) -> None:
    before, after = three_series(), done(name, three_series())
    assert len({d.file_meta.TransferSyntaxUID for d in after}) == 2
    assert len(set(_values(after)) & set(_values(before))) == kept
    assert len(set(_values(after).values()) & set(_values(before).values())) == 4


def test_series_in_different_encodings_keep_all_values() -> None:
    before, after = three_series(), done("series_encoded_apart", three_series())
    assert len({d.file_meta.TransferSyntaxUID for d in after}) == 3
    assert _values(after) == _values(before)


def test_a_second_exposure_takes_the_uids_of_one_series_and_leaves_the_others_alone() -> None:
    before = three_series()
    after = with_second_exposure(copied(before), place=1, salt="again")
    assert [d.SOPInstanceUID for d in after] == [d.SOPInstanceUID for d in before]
    assert [d.SeriesInstanceUID for d in after] == [d.SeriesInstanceUID for d in before]
    equal = [np.array_equal(stored_values(a), stored_values(b)) for a, b in zip(after, before, strict=True)]
    assert equal == [True, True, False, False, True, True]


@pytest.mark.corpus
def test_a_series_that_is_another_acquisition_is_made_or_computed_and_conflicts(corpus: Path) -> None:
    pairs = list(replaced_series(load_seeds(corpus)))
    assert {pair.kind for pair in pairs} == {f"uid_conflict, one series of {count}" for count in (3, 12)}
    assert {pair.synthetic for pair in pairs} == {True, False}
    found = next(pair for pair in pairs if not pair.synthetic)
    before, after = _values(found.build_a()), _values(found.build_b())
    assert list(before) == list(after)
    assert 0 < sum(before[uid] != after[uid] for uid in before) < len(before) / 2
