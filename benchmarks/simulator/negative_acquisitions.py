"""Other reconstructions, and acquisitions that nobody made: repeats and follow-ups, computed (N4, N6, N8)."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from benchmarks.simulator.exposures import acquire_again, blurred, renew_with
from benchmarks.simulator.model import Seed, Study
from benchmarks.simulator.negative_model import NegativePair, pair, passed
from benchmarks.simulator.pixel_data import Array, decompressed, set_native, stored_values
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
    renew_with(study, kernel)
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
        return blurred(frame, amount)
    return frame - amount * (frame - blurred(frame, 1.0))
