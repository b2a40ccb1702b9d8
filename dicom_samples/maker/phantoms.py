"""Anatomy-like phantoms: soft-edged ellipses with texture, before noise. Coordinates run from -1 to 1."""

from dataclasses import dataclass

import numpy as np

from maker.noise import Plane, texture
from maker.people import number_from


@dataclass(frozen=True, slots=True)
class Subject:
    """What an anatomy depends on.

    Attributes:
        seed: names the body; equal seeds are one body.
        shift: how far the body lies beside the centre (y, x), in the unit of the coordinates.
        breath: relative size of what moves when breathing.
        finding: radius of a nodule that was not always there; 0 for none.
    """

    seed: str
    shift: tuple[float, float] = (0.0, 0.0)
    breath: float = 1.0
    finding: float = 0.0

    def vary(self, what: str, middle: float, share: float = 0.12) -> float:
        """Give this body's own value of a measure, within ``share`` of the middle."""
        return middle * (1.0 + share * (int(number_from(f"{self.seed} {what}", 3)) / 500.0 - 1.0))


class Canvas:
    """One plane that organs are painted on."""

    def __init__(self, shape: tuple[int, int], subject: Subject, background: float) -> None:
        rows, columns = shape
        down = subject.shift[0] + subject.vary("down", 1.0, 0.08) - 1.0
        aside = subject.shift[1] + subject.vary("aside", 1.0, 0.08) - 1.0
        self.shape = shape
        self.subject = subject
        self.y = ((np.arange(rows) + 0.5) * 2.0 / rows - 1.0)[:, None] - down
        self.x = ((np.arange(columns) + 0.5) * 2.0 / columns - 1.0)[None, :] - aside
        self.plane: Plane = np.full(shape, background, dtype=np.float64)

    def ellipse(self, centre: tuple[float, float], radii: tuple[float, float], turn: float = 0.0) -> Plane:
        """Mask an ellipse with a soft edge of two or three pixels; ``turn`` is the tangent of half the angle."""
        cosine, sine = (1 - turn * turn) / (1 + turn * turn), 2 * turn / (1 + turn * turn)
        dy, dx = self.y - centre[0], self.x - centre[1]
        along, across = cosine * dy + sine * dx, cosine * dx - sine * dy
        squared = (along / radii[0]) ** 2 + (across / radii[1]) ** 2
        sharpness = min(radii) * min(self.shape) / 13.0
        return np.clip((1.0 - squared) * sharpness + 0.5, 0.0, 1.0)

    def paint(self, mask: Plane, value: float, grain: int = 0, depth: float = 0.0, name: str = "") -> None:
        """Set what the mask covers to a value, with texture of ``grain`` pixels and amplitude ``depth``."""
        content = value + depth * texture(f"{self.subject.seed} {name}", self.shape, grain) if grain else value
        self.plane = self.plane + mask * (content - self.plane)

    def add(self, mask: Plane, value: float) -> None:
        """Add to what the mask covers, as in a projection."""
        self.plane = self.plane + mask * value


