"""Look at the pixels of the frame pairs that a comparison asks for."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from pacs_dedup.domain.alignment import LookAt, Looked
from pacs_dedup.domain.errors import BlobMissing, Unreadable
from pacs_dedup.domain.identifiers import BlobId
from pacs_dedup.domain.pairing import FrameRef
from pacs_dedup.domain.verification import FrameVerification, Scope

VerifyFrames = Callable[[Path, int, Path, int, Scope], FrameVerification]
"""`pacs_dedup.pipeline.verify.verify_frames`, usually run in a child process."""

PathOf = Callable[[BlobId], Path]


def look(looks: Sequence[LookAt], path_of: PathOf, verify: VerifyFrames) -> tuple[Looked, ...]:
    """Carry out every look; one whose pixels can not be had is refused with its cause, never an error."""
    return tuple(_look_at(each, path_of, verify) for each in looks)


def _look_at(each: LookAt, path_of: PathOf, verify: VerifyFrames) -> Looked:
    scope = Scope.PARTS if each.search_region else Scope.WHOLE
    try:
        result = _verified(each.incoming, each.prior, path_of, verify, scope)
    except BlobMissing as error:
        return Looked(each, FrameVerification(refused=str(error)), held=False)
    except Unreadable as error:
        return Looked(each, FrameVerification(refused=str(error)))
    beside = [] if result.refused else _correlations(each.incoming, each.neighbours, path_of, verify)
    return Looked(each, result, max(beside, default=None))


def _correlations(frame: FrameRef, others: Collection[FrameRef], path_of: PathOf, verify: VerifyFrames) -> list[float]:
    results = (_verified_or_refused(frame, other, path_of, verify) for other in others)
    return [result.correlation for result in results if not result.refused]


def _verified_or_refused(left: FrameRef, right: FrameRef, path_of: PathOf, verify: VerifyFrames) -> FrameVerification:
    try:
        return _verified(left, right, path_of, verify, Scope.WHOLE)
    except (Unreadable, BlobMissing) as error:
        return FrameVerification(refused=str(error))


def _verified(
    left: FrameRef, right: FrameRef, path_of: PathOf, verify: VerifyFrames, scope: Scope
) -> FrameVerification:
    return verify(path_of(left.blob_id), left.frame, path_of(right.blob_id), right.frame, scope)
