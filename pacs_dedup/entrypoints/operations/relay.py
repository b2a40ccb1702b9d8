"""The way of a happening from the worker's process to the listener's, which has the counters."""

import multiprocessing
import os
import threading
from contextlib import suppress
from multiprocessing.connection import Connection

from pacs_dedup.entrypoints.operations.instruments import Happening, Kind, Tell


def open_relay(note: Tell) -> Connection:
    """Pass on to ``note`` what is told at the end that is returned, which any number of processes may inherit."""
    listening, telling = multiprocessing.Pipe(duplex=False)
    os.set_blocking(telling.fileno(), False)
    threading.Thread(target=_listen, args=(listening, note), name="relay", daemon=True).start()
    return telling


def relayed(telling: Connection) -> Tell:
    """Return what tells the other end. A pipe that is full, or that nobody reads any more, drops what is told.

    Threads may share it: a happening is smaller than what a pipe takes in one piece (PIPE_BUF, 4096 bytes).
    """

    def tell(happening: Happening) -> None:
        with suppress(OSError):
            telling.send((str(happening.kind), happening.label, happening.value))

    return tell


def _listen(listening: Connection, note: Tell) -> None:
    with suppress(EOFError, OSError):
        while True:
            kind, label, value = listening.recv()
            note(Happening(Kind(kind), label, value))
