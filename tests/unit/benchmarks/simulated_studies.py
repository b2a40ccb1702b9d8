"""Studies for tests of the simulator, made of the images that pydicom brings, so that no corpus is needed."""

import random
from functools import cache
from pathlib import Path

import numpy as np
from pydicom.data import get_testdata_file

from benchmarks.simulator.admission import study_of
from benchmarks.simulator.model import Seed, Study, Transform, copied
from benchmarks.simulator.pixel_data import set_native, stored_values
from benchmarks.simulator.transforms import BY_NAME

SLICES = 6


def done(transform: Transform | str, study: Study, seed: int = 1) -> Study:
    """Apply one transform, by itself or by its name."""
    step = BY_NAME[transform] if isinstance(transform, str) else transform
    return step.apply(study, random.Random(seed))  # noqa: S311 - a simulation has to be repeatable


@cache
def _study(name: str, modality: str, frames: tuple[int, ...] = ()) -> Study:
    path = Path(str(get_testdata_file(name)))
    kind = "series" if frames else "image"
    return study_of(Seed(f"test {name}", f"subject of {name}", kind, modality, (path,), frames))


def signed_ct() -> Study:
    """One 128 x 128 CT image, sixteen bits, signed, with a rescale."""
    return _study("CT_small.dcm", "CT")


def overlaid_mr() -> Study:
    """One 300 x 484 MR image, twelve bits, unsigned, with a window and an overlay."""
    return _study("examples_overlay.dcm", "MR")


def colour_us() -> Study:
    """One RGB ultrasound image."""
    return _study("examples_rgb_color.dcm", "US")


def palette_us() -> Study:
    """One ultrasound image with a palette."""
    return _study("examples_palette.dcm", "US")


def colour_cine() -> Study:
    """Five frames of ultrasound in one object, YBR_FULL."""
    return _study("examples_ybr_color.dcm", "US", tuple(range(5)))


@cache
def mr_series() -> Study:
    """Six slices of 300 x 484: one real MR image, each slice with noise and a place of its own."""
    generator = np.random.default_rng(1)
    slices = copied(overlaid_mr() * SLICES)
    for number, dataset in enumerate(slices):
        values = stored_values(dataset)
        noisy = values + generator.integers(0, 30, values.shape) + 7 * number
        set_native(dataset, np.clip(noisy, 0, 4000))
        dataset.SOPInstanceUID = f"{dataset.SOPInstanceUID[:60]}.{number + 1}"
        dataset.ImagePositionPatient = [0, 0, 3.0 * number]
        dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        dataset.InstanceNumber = number + 1
    return slices


@cache
def three_series() -> Study:
    """The six slices as three series of one study."""
    study = copied(mr_series())
    for number, dataset in enumerate(study):
        dataset.SeriesInstanceUID = f"2.25.4711{number // 2}"
        dataset.SeriesNumber = number // 2 + 1
    return study


@cache
def enhanced_mr() -> Study:
    """The six slices in one enhanced object."""
    return done("enhanced_converted", mr_series())


STUDIES = {
    "signed CT": signed_ct,
    "MR with overlay": overlaid_mr,
    "colour ultrasound": colour_us,
    "palette ultrasound": palette_us,
    "colour cine": colour_cine,
    "MR series": mr_series,
    "enhanced MR": enhanced_mr,
    "three series": three_series,
}


def first_fitting(transform: Transform) -> Study:
    """Return the first of the studies that a transform can happen to."""
    return next(make() for make in STUDIES.values() if transform.fits(make()))
