"""Looks are carried out in order; the long search for a part of a frame is not repeated where it finds nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pacs_dedup.domain.frames.alignment import LookAt
from pacs_dedup.domain.frames.pairing import FrameRef
from pacs_dedup.domain.frames.verification import FrameVerification, Scope
from pacs_dedup.pipeline.look import look
from tests.builders import SAME_NOISE, blob_of

HALF = (0.0, 0.0, 1.0, 0.5)


@dataclass
class Viewer:
    """Looks without pixels: finds a part in the frames named, and remembers what it was asked."""

    parts: Sequence[str] = ()
    asked: list[tuple[str, str, Scope]] = field(default_factory=list)

    def verify(self, left: Path, frame: int, right: Path, other: int, scope: Scope) -> FrameVerification:
        assert frame == other == 0
        self.asked.append((left.name, right.name, scope))
        part = scope is Scope.PARTS and left.name in self.parts
        return FrameVerification(0.9, region=HALF) if part else SAME_NOISE


def looks(count: int, *, search: bool = True) -> list[LookAt]:
    return [
        LookAt(FrameRef(blob_of(f"in{n}"), 0), FrameRef(blob_of(f"pr{n}"), 0), search_region=search)
        for n in range(count)
    ]


def scopes(viewer: Viewer, planned: Sequence[LookAt]) -> list[Scope]:
    look(planned, Path, viewer.verify)
    return [scope for _, _, scope in viewer.asked]


def test_the_search_for_a_part_ends_after_two_frames_without_one() -> None:
    assert scopes(Viewer(), looks(5)) == [Scope.PARTS, Scope.PARTS, Scope.WHOLE, Scope.WHOLE, Scope.WHOLE]


def test_one_part_that_is_found_makes_the_others_searched_too() -> None:
    assert scopes(Viewer(parts=(blob_of("in1"),)), looks(5)) == [Scope.PARTS] * 5


def test_without_a_reason_nothing_is_searched() -> None:
    assert set(scopes(Viewer(), looks(3, search=False))) == {Scope.WHOLE}


def test_neighbours_may_show_the_part_too() -> None:
    (planned,) = looks(1)
    beside = LookAt(planned.incoming, planned.prior, (FrameRef(blob_of("beside"), 0),), search_region=True)
    viewer = Viewer(parts=(planned.incoming.blob_id,))
    assert scopes(viewer, [beside]) == [Scope.PARTS, Scope.PARTS]
    assert viewer.asked[1][1] == blob_of("beside")
