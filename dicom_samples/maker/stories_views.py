"""Stories in which a film comes back as somebody turned it, or as it stood on a screen."""

import numpy as np
from pydicom.uid import JPEGLSLossless, SecondaryCaptureImageStorage

from maker.changes import in_syntaxes, reconciled, reissued, windowed, with_pixels
from maker.encode import Frame, Instance, frames_of, set_pixels
from maker.headers import WORKSTATION, Visit, study_header
from maker.images import Series, Shot, cr_film, dx_film
from maker.noise import Plane
from maker.people import PEOPLE, PMH, QEH, with_hkid
from maker.phantoms import Subject
from maker.story import Expect, Sending, Story

_SCREEN = (260, 330)
_FILM_CORNER = (28, 12)
_SCALE = (5, 4)


def mirrored_film() -> Story:
    """A film comes back left for right, and its header says nothing of it."""
    name, person = "34-mirrored-film", PEOPLE[35]
    visit = Visit(name, "cr", with_hkid(person), QEH, "20260424", "091500", "XR CHEST PA")
    film = in_syntaxes(cr_film(visit, Subject(person.latin), Shot("first")), (JPEGLSLossless,))
    copy = reconciled(reissued(film, name, "copy"), with_hkid(person), PMH, name)
    return Story(
        name,
        "The same film, left for right",
        "An import stored a chest film mirrored, under new UIDs, and left the header as it was: it still names the "
        "left side of the patient where the right one now is. The heart is on the wrong side in one of the two, and "
        "somebody might be treated on it. It goes through, and a person is alarmed at once.",
        "CR phantom, JPEG-LS; every row of pixels reversed, Patient Orientation untouched.",
        (
            Sending("01-qeh", QEH.ae_title, film),
            Sending("02-pmh", PMH.ae_title, with_pixels(copy, _left_for_right, 10)),
        ),
        Expect(
            "orientation_twin",
            "alert",
            "same",
            ("orientation",),
            quiet="Never held back: either of the two may show the wrong side.",
        ),
    )


def _left_for_right(frame: Frame) -> Frame:
    return np.ascontiguousarray(frame[:, ::-1])


def screen_capture() -> Story:
    """A reader's workstation sends a picture of its screen."""
    name, person = "35-screen-capture", PEOPLE[36]
    visit = Visit(name, "dx", with_hkid(person), PMH, "20260427", "100900", "XR CHEST PA")
    film = in_syntaxes(dx_film(visit, Subject(person.latin), Shot("first")), (JPEGLSLossless,))
    return Story(
        name,
        "A picture of the screen that showed a known film",
        "An hour after a chest film, a workstation sends a picture of its screen as a study of its own: the film in "
        "256 grey levels and a quarter larger, in a window with a bar, buttons and a strip of little pictures. "
        "Nothing in the header points to the film; the noise in the picture does.",
        "DX phantom, JPEG-LS; default window burnt into 8 bits, enlarged 5:4, within a dark screen of 260 x 330.",
        (
            Sending("01-pmh", PMH.ae_title, film),
            Sending("02-pmh-workstation", PMH.ae_title, (_captured(film, visit.at("screen", "111530")),)),
        ),
        Expect("lossy_copy", "flag", "same", ("residual_noise",)),
    )


def _captured(film: Series, visit: Visit) -> Instance:
    shown = frames_of(windowed(film)[0].dataset)[0].astype(np.float64)
    dataset = study_header(visit, WORKSTATION, SecondaryCaptureImageStorage, "OT", 99, 1)
    dataset.ConversionType, dataset.SeriesDescription = "WSD", "Screen capture"
    dataset.ImageType = ["DERIVED", "SECONDARY"]
    dataset.PhotometricInterpretation = "MONOCHROME2"
    screen = _desktop(shown)
    large = _enlarged(_enlarged(shown).T).T
    top, left = _FILM_CORNER
    screen[top : top + large.shape[0], left : left + large.shape[1]] = large
    set_pixels(dataset, [np.rint(screen).astype(np.uint8)], 8)
    return Instance(dataset, JPEGLSLossless)


def _enlarged(plane: Plane) -> Plane:
    """Stretch the first axis 5:4, linear between rows."""
    grow, by = _SCALE
    at = np.clip((np.arange(plane.shape[0] * grow // by) + 0.5) * by / grow - 0.5, 0, plane.shape[0] - 1)
    upper = np.minimum(at.astype(np.int64), plane.shape[0] - 2)
    share = (at - upper)[:, None]
    return plane[upper] * (1.0 - share) + plane[upper + 1] * share


def _desktop(shown: Plane) -> Plane:
    """Paint a dark window: title bar, column of buttons with marks, strip of little pictures."""
    screen = np.full(_SCREEN, 24.0)
    screen[:16] = 60.0
    screen[5:11, 8:120:3] = 190.0
    for row in range(7):
        button = screen[28 + 32 * row :, 244:][:22, :22]
        button[:], button[8:14, 5:17] = 70.0, 150.0
    for row in range(3):
        screen[36 + 72 * row :, 276:][:44, :44] = shown[::4, ::4]
    return screen


STORIES = (mirrored_film, screen_capture)
