"""Storage commitment over associations that we ask for: as SCP to tell an answer, as SCU to ask (PS3.4 Annex J)."""

import socket
import ssl
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta

from pynetdicom import AE, build_role, evt
from pynetdicom.association import Association
from pynetdicom.pdu_primitives import SCP_SCU_RoleSelectionNegotiation
from pynetdicom.presentation import build_context

from pacs_dedup.dicom.commitment_data_set import (
    PUSH_MODEL,
    PUSH_MODEL_INSTANCE,
    REQUEST_ACTION,
    action_information,
    event_information,
)
from pacs_dedup.dicom.commitment_event import take_event
from pacs_dedup.dicom.commitment_status import ActionStatus, EventStatus
from pacs_dedup.dicom.part10 import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from pacs_dedup.dicom.upper_layer import keep_data_sets_private
from pacs_dedup.dicom.user_identity import FindOurUser, stated
from pacs_dedup.domain.commitment import CommitmentAnswer, Reference, TransactionUid
from pacs_dedup.domain.errors import PeerRefused, PeerUnavailable
from pacs_dedup.domain.identifiers import AeTitle
from pacs_dedup.log import describe_error, get_logger

_log = get_logger(__name__)

_CONNECT_S = 10.0
_ASSOCIATE_S = 15.0
_ANSWER_S = 60.0  # a peer confirms that it has stored a list, no more
_QUIET_S = 0.2
_LATER = frozenset({ActionStatus.PROCESSING_FAILURE, ActionStatus.RESOURCE_LIMITATION})
"""What a peer answers to a request that it may take at another time."""


class DimseCommitmentPeer:
    """A peer that is told, or asked, over an association of its own each time. Safe for several threads."""

    def __init__(
        self,
        name: str,
        *,
        called_ae: AeTitle,
        host: str,
        port: int,
        calling_ae: AeTitle,
        tls: Callable[[], ssl.SSLContext] | None = None,
        user: FindOurUser | None = None,
    ) -> None:
        """Prepare to reach ``called_ae`` at ``host:port`` as ``calling_ae``; nothing is opened yet.

        Args:
            name: the peer's configured name.
            called_ae: AE title that is asked for.
            host: name or IP address.
            port: TCP port.
            calling_ae: AE title that is given as our own.
            tls: returns the TLS context for the next association; without it they go without TLS.
            user: finds as whom the next association is asked for; without it no user is stated.
        """
        keep_data_sets_private()
        self._name, self._called_ae, self._host, self._port, self._tls, self._user = (
            name,
            called_ae,
            host,
            port,
            tls,
            user,
        )
        self._ae = AE(ae_title=calling_ae)
        self._ae.implementation_class_uid = IMPLEMENTATION_CLASS_UID
        self._ae.implementation_version_name = IMPLEMENTATION_VERSION_NAME
        self._ae.connection_timeout = _CONNECT_S
        self._ae.acse_timeout = _ASSOCIATE_S
        self._ae.dimse_timeout = _ANSWER_S
        self._ae.network_timeout = _ANSWER_S

    @property
    def name(self) -> str:
        """The peer's configured name."""
        return self._name

    def report(self, answer: CommitmentAnswer) -> None:
        """Tell the peer what we commit to, as SCP of the class: the role is negotiated (PS3.7 D.3.3.4)."""
        event_type, information = event_information(answer)
        with self._association(build_role(PUSH_MODEL, scp_role=True)) as association:
            try:
                response, _ = association.send_n_event_report(information, event_type, PUSH_MODEL, PUSH_MODEL_INSTANCE)
            except RuntimeError:  # the peer ended the association in between
                response = None
        status = getattr(response, "Status", None)
        if status != EventStatus.SUCCESS:
            raise PeerUnavailable(f"{self._name}: did not take our answer ({_in_words(status)}); see that system's log")

    def ask(
        self,
        transaction_uid: TransactionUid,
        references: Collection[Reference],
        *,
        take: Callable[[CommitmentAnswer], bool],
        wait: timedelta,
    ) -> None:
        """Ask the peer to commit to instances, and keep the association open for its answer."""
        answered = threading.Event()

        def on_report(event: evt.Event) -> tuple[int, None]:
            try:
                status = take_event(event, take)
            except Exception as error:  # noqa: BLE001 - the association is one of the three edges
                _log.error("a commitment could not be taken", peer=self._name, **describe_error(error))
                status = EventStatus.PROCESSING_FAILURE
            answered.set()
            return int(status), None

        with self._association(None, (evt.EVT_N_EVENT_REPORT, on_report)) as association:
            information = action_information(transaction_uid, references)
            try:
                response, _ = association.send_n_action(information, REQUEST_ACTION, PUSH_MODEL, PUSH_MODEL_INSTANCE)
            except RuntimeError:
                response = None
            self._judge(getattr(response, "Status", None))
            answered.wait(wait.total_seconds())
            _let_end(association)

    def _judge(self, status: int | None) -> None:
        if status == ActionStatus.SUCCESS:
            return
        if status is None or status in _LATER:
            raise PeerUnavailable(f"{self._name}: did not take our request for commitment ({_in_words(status)})")
        raise PeerRefused(
            f"{self._name}: refused our request for commitment ({_in_words(status)}); see that system's log"
        )

    @contextmanager
    def _association(
        self, role: SCP_SCU_RoleSelectionNegotiation | None, *handlers: evt.EventHandlerType
    ) -> Iterator[Association]:
        """Open an association with one context, and release it at the end."""
        association = self._ae.associate(
            self._host,
            self._port,
            contexts=[build_context(PUSH_MODEL)],
            ae_title=self._called_ae,
            ext_neg=[*([role] if role else []), *stated(self._user)] or None,
            evt_handlers=[(evt.EVT_CONN_OPEN, _tune), *handlers],
            tls_args=(self._tls(), self._host) if self._tls else None,
        )
        if not association.is_established:
            self._give_up(association)
        try:
            yield association
        finally:
            if association.is_established:
                association.release()

    def _give_up(self, association: Association) -> None:
        if association.rejected_contexts:
            raise PeerRefused(
                f"{self._name}: does not accept the Storage Commitment Push Model; allow it there, or set commitment = "
                '"none" for this peer'
            )
        how = "rejected the association" if association.is_rejected else "could not be reached"
        raise PeerUnavailable(
            f"{self._name}: {self._called_ae} at {self._host}:{self._port} {how}; check its address, and that it knows "
            f"the AE title {self._ae.ae_title}{' and our certificate' if self._tls else ''}"
            f"{' and our user' if self._user else ''}"
        )


def _let_end(association: Association) -> None:
    """Let an association's own thread release it when nothing has come for a moment, and wait for that.

    Released from here, while that thread is about to confirm a report, the two messages would cross in pynetdicom, and
    neither would end.
    """
    association.network_timeout_response = "A-RELEASE"
    association.network_timeout = _QUIET_S
    association.join(_ASSOCIATE_S)


def _in_words(status: int | None) -> str:
    return "no answer" if status is None else f"status {status:04X}"


def _tune(event: evt.Event) -> None:
    """Send small packets at once, and let no peer that stops reading hold us for ever."""
    if event.assoc.dul.socket is not None and event.assoc.dul.socket.socket is not None:
        connection = event.assoc.dul.socket.socket
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(_ANSWER_S)
