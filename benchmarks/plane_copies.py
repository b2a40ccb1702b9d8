"""What transfer, export and display do to one plane of grey values: each a function of the plane, seeded by nothing.

These act on pixels alone, so that thousands of pairs can be looked at without writing a file.
"""

import io
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Plane = NDArray[np.float32]
Change = Callable[[Plane], Plane]

SCREEN = (768, 1024)
"""Rows and columns of a screen capture."""


def eight_bits(values: Plane, low: float = 0.0, high: float = 100.0) -> NDArray[np.uint8]:
    """Window a plane between two percentiles to 0..255."""
    floor, ceiling = np.percentile(values, (low, high))
    return np.rint(np.clip((values - floor) / max(float(ceiling - floor), 1e-9), 0, 1) * 255).astype(np.uint8)


def jpeg(quality: int) -> Change:
    """JPEG baseline of the full range in 8 bits."""

    def change(values: Plane) -> Plane:
        buffer = io.BytesIO()
        Image.fromarray(eight_bits(values)).save(buffer, "JPEG", quality=quality)
        return np.asarray(Image.open(buffer)).astype(np.float32)

    return change


def jpeg2000(rate: int) -> Change:
    """JPEG 2000 with the irreversible wavelet at ``rate``:1 of 16-bit samples."""

    def change(values: Plane) -> Plane:
        shifted = np.clip(np.rint(values - values.min()), 0, 65535).astype(np.uint16)
        if shifted.max() < 256:
            shifted = shifted.astype(np.uint8)
        buffer = io.BytesIO()
        Image.fromarray(shifted).save(
            buffer, "JPEG2000", quality_mode="rates", quality_layers=[rate], irreversible=True
        )
        return np.asarray(Image.open(buffer)).astype(np.float32)

    return change


def resized(factor: float) -> Change:
    """Resample to ``factor`` times as many rows and columns, anti-aliased."""

    def change(values: Plane) -> Plane:
        rows, columns = (max(8, round(side * factor)) for side in values.shape)
        return np.asarray(Image.fromarray(values).resize((columns, rows), Image.Resampling.LANCZOS))

    return change


def windowed(low: float, high: float) -> Change:
    """Burn in a window between two percentiles, 8 bits."""
    return lambda values: eight_bits(values, low, high).astype(np.float32)


def gamma(power: float) -> Change:
    """Burn in a gamma curve, 12 bits."""

    def change(values: Plane) -> Plane:
        unit = (values - values.min()) / max(float(np.ptp(values)), 1e-9)
        return np.rint(4095 * unit ** np.float32(power)).astype(np.float32)

    return change


def burnt_in(values: Plane) -> Plane:
    """Write two lines of text, which together take some 5 % of the frame."""
    rows, columns = values.shape
    mask = Image.new("L", (columns, rows), 0)
    size = max(7, rows // 24)
    ImageDraw.Draw(mask).text((columns // 20, rows // 20), "HOSPITAL A\nROUTINE 12345", fill=255, font_size=size)
    marked = values.copy()
    marked[np.asarray(mask) > 127] = values.max()
    return marked


def circle_masked(values: Plane) -> Plane:
    """Set what lies outside the inscribed circle to the least value, as what declares its padding is seen."""
    rows, columns = values.shape
    y, x = np.ogrid[:rows, :columns]
    outside = ((y - rows / 2) / (rows / 2)) ** 2 + ((x - columns / 2) / (columns / 2)) ** 2 > 1
    masked = values.copy()
    masked[outside] = values.min()
    return masked


def bordered(share: float) -> Change:
    """Add a border of the least value, ``share`` of the side all round."""
    return lambda values: np.pad(
        values, [(round(share * side),) * 2 for side in values.shape], constant_values=values.min()
    )


def cropped(share: float) -> Change:
    """Cut ``share`` of the side away all round."""

    def change(values: Plane) -> Plane:
        top, left = (round(share * side) for side in values.shape)
        return values[top : values.shape[0] - top, left : values.shape[1] - left].copy()

    return change


def screen_capture(values: Plane) -> Plane:
    """Show a plane as large as fits into a black 1024 x 768 screen with a tool bar, some text, and JPEG quality 90."""
    rows, columns = SCREEN
    picture = Image.fromarray(eight_bits(values, 0.5, 99.5))
    scale = min((rows - 88) / values.shape[0], (columns - 160) / values.shape[1])
    shown = picture.resize((round(values.shape[1] * scale), round(values.shape[0] * scale)), Image.Resampling.BICUBIC)
    screen = Image.new("L", (columns, rows), 0)
    screen.paste(shown, (120 + (columns - 160 - shown.width) // 2, 60 + (rows - 88 - shown.height) // 2))
    draw = ImageDraw.Draw(screen)
    draw.rectangle((0, 0, columns, 31), fill=96)
    for step in range(12):
        draw.rectangle((8 + 40 * step, 4, 36 + 40 * step, 27), outline=200)
    draw.text((8, 60), "CT 12\nW 350 L 40\nFOV 240", fill=220, font_size=14)
    buffer = io.BytesIO()
    screen.save(buffer, "JPEG", quality=90)
    return np.asarray(Image.open(buffer)).astype(np.float32)


SAME_FIELD: dict[str, Change] = {
    "JPEG 95": jpeg(95),
    "JPEG 75": jpeg(75),
    "JPEG 50": jpeg(50),
    "J2K 10:1": jpeg2000(10),
    "J2K 20:1": jpeg2000(20),
    "J2K 40:1": jpeg2000(40),
    "8 bits": windowed(0, 100),
    "other window": windowed(20, 95),
    "gamma 0.7": gamma(0.7),
    "inverted": lambda values: -values,
    "half size": resized(0.5),
    "0.75 size": resized(0.75),
    "1.5 size": resized(1.5),
    "burnt-in text": burnt_in,
    "circle mask": circle_masked,
}
OTHER_FIELD: dict[str, Change] = {
    "border 8 %": bordered(0.08),
    "crop 5 %": cropped(0.05),
    "crop 10 %": cropped(0.10),
    "screen capture": screen_capture,
}
