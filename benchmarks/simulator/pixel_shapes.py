"""Geometry: borders, crops, other sizes, rotations (P17, P18, P24)."""

from collections.abc import Callable
from functools import partial

import numpy as np
import SimpleITK as sitk  # noqa: N813 - the name that its documentation uses
from PIL import Image
from pydicom import Dataset

from benchmarks.simulator.model import Effect, Pixels, Study, Transform, Uids
from benchmarks.simulator.pixel_data import Array, is_colour, is_grey, set_native, stored_values
from benchmarks.simulator.pixel_greys import derive
from benchmarks.simulator.pixel_scale import forget_padding

_FRAMED = Effect(pixels=Pixels.VALUES, uids=Uids.ALL, headers=True, also=frozenset({"lossy_copy", "presentation_twin"}))
_RESIZED = Effect(pixels=Pixels.DEGRADED, uids=Uids.ALL, headers=True)
_CROPPED = Effect(pixels=Pixels.REVIEW, uids=Uids.ALL, headers=True)
_TURNED = Effect(pixels=Pixels.TURNED, uids=Uids.ALL, headers=True)
_LEAST_SIDE = 64
Resize = Callable[[Array, tuple[int, int]], Array]


def border(dataset: Dataset, *, share: float) -> None:
    """Put a border of one value around an image, as wide as a share of each side."""
    values = stored_values(dataset)
    top, left = (round(side * share) for side in values.shape[1:3])
    fill = int(values.min()) if dataset.PhotometricInterpretation != "MONOCHROME1" else int(values.max())
    widths = ((0, 0), (top, top), (left, left), (0, 0))[: values.ndim]
    set_native(dataset, np.pad(values, widths, constant_values=fill))
    _move_origin(dataset, -top, -left)


def crop(dataset: Dataset, *, share: float) -> None:
    """Cut a share of each side off, on all four sides."""
    values = stored_values(dataset)
    top, left = (max(1, round(side * share)) for side in values.shape[1:3])
    set_native(dataset, values[:, top:-top, left:-left])
    _move_origin(dataset, top, left)
    forget_padding(dataset)


def resize(dataset: Dataset, *, factor: float, by: Resize) -> None:
    """Resample, as different programs do; spacing and origin follow."""
    values = stored_values(dataset)
    size = tuple(max(1, round(side * factor)) for side in values.shape[1:3])
    set_native(dataset, np.stack([by(frame, size) for frame in values]))
    rows, columns = (before / after for before, after in zip(values.shape[1:3], size, strict=True))
    for holder in _spacing_holders(dataset):
        old = [float(v) for v in holder.PixelSpacing]
        holder.PixelSpacing = [f"{old[0] * rows:.8g}", f"{old[1] * columns:.8g}"]
    forget_padding(dataset)


def _by_itk(frame: Array, size: tuple[int, int]) -> Array:
    """Bring one frame to (rows, columns) ``size``: linear, smoothed before where it gets smaller."""
    image = sitk.GetImageFromArray(frame.astype(np.float32), isVector=frame.ndim > 2)
    zoom = [old / new for old, new in zip(frame.shape[:2], size, strict=True)][::-1]
    if max(zoom) > 1:
        image = sitk.SmoothingRecursiveGaussian(image, [max(z / 2, 0.1) for z in zoom])
    grid = sitk.Image(size[::-1], sitk.sitkFloat32)
    grid.SetSpacing(zoom)
    grid.SetOrigin([(z - 1) / 2 for z in zoom])
    image.SetOrigin([0.0, 0.0])
    shown = sitk.GetArrayFromImage(sitk.Resample(_edged(image), grid, sitk.Transform(), sitk.sitkLinear))
    inside = np.clip(shown, frame.min(), frame.max())
    return np.rint(inside).astype(np.int64)


