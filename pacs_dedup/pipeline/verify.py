"""Look at two frames side by side: for pairs that no exact digest settles."""

from pathlib import Path

from pacs_dedup.dicom.decode_pixels import DecodedFrame, decode_frame
from pacs_dedup.domain.verification import FrameVerification
from pacs_dedup.pixels.grey import GreyFrame, grey_frame
from pacs_dedup.pixels.verify import verify_grey_frames


def verify_frames(path_a: Path, frame_a: int, path_b: Path, frame_b: int) -> FrameVerification:
    """Compare frame ``frame_a`` of one file with frame ``frame_b`` of another (both 0-based).

    Decodes both; to be called where a codec may crash, like `examine`.

    Raises:
        Unreadable: a file or its pixels can not be decoded.
        BadRequest: a file has no such frame.
    """
    a, b = decode_frame(path_a, frame_a), decode_frame(path_b, frame_b)
    return verify_grey_frames(_grey(a), _grey(b), lossless=not (a.lossy or b.lossy))


def _grey(decoded: DecodedFrame) -> GreyFrame:
    return grey_frame(decoded.array, decoded.photometric_interpretation, decoded.padding, decoded.rgb)
