"""What happens to a study on its way: other UIDs, other demographics, other encodings, other pixels."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

import numpy as np
from pydicom import Dataset
from pydicom.uid import JPEG2000, UID, JPEGBaseline8Bit

from maker.encode import Frame, frames_of, set_pixels
from maker.headers import put_identity, put_site
from maker.images import Series
from maker.people import Hospital, Identity, make_uid

_OUR_UIDS = "2.25."


def copied(series: Series, change: Callable[[Dataset], None]) -> Series:
    """Copy the instances and change each copy's data set."""
    copies = []
    for instance in series:
        dataset = deepcopy(instance.dataset)
        change(dataset)
        copies.append(replace(instance, dataset=dataset))
    return tuple(copies)


def reissued(series: Series, story: str, role: str, keep: tuple[str, ...] = ()) -> Series:
    """Give every UID of the objects a new value, one for one, so that references still meet; ``keep`` stays."""

    def change(dataset: Dataset) -> None:
        for element in dataset.iterall():
            if element.VR != "UI" or element.keyword in keep or not str(element.value).startswith(_OUR_UIDS):
                continue
            element.value = make_uid(story, role, element.value)

    return copied(series, change)


def reconciled(series: Series, identity: Identity, hospital: Hospital, order: str) -> Series:
    """Write another hospital's patient number, name, accession number and institution into the headers."""

    def change(dataset: Dataset) -> None:
        put_identity(dataset, identity)
        put_site(dataset, hospital, order)
        dataset.StudyDescription = f"OUTSIDE {dataset.StudyDescription}"

    return copied(series, change)


def in_syntaxes(series: Series, syntaxes: tuple[UID, ...]) -> Series:
    """Write the instances in these transfer syntaxes, by turns; the pixels stay the same."""
    return tuple(
        replace(instance, syntax=syntaxes[n % len(syntaxes)], dataset=deepcopy(instance.dataset))
        for n, instance in enumerate(series)
    )


def with_pixels(series: Series, change: Callable[[Frame], Frame], bits_stored: int, *, signed: bool = False) -> Series:
    """Change every frame; ``bits_stored`` and ``signed`` describe the result."""

    def rewrite(dataset: Dataset) -> None:
        set_pixels(dataset, [change(frame) for frame in frames_of(dataset)], bits_stored, signed=signed)

    return copied(series, rewrite)


def windowed(series: Series) -> Series:
    """Burn the default window into 8 bits, as exports for teaching and for telephones do."""

    def rewrite(dataset: Dataset) -> None:
        low = float(dataset.WindowCenter) - float(dataset.WindowWidth) / 2
        slope, intercept = float(dataset.get("RescaleSlope", 1)), float(dataset.get("RescaleIntercept", 0))
        values = [(frame * slope + intercept - low) / float(dataset.WindowWidth) for frame in frames_of(dataset)]
        set_pixels(dataset, [np.rint(255 * np.clip(v, 0, 1)).astype(np.uint8) for v in values], 8)
        dataset.WindowCenter, dataset.WindowWidth = 128, 256
        if "RescaleSlope" in dataset:
            dataset.RescaleSlope, dataset.RescaleIntercept, dataset.RescaleType = 1, 0, "US"

    return copied(series, rewrite)


def lossy(series: Series, syntax: UID, quality: int, ratio: str) -> Series:
    """Mark the images as lossy (PS3.3 C.7.6.1.1.5) and have them written so."""
    method = {JPEGBaseline8Bit: "ISO_10918_1", JPEG2000: "ISO_15444_1"}[syntax]

    def mark(dataset: Dataset) -> None:
        dataset.ImageType = ["DERIVED", *list(dataset.ImageType)[1:]]
        dataset.LossyImageCompression = "01"
        dataset.LossyImageCompressionRatio, dataset.LossyImageCompressionMethod = ratio, method
        dataset.DerivationDescription = "Lossy compression for transfer"

    return tuple(replace(instance, syntax=syntax, quality=quality) for instance in copied(series, mark))
