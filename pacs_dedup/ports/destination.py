"""A Storage SCP that we forward to."""

from pathlib import Path
from typing import Protocol


class Destination(Protocol):
    """Somewhere instances are sent to."""

    @property
    def name(self) -> str:
        """The peer's configured name."""
        ...

    def send(self, path: Path) -> None:
        """Send one DICOM file as it is; when this returns the destination has acknowledged it.

        Raises:
            PeerUnavailable: nobody answered: send again later.
            InstanceNotTaken: the peer is out of resources (0xA7xx), or gave no answer: send again later.
            PeerRefused: the peer will not take this instance, now or later.
        """
        ...

    def close(self) -> None:
        """End the association, if one is open."""
        ...
