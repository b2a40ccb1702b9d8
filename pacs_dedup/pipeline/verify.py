"""Look at two frames side by side: for pairs that no exact digest settles."""

from pathlib import Path

from pacs_dedup.dicom.decode_pixels import DecodedFrame, decode_frame
from pacs_dedup.domain.frames.verification import FrameVerification, Scope
from pacs_dedup.pixels.grey import GreyFrame, grey_frame
from pacs_dedup.pixels.informative import is_drawn
from pacs_dedup.pixels.verify import verify_grey_frames

_NOISELESS = "an image that was drawn has no noise that a copy could share: what is alike are its edges"


def verify_frames(
    path_a: Path, frame_a: int, path_b: Path, frame_b: int, scope: Scope = Scope.WHOLE
) -> FrameVerification:
    """Compare frame ``frame_a`` of one file with frame ``frame_b`` of another (both 0-based).

    Decodes both; to be called where a codec may crash, like `examine`. With `Scope.PARTS` a crop, a bordered copy
    and a picture inside a captured screen are found too, which takes from a quarter of a second to some seconds.

    Raises:
        Unreadable: a file or its pixels can not be decoded.
        BadRequest: a file has no such frame.
    """
    a, b = decode_frame(path_a, frame_a), decode_frame(path_b, frame_b)
    if is_drawn(a.array) or is_drawn(b.array):
        return FrameVerification(refused=_NOISELESS)
    return verify_grey_frames(_grey(a), _grey(b), lossless=not (a.lossy or b.lossy), search_region=scope is Scope.PARTS)


def _grey(decoded: DecodedFrame) -> GreyFrame:
    return grey_frame(decoded.array, decoded.photometric_interpretation, decoded.padding, decoded.rgb)
