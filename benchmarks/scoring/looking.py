"""Pixels for the verification: files that are written only when they are needed, and figures that are kept."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

from pacs_dedup.domain.errors import BlobMissing
from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.frames.verification import FrameVerification, Scope
from pacs_dedup.domain.identifiers import BlobId
from pacs_dedup.pipeline import verify as product

_FRAMES_KEPT = 96
LookKey = tuple[str, str]
"""The pixels of both sides, named by all that a verification can see of them."""
Find = Callable[[str], Path | None]
"""Finds the file of a blob; None where the blob is not one of its study."""


@cache
def _verifying() -> Callable[[Path, int, Path, int, Scope], FrameVerification]:
    """Return the product's verification with a memory of the last decoded frames: each is looked at many times here."""
    product.decode_frame = lru_cache(_FRAMES_KEPT)(product.decode_frame)  # type: ignore[attr-defined]
    return product.verify_frames


@dataclass(slots=True)
class Looks:
    """Every verification of one piece of work: done once, kept, and told in order.

    Attributes:
        known: figures by pair of pixels, of this run and of earlier ones by the same code; shared by all work.
        blind: nothing is looked at; every look is refused.
        used: those that this piece of work has asked for.
        asked: in the order in which the product asked, since `start`: the incoming frame, and the pair of pixels.
        milliseconds: processor time of each verification carried out now, mostly without decoding: see `_verifying`.
    """

    known: dict[LookKey, FrameVerification] = field(default_factory=dict)
    blind: bool = False
    used: dict[LookKey, FrameVerification] = field(default_factory=dict)
    asked: list[tuple[str, LookKey]] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    _finders: list[Find] = field(default_factory=list)
    _instances: dict[str, InstanceFingerprint] = field(default_factory=dict)

    def have(self, instances: Iterable[InstanceFingerprint], find: Find) -> None:
        """Make one more study, or more than one, available."""
        self._finders.append(find)
        self._instances.update((instance.blob_id, instance) for instance in instances)

    def start(self) -> None:
        """Begin a new pair: forget what was asked."""
        self.asked.clear()

    def path(self, blob_id: BlobId) -> Path:
        """Return a path that names the blob; `verify` finds the file, if it is needed at all."""
        return Path(blob_id)

    def verify(self, path_a: Path, frame_a: int, path_b: Path, frame_b: int, scope: Scope) -> FrameVerification:
        """Compare two frames as `verify_frames` does, or return what it said before."""
        if self.blind:
            return FrameVerification(refused="nothing was looked at")
        key = (self._pixels(path_a.name, frame_a), f"{self._pixels(path_b.name, frame_b)} {scope}")
        self.asked.append((f"{path_a.name} {frame_a}", key))
        if key not in self.known:
            a, b = self._file(path_a.name), self._file(path_b.name)
            started = time.process_time()
            self.known[key] = _verifying()(a, frame_a, b, frame_b, scope)
            self.milliseconds.append(1000 * (time.process_time() - started))
        self.used[key] = self.known[key]
        return self.known[key]

    def _pixels(self, blob_id: str, frame: int) -> str:
        """Name a frame by its stored values and by how they are read: what is only filed otherwise looks the same."""
        instance = self._instances[blob_id]
        carried = instance.rendition and (instance.rendition.lossy, instance.rendition.photometric_interpretation)
        pixels = instance.frames[frame]
        return f"{pixels.stored_digest} {pixels.presentation_digest or instance.presentation_digest} {carried}"

    def figures(self) -> tuple[tuple[float, ...], ...]:
        """Return (mf, hf, noise ratio, likeness, outlier share, best neighbour or -2) of each look since `start`.

        The first verification of an incoming frame is the look itself; those that follow are of the prior's neighbours.
        """
        looks: dict[str, list[FrameVerification]] = {}
        for frame, key in self.asked:
            looks.setdefault(frame, []).append(self.known[key])
        return tuple(_figures(first, others) for first, *others in looks.values() if not first.refused)

    def refusals(self) -> tuple[str, ...]:
        """Return why verifications since `start` were refused, each cause once."""
        causes = (self.known[key].refused for _, key in self.asked)
        return tuple(dict.fromkeys(cause for cause in causes if cause))

    def _file(self, blob_id: str) -> Path:
        for find in reversed(self._finders):
            found = find(blob_id)
            if found is not None:
                return found
        raise BlobMissing(f"blob {blob_id[:12]} belongs to no study of this pair")


def _figures(look: FrameVerification, neighbours: list[FrameVerification]) -> tuple[float, ...]:
    beside = max((n.correlation for n in neighbours if not n.refused), default=-2.0)
    told = (look.correlation, look.fine_correlation, look.noise_ratio, look.likeness, look.outlier_share, beside)
    return tuple(round(number, 4) for number in told)
