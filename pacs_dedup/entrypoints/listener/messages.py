"""DIMSE messages as they come in, fragment by fragment, within limits of size, of memory and of time.

pynetdicom gathers a message in memory, however large it grows, from however many senders at once.
"""

import queue
import threading
import time
from collections import Counter
from contextlib import suppress
from io import BytesIO
from typing import Any

from pynetdicom.association import Association
from pynetdicom.dimse import DIMSEServiceProvider
from pynetdicom.dimse_messages import DIMSEMessage
from pynetdicom.pdu_primitives import P_DATA

from pacs_dedup.config.limits import Limits
from pacs_dedup.dicom.store_status import StoreStatus
from pacs_dedup.log import describe_error, get_logger

_log = get_logger(__name__)

_CROWDED = 0.9  # of the memory
_MOST_COMMAND_BYTES = 1 << 16  # a command set has a few hundred bytes (PS3.7 E)
_INVALID_PDU = "Evt19"  # unrecognised or invalid PDU: the association is aborted (PS3.8 9.2.1)


class Memory:
    """Bytes that all data sets may take which are coming in or being stored. Threads may share it."""

    def __init__(self, limit_bytes: int, limit_bytes_per_peer: int | None = None) -> None:
        """Set the limits; without the second one, one peer may take all."""
        self._limit_bytes = limit_bytes
        self._limit_bytes_per_peer = limit_bytes if limit_bytes_per_peer is None else limit_bytes_per_peer
        self._taken_bytes = 0
        self._taken_by: Counter[str] = Counter()
        self._lock = threading.Lock()

    @property
    def is_used_up(self) -> bool:
        """Whether so much is taken that a further sender would be answered to come again."""
        return self._taken_bytes > self._limit_bytes * _CROWDED

    def take(self, size_bytes: int, whose: str = "") -> bool:
        """Reserve so many bytes for a peer; False reserves none, because too many are taken, by all or by this one."""
        with self._lock:
            all_fit = self._taken_bytes + size_bytes <= self._limit_bytes
            fits = all_fit and self._taken_by[whose] + size_bytes <= self._limit_bytes_per_peer
            if fits:
                self._taken_bytes += size_bytes
                self._taken_by[whose] += size_bytes
        return fits

    def give_back(self, size_bytes: int, whose: str = "") -> None:
        """Free bytes that were reserved for a peer."""
        with self._lock:
            self._taken_bytes -= size_bytes
            self._taken_by[whose] -= size_bytes
            if not self._taken_by[whose]:
                del self._taken_by[whose]


class IncomingDataSet(BytesIO):
    """A data set that grows; where it grows too large its bytes are thrown away and the reason is kept.

    Attributes:
        refusal: what to answer instead of storing it; None while it is within the limits.
    """

    def __init__(self, memory: Memory, limit_bytes: int, whose: str = "") -> None:
        """Start empty; ``whose`` is the peer that it counts for."""
        super().__init__()
        self.refusal: StoreStatus | None = None
        self._memory, self._limit_bytes, self._whose = memory, limit_bytes, whose
        self._taken_bytes = 0

    def write(self, octets: Any) -> int:
        """Add bytes, or throw them away; the sender may go on until it has sent all, and is answered then."""
        added = len(octets)
        if self.refusal is None:
            if self._taken_bytes + added > self._limit_bytes:
                self._refuse(StoreStatus.TOO_LARGE)
            elif not self._memory.take(added, self._whose):
                self._refuse(StoreStatus.TOO_MUCH_AT_ONCE)
            else:
                self._taken_bytes += added
                super().write(octets)
        return added

    def abandon(self) -> None:
        """Throw the bytes away, and all that may still come."""
        self._refuse(StoreStatus.PROCESSING_FAILURE)

    def settle(self) -> None:
        """Give the reserved memory back, as the data set is not needed any more."""
        taken, self._taken_bytes = self._taken_bytes, 0
        self._memory.give_back(taken, self._whose)

    def close(self) -> None:
        """Give the reserved memory back and free it; Python does this by itself when nobody holds the object."""
        self.settle()
        super().close()

    def _refuse(self, refusal: StoreStatus) -> None:
        self.refusal = refusal
        self.seek(0)
        self.truncate()
        self.settle()


class BoundedMessages(DIMSEServiceProvider):
    """pynetdicom's provider of messages, with limits.

    Inside a message an association may be silent for ``limits.message_s``, between two for ``limits.idle_s``. A whole
    message may take the former and what it takes at ``limits.least_kib_per_s``: else whoever sends a byte now and then
    would hold what it has sent for days.

    Attributes:
        whose: name of the configured peer that sends, or the address of one that is not configured.
    """

    def __init__(self, association: Association, memory: Memory, limits: Limits) -> None:
        """Serve one association; the memory is that of all of them."""
        super().__init__(association)
        self.whose = ""
        self._memory, self._limits = memory, limits
        self._began_at, self._came_bytes = 0.0, 0

    def receive_primitive(self, primitive: P_DATA) -> None:
        """Take the next fragments of a message; what is no message ends the association."""
        if self.message is None:
            self.message = DIMSEMessage()
            self.message.data_set = IncomingDataSet(self._memory, self._limits.instance_bytes, self.whose)
            self._began_at, self._came_bytes = time.monotonic(), 0
        gathered = self.message
        self._came_bytes += sum(len(value) for _, value in primitive.presentation_data_value_list)
        try:
            super().receive_primitive(primitive)
        except Exception as error:  # noqa: BLE001 - the association is one of the three edges
            self._abort(**describe_error(error))
            return
        if gathered.encoded_command_set.tell() > _MOST_COMMAND_BYTES:
            self._abort(cause="its command set is longer than any command set is")
            return
        if self.message is not None and self._is_too_slow():
            self._abort(cause="it comes more slowly than limits.least_kib_per_s allows")
            return
        timeout_s = self._limits.idle_s if self.message is None else self._limits.message_s
        if self.assoc.network_timeout != timeout_s:
            self.assoc.network_timeout = timeout_s

    def _is_too_slow(self) -> bool:
        return time.monotonic() - self._began_at > self._limits.longest_s(self._limits.message_s, self._came_bytes)

    def end(self) -> None:
        """Throw away what is incomplete and what waits to be served, as the connection is closed.

        What is being served holds its bytes, and so keeps its memory until that has ended: else whoever closes in time
        could have any number of instances stored at once.
        """
        unfinished = self.message.data_set if self.message is not None else None
        if isinstance(unfinished, IncomingDataSet):
            unfinished.abandon()
        with suppress(queue.Empty):
            while True:
                self.msg_queue.get_nowait()

    def _abort(self, **why: str) -> None:
        _log.warning("association aborted, a message can not be taken", **why)
        self.dul.event_queue.put(_INVALID_PDU)
