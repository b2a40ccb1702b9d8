"""Other reconstructions, and acquisitions that nobody made: repeats and follow-ups, computed (N4, N6, N8)."""

import random
from collections.abc import Iterator
from functools import partial

import numpy as np
import SimpleITK as sitk  # noqa: N813 - the name that its documentation uses
from pydicom import Dataset

from benchmarks.simulator.header_facts import moved_date
from benchmarks.simulator.model import Seed, Study
from benchmarks.simulator.negative_model import NegativePair, pair, passed
from benchmarks.simulator.negative_repeats import minutes_later
from benchmarks.simulator.pixel_data import Array, decompressed, set_native, stored_values
from benchmarks.simulator.pixel_scale import forget_padding
from benchmarks.simulator.renew import instance_uids, map_uids, uid_map
from benchmarks.simulator.seeds import slice_of, slices_in

_KERNELS = {"SMOOTH": 0.7, "SOFTER": 1.1, "SHARP": -0.7, "SHARPER": -1.2}
"""Invented kernels: positive numbers blur by that many pixels, negative ones sharpen by so much."""

_OTHER = frozenset({"other_reconstruction"})
_ROUNDS = 4
_PHANTOMS = frozenset({"plastic-head", "nih-siemens-phantom", "irc-phantom", "rogers-phantom", "limb-phantom"})
_COLOURED = frozenset({"us-palette", "us-aloka", "us-muscle", "us-transoesophageal", "wg04-us1"})
_NO_ACQUISITION = ("wheel-", "echo-cine")
_STAMP = (
    ("DeviceSerialNumber", "SIM4711"),
    ("AcquisitionDate", "20260301"),
    ("AcquisitionTime", "101502.250000"),
    ("StudyDate", "20260301"),
)


def real_reconstructions(seeds: tuple[Seed, ...]) -> Iterator[NegativePair]:
    """Pair the reconstructions that a scanner made of one acquisition: two kernels, two thicknesses."""
    by_name = {seed.name: seed for seed in seeds}
    if "head-standard" not in by_name:
        return
    standard, bone = by_name["head-standard"], by_name["head-bone"]
    for a, b in ((standard, bone), (bone, standard)):
        yield from passed(pair("other_reconstruction", a, b, expected=_OTHER))
        for place in range(slices_in(a)):
            one, other = slice_of(a, place), slice_of(b, place)
            yield from passed(pair("other_reconstruction, one slice", one, other, expected=_OTHER))
    for thick in ("head-5mm-1", "head-5mm-2"):
        for thin in (standard, bone):
            yield from passed(pair("other_thickness", by_name[thick], thin))


def synthetic_reconstructions(seeds: tuple[Seed, ...]) -> Iterator[NegativePair]:
    """Filter real CT images as other kernels would, and say so in the header."""
    for seed in seeds:
        if seed.modality == "CT" and not seed.name.startswith(_NO_ACQUISITION):
            for kernel in _KERNELS:
                change = partial(other_kernel, kernel=kernel)
                kind = "synthetic_reconstruction"
                yield pair(kind, seed, seed, change, before=stamped, detail=kernel, expected=_OTHER, synthetic=True)


def synthetic_repeats(seeds: tuple[Seed, ...]) -> Iterator[NegativePair]:
    """Compute what a second exposure would have looked like: minutes later, or another day."""
    for seed in seeds:
        if seed.modality in ("SM", "OT") or seed.name in _COLOURED or seed.derived == "slice":
            continue
        if seed.name.startswith(_NO_ACQUISITION):
            continue
        kind = "phantom_next_day" if seed.subject in _PHANTOMS else "synthetic_follow_up"
        for number in range(_ROUNDS):
            again = partial(acquire_again, salt=f"{seed.name} {number}", days=0)
            later = partial(acquire_again, salt=f"{seed.name} later {number}", days=1 + 90 * number)
            detail = str(number)
            yield pair("synthetic_repeat", seed, seed, again, before=stamped, detail=detail, synthetic=True)
            yield pair(kind, seed, seed, later, before=stamped, detail=detail, synthetic=True)


def stamped(study: Study) -> Study:
    """Let a study say when and by which device it was made, as every scanner does, where it has forgotten."""
    for dataset in study:
        for keyword, value in _STAMP:
            if not dataset.get(keyword):
                setattr(dataset, keyword, value)
    return study


def other_kernel(study: Study, *, kernel: str) -> Study:
    """Reconstruct anew: another kernel in header and pixels, UIDs of its own, everything else as it was."""
    _renew(study, kernel)
    for dataset in study:
        decompressed(dataset)
        values = stored_values(dataset)
        filtered = np.stack([_filtered(frame.astype(np.float32), _KERNELS[kernel]) for frame in values])
        set_native(dataset, np.clip(np.rint(filtered), values.min(), values.max()).astype(np.int64))
        dataset.ConvolutionKernel = kernel
        dataset.SeriesDescription = f"{dataset.get('SeriesDescription', '')} {kernel}".strip()[:64]
    return study


def _filtered(frame: Array, amount: float) -> Array:
    if amount > 0:
        return _blurred(frame, amount)
    return frame - amount * (frame - _blurred(frame, 1.0))


def _blurred(frame: Array, sigma: float) -> Array:
    return sitk.GetArrayFromImage(sitk.SmoothingRecursiveGaussian(sitk.GetImageFromArray(frame), sigma))


def acquire_again(study: Study, *, salt: str, days: int) -> Study:
    """Compute another exposure of the same patient: moved a little, noise of its own, later.

    Anatomy is what edge-preserving diffusion leaves; the noise that it takes away is replaced by new noise that is as
    strong at each place. A repeat moves by up to 1.5 pixels and half a degree, a follow-up by more.

    Args:
        days: 0 for a repeat within minutes.
    """
    _renew(study, salt)
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
    strength = np.sqrt(np.maximum(_blurred((removed**2).astype(np.float32), 3.0), 0))
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


def _renew(study: Study, salt: str) -> None:
    """Give Study, Series and SOP Instance UIDs new values; the frame of reference stays."""
    mapping, own = uid_map(random.Random(salt)), instance_uids(study)
    for dataset in study:
        map_uids(dataset, own.__contains__, mapping)
