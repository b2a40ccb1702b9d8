"""Who is at the operations port: whose request is still being read, and who is being answered."""

import threading
import time
from dataclasses import dataclass
from socket import SHUT_RDWR, socket


@dataclass(slots=True)
class _Guest:
    until: float
    answered: bool = False


class Places:
    """Places for connections, so that slow ones cost little and keep nobody out. Threads may share it.

    Whose request is still being read can be sent away at any time: where too many are, the one that has taken longest
    goes. So whoever asks at once is always heard.
    """

    def __init__(self, *, reading: int, answering: int, read_within_s: float, answer_within_s: float) -> None:
        """Set the limits.

        Args:
            reading: connections whose request is not complete.
            answering: requests that are answered at one time.
            read_within_s: time for a request, in seconds.
            answer_within_s: time for an answer, in seconds.
        """
        self._reading, self._answering = reading, answering
        self._read_within_s, self._answer_within_s = read_within_s, answer_within_s
        self._guests: dict[socket, _Guest] = {}
        self._lock = threading.Lock()

    def enter(self, connection: socket) -> None:
        """Take a connection in, and hang up on the one that has been read for longest where there are too many."""
        with self._lock:
            readers = [each for each, guest in self._guests.items() if not guest.answered]
            too_many = readers[: max(0, len(readers) + 1 - self._reading)]
            for each in too_many:
                del self._guests[each]
            self._guests[connection] = _Guest(time.monotonic() + self._read_within_s)
        _hang_up(too_many)

    def answer(self, connection: socket) -> bool:
        """Take a place for answering; False where there is none."""
        with self._lock:
            if sum(guest.answered for guest in self._guests.values()) >= self._answering:
                return False
            self._guests[connection] = _Guest(time.monotonic() + self._answer_within_s, answered=True)
        return True

    def leave(self, connection: socket) -> None:
        """Free the place of a connection that has ended; once is enough."""
        with self._lock:
            self._guests.pop(connection, None)

    def hang_up_on_the_slow(self) -> None:
        """Hang up on everybody whose time is over; their threads notice it, and free the places."""
        now = time.monotonic()
        with self._lock:
            slow = [each for each, guest in self._guests.items() if guest.until <= now]
        _hang_up(slow)


def _hang_up(connections: list[socket]) -> None:
    for connection in connections:
        try:
            connection.shutdown(SHUT_RDWR)
        except OSError:  # it has ended by itself
            continue