def liver_slice(subject: Subject, shape: tuple[int, int], z: float) -> Plane:
    """Paint an axial slice through the upper abdomen, in Hounsfield units; z from -1 (feet) to 1 (head).

    The field of view is that of a zoomed reconstruction: the skin lies outside it, but for the corners.
    """
    canvas, vary = Canvas(shape, subject, -1000.0), subject.vary
    wide, deep = vary("wide", 1.32, 0.04), vary("deep", 1.16, 0.04)
    canvas.paint(canvas.ellipse((0.0, 0.0), (deep, wide)), -95.0, 12, 14.0, f"fat {z:.3f}")
    canvas.paint(canvas.ellipse((0.0, 0.0), (deep * 0.9, wide * 0.9)), 45.0, 9, 16.0, f"wall {z:.3f}")
    canvas.paint(canvas.ellipse((-0.06, 0.0), (deep * 0.76, wide * 0.82)), -50.0, 11, 22.0, f"mesentery {z:.3f}")
    reach = subject.breath * (vary("liver", 0.64) + 0.14 * z)
    canvas.paint(canvas.ellipse((-0.1 + 0.05 * z, -0.46), (reach, 0.56), -0.15), 108.0, 8, 20.0, f"liver {z:.3f}")
    canvas.paint(
        canvas.ellipse((-0.36, 0.02 + 0.1 * z), (0.2, 0.44 * subject.breath), 0.2), 104.0, 8, 20.0, f"left {z:.3f}"
    )
    for vessel in range(4):
        at = (-0.4 + 0.17 * vessel + 0.12 * z, -0.62 + 0.13 * (vessel * 2 % 3) - 0.1 * z * (vessel - 1.5))
        canvas.paint(canvas.ellipse(at, (0.05, 0.11), 0.3 * (vessel - 1.5)), 165.0)
    stomach = (-0.22 - 0.1 * z, vary("stomach", 0.55))
    canvas.paint(canvas.ellipse(stomach, (0.3 - 0.06 * z, 0.3), 0.2), 18.0, 10, 16.0, f"stomach {z:.3f}")
    canvas.paint(
        canvas.ellipse((0.25 - 0.05 * z, 0.78), (0.3 + 0.1 * z, 0.16), 0.15), 122.0, 8, 18.0, f"spleen {z:.3f}"
    )
    for side in (-1.0, 1.0):
        kidney = canvas.ellipse((0.42, side * vary("kidneys", 0.5)), (0.2 - 0.09 * z, 0.15 - 0.06 * z), side * 0.15)
        canvas.paint(kidney, 185.0, 6, 22.0, f"kidney {side} {z:.3f}")
        canvas.paint(canvas.ellipse((0.72, side * 0.3), (0.2, 0.22)), 52.0, 7, 14.0, f"muscle {side} {z:.3f}")
    canvas.paint(canvas.ellipse((0.25, 0.1), (0.085, 0.085)), 190.0)
    canvas.paint(canvas.ellipse((0.18, -0.13 + 0.03 * z), (0.07, 0.1)), 150.0)
    canvas.paint(canvas.ellipse((0.5, 0.0), (0.19, 0.22)), 210.0, 6, 55.0, f"spine {z:.3f}")
    canvas.paint(canvas.ellipse((0.74, 0.0), (0.07, 0.08)), 30.0)
    if subject.finding:
        canvas.paint(canvas.ellipse((-0.05, -0.5), (subject.finding, subject.finding)), 40.0)
    return canvas.plane


def head_slice(subject: Subject, shape: tuple[int, int], z: float) -> Plane:
    """Paint an axial slice through the head as T1 with fat suppression shows it; z from -1 (feet) to 1 (head)."""
    canvas, vary = Canvas(shape, subject, 0.0), subject.vary
    size = 1.08 - 0.08 * z - 0.1 * z * z
    deep, wide = vary("deep", 1.02, 0.05) * size, vary("wide", 0.86, 0.05) * size
    canvas.paint(canvas.ellipse((0.0, 0.0), (deep, wide)), 300.0, 9, 40.0, f"scalp {z:.3f}")
    canvas.paint(canvas.ellipse((0.0, 0.0), (deep * 0.94, wide * 0.93)), 200.0)
    canvas.paint(canvas.ellipse((0.0, 0.0), (deep * 0.88, wide * 0.86)), 470.0, 6, 60.0, f"cortex {z:.3f}")
    for side in (-1.0, 1.0):
        white = canvas.ellipse((0.05 * z, side * wide * 0.42), (deep * 0.64, wide * (0.33 + 0.05 * z)), side * 0.08)
        canvas.paint(white, 600.0, 8, 40.0, f"white {side} {z:.3f}")
        for fold in range(5):
            angle = -0.8 + 0.4 * fold + 0.12 * z
            at = (deep * 0.8 * angle, side * wide * 0.8 * (1.0 - angle * angle) ** 0.5)
            canvas.paint(canvas.ellipse(at, (0.05 + 0.02 * z, 0.12), side * angle * 0.6), 400.0)
        for horn, y in ((vary("front", 0.25), -0.26 + 0.14 * z), (vary("back", 0.22), 0.27 - 0.12 * z)):
            canvas.paint(canvas.ellipse((y, side * (0.13 + 0.08 * z)), (horn - 0.09 * z, 0.085), side * 0.25), 290.0)
        canvas.paint(canvas.ellipse((0.02 + 0.16 * z, side * 0.34), (0.15, 0.1 - 0.05 * z)), 530.0)
    if subject.finding:
        canvas.paint(canvas.ellipse((-0.25, 0.4), (subject.finding, subject.finding)), 760.0)
    return canvas.plane


