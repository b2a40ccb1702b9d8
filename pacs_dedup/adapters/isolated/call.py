"""Call a function in a process of its own: a codec that crashes, hangs or eats memory takes nobody with it."""

import contextlib
import json
import multiprocessing
import os
import resource
import signal
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Final, Generic, ParamSpec, TypeVar

from pacs_dedup.adapters.isolated.jail import enter_jail
from pacs_dedup.adapters.isolated.privileges import keep_own_memory
from pacs_dedup.adapters.isolated.reply import MOST_BYTES, Failed, Reply, dump_error
from pacs_dedup.domain.errors import DecoderAway, Unreadable
from pacs_dedup.log import get_logger

_log = get_logger(__name__)

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

_START: Final = timedelta(seconds=60)
"""How long a child may take to start and import; a busy machine needs some."""
_FAREWELL: Final = 5.0
_OUR_SETTINGS: Final = "PACS_DEDUP_"
_PROCESSORS: Final = 2 * (os.cpu_count() or 1)
"""A call of several threads uses more processor time than passes; twice that, so that the parent acts first."""
_TRIES: Final = 3
"""How many children one call may cost where somebody else kills them."""


class _Killed(Exception):
    """The child was ended by a signal that no codec sends."""


class IsolatedCall(Generic[Parameters, Result]):
    """A callable that runs ``function`` in one child process, started at the first call and kept for the next ones.

    Function and arguments must be picklable, the function importable by name, and its result of the type that it
    declares. One caller at a time.

    Args:
        function: what to run.
        memory_bytes: address space that the child may take (RLIMIT_AS).
        timeout: how long one call may take; the time to start the child does not count.
        confine: called in the child when everything is imported; returns the names of what the system refused.
    """

    def __init__(
        self,
        function: Callable[Parameters, Result],
        *,
        memory_bytes: int,
        timeout: timedelta,
        confine: Callable[[], tuple[str, ...]] = enter_jail,
    ) -> None:
        self._function = function
        self._confine = confine
        self._reply: Reply[Result] = Reply(function)
        self._gaps: tuple[str, ...] = ()
        self._memory_bytes = memory_bytes
        self._timeout = timeout
        self._child: BaseProcess | None = None
        self._connection: Connection | None = None

    def __call__(self, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        """Run the function in the child.

        A child that somebody else killed (SIGKILL: an administrator, or the kernel when the machine's memory is
        short) says nothing of what it was given: it is given to another, twice at most.

        Raises:
            Unreadable: the child crashed, ran out of memory or time, or failed in a way nobody foresaw; the next call
                gets a new child.
            DecoderAway: no child could be started.
            PacsDedupError: what the function raised of our own tree, unchanged.
        """
        for _ in range(_TRIES - 1):
            with contextlib.suppress(_Killed):
                return self._call(args, kwargs)
        try:
            return self._call(args, kwargs)
        except _Killed:
            raise Unreadable(f"the decoder was killed, {_TRIES} times (SIGKILL); is there memory left?") from None

    def _call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Result:
        connection = self._started()
        try:
            connection.send((args, kwargs))
            answered = connection.poll(self._timeout.total_seconds())
            octets = connection.recv_bytes(MOST_BYTES) if answered else b""
        except (EOFError, OSError) as error:
            code = self._kill()
            if code == -signal.SIGKILL:
                raise _Killed from error
            raise Unreadable(f"the decoder crashed ({_ending(code)})") from error
        if not answered:
            self._kill()
            raise Unreadable(f"the decoder did not finish within {self._timeout.total_seconds():g} s")
        return self._result(octets)

    def jail_gaps(self) -> tuple[str, ...]:
        """Start the child if need be, and return the layers of its jail that the system refused.

        Raises:
            DecoderAway: no child could be started.
        """
        self._started()
        return self._gaps

    def _result(self, octets: bytes) -> Result:
        """Read a reply; a child that failed, or sent something else, is not asked again."""
        try:
            return self._reply.load(octets)
        except Failed as error:
            self._kill()
            raise Unreadable(self._failure(str(error))) from None
        except (ValueError, TypeError):
            self._kill()
            raise Unreadable("the decoder sent something else than a result; was it taken over?") from None

    def close(self) -> None:
        """End the child, if there is one; a later call starts another."""
        if self._connection is not None:
            self._connection.close()
        if self._child is not None:
            self._child.join(_FAREWELL)
        self._kill()

    def _failure(self, kind: str) -> str:
        if kind == MemoryError.__name__:
            return f"the decoder needed more than its {self._memory_bytes >> 20} MiB of memory"
        return f"the decoder failed ({kind})"

    def _started(self) -> Connection:
        if self._connection is not None and self._child is not None and self._child.is_alive():
            return self._connection
        self._kill()
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        child = context.Process(
            target=_serve,
            args=(theirs, self._function, self._memory_bytes, self._timeout, self._confine),
            daemon=True,
            name="decoder",
        )
        keep_own_memory()
        with _without_our_settings():
            child.start()
        theirs.close()
        _bound_reading(ours, self._timeout)
        self._child, self._connection = child, ours
        missing = _when_ready(ours)
        if missing is None:
            code = self._kill()
            raise DecoderAway(f"no decoder could be started ({_ending(code)}); is there memory left?")
        self._gaps = missing
        if missing:
            _log.warning("a decoder runs without a part of its jail; see pacs-dedup doctor", cause=", ".join(missing))
        return ours

    def _kill(self) -> int | None:
        child, self._child = self._child, None
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
        if child is None:
            return None
        if child.is_alive():
            child.join(0.2)  # a child that crashed is about to be reaped: its own exit code says more than our kill
        code = child.exitcode
        child.kill()
        child.join()
        child.close()
        return code


def _when_ready(connection: Connection) -> tuple[str, ...] | None:
    """Wait until the child is ready; return what its jail lacks, or None where it did not come so far."""
    try:
        if not connection.poll(_START.total_seconds()):
            return None
        return tuple(str(layer) for layer in json.loads(connection.recv_bytes(MOST_BYTES)))
    except (EOFError, OSError, ValueError, TypeError):
        return None


def _bound_reading(connection: Connection, within: timedelta) -> None:
    """Let no child hold its parent by beginning a reply and never ending it."""
    seconds = max(1, round(within.total_seconds()))
    with socket.socket(fileno=os.dup(connection.fileno())) as pair:
        pair.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", seconds, 0))


_starting = threading.Lock()


@contextlib.contextmanager
def _without_our_settings() -> Iterator[None]:
    """Start a child whose environment holds no setting of ours: some are secret, and it needs none."""
    with _starting:
        kept = {name: value for name, value in os.environ.items() if name.startswith(_OUR_SETTINGS)}
        for name in kept:
            del os.environ[name]
        try:
            yield
        finally:
            os.environ.update(kept)


def _serve(
    connection: Connection,
    function: Callable[..., Any],
    memory_bytes: int,
    timeout: timedelta,
    confine: Callable[[], tuple[str, ...]],
) -> None:
    """Answer calls until the parent hangs up. An interrupt is the parent's to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    reply: Reply[Any] = Reply(function)
    connection.send_bytes(json.dumps(confine()).encode())
    with contextlib.suppress(EOFError, OSError):
        while True:
            args, kwargs = connection.recv()
            _limit_processor(timeout)
            connection.send_bytes(_answer(function, reply, args, kwargs))


def _limit_processor(timeout: timedelta) -> None:
    """End this process where nobody is left to do it: a call that goes on long after its parent is gone."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime + timeout.total_seconds() * _PROCESSORS + 1)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _answer(function: Callable[..., Any], reply: Reply[Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> bytes:
    try:
        return reply.dump(function(*args, **kwargs))
    except Exception as error:  # noqa: BLE001 - the edge of this process: whatever a codec raises is an answer
        return dump_error(error)


def _ending(code: int | None) -> str:
    if code is None:
        return "it closed its connection"
    if code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"
