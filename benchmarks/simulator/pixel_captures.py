"""What people burn into pixels: banners, overlays, whole screens (P19, P20)."""

import random
from functools import partial

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from pydicom import Dataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage

from benchmarks.simulator.model import Effect, Pixels, Study, Transform, Uids, copied, set_syntax
from benchmarks.simulator.pixel_data import Array, is_colour, is_grey, set_native, stored_values
from benchmarks.simulator.pixel_greys import derive
from benchmarks.simulator.pixel_scale import window_of, windowed
from benchmarks.simulator.renew import mark_lossy, uid_map

_BURNT = Effect(pixels=Pixels.DEGRADED, uids=Uids.ALL, headers=True)
_CAPTURED = Effect(pixels=Pixels.REVIEW, uids=Uids.ALL, headers=True)
_OVERLAID = Effect(headers=True, presentation=True)
_OVERLAY_GROUP, _OVERLAY_GROUPS = 0x6000, range(0x6000, 0x6020, 2)
_SCREEN, _VIEWPORT = (1024, 768), (216, 52, 1008, 740)
_MOST_CAPTURES = 3
_KEPT_IN_CAPTURE = (
    "SpecificCharacterSet StudyDate StudyTime AccessionNumber ReferringPhysicianName StudyDescription PatientName "
    "PatientID IssuerOfPatientID PatientBirthDate PatientSex StudyInstanceUID StudyID InstitutionName"
)