def chest_film(subject: Subject, shape: tuple[int, int]) -> Plane:
    """Paint a frontal chest projection: attenuation, 0 (air) to about 1."""
    canvas, vary = Canvas(shape, subject, 0.02), subject.vary
    canvas.paint(canvas.ellipse((0.35, 0.0), (1.3, vary("wide", 0.9))), 0.62, 16, 0.05, "soft tissue")
    lung = subject.breath
    for side in (-1.0, 1.0):
        centre = (-0.05, side * vary("apart", 0.43))
        canvas.add(canvas.ellipse(centre, (0.68 * lung, 0.31), side * 0.05), -0.4)
        for rib in range(8):
            y = -0.72 + 0.17 * rib
            arc = canvas.ellipse((y, side * 0.42), (0.1, 0.42)) - canvas.ellipse((y + 0.05, side * 0.42), (0.1, 0.42))
            canvas.add(np.clip(arc, 0.0, 1.0), 0.09)
        for branch in range(6):
            at = (-0.15 + 0.09 * branch, side * (0.2 + 0.035 * (branch * 3 % 5)))
            canvas.add(canvas.ellipse(at, (0.09, 0.035), side * 0.3), 0.06)
        canvas.add(canvas.ellipse((-0.78, side * 0.4), (0.035, 0.36), side * -0.12), 0.12)
    canvas.add(canvas.ellipse((0.22, 0.16), (0.36, 0.32), 0.25), 0.22)
    canvas.add(canvas.ellipse((0.0, 0.0), (1.6, 0.085)), 0.13)
    if subject.finding:
        canvas.add(canvas.ellipse((-0.2, -0.45), (subject.finding, subject.finding)), 0.12)
    return np.clip(canvas.plane, 0.0, 1.0)


def heart_sector(subject: Subject, shape: tuple[int, int], beat: float) -> tuple[Plane, Plane]:
    """Paint an apical view of the heart as ultrasound shows it, and the fan it is seen in; beat from 0 to 1."""
    canvas, vary = Canvas(shape, subject, 90.0), subject.vary
    y, x = canvas.y + 1.0, canvas.x
    depth = y * y + x * x
    fan = ((np.abs(x) <= 0.75 * y) & (depth >= 0.02) & (depth <= 3.5)).astype(np.float64)
    squeeze = 1.0 - 0.25 * (1.0 - (2.0 * beat - 1.0) ** 2)
    canvas.paint(canvas.ellipse((0.05, 0.0), (0.72, 0.5)), 165.0, 5, 30.0, "wall")
    canvas.paint(canvas.ellipse((-0.1, -0.2), (0.36 * squeeze, 0.16 * squeeze), 0.05), 22.0)
    canvas.paint(canvas.ellipse((-0.05, 0.2), (0.34 * squeeze, vary("right", 0.14) * squeeze), -0.08), 26.0)
    for side in (-1.0, 1.0):
        canvas.paint(canvas.ellipse((0.45, side * 0.2), (0.18, 0.15 / squeeze)), 18.0)
    canvas.paint(canvas.ellipse((0.27, 0.0), (0.02, 0.36)), 215.0)
    return canvas.plane, fan
