"""How long what is claimed stays claimed."""

from collections.abc import Collection
from datetime import timedelta
from typing import Protocol

from pacs_dedup.ports.journal import Work


class Leases(Protocol):
    """The other side of a journal's claims: whoever works at them says so from time to time."""

    def renew(self, held: Collection[Work], lease: timedelta) -> None:
        """Let claims last so much longer from now on, durably. One that was done, given back or lost stays as it is."""
        ...
