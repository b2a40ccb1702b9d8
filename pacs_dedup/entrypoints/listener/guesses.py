"""Who guesses passcodes is made to wait."""

import ipaddress
import threading
import time
from collections.abc import Callable

from pacs_dedup.config import Peer
from pacs_dedup.config.hosts import parsed
from pacs_dedup.entrypoints.listener.admission import Refuse, wrong_passcode
from pacs_dedup.entrypoints.listener.caller import Caller
from pacs_dedup.entrypoints.listener.refusals import Refusal

_NETWORK_OF_ONE_SITE = 64
"""Bits of an address of IPv6 that are its network; a single caller has all the others to choose from (RFC 4291)."""


class Guesses:
    """Looks at passcodes, and at none for a while after too many were wrong. Threads may share it.

    Wrong ones are counted by peer and address, in the memory of this process. A right one takes none back: else whoever
    knows one could help others from the same address to guess on. What is kept is little, as each wrong one took the
    time of a check, and one is checked at a time.
    """

    def __init__(
        self,
        most: int,
        within_s: float,
        *,
        wrong: Refuse = wrong_passcode,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Have counted none.

        Args:
            most: wrong ones of one peer from one address, after which no further one is looked at.
            within_s: for how long each counts, in seconds.
            wrong: looks at one passcode.
            now_s: a clock that never goes back, in seconds.
        """
        self._most, self._within_s, self._look, self._now_s = most, within_s, wrong, now_s
        self._wrong_at: dict[tuple[str, str], list[float]] = {}
        self._lock = threading.Lock()

    def __call__(self, peer: Peer, caller: Caller) -> Refusal | None:
        """Return what is wrong with a caller's passcode, or that it is not even looked at."""
        whose = peer.name, _origin(caller.address)
        with self._lock:  # also while it is looked at, so that many at once are no more guesses than one by one
            self._forget_the_old()
            if len(self._wrong_at.get(whose, ())) >= self._most:
                return Refusal.GUESSING
            refusal = self._look(peer, caller)
            if refusal is not None:
                self._wrong_at.setdefault(whose, []).append(self._now_s())
        return refusal

    def _forget_the_old(self) -> None:
        since = self._now_s() - self._within_s
        recent = {whose: [at for at in times if at > since] for whose, times in self._wrong_at.items()}
        self._wrong_at = {whose: times for whose, times in recent.items() if times}


def _origin(address: str) -> str:
    read = parsed(address)
    if isinstance(read, ipaddress.IPv4Address):
        return str(read)
    return str(ipaddress.ip_network((int(read), _NETWORK_OF_ONE_SITE), strict=False))
