"""Asking what may never answer: a stopped database, a disk that is stuck, a port that takes no connection."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Bounded(Generic[Answer]):
    """A question whose answer is waited for so long and no longer, and kept for a moment.

    It is never asked twice at the same time: while one asking hangs no other begins, so that whatever hangs costs one
    thread and one connection, however often somebody wants to know.

    Args:
        ask: what to ask; may hang or raise.
        keep_for: how long an answer, or an error, serves the next callers, counted from the asking.
    """

    def __init__(self, ask: Callable[[], Answer], *, keep_for: timedelta) -> None:
        self._ask = ask
        self._keep_for_s = keep_for.total_seconds()
        self._lock = threading.Lock()
        self._asked: Future[Answer] | None = None
        self._asked_at = 0.0

    def start(self) -> Future[Answer]:
        """Ask, unless a fresh answer is there or one is awaited; return where the answer will be."""
        with self._lock:
            asked = self._asked
            if asked is None or (asked.done() and time.monotonic() - self._asked_at >= self._keep_for_s):
                asked = self._asked = Future()
                self._asked_at = time.monotonic()
                threading.Thread(target=self._answer, args=(asked,), name="check", daemon=True).start()
            return asked

    def result(self, within: timedelta) -> Answer:
        """Return the answer.

        Raises:
            TimeoutError: there was none in time.
            Exception: what asking raised.
        """
        return self.start().result(within.total_seconds())

    def _answer(self, asked: Future[Answer]) -> None:
        try:
            asked.set_result(self._ask())
        except Exception as error:  # noqa: BLE001 - it is the answer, for the HTTP request, which is an edge
            asked.set_exception(error)
