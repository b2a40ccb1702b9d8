"""A destination reached by C-STORE: a Storage SCU on pynetdicom that sends files as they are."""

import socket
import threading
import time
from pathlib import Path

from pynetdicom import AE, evt
from pynetdicom.association import Association
from pynetdicom.dsutils import split_dataset
from pynetdicom.presentation import PresentationContext, build_context

from pacs_dedup.dicom.part10 import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from pacs_dedup.dicom.store_status import Answer, read_answer
from pacs_dedup.dicom.upper_layer import keep_data_sets_private
from pacs_dedup.domain.errors import BlobMissing, PeerRefused, PeerResting, PeerUnavailable
from pacs_dedup.domain.identifiers import AeTitle

_IDLE_S = 5.0  # how long an association waits for the next instance before pynetdicom releases it
_FRESH_S = 3.0  # how long it is used again; later it may be just about to be released
_CONNECT_S = 10.0
_ANSWER_S = 120.0  # archives answer when they have written; a busy one needs its time
_REST_S = 5.0  # after a failed association nobody is asked again for so long
_MAX_CONTEXTS = 128  # presentation contexts have odd IDs 1 to 255 (PS3.8 9.3.2.2)

_Kind = tuple[str, str]
"""SOP class and transfer syntax."""


class DimseDestination:
    """A Storage SCP. Safe for several threads, which take turns on one association.

    Every kind of instance that was sent is proposed with its own transfer syntax and no other, so that the peer can not
    ask for a conversion.
    """

    def __init__(self, name: str, *, called_ae: AeTitle, host: str, port: int, calling_ae: AeTitle) -> None:
        """Prepare to send to ``called_ae`` at ``host:port`` as ``calling_ae``; nothing is opened yet."""
        keep_data_sets_private()
        self._name = name
        self._called_ae, self._host, self._port = called_ae, host, port
        self._ae = AE(ae_title=calling_ae)
        self._ae.implementation_class_uid = IMPLEMENTATION_CLASS_UID
        self._ae.implementation_version_name = IMPLEMENTATION_VERSION_NAME
        self._ae.connection_timeout = _CONNECT_S
        self._ae.dimse_timeout = _ANSWER_S
        self._ae.network_timeout = _IDLE_S
        self._lock = threading.Lock()
        self._association: Association | None = None
        self._kinds: dict[_Kind, None] = {}
        self._rest_until = 0.0
        self._used_at = 0.0

    @property
    def name(self) -> str:
        """The peer's configured name."""
        return self._name

    def send(self, path: Path) -> None:
        """Send one DICOM file as it is; when this returns the destination has acknowledged it.

        Raises:
            BlobMissing: the file is not there.
            PeerUnavailable: nobody answered, or the peer is out of resources (0xA7xx): send again later.
            PeerRefused: the peer will not take this instance, now or later.
        """
        try:
            meta, _ = split_dataset(path)
        except FileNotFoundError:
            raise BlobMissing(f"{path.name}: no such file; it can not be sent to {self._name}") from None
        kind = str(meta.MediaStorageSOPClassUID), str(meta.TransferSyntaxUID)
        with self._lock:
            association = self._associate(kind)
            status = self._store(association, path)
            self._used_at = time.monotonic()
        self._judge(status)

    def close(self) -> None:
        """Release the association, if one is open."""
        with self._lock:
            self._release()

    def _associate(self, kind: _Kind) -> Association:
        if kind in self._kinds and (current := self._fresh()):
            return current
        self._release()
        if time.monotonic() < self._rest_until:
            raise PeerResting(f"{self._name}: did not accept an association a moment ago")
        self._kinds.pop(kind, None)
        self._kinds = dict.fromkeys([*self._kinds, kind][-_MAX_CONTEXTS:])
        association = self._ae.associate(
            self._host,
            self._port,
            contexts=self._contexts(),
            ae_title=self._called_ae,
            evt_handlers=[(evt.EVT_CONN_OPEN, _tune)],
        )
        if not _accepts(association, kind):
            self._give_up(association, kind)
        association.network_timeout_response = "A-RELEASE"
        self._association = association
        return association

    def _contexts(self) -> list[PresentationContext]:
        return [build_context(sop_class, transfer_syntax) for sop_class, transfer_syntax in self._kinds]

    def _give_up(self, association: Association, kind: _Kind) -> None:
        answered = association.is_established or bool(association.rejected_contexts)
        if association.is_established:
            association.release()
        if answered:
            del self._kinds[kind]
            raise PeerRefused(
                f"{self._name}: does not accept SOP class {kind[0]} with transfer syntax {kind[1]}; "
                "allow it there and send again"
            )
        self._rest_until = time.monotonic() + _REST_S
        how = "rejected the association" if association.is_rejected else "could not be reached"
        raise PeerUnavailable(
            f"{self._name}: {self._called_ae} at {self._host}:{self._port} {how}; check its address, and that it knows "
            f"the AE title {self._ae.ae_title}"
        )

    def _store(self, association: Association, path: Path) -> int | None:
        try:
            return getattr(association.send_c_store(path), "Status", None)
        except RuntimeError:  # the association was released or aborted in between
            return None

    def _judge(self, status: int | None) -> None:
        if status is None:
            raise PeerUnavailable(f"{self._name}: gave no answer")
        match read_answer(status):
            case Answer.STORED:
                return
            case Answer.TRY_LATER:
                raise PeerUnavailable(f"{self._name}: out of resources (status {status:04X})")
            case Answer.REFUSED:
                raise PeerRefused(f"{self._name}: refused the instance (status {status:04X}); see that system's log")

    def _fresh(self) -> Association | None:
        """Return the association if it can be used now."""
        current = self._association
        idle_s = time.monotonic() - self._used_at
        return current if current is not None and current.is_established and idle_s < _FRESH_S else None

    def _release(self) -> None:
        """Release the association; one that is not fresh is left to its own time-out, which may be at it already."""
        current, self._association = self._fresh(), None
        if current is not None:
            current.release()


def _accepts(association: Association, kind: _Kind) -> bool:
    """Tell whether the peer took this SOP class with this transfer syntax."""
    return association.is_established and any(
        (str(context.abstract_syntax), str(context.transfer_syntax[0])) == kind
        for context in association.accepted_contexts
    )


def _tune(event: evt.Event) -> None:
    """Send small packets at once, and let no peer that stops reading hold us for ever."""
    if event.assoc.dul.socket is not None and event.assoc.dul.socket.socket is not None:
        connection = event.assoc.dul.socket.socket
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(_ANSWER_S)
