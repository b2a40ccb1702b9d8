"""Reading PDUs from a connection, each within a limit of size and of time.

pynetdicom believes whatever length a PDU announces, and waits for each single piece of it for as long as for the whole:
one byte a second would hold a connection for ever.
"""

import time

from pynetdicom.association import Association
from pynetdicom.transport import AssociationSocket

from pacs_dedup.config import Settings
from pacs_dedup.log import get_logger

_log = get_logger(__name__)

_PIECE_BYTES = 1 << 18
_MIB = 1 << 20
_LONGEST_OTHER_PDU = _MIB  # a request for an association with 128 contexts of many transfer syntaxes has some 50 KiB
_INVALID_PDU = "Evt19"  # unrecognised or invalid PDU: the association is aborted (PS3.8 9.2.1)


class BoundedReader:
    """Takes the place of `pynetdicom.transport.AssociationSocket.recv` for one connection."""

    def __init__(self, association: Association, connection: AssociationSocket, settings: Settings) -> None:
        """Prepare to read an association's connection; time runs from now."""
        self._association, self._connection, self._limits = association, connection, settings.limits
        self._longest = max(settings.dicom.max_pdu or settings.limits.instance_bytes + _MIB, _LONGEST_OTHER_PDU)
        self._until = time.monotonic() + settings.limits.associate_within_s

    def attach(self) -> None:
        """Read this connection from now on."""
        self._connection.recv = self.read  # type: ignore[method-assign]

    def read(self, nr_bytes: int) -> bytearray:
        """Return the next bytes, fewer only where the peer has closed the connection.

        Raises:
            TimeoutError: they did not come in time.
            OSError: more are announced than a PDU may have, or the connection has failed.
        """
        if nr_bytes > self._longest:
            self._end("it announced a PDU longer than any may be")
            raise OSError("the PDU is too long")
        deadline, received = self._deadline(nr_bytes), bytearray()
        connection = self._connection.socket
        if connection is None:
            raise OSError("the connection is closed")
        while len(received) < nr_bytes:
            rest_s = deadline - time.monotonic()
            if rest_s <= 0:
                raise self._too_slow()
            connection.settimeout(rest_s)
            try:
                piece = connection.recv(min(nr_bytes - len(received), _PIECE_BYTES))
            except TimeoutError:
                raise self._too_slow() from None
            if not piece:
                break
            received += piece
        connection.settimeout(self._limits.idle_s)  # for what is sent
        return received

    def _deadline(self, nr_bytes: int) -> float:
        """Return when reading must be done: ARTIM's time outside an association (PS3.8 9.1.5), else by size."""
        now, limits = time.monotonic(), self._limits
        if self._association.is_established:
            return now + limits.longest_s(limits.idle_s, nr_bytes)
        if self._association.requestor.primitive is None:
            return self._until
        return now + limits.associate_within_s

    def _too_slow(self) -> TimeoutError:
        self._end("it took too long to send a PDU")
        return TimeoutError("the PDU did not come in time")

    def _end(self, cause: str) -> None:
        """Have the association aborted, and nothing more read; pynetdicom would go on while more comes in."""
        self._connection._is_connected = False  # noqa: SLF001 - what pynetdicom asks before it reads; it still sends
        _log.warning("association aborted", cause=cause, address=self._association.requestor.address)
        self._association.dul.event_queue.put(_INVALID_PDU)
