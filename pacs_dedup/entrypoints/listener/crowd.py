"""Who is connected: those who have asked for nothing yet, and those with an association, by peer."""

import threading
from collections import Counter
from dataclasses import dataclass

from pacs_dedup.entrypoints.listener.refusals import Refusal


@dataclass(slots=True)
class _Guest:
    address: str
    thread: threading.Thread
    whose: str = ""
    storing: bool = False
    closed: bool = False


def has_ended(thread: threading.Thread) -> bool:
    """Tell whether a thread is over; one that was not started yet is not."""
    return thread.ident is not None and not thread.is_alive()


class Crowd:
    """Counts connections and associations, and says when there are too many. Threads may share it.

    pynetdicom counts the threads of connections, so that forty which say nothing would keep out every honest sender.
    """

    def __init__(self, *, associations: int, per_peer: int, connections: int) -> None:
        """Set the limits.

        Args:
            associations: at the same time, altogether.
            per_peer: of these, of one peer; also of the connections of one address that have not asked.
            connections: that have not asked for an association yet, altogether.
        """
        self._associations, self._per_peer, self._connections = associations, per_peer, connections
        self._guests: dict[str, _Guest] = {}
        self._lock = threading.Lock()

    def connect(self, name: str, address: str, thread: threading.Thread) -> bool:
        """Take note of a connection; False says that too many are waiting, and that this one must go.

        Args:
            name: of the connection; unique.
            address: where it comes from.
            thread: serves it; when it has ended the connection is forgotten, whatever else went wrong.
        """
        with self._lock:
            self._forget_the_gone()
            waiting = [guest.address for guest in self._guests.values() if not guest.whose]
            if len(waiting) >= self._connections or waiting.count(address) >= self._per_peer:
                return False
            self._guests[name] = _Guest(address, thread)
        return True

    def associate(self, name: str, whose: str) -> Refusal | None:
        """Take note that a connection has an association; a refusal says that there are too many.

        Args:
            name: of the connection.
            whose: name of the configured peer, or the address of one that is not configured.
        """
        with self._lock:
            self._forget_the_gone()
            held = Counter(guest.whose for known, guest in self._guests.items() if guest.whose and known != name)
            if held.total() >= self._associations:
                return Refusal.LIMIT
            if held[whose] >= self._per_peer:
                return Refusal.PEER_LIMIT
            if guest := self._guests.get(name):
                guest.whose = whose
        return None

    def begin(self, name: str) -> bool:
        """Take note that an instance of an association is being stored: until `finish` its place is not free.

        Returns:
            False where the connection has ended already, so that nobody is left to be answered.
        """
        with self._lock:
            guest = self._guests.get(name)
            if guest is None or guest.closed:
                return False
            guest.storing = True
        return True

    def finish(self, name: str) -> bool:
        """Take note that nothing is being stored any more; True where the connection has ended meanwhile."""
        with self._lock:
            guest = self._guests.get(name)
            if guest is not None:
                guest.storing = False
            return self._free(name)

    def leave(self, name: str) -> bool:
        """Take note that a connection has ended; once is enough.

        Returns:
            False where an instance of it is still being stored: then its place is free at `finish`.
        """
        with self._lock:
            if guest := self._guests.get(name):
                guest.closed = True
            return self._free(name)

    def _free(self, name: str) -> bool:
        """Free the place of a connection that has ended and stores nothing; True where it has none now."""
        guest = self._guests.get(name)
        if guest is not None and guest.closed and not guest.storing:
            del self._guests[name]
        return name not in self._guests

    def _forget_the_gone(self) -> None:
        for name in [name for name, guest in self._guests.items() if has_ended(guest.thread)]:
            del self._guests[name]
