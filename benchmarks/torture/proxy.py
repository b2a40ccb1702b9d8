"""A TCP relay that misbehaves on request: between sender and service, and between service and destination."""

import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from tests.integration.support import LOOPBACK

_CHUNK = 8192
_PDU_HEAD = struct.Struct(">BxI")
_P_DATA_TF = 0x04
_COMMAND, _LAST = 0x01, 0x02  # message control header (PS3.8 E.2)
_PDV_HEAD = struct.Struct(">IBB")


@dataclass(frozen=True, slots=True)
class Weather:
    """How connections fare from now on.

    Attributes:
        cut_after: bytes from the one who connected after which both sides are cut; None: never.
        cut_answer_after: the same of the bytes that come back.
        cut_after_command: cut between a command set and its data set, at the first request on a connection.
        delay_s: how long each piece is kept back.
        refuse: close a connection as soon as it is made.
    """

    cut_after: Callable[[], int] | None = None
    cut_answer_after: Callable[[], int] | None = None
    cut_after_command: bool = False
    delay_s: float = 0.0
    refuse: bool = False


FAIR = Weather()


@dataclass(slots=True)
class Proxy:
    """Listens on a port of its own and passes on to ``target``.

    Attributes:
        cuts: connections that the weather ended.
    """

    target: int
    weather: Weather = FAIR
    cuts: int = 0
    _server: socket.socket = field(init=False)
    _open: set[socket.socket] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._server = socket.create_server((LOOPBACK, 0), backlog=64)
        threading.Thread(target=self._accept, daemon=True, name="proxy").start()

    @property
    def port(self) -> int:
        """Where to connect."""
        return int(self._server.getsockname()[1])

    def cut_all(self) -> None:
        """Cut every connection that is open."""
        for connection in list(self._open):
            self.cuts += 1
            _end(connection)

    def close(self) -> None:
        """Listen no more."""
        self._server.close()
        self.cut_all()

    def _accept(self) -> None:
        while True:
            try:
                caller, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(caller,), daemon=True, name="relay").start()

    def _serve(self, caller: socket.socket) -> None:
        weather = self.weather
        with caller, suppress(OSError):
            if weather.refuse:
                self.cuts += 1
                return
            with socket.create_connection((LOOPBACK, self.target), timeout=10) as called:
                for connection in (caller, called):
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    connection.settimeout(None)
                    self._open.add(connection)
                try:
                    self._relay(caller, called, weather)
                finally:
                    self._open -= {caller, called}

    def _relay(self, caller: socket.socket, called: socket.socket, weather: Weather) -> None:
        back = _Stream(called, caller, weather.delay_s, _drawn(weather.cut_answer_after))
        forth = _Stream(
            caller, called, weather.delay_s, _drawn(weather.cut_after), by_command=weather.cut_after_command
        )
        answers = threading.Thread(target=back.run, daemon=True, name="answers")
        answers.start()
        forth.run()
        answers.join()
        self.cuts += forth.was_cut or back.was_cut


@dataclass(slots=True)
class _Stream:
    """One direction of a connection."""

    source: socket.socket
    sink: socket.socket
    delay_s: float
    left: int | None
    by_command: bool = False
    was_cut: bool = False

    def run(self) -> None:
        """Pass bytes on until one side ends, or the connection is to be cut; then end both."""
        watch = _CommandWatch() if self.by_command else None
        with suppress(OSError):
            while chunk := self.source.recv(_CHUNK):
                stop = self.left if watch is None else watch.end_of_command(chunk)
                if self.delay_s:
                    time.sleep(self.delay_s)
                if stop is not None and stop <= len(chunk):
                    self.sink.sendall(chunk[:stop])
                    self.was_cut = True
                    break
                self.sink.sendall(chunk)
                if self.left is not None:
                    self.left -= len(chunk)
        _end(self.source)
        _end(self.sink)


@dataclass(slots=True)
class _CommandWatch:
    """Finds where the first command set of a stream of PDUs ends."""

    seen: bytes = b""
    passed: int = 0

    def end_of_command(self, chunk: bytes) -> int | None:
        """Return how many bytes of the chunk belong to what goes through; None where all do."""
        before = self.passed
        self.passed += len(chunk)
        self.seen += chunk
        place = 0
        while place + _PDU_HEAD.size <= len(self.seen):
            kind, length = _PDU_HEAD.unpack_from(self.seen, place)
            if kind == _P_DATA_TF and place + 12 <= len(self.seen):
                size, _, control = _PDV_HEAD.unpack_from(self.seen, place + _PDU_HEAD.size)
                if control == _COMMAND | _LAST:
                    end = place + _PDU_HEAD.size + 4 + size
                    return max(0, end - before) if end <= self.passed else None
            place += _PDU_HEAD.size + length
        return None


def _drawn(draw: Callable[[], int] | None) -> int | None:
    return None if draw is None else draw()


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
