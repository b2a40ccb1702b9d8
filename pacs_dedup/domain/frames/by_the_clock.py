"""What the clock settles: two frames of one moment are no repeats of each other, though compression took their noise.

The headers say that two frames are of one moment and were reconstructed once. Then less is asked of the pixels. Under a
kept SOP Instance UID one image may stand for another, headers and all, and there more is asked of the picture.
"""

from pacs_dedup.domain.frames.alignment import Looked
from pacs_dedup.domain.frames.closeness import is_beaten, is_closer, lead_over_neighbours
from pacs_dedup.domain.frames.noise_model import ENOUGH_PIXELS, LEAST_COPY_BITS, copy_bits
from pacs_dedup.domain.frames.verification import Fidelity

RECONSTRUCTED_MODALITIES = frozenset({"CT", "MR", "PT", "NM"})
MOST_TEXT = 0.05
"""Share of blocks that may disagree as burnt-in text does."""
_ALIKE, _SOME_NOISE, _MUCH_NOISE = 0.985, 0.6, 0.9
_NEARLY_ALIKE, _NEARLY_ALL_NOISE = 0.95, 0.97
_RATHER_ALIKE, _LEANING_BITS = 0.9, 1.5
"""Compressed pairs of two kernels weigh -1.6 bits or less in 19 of 20; a mild denoising can weigh more."""
_LEAST_NOISE = 0.4
_ONE_RECONSTRUCTION = 0.998
"""Two kernels of one scan, the one compressed to a tenth, reached a likeness of 0.996."""
_ONE_PICTURE, _MARKS_OF_LOSS = 0.99, 0.003
"""Of frames that 8 bits and JPEG left a few levels, repeats and other weightings reached 0.987, neighbours 0.996, and
no more than one copy in a hundred stays below."""


def one_image_by_the_header(look: Looked) -> bool:
    """Tell whether two frames are of one moment and were reconstructed once, as far as is told."""
    kept = look.at.kernel == "equal" or not look.at.modalities <= RECONSTRUCTED_MODALITIES
    return look.at.one_moment and kept


def is_large(look: Looked) -> bool:
    """Tell whether enough pixels were compared; those that enlarging a small matrix makes do not count."""
    live, matrix = look.result.live_pixels, look.at.least_matrix
    return min(live, live if matrix is None else matrix) >= ENOUGH_PIXELS


def settled_by_the_clock(look: Looked) -> bool:
    """Tell whether the clock settles what noise leaves open.

    Strong compression takes most of the noise away. Two frames of one moment are no repeats of each other, and where
    they look the same to the last percent only the reconstruction is left to doubt, which the reading has excluded. A
    small matrix must show more of the same noise, for it has less. Nearly all the same noise may stand for some of the
    likeness: values that wrap, as phases do, are spread where they wrap.
    """
    found = look.result
    noise = _SOME_NOISE if is_large(look) else _MUCH_NOISE
    alike = found.likeness >= _ALIKE and found.correlation >= noise
    nearly = found.likeness >= _NEARLY_ALIKE and found.correlation >= _NEARLY_ALL_NOISE
    by_picture = (alike or nearly) and (not look.at.one_uid or _is_one_image_with_little_noise(look))
    return one_image_by_the_header(look) and (by_picture or _compressed_and_filed_anew(look))


def _is_one_image_with_little_noise(look: Looked) -> bool:
    """Tell whether two frames under one UID are too alike for two reconstructions that one header describes."""
    found = look.result
    return copy_bits(found) >= LEAST_COPY_BITS or found.overall >= _ONE_RECONSTRUCTION


def _compressed_and_filed_anew(look: Looked) -> bool:
    """Whether what compression left of a frame is enough under a new UID.

    What is left of the noise leans towards a copy; or the frame declares itself to be the other one, and neither its
    noise nor a neighbour says otherwise.
    """
    found = look.result
    if found.fidelity is not Fidelity.LOSSY or look.at.one_uid:
        return False
    leans = copy_bits(found) >= _LEANING_BITS and found.likeness >= _RATHER_ALIKE and lead_over_neighbours(look) > 0
    return leans or (look.at.declared and shares_some_noise(look) and not is_beaten(look))


def settled_though_thin(look: Looked) -> bool:
    """Tell whether two frames are one by their headers, and look it, of which little carries grey levels.

    Eight bits over the whole range of a CT leave a head three or four levels: no noise, and what is alike are edges.
    So noise does not speak here for itself; but where the clock rules a repeat out, and a neighbour looks less alike,
    the picture is enough, if what noise there is does not say otherwise.
    """
    found = look.result
    by_noise = not found.refused and copy_bits(found) >= LEAST_COPY_BITS
    by_picture = found.overall >= _ALIKE if found.refused else found.likeness >= _ALIKE and shares_some_noise(look)
    alike = (by_noise or by_picture) and found.outlier_share <= MOST_TEXT
    enough = _is_one_picture(look) if look.at.one_uid else alike and lead_over_neighbours(look) > 0
    return enough and one_image_by_the_header(look)


def _is_one_picture(look: Looked) -> bool:
    """Tell whether two frames under one UID are too alike for repeats, neighbours left far behind.

    Where an image is cut into few levels, its noise shows in where the steps run, so that a repeat has other steps. A
    picture without neighbours stays open.
    """
    found = look.result
    alike = found.overall >= _ONE_PICTURE and found.outlier_share <= _MARKS_OF_LOSS
    return alike and (bool(found.refused) or copy_bits(found) >= LEAST_COPY_BITS) and is_closer(look)


def has_little_noise(look: Looked) -> bool:
    """Tell whether a frame under its old UID is the one it was but for noise, of which it had too little.

    The first and last slices of a head hold mostly air. Others of the series have to vouch for such a one.
    """
    found = look.result
    alike = found.overall >= _ONE_RECONSTRUCTION and found.outlier_share <= _MARKS_OF_LOSS
    return one_image_by_the_header(look) and alike and is_closer(look)


def lost_its_noise(look: Looked) -> bool:
    """Tell whether compression may be why two frames of one moment share less noise than copies do.

    They are no repeats of each other; they may be reconstructions. What shares next to none is another image, whatever
    its header says.
    """
    lossy = look.result.fidelity is Fidelity.LOSSY and not look.at.one_uid
    return lossy and shares_some_noise(look) and one_image_by_the_header(look)


def shares_some_noise(look: Looked) -> bool:
    """Tell whether two frames share what noise even strong compression leaves."""
    return look.result.correlation >= _LEAST_NOISE
