"""Noise does in the samples what it does in a hospital: copies keep it, exposures do not share it."""

from itertools import pairwise

import numpy as np
import pytest

from tests.unit.dicom_samples.reading import BY_NUMBER, datasets, modality_values, noise_correlation, residual

COPY, REPEAT, NEIGHBOUR = 0.8, 0.3, 0.6


def correlations(number: str) -> list[float]:
    first, second = (BY_NUMBER[number].sendings[n].files for n in (0, 1))
    return [noise_correlation(one, other) for one, other in zip(first, second, strict=True)]


@pytest.mark.parametrize("number", ["07", "08", "09", "26"])
def test_a_lossy_copy_keeps_the_noise(number: str) -> None:
    assert min(correlations(number)) > COPY


@pytest.mark.parametrize("number", ["13", "15", "16"])
def test_another_exposure_of_the_same_body_has_other_noise(number: str) -> None:
    assert max(map(abs, correlations(number))) < REPEAT


def test_two_people_share_neither_noise_nor_anatomy() -> None:
    first, second = (BY_NUMBER["17"].sendings[n].files[:3] for n in (0, 1))
    assert max(abs(noise_correlation(a, b)) for a in first for b in second) < REPEAT


@pytest.mark.parametrize("number", ["01", "02"])
def test_neighbouring_slices_are_less_alike_than_copies(number: str) -> None:
    files = BY_NUMBER[number].sendings[0].files
    assert max(noise_correlation(a, b) for a, b in pairwise(files)) < NEIGHBOUR


@pytest.mark.parametrize("number", ["01", "02", "07"])
def test_noise_is_a_few_percent_of_the_range(number: str) -> None:
    values = modality_values(datasets(BY_NUMBER[number], 0)[0])
    low, high = np.percentile(values, [1, 99])
    share = float(np.median(np.abs(residual(values)))) * 1.4826 / float(high - low)
    assert 0.005 < share < 0.1