def _by_pillow(frame: Array, size: tuple[int, int], *, by: Image.Resampling) -> Array:
    """Do the same with Pillow, which widens its filter where an image gets smaller."""
    planes = np.moveaxis(frame, -1, 0) if frame.ndim > 2 else frame[None]
    shown = np.stack([Image.fromarray(plane.astype(np.float32)).resize(size[::-1], by) for plane in planes], axis=-1)
    inside = np.clip(shown if frame.ndim > 2 else shown[..., 0], frame.min(), frame.max())
    return np.rint(inside).astype(np.int64)


def _edged(image: sitk.Image) -> sitk.Image:
    """Repeat the outermost pixels once, so that no sample of the new grid lies outside."""
    return sitk.ZeroFluxNeumannPad(image, [1, 1], [1, 1])


def turn(dataset: Dataset, *, change: Callable[[Array], Array]) -> None:
    """Rotate or mirror the pixels and leave the orientation in the header as it was: nobody can tell from that."""
    set_native(dataset, np.stack([change(frame) for frame in stored_values(dataset)]))


def _spacing_holders(dataset: Dataset) -> list[Dataset]:
    holders = [dataset] if "PixelSpacing" in dataset else []
    for name in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
        for group in dataset.get(name) or ():
            holders.extend(m for m in group.get("PixelMeasuresSequence") or () if "PixelSpacing" in m)
    return holders


def _move_origin(dataset: Dataset, rows: int, columns: int) -> None:
    """Let Image Position follow the first pixel (PS3.3 C.7.6.2.1.1)."""
    needed = ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing")
    if not all(dataset.get(keyword) for keyword in needed):
        return
    across, down = np.array(dataset.ImageOrientationPatient, float).reshape(2, 3)
    height, width = (float(v) for v in dataset.PixelSpacing)
    moved = np.array(dataset.ImagePositionPatient, float) + across * columns * width + down * rows * height
    dataset.ImagePositionPatient = [f"{v:.6g}" for v in moved]


def _shown(study: Study) -> bool:
    return is_grey(study) or is_colour(study)


def _large_enough(study: Study, *, factor: float) -> bool:
    return _shown(study) and all(min(d.Rows, d.Columns) * factor >= _LEAST_SIDE for d in study)


def _changed(name: str, effect: Effect, change: Callable[[Dataset], None], factor: float = 1) -> Transform:
    apply = partial(derive, change=change, description=name.replace("_", " "))
    fits = partial(_large_enough, factor=factor)
    exact = effect.pixels in (Pixels.VALUES, Pixels.TURNED)
    return Transform(name, "geometry", lossless=exact, expected=effect, apply=apply, fits=fits)


_LANCZOS = partial(_by_pillow, by=Image.Resampling.LANCZOS)
_BICUBIC = partial(_by_pillow, by=Image.Resampling.BICUBIC)
SHAPES: tuple[Transform, ...] = (
    _changed("border_8", _FRAMED, partial(border, share=0.08)),
    *(_changed(f"crop_{percent}", _CROPPED, partial(crop, share=percent / 100)) for percent in (2, 5, 10)),
    _changed("resized_half", _RESIZED, partial(resize, factor=0.5, by=_by_itk), 0.5),
    _changed("resized_three_quarters", _RESIZED, partial(resize, factor=0.75, by=_LANCZOS), 0.75),
    _changed("resized_one_and_a_half", _RESIZED, partial(resize, factor=1.5, by=_BICUBIC)),
    _changed("resized_double", _RESIZED, partial(resize, factor=2, by=_by_itk)),
    _changed("rotated_quarter", _TURNED, partial(turn, change=np.rot90)),
    _changed("rotated_half", _TURNED, partial(turn, change=lambda frame: frame[::-1, ::-1])),
    _changed("mirrored", _TURNED, partial(turn, change=lambda frame: frame[:, ::-1])),
    _changed("upside_down", _TURNED, partial(turn, change=lambda frame: frame[::-1])),
)
"""P17, P18 and P24."""
