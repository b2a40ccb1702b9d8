"""A destination reached by C-STORE: a Storage SCU on pynetdicom that sends files as they are."""

import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from pynetdicom import AE, evt
from pynetdicom.association import Association
from pynetdicom.dsutils import split_dataset
from pynetdicom.presentation import PresentationContext, build_context

from pacs_dedup.dicom.part10 import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from pacs_dedup.dicom.store_status import Answer, read_answer
from pacs_dedup.dicom.upper_layer import keep_data_sets_private
from pacs_dedup.dicom.user_identity import FindOurUser, stated
from pacs_dedup.domain.errors import BlobMissing, InstanceNotTaken, PeerRefused, PeerResting, PeerUnavailable
from pacs_dedup.domain.identifiers import AeTitle

_IDLE_S = 5.0  # how long an association waits for the next instance before pynetdicom releases it
_FRESH_S = 3.0  # how long it is used again; later it may be just about to be released
_CONNECT_S = 10.0
_ASSOCIATE_S = 15.0  # for the answer to a request for an association
_ANSWER_S = 120.0  # archives answer when they have written; a busy one needs its time
_REST_S = 1.0  # after a failed association nobody asks again for so long; who retries decides on longer waits
_MAX_CONTEXTS = 128  # presentation contexts have odd IDs 1 to 255 (PS3.8 9.3.2.2)

_Kind = tuple[str, str]
"""SOP class and transfer syntax."""

TlsContexts = Callable[[], ssl.SSLContext]
"""Returns the TLS context for the next association."""


class DimseDestination:
    """A Storage SCP. Safe for several threads: each send takes an association of its own, up to a given number.

    Every kind of instance that was sent is proposed with its own transfer syntax and no other, so that the peer can not
    ask for a conversion.
    """

    def __init__(
        self,
        name: str,
        *,
        called_ae: AeTitle,
        host: str,
        port: int,
        calling_ae: AeTitle,
        associations: int = 1,
        tls: TlsContexts | None = None,
        user: FindOurUser | None = None,
    ) -> None:
        """Prepare to send to ``called_ae`` at ``host:port`` as ``calling_ae``; nothing is opened yet.

        Args:
            name: the peer's configured name.
            called_ae: AE title that is asked for.
            host: name or IP address.
            port: TCP port.
            calling_ae: AE title that is given as our own.
            associations: how many there may be at once; a further send waits for one of them.
            tls: without it they go without TLS.
            user: finds as whom the next association is asked for; without it no user is stated.
        """
        keep_data_sets_private()
        self._name = name
        peer = _Peer(name, called_ae, (host, port), calling_ae, tls, user)
        self._all = [_Line(peer) for _ in range(associations)]
        self._free: queue.LifoQueue[_Line] = queue.LifoQueue()  # the last one used is the likeliest to be still open
        for line in reversed(self._all):
            self._free.put(line)

    @property
    def name(self) -> str:
        """The peer's configured name."""
        return self._name

    def send(self, path: Path) -> None:
        """Send one DICOM file as it is; when this returns the destination has acknowledged it.

        Raises:
            BlobMissing: the file is not there.
            PeerUnavailable: nobody answered: send again later.
            InstanceNotTaken: the peer is out of resources (0xA7xx), or gave no answer: send again later.
            PeerRefused: the peer will not take this instance, now or later.
        """
        try:
            meta, _ = split_dataset(path)
        except FileNotFoundError:
            raise BlobMissing(f"{path.name}: no such file; it can not be sent to {self._name}") from None
        kind = str(meta.MediaStorageSOPClassUID), str(meta.TransferSyntaxUID)
        line = self._free.get()
        try:
            status = line.store(path, kind)
        finally:
            self._free.put(line)
        self._judge(status)

    def close(self) -> None:
        """Release the associations that are open."""
        for line in self._all:
            line.close()

    def _judge(self, status: int | None) -> None:
        if status is None:
            raise InstanceNotTaken(f"{self._name}: gave no answer")
        match read_answer(status):
            case Answer.STORED:
                return
            case Answer.TRY_LATER:
                raise InstanceNotTaken(f"{self._name}: out of resources (status {status:04X})")
            case Answer.REFUSED:
                raise PeerRefused(f"{self._name}: refused the instance (status {status:04X}); see that system's log")


