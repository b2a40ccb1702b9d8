"""Looks at two frames, for the tests of what they mean."""

from dataclasses import replace

from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.frames.alignment import LookAt, Looked
from pacs_dedup.domain.frames.findings import Finding, read_all
from pacs_dedup.domain.frames.pairing import FrameRef
from pacs_dedup.domain.frames.verification import FrameVerification
from tests.builders import JPEG_BASELINE, LOSSY, NO_ANSWER, SAME_NOISE, again, make_frame, make_instance

PAIR = LookAt(
    FrameRef(make_instance("1").blob_id, 0), FrameRef(make_instance("2").blob_id, 0), modalities=frozenset({"MR"})
)


def beside(at: LookAt, found: FrameVerification, correlation: float) -> Looked:
    """A look with one neighbour, which shares so much of the incoming frame's noise."""
    fine = max(-1.0, found.fine_correlation - found.correlation + correlation)
    return Looked(at, found, (replace(found, correlation=correlation, fine_correlation=fine, refused=""),))


WINNING = beside(PAIR, SAME_NOISE, 0.8)
LOSING = beside(PAIR, SAME_NOISE, 0.99)


def findings(*looks: Looked) -> list[Finding]:
    return [finding for _, finding in read_all(looks)]


LEANING = FrameVerification(0.95, 0.99, 1.15, 90_000, fine_correlation=0.61, overall=0.999)
"""What JPEG 2000 at 20:1 left of a chest film."""

FAINT = FrameVerification(0.96, 0.89, 1.1, 30_000, fine_correlation=0.7, overall=0.99)
"""What JPEG 2000 at 40:1 left of slices of the head."""
ANEW = replace(PAIR, one_moment=True, kernel="equal")
KEPT = replace(ANEW, one_uid=True)
SLICE = beside(ANEW, FAINT, 0.89)

THIN = replace(SAME_NOISE, live_pixels=200, thin=True)
FLAT = FrameVerification(overall=0.997, live_pixels=3, refused=NO_ANSWER.refused, thin=True)
"""A head in eight bits over the whole range of a CT: four grey levels, and edges between them."""


def squeezed(instances: tuple[InstanceFingerprint, ...]) -> tuple[InstanceFingerprint, ...]:
    """Return what JPEG makes of instances, under their UIDs."""
    return tuple(
        again(i, frames=(make_frame(f"squeezed {n}"),), rendition=LOSSY, transfer_syntax_uid=JPEG_BASELINE)
        for n, i in enumerate(instances)
    )
