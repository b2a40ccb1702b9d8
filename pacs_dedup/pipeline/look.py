"""Look at the pixels of the frame pairs that a comparison asks for."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from pacs_dedup.domain.errors import BlobMissing, Unreadable
from pacs_dedup.domain.frames.alignment import LookAt, Looked
from pacs_dedup.domain.frames.pairing import FrameRef
from pacs_dedup.domain.frames.verification import FrameVerification, Scope
from pacs_dedup.domain.identifiers import BlobId

VerifyFrames = Callable[[Path, int, Path, int, Scope], FrameVerification]
"""`pacs_dedup.pipeline.verify.verify_frames`, usually run in a child process."""

PathOf = Callable[[BlobId], Path]


_SEARCHES = 2
"""Frames of a pair of studies in which a part is searched for; only where one is found, in the others too."""


def look(looks: Sequence[LookAt], path_of: PathOf, verify: VerifyFrames) -> tuple[Looked, ...]:
    """Carry out every look; one whose pixels can not be had is refused with its cause, never an error."""
    done: list[Looked] = []
    searched = found = 0
    for each in looks:
        search = each.search_region and (found > 0 or searched < _SEARCHES)
        done.append(_look_at(each, path_of, verify, Scope.PARTS if search else Scope.WHOLE))
        searched += search
        found += done[-1].result.region is not None
    return tuple(done)


def _look_at(each: LookAt, path_of: PathOf, verify: VerifyFrames, scope: Scope) -> Looked:
    try:
        result = _verified(each.incoming, each.prior, path_of, verify, scope)
    except BlobMissing as error:
        return Looked(each, FrameVerification(refused=str(error)), held=False)
    except Unreadable as error:
        return Looked(each, FrameVerification(refused=str(error)))
    # The neighbours are given the same chance to be shown in part.
    beside_scope = Scope.WHOLE if result.region is None else Scope.PARTS
    beside = _neighbours(each, path_of, verify, beside_scope) if result.compared else ()
    return Looked(each, result, tuple(beside))


def _neighbours(each: LookAt, path_of: PathOf, verify: VerifyFrames, scope: Scope) -> Iterable[FrameVerification]:
    results = (_verified_or_refused(each.incoming, other, path_of, verify, scope) for other in each.neighbours)
    return (result for result in results if result.compared)


def _verified_or_refused(
    left: FrameRef, right: FrameRef, path_of: PathOf, verify: VerifyFrames, scope: Scope
) -> FrameVerification:
    try:
        return _verified(left, right, path_of, verify, scope)
    except (Unreadable, BlobMissing) as error:
        return FrameVerification(refused=str(error))


def _verified(
    left: FrameRef, right: FrameRef, path_of: PathOf, verify: VerifyFrames, scope: Scope
) -> FrameVerification:
    return verify(path_of(left.blob_id), left.frame, path_of(right.blob_id), right.frame, scope)