def text_mask(rows: int, columns: int) -> Array:
    """Draw a banner at the top and a side mark at the bottom; True where ink is. Letters are 5 % of the height."""
    size = max(8, rows // 20)
    picture = Image.new("1", (columns, rows), 0)
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(size)
    draw.text((size // 2, size // 4), "QEH 2026-03-01 10:15  PORTABLE", fill=1, font=font)
    draw.text((columns - 2 * size, rows - 2 * size), "L", fill=1, font=font)
    return np.asarray(picture)


def _burn(dataset: Dataset, mask: Array) -> None:
    values = stored_values(dataset)
    ink = values.min() if dataset.PhotometricInterpretation == "MONOCHROME1" else values.max()
    values[:, mask] = ink
    set_native(dataset, values)


def banner(dataset: Dataset) -> None:
    """Burn text into the pixels."""
    _burn(dataset, text_mask(int(dataset.Rows), int(dataset.Columns)))
    dataset.BurnedInAnnotation = "YES"


def add_overlay(study: Study, _: random.Random) -> Study:
    """Add an overlay plane with a mark (PS3.3 C.9.2)."""
    result = copied(study)
    for dataset in result:
        bits = np.packbits(text_mask(int(dataset.Rows), int(dataset.Columns)), bitorder="little").tobytes()
        for element, vr, value in (
            (0x0010, "US", int(dataset.Rows)),
            (0x0011, "US", int(dataset.Columns)),
            (0x0040, "CS", "G"),
            (0x0050, "SS", [1, 1]),
            (0x0100, "US", 1),
            (0x0102, "US", 0),
            (0x3000, "OW", bits + b"\0" * (len(bits) % 2)),
        ):
            dataset.add_new((_free_group(dataset), element), vr, value)
    return result


def _free_group(dataset: Dataset) -> int:
    """Return the first overlay group without data; the data are the last element that is written."""
    return next(group for group in _OVERLAY_GROUPS if (group, 0x3000) not in dataset)


def remove_overlays(dataset: Dataset) -> None:
    """Take all overlay planes away, in place."""
    for tag in [e.tag for e in dataset if e.tag.group in _OVERLAY_GROUPS]:
        del dataset[tag]


def burn_overlays(dataset: Dataset) -> None:
    """Draw the overlay planes into the pixels and take them away."""
    mask = np.zeros((int(dataset.Rows), int(dataset.Columns)), bool)
    for group in _OVERLAY_GROUPS:
        if (group, 0x3000) in dataset:
            plane = dataset.overlay_array(group).astype(bool)[: mask.shape[0], : mask.shape[1]]
            mask[: plane.shape[0], : plane.shape[1]] |= plane
    _burn(dataset, mask)
    remove_overlays(dataset)


def _without_overlays(study: Study, _: random.Random) -> Study:
    result = copied(study)
    for dataset in result:
        remove_overlays(dataset)
    return result


def _has_overlays(study: Study) -> bool:
    return is_grey(study) and all((_OVERLAY_GROUP, 0x3000) in dataset for dataset in study)


def capture(study: Study, generator: random.Random, *, colour: bool) -> Study:
    """Capture the screen of a workstation: at most three images, each in a window of a 1024 x 768 screen, eight bits.

    What remains is a Secondary Capture object without geometry and acquisition (PS3.3 A.8).
    """
    mapping, frames = uid_map(generator), _captured_frames(study)
    series = mapping(f"capture {study[0].SeriesInstanceUID}")
    result = []
    for number, (dataset, frame) in enumerate(frames, 1):
        shot = Dataset()
        for keyword in _KEPT_IN_CAPTURE.split():
            if keyword in dataset:
                shot[keyword] = dataset[keyword]
        shot.SOPClassUID, shot.SOPInstanceUID = SecondaryCaptureImageStorage, mapping(f"capture {number}")
        shot.SeriesInstanceUID, shot.Modality, shot.ConversionType = series, "OT", "WSD"
        shot.SeriesNumber, shot.InstanceNumber, shot.ImageType = 999, number, ["DERIVED", "SECONDARY"]
        set_syntax(shot, ExplicitVRLittleEndian)
        screen = np.asarray(_screen(dataset, frame))
        shot.PhotometricInterpretation = "RGB" if colour else "MONOCHROME2"
        pixels = screen if colour else np.asarray(Image.fromarray(screen).convert("L"))
        set_native(shot, pixels[None].astype(np.int64), bits=8, signed=False)
        result.append(shot)
    mark_lossy(tuple(result), 10, "ISO_10918_1")
    return tuple(result)


def _captured_frames(study: Study) -> list[tuple[Dataset, Array]]:
    pictures = [(d, i) for d in study for i in range(int(d.get("NumberOfFrames") or 1))]
    chosen = pictures[len(pictures) // 6 :: max(1, len(pictures) // _MOST_CAPTURES)][:_MOST_CAPTURES]
    values = {id(d): stored_values(d) for d, _ in chosen}
    return [(d, values[id(d)][i]) for d, i in chosen]


def _screen(dataset: Dataset, frame: Array) -> Image.Image:
    screen = Image.new("RGB", _SCREEN, (32, 34, 40))
    draw, font = ImageDraw.Draw(screen), ImageFont.load_default(14)
    draw.rectangle((0, 0, _SCREEN[0], 40), fill=(60, 66, 78))
    for place in range(14):
        draw.rectangle((12 + 44 * place, 8, 40 + 44 * place, 32), outline=(180, 186, 196))
    for line in range(9):
        draw.text((10, 60 + 72 * line), f"Series {line + 1}\n{12 + 7 * line} images", fill=(190, 200, 220), font=font)
    left, top, right, bottom = _VIEWPORT
    shown = Image.fromarray(_as_shown(dataset, frame))
    scale = min((right - left) / shown.width, (bottom - top) / shown.height)
    shown = shown.resize((round(shown.width * scale), round(shown.height * scale)), Image.Resampling.BILINEAR)
    at = (left + (right - left - shown.width) // 2, top + (bottom - top - shown.height) // 2)
    draw.rectangle(_VIEWPORT, fill=(0, 0, 0), outline=(230, 160, 40))
    screen.paste(shown.convert("RGB"), at)
    draw.text((left + 8, top + 8), "W 400 L 40\nZoom 1.3", fill=(240, 240, 120), font=font)
    return screen


def _as_shown(dataset: Dataset, frame: Array) -> Array:
    if frame.ndim > 2:
        kind = "YCbCr" if str(dataset.PhotometricInterpretation).startswith("YBR_F") else "RGB"
        return np.asarray(Image.fromarray(frame.astype(np.uint8), kind).convert("RGB"))
    shown = windowed(dataset, frame, *window_of(dataset, frame)).astype(np.uint8)
    return 255 - shown if dataset.PhotometricInterpretation == "MONOCHROME1" else shown


def _showable(study: Study) -> bool:
    return is_grey(study) or is_colour(study)


CAPTURES: tuple[Transform, ...] = (
    Transform(
        "banner_burnt",
        "lossy",
        lossless=False,
        expected=_BURNT,
        apply=partial(derive, change=banner, description="text burnt in"),
        fits=_showable,
    ),
    Transform("overlay_added", "lossless", lossless=True, expected=_OVERLAID, apply=add_overlay, fits=is_grey),
    Transform(
        "overlay_removed", "lossless", lossless=True, expected=_OVERLAID, apply=_without_overlays, fits=_has_overlays
    ),
    Transform(
        "overlay_burnt",
        "lossy",
        lossless=False,
        expected=_BURNT,
        apply=partial(derive, change=burn_overlays, description="overlay burnt in"),
        fits=_has_overlays,
    ),
    *(
        Transform(
            f"screen_capture_{name}",
            "geometry",
            lossless=False,
            expected=_CAPTURED,
            apply=partial(capture, colour=colour),
            fits=_showable,
        )
        for name, colour in (("rgb", True), ("grey", False))
    ),
)
"""P19 and P20."""