class _Peer:
    """What all associations with one peer share."""

    def __init__(
        self,
        name: str,
        called_ae: AeTitle,
        address: tuple[str, int],
        calling_ae: AeTitle,
        tls: TlsContexts | None,
        user: FindOurUser | None,
    ) -> None:
        self.name = name
        self._called_ae, (self._host, self._port), self._tls, self._user = called_ae, address, tls, user
        self._ae = AE(ae_title=calling_ae)
        self._ae.implementation_class_uid = IMPLEMENTATION_CLASS_UID
        self._ae.implementation_version_name = IMPLEMENTATION_VERSION_NAME
        self._ae.connection_timeout = _CONNECT_S
        self._ae.acse_timeout = _ASSOCIATE_S
        self._ae.dimse_timeout = _ANSWER_S
        self._ae.network_timeout = _IDLE_S
        self._lock = threading.Lock()
        self._kinds: dict[_Kind, None] = {}
        self._rest_until = 0.0

    def associate(self, kind: _Kind) -> Association:
        """Open an association for a kind of instance, and for those that were sent before.

        Raises:
            PeerResting: the last attempt failed a moment ago.
            PeerUnavailable: nobody answered, or the association was rejected.
            PeerRefused: the peer does not take this kind.
        """
        if time.monotonic() < self._rest_until:
            raise PeerResting(f"{self.name}: did not accept an association a moment ago")
        association = self._ae.associate(
            self._host,
            self._port,
            contexts=self._contexts(kind),
            ae_title=self._called_ae,
            ext_neg=stated(self._user) or None,
            evt_handlers=[(evt.EVT_CONN_OPEN, _tune)],
            tls_args=(self._tls(), self._host) if self._tls else None,
        )
        if not _accepts(association, kind):
            self._give_up(association, kind)
        association.network_timeout_response = "A-RELEASE"
        return association

    def _contexts(self, kind: _Kind) -> list[PresentationContext]:
        with self._lock:
            self._kinds.pop(kind, None)
            self._kinds = dict.fromkeys([*self._kinds, kind][-_MAX_CONTEXTS:])
            return [build_context(sop_class, transfer_syntax) for sop_class, transfer_syntax in self._kinds]

    def _give_up(self, association: Association, kind: _Kind) -> NoReturn:
        answered = association.is_established or bool(association.rejected_contexts)
        if association.is_established:
            association.release()
        if answered:
            with self._lock:
                self._kinds.pop(kind, None)
            raise PeerRefused(
                f"{self.name}: does not accept SOP class {kind[0]} with transfer syntax {kind[1]}; "
                "allow it there and send again"
            )
        self._rest_until = time.monotonic() + _REST_S
        how = "rejected the association" if association.is_rejected else "could not be reached"
        raise PeerUnavailable(
            f"{self.name}: {self._called_ae} at {self._host}:{self._port} {how}; check its address, and that it knows "
            f"the AE title {self._ae.ae_title}{' and our certificate' if self._tls else ''}"
            f"{' and our user' if self._user else ''}; "
            f"`pacs-dedup peers echo {self.name}` says more"
        )


class _Line:
    """One association after the other, for one instance at a time."""

    def __init__(self, peer: _Peer) -> None:
        self._peer = peer
        self._lock = threading.Lock()
        self._association: Association | None = None
        self._used_at = 0.0

    def store(self, path: Path, kind: _Kind) -> int | None:
        """Send one file; return the status that the peer answered, None where it gave no answer."""
        with self._lock:
            association = self._associate(kind)
            try:
                return getattr(association.send_c_store(path), "Status", None)
            except RuntimeError:  # the association was released or aborted in between
                return None
            finally:
                self._used_at = time.monotonic()

    def close(self) -> None:
        """Release the association, if one is open."""
        with self._lock:
            self._release()

    def _associate(self, kind: _Kind) -> Association:
        current = self._fresh()
        if current is not None and _accepts(current, kind):
            return current
        self._release()
        self._association = self._peer.associate(kind)
        return self._association

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
