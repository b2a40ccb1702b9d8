"""Read sample files and their pixels without any code of the product: a second opinion must be independent."""

from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset, dcmread
from pydicom.encaps import generate_frames
from pydicom.uid import JPEG2000, UID, JPEG2000Lossless, JPEGBaseline8Bit, JPEGLosslessSV1, JPEGLSLossless

from tests.scenarios.stories import SAMPLES, Story, load_stories

STORIES = load_stories()
BY_NUMBER = {story.name[:2]: story for story in STORIES}
FILES = sorted(SAMPLES.glob("*/*/*.dcm"))
DECODERS = {
    JPEGBaseline8Bit: imagecodecs.jpeg8_decode,
    JPEGLosslessSV1: imagecodecs.jpeg8_decode,
    JPEGLSLossless: imagecodecs.jpegls_decode,
    JPEG2000: imagecodecs.jpeg2k_decode,
    JPEG2000Lossless: imagecodecs.jpeg2k_decode,
}


def datasets(story: Story, sending: int) -> list[Dataset]:
    return [dcmread(path) for path in story.sendings[sending].files]


def syntax_of(dataset: Dataset) -> UID:
    return dataset.file_meta.TransferSyntaxUID


def pixels_of(dataset: Dataset) -> NDArray[Any]:
    """Decode the stored values of an image; compressed ones have a single frame."""
    decode = DECODERS.get(syntax_of(dataset))
    if decode is None:
        return dataset.pixel_array
    return decode(next(generate_frames(dataset.PixelData, number_of_frames=1)))


def modality_values(dataset: Dataset) -> NDArray[np.float64]:
    values = pixels_of(dataset).astype(np.float64)
    return values * float(dataset.get("RescaleSlope", 1)) + float(dataset.get("RescaleIntercept", 0))


def residual(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what lies between two Gaussians of 1.0 and 2.5 pixels, limited to three median deviations."""
    band = _blur(values, 1.0) - _blur(values, 2.5)
    limit = 3 * np.median(np.abs(band))
    return np.clip(band, -limit, limit)


def noise_correlation(first: Path, second: Path) -> float:
    """Correlate the residuals of two images, away from their borders and from what either shows as black or white."""
    left, right = modality_values(dcmread(first)), modality_values(dcmread(second))
    seen = _within(left) & _within(right)
    return float(np.corrcoef(residual(left)[seen], residual(right)[seen])[0, 1])


def _within(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    margin = 0.02 * (values.max() - values.min())
    seen = (values > values.min() + margin) & (values < values.max() - margin)
    seen[:8], seen[-8:], seen[:, :8], seen[:, -8:] = False, False, False, False
    return seen


def _blur(values: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
    reach = int(4 * sigma + 0.5)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    for axis in (0, 1):
        values = np.apply_along_axis(np.convolve, axis, values, kernel, mode="same")
    return values
