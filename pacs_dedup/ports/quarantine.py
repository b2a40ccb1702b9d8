"""What is being held back, until when, and why."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pacs_dedup.domain.identifiers import StudyKey


@dataclass(frozen=True, slots=True)
class Hold:
    """One generation of a study that is not forwarded.

    Attributes:
        until: when it is forwarded in any case; None after a person confirmed the copy.
        released_at: None while it is held.
        release_cause: ``reviewer``, ``expired`` or another plain word; empty while held.
    """

    key: StudyKey
    generation: int
    reason: str
    held_at: datetime
    until: datetime | None
    released_at: datetime | None = None
    release_cause: str = ""


class Quarantine(Protocol):
    """The held studies. Every method is durable when it returns and may be repeated."""

    def hold(self, hold: Hold) -> None:
        """Hold a generation back; holding it again changes nothing, not even after its release."""
        ...

    def release(self, key: StudyKey, generation: int, at: datetime, cause: str) -> bool:
        """End a hold. Returns False where it was not held."""
        ...

    def keep(self, key: StudyKey, generation: int, until: datetime | None) -> None:
        """Change until when a hold lasts; None: until a person releases it."""
        ...

    def due(self, now: datetime) -> tuple[Hold, ...]:
        """Return holds whose time is over."""
        ...

    def holds(self, *, released: bool = False) -> tuple[Hold, ...]:
        """Return what is held now, oldest first; with ``released`` also what was."""
        ...
