"""Exposures that nobody made: the same patient once more, computed from the first time (N6, N8)."""

import random
from datetime import datetime, timedelta

import numpy as np
import SimpleITK as sitk  # noqa: N813 - the name that its documentation uses
from pydicom import Dataset

from benchmarks.simulator.header_facts import moved_date
from benchmarks.simulator.model import Study
from benchmarks.simulator.pixel_data import Array, decompressed, set_native, stored_values
from benchmarks.simulator.pixel_scale import forget_padding
from benchmarks.simulator.renew import instance_uids, map_uids, uid_map

_TIMES = ("AcquisitionTime", "ContentTime", "SeriesTime")
_CLOCK = "%H%M%S"


def acquire_again(study: Study, *, salt: str, days: int) -> Study:
    """Compute another exposure of the same patient: moved a little, noise of its own, later.

    Anatomy is what edge-preserving diffusion leaves; the noise that it takes away is replaced by new noise that is as
    strong at each place. A repeat moves by up to 1.5 pixels and half a degree, a follow-up by more.

    Args:
        days: 0 for a repeat within minutes.
    """
    renew_with(study, salt)
    generator = random.Random(salt)
    noise = np.random.default_rng(generator.getrandbits(32))
    reach = 1.0 if days == 0 else 4.0
    shift = [reach * generator.choice((-1, 1)) * generator.uniform(0.4, 1.5) for _ in range(2)]
    angle = reach * generator.uniform(-0.5, 0.5)
    for dataset in study:
        decompressed(dataset)
        values = stored_values(dataset)
        frames = [_again(frame.astype(np.float32), shift, np.deg2rad(angle), noise) for frame in values]
        set_native(dataset, np.clip(np.rint(np.stack(frames)), values.min(), values.max()).astype(np.int64))
        forget_padding(dataset)
        _later(dataset, days)
    return minutes_later(study, minutes=7)


def _again(frame: Array, shift: list[float], angle: float, noise: np.random.Generator) -> Array:
    spread = max(float(np.ptp(frame)), 1.0)
    image = sitk.GetImageFromArray(frame / spread)
    anatomy = sitk.CurvatureAnisotropicDiffusion(image, 0.0625, 2.0, 1, 12)
    removed = frame / spread - sitk.GetArrayFromImage(anatomy)
    centre = [side / 2 for side in frame.shape[::-1]]
    moved = sitk.Resample(
        anatomy, image, sitk.Euler2DTransform(centre, angle, shift), sitk.sitkBSpline, float(frame.min()) / spread
    )
    strength = np.sqrt(np.maximum(blurred((removed**2).astype(np.float32), 3.0), 0))
    fresh = noise.standard_normal(frame.shape).astype(np.float32) * strength
    return (sitk.GetArrayFromImage(moved) + fresh) * spread


def _later(dataset: Dataset, days: int) -> None:
    for keyword in ("AcquisitionDate", "ContentDate", "SeriesDate", "StudyDate"):
        if dataset.get(keyword):
            setattr(dataset, keyword, moved_date(str(dataset[keyword].value), days))
    for element in (e for e in dataset.iterall() if e.VR == "DT" and e.value and e.VM == 1):
        text = str(element.value)
        element.value = moved_date(text[:8], days) + _seven_minutes_on(text[8:])


def _seven_minutes_on(time: str) -> str:
    """Move the time of a DT value; hours run over as the clock does."""
    if not time[:4].isdigit():
        return time
    minutes = (int(time[:2]) * 60 + int(time[2:4]) + 7) % (24 * 60)
    return f"{minutes // 60:02d}{minutes % 60:02d}{time[4:]}"


def minutes_later(study: Study, *, minutes: int) -> Study:
    """Move the times of acquisition, as a repeat a little later has them."""
    for dataset in study:
        for keyword in _TIMES:
            text = str(dataset.get(keyword) or "")
            if text[:6].isdigit() and len(text) >= 6:
                moved = datetime.strptime(text[:6], _CLOCK) + timedelta(minutes=minutes)  # noqa: DTZ007 - TM has no zone
                setattr(dataset, keyword, moved.strftime(_CLOCK) + text[6:])
    return study


def blurred(frame: Array, sigma: float) -> Array:
    """Blur a float32 frame by a Gaussian of so many pixels."""
    return sitk.GetArrayFromImage(sitk.SmoothingRecursiveGaussian(sitk.GetImageFromArray(frame), sigma))


def renew_with(study: Study, salt: str) -> None:
    """Give Study, Series and SOP Instance UIDs new values; the frame of reference stays."""
    mapping, own = uid_map(random.Random(salt)), instance_uids(study)
    for dataset in study:
        map_uids(dataset, own.__contains__, mapping)
