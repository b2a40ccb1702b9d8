"""Holds in memory."""

from dataclasses import replace
from datetime import datetime
from threading import RLock

from pacs_dedup.domain.identifiers import StudyKey
from pacs_dedup.ports.quarantine import Hold


class MemoryQuarantine:
    """`Quarantine` in memory."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._holds: dict[tuple[StudyKey, int], Hold] = {}

    def hold(self, hold: Hold) -> None:
        with self._lock:
            self._holds.setdefault((hold.key, hold.generation), hold)

    def release(self, key: StudyKey, generation: int, at: datetime, cause: str) -> bool:
        return self._change(key, generation, released_at=at, release_cause=cause)

    def keep(self, key: StudyKey, generation: int, until: datetime | None) -> None:
        self._change(key, generation, until=until)

    def due(self, now: datetime) -> tuple[Hold, ...]:
        over = (hold for hold in self.holds() if hold.until is not None and hold.until <= now)
        return tuple(sorted(over, key=lambda hold: hold.until or now))

    def holds(self, *, released: bool = False) -> tuple[Hold, ...]:
        shown = (hold for hold in self._holds.values() if released or hold.released_at is None)
        return tuple(sorted(shown, key=lambda hold: hold.held_at))

    def _change(self, key: StudyKey, generation: int, **changes: datetime | str | None) -> bool:
        with self._lock:
            hold = self._holds.get((key, generation))
            if hold is None or hold.released_at is not None:
                return False
            self._holds[key, generation] = replace(hold, **changes)
            return True
