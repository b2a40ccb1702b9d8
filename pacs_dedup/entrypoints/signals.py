"""The signals that end the service: SIGTERM from who watches over it, SIGINT from a terminal."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker


@contextmanager
def stop_on_signals() -> Iterator[threading.Event]:
    """Set the event when the process is told to end, instead of ending it at once. For the main thread."""
    stop = threading.Event()
    before = {which: signal.signal(which, lambda *_: stop.set()) for which in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for which, handler in before.items():
            signal.signal(which, handler)


@contextmanager
def sigint_waits() -> Iterator[None]:
    """Keep SIGINT back while a child is started: Ctrl-C reaches the whole group, and the child begins with it blocked.

    Ours is delivered afterwards. To ignore it for that moment would lose it, and a service that was told to end would
    go on.
    """
    resource_tracker.ensure_running()  # it unblocks SIGINT when it is started
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
