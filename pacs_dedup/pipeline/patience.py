"""Calls that nobody waits for longer than agreed, even if they never come back."""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

T = TypeVar("T")

_IDLE_S = 60.0  # a thread that was not needed for so long ends


class NoThread(Exception):
    """The machine gives us no more threads."""


@dataclass(slots=True)
class _Job:
    work: Callable[[], Any]
    ended: threading.Event = field(default_factory=threading.Event)
    value: Any = None
    error: BaseException | None = None

    def run(self) -> None:
        try:
            self.value = self.work()
        except BaseException as error:  # noqa: BLE001 - it is the caller's, who raises it again
            self.error = error
        finally:
            self.ended.set()


class PatientCalls:
    """Threads that do what others can not wait for without end.

    A system call or a driver that is stuck can not be interrupted from outside; so it is left to its thread, which ends
    when the call does. The threads are daemons: a process does not wait for them when it ends.
    """

    def __init__(self, name: str) -> None:
        """Name the threads; they are started when they are needed."""
        self._name = name
        self._jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._free = 0  # threads that wait for a job, less the jobs that are on their way to them

    def call(self, work: Callable[[], T], within: timedelta) -> T:
        """Do ``work`` in another thread and return what it returns; what it raises is raised here.

        Raises:
            TimeoutError: it has not ended ``within`` that time. It goes on, and nobody learns how it ends.
            NoThread: the machine has no thread for it; it is not done.
        """
        job = _Job(work)
        self._hand_over(job)
        if not job.ended.wait(within.total_seconds()):
            raise TimeoutError
        if job.error is not None:
            raise job.error
        value: T = job.value
        return value

    def _hand_over(self, job: _Job) -> None:
        with self._lock:
            alone = self._free == 0
            self._free -= 0 if alone else 1
        if alone:
            try:
                threading.Thread(target=self._serve, name=self._name, daemon=True).start()
            except RuntimeError:
                raise NoThread from None
        self._jobs.put(job)

    def _serve(self) -> None:
        while True:
            try:
                self._jobs.get(timeout=_IDLE_S).run()
            except queue.Empty:
                with self._lock:
                    if self._free:  # else a job is on its way to this thread
                        self._free -= 1
                        return
                continue
            with self._lock:
                self._free += 1
