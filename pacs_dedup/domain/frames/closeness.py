"""How a look stands against the neighbours of its partner: a copy resembles its original more than what lies beside."""

from math import inf

from pacs_dedup.domain.frames.alignment import Looked
from pacs_dedup.domain.frames.noise_model import unbounded_bits
from pacs_dedup.domain.frames.verification import FrameVerification

_CLOSER = 0.7
"""A copy leaves at most this share of what its original's neighbour leaves unexplained: where everything looks like
everything, as in volumes of half a second, a little more likeness says nothing."""
CLEARLY_AHEAD = 1.5
"""Bits by which a neighbour has to lead: by less the same small frame, compressed, scatters."""


def is_closer(look: Looked) -> bool:
    """Tell whether there is a neighbour, and none looks nearly as much like the incoming frame as the partner does."""
    measure = _overall if _by_the_whole(look) else _noise
    own = 1 - measure(look.result)
    beside = [1 - measure(other) for other in _comparable(look)]
    return bool(beside) and all(own <= _CLOSER * left for left in beside)


def lead_over_neighbours(look: Looked) -> float:
    """Return by how much the partner looks more like the incoming frame than its most similar neighbour does.

    Returns:
        Bits of the noise model, unbounded; where of one side of a comparison only the likeness of the whole is known,
        the difference of that. Infinite where there is no neighbour to compare with.
    """
    measure = _overall if _by_the_whole(look) else unbounded_bits
    return measure(look.result) - max(map(measure, _comparable(look)), default=-inf)


def is_named(look: Looked) -> bool:
    """Tell whether headers may say which of several equally alike frames is the partner.

    Under a kept SOP Instance UID they are in question; frames of one object have an order that is not.
    """
    within = {neighbour.blob_id for neighbour in look.at.neighbours} == {look.at.prior.blob_id}
    return within or not look.at.one_uid


def is_beaten(look: Looked) -> bool:
    """Tell whether a neighbour looks more like the incoming frame than the partner does.

    Where noise ranks the two alike nothing tells them apart, and what the headers say of them has to stand, if they may
    say it.
    """
    margin = CLEARLY_AHEAD if is_named(look) and not _by_the_whole(look) else 0.0
    return lead_over_neighbours(look) <= -margin


def _comparable(look: Looked) -> list[FrameVerification]:
    """Return what the neighbours gave; where nothing but the likeness of the whole is known, of all of them that."""
    return [other for other in look.beside if _by_the_whole(look) or not other.refused]


def _by_the_whole(look: Looked) -> bool:
    """Whether noise was not to be had on both sides: of a neighbour that looks otherwise too little may be left."""
    refused = [bool(other.refused) for other in look.beside]
    few = look.result.thin and any(refused)
    return bool(look.result.refused) or few or (bool(refused) and all(refused))


def _overall(found: FrameVerification) -> float:
    return found.overall


def _noise(found: FrameVerification) -> float:
    return found.correlation
