"""Two frames -> small pictures side by side. Decodes, so it runs in a child process."""

from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from pacs_dedup.dicom.decode_pixels import DecodedFrame, decode_frame
from pacs_dedup.domain.errors import BadRequest, BlobMissing, Unreadable
from pacs_dedup.pixels.thumbnail import Shown, difference_thumbnail, display_values, thumbnail
from pacs_dedup.reports.model import Pictures


def side_by_side(incoming: Path | None, frame_a: int, prior: Path | None, frame_b: int) -> Pictures:
    """Return pictures of a frame of each side, and of their difference.

    Both are shown with their own window; a picture that can not be made is missing and the note says why.
    """
    left, left_cause = _shown(incoming, frame_a)
    right, right_cause = _shown(prior, frame_b)
    causes = [f"{side}: {cause}" for side, cause in (("incoming", left_cause), ("prior", right_cause)) if cause]
    return Pictures(
        incoming=None if left is None else thumbnail(left),
        prior=None if right is None else thumbnail(right),
        difference=None if left is None or right is None else difference_thumbnail(left, right),
        note="; ".join(causes) or _note(left, right),
    )


def _note(left: NDArray[Any] | None, right: NDArray[Any] | None) -> str:
    if left is None or right is None or left.shape == right.shape:
        return ""
    sizes = " and ".join(f"{values.shape[1]} x {values.shape[0]}" for values in (left, right))
    return f"No difference picture: the frames are of different size or kind ({sizes})."


def _shown(path: Path | None, frame: int) -> tuple[NDArray[Any] | None, str]:
    if path is None:
        return None, "there is no image"
    try:
        return _values(decode_frame(path, frame)), ""
    except (Unreadable, BlobMissing, BadRequest) as error:
        return None, str(error)


def _values(decoded: DecodedFrame) -> NDArray[Any]:
    if decoded.rgb is not None:
        return display_values(decoded.rgb, Shown("RGB"))
    shown = Shown(
        photometric_interpretation=decoded.photometric_interpretation,
        bits_stored=decoded.bits_stored,
        rescale_slope=decoded.rescale_slope,
        rescale_intercept=decoded.rescale_intercept,
        window=decoded.window,
        padding=decoded.padding,
    )
    return display_values(decoded.array, shown)
