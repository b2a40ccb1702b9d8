"""What others can make us tell as often as they like is told in numbers."""

import threading
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, TypeVar

WINDOW_S = 60.0
"""Time in which what is of one kind is told as one, and then once more with its number."""

MOST_DIFFERENT = 100
"""Kinds that are told one by one in a window; whoever scans the network must not fill the disk."""

T = TypeVar("T")


@dataclass(slots=True)
class _Kind(Generic[T]):
    first: T
    times: int = 1


class Repeats(Generic[T]):
    """Tells the first of a kind at once, and after a minute how often it came again. Safe for several threads."""

    def __init__(
        self,
        tell: Callable[[T, int], object],
        tell_beyond: Callable[[int], object],
        *,
        window_s: float = WINDOW_S,
        most: int = MOST_DIFFERENT,
    ) -> None:
        """Tell nothing yet.

        Args:
            tell: is told the first of a kind with 0, and later the same again with how many of its kind came after it.
            tell_beyond: is told how many came of kinds beyond ``most``.
            window_s: in seconds.
            most: kinds in a window that are told one by one.
        """
        self._tell, self._tell_beyond = tell, tell_beyond
        self._window_s, self._most = window_s, most
        self._lock = threading.Lock()
        self._kinds: dict[Hashable, _Kind[T]] = {}
        self._beyond = 0
        self._timer: threading.Timer | None = None

    def take(self, what: T, kind: Hashable) -> None:
        """Take one of a kind, and tell it if it is the first in this minute."""
        with self._lock:
            self._open_window()
            if known := self._kinds.get(kind):
                known.times += 1
                return
            if len(self._kinds) >= self._most:
                self._beyond += 1
                return
            self._kinds[kind] = _Kind(what)
        self._tell(what, 0)

    def tell_repeats(self) -> None:
        """Tell what was only counted, and begin anew."""
        with self._lock:
            kinds, beyond = self._kinds, self._beyond
            self._kinds, self._beyond, timer, self._timer = {}, 0, self._timer, None
        if timer is not None:
            timer.cancel()
        for kind in kinds.values():
            if kind.times > 1:
                self._tell(kind.first, kind.times - 1)
        if beyond:
            self._tell_beyond(beyond)

    def _open_window(self) -> None:
        if self._timer is not None:
            return
        timer = threading.Timer(self._window_s, self.tell_repeats)
        timer.daemon = True
        with suppress(
            RuntimeError
        ):  # there are no more threads, which a flood may well bring about; the next one tries
            timer.start()
            self._timer = timer
