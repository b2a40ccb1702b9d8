"""The listener: pynetdicom outside, one call per instance inside. It never decodes a data set."""

import secrets
import time
from collections.abc import Callable
from datetime import timedelta

from pydicom.dataset import Dataset
from pynetdicom import evt
from pynetdicom.association import Association
from pynetdicom.pdu_primitives import A_ASSOCIATE, A_P_ABORT
from pynetdicom.transport import ThreadedAssociationServer

from pacs_dedup.config import Settings
from pacs_dedup.dicom.store_status import StoreStatus
from pacs_dedup.entrypoints.listener.admission import Admission, decide
from pacs_dedup.entrypoints.listener.application_entity import application_entity, tune
from pacs_dedup.entrypoints.listener.caller import caller_of, confirm_user
from pacs_dedup.entrypoints.listener.commitment import CommitmentDesk
from pacs_dedup.entrypoints.listener.contexts import supported_contexts, well_formed
from pacs_dedup.entrypoints.listener.crowd import Crowd, has_ended
from pacs_dedup.entrypoints.listener.failures import close_on_failure
from pacs_dedup.entrypoints.listener.guesses import Guesses
from pacs_dedup.entrypoints.listener.instances import data_set_of, incoming_instance, refusal_of, response
from pacs_dedup.entrypoints.listener.messages import BoundedMessages, Memory
from pacs_dedup.entrypoints.listener.reading import BoundedReader
from pacs_dedup.entrypoints.listener.refusal_record import RefusalLog
from pacs_dedup.entrypoints.listener.refusals import NO_REASON, Refusal, RefusedCall, ReportRefusal, refusal_answered
from pacs_dedup.entrypoints.listener.servers import PlainServer, TlsServer, open_server
from pacs_dedup.entrypoints.listener.serving import serve_what_is_offered
from pacs_dedup.entrypoints.listener.visits import Visit, name_of, refused, tell_of_another_protocol
from pacs_dedup.log import describe_error, get_logger
from pacs_dedup.pipeline.receive import IncomingInstance
from pacs_dedup.wiring.associations import ListenerContexts

_log = get_logger(__name__)

Receive = Callable[[IncomingInstance], StoreStatus]
"""Keeps one instance durably and says how it went; may raise, then nothing was acknowledged."""

_POLL_S = 0.05
_THREAD_NAME = "AcceptorThread"  # pynetdicom counts the associations of a server by this name


class Listener:
    """Owns the listening sockets and the associations on them."""

    def __init__(
        self,
        settings: Settings,
        receive: Receive,
        *,
        tls: ListenerContexts | None = None,
        report: ReportRefusal = lambda _: None,
        commitment: CommitmentDesk | None = None,
        ended: Callable[[str], object] = lambda _: None,
    ) -> None:
        """Prepare to listen as ``settings`` say.

        Args:
            settings: what the site chose.
            receive: is handed every instance.
            tls: makes TLS contexts; without it nobody is listened to over TLS.
            report: is told of every caller that is refused.
            commitment: serves storage commitment; without it nobody is offered that.
            ended: is told the name of every association that has ended.
        """
        self._settings = settings
        self._receive = receive
        self._contexts, self._report, self._commitment, self._ended = tls, report, commitment, ended
        self.check_ae = secrets.token_hex(8).upper()
        """The calling AE title of our own checks, which nobody else can know; it may do C-ECHO and nothing else."""
        self._visits: dict[str, Visit] = {}
        self._server: ThreadedAssociationServer | None = None
        self._tls_server: ThreadedAssociationServer | None = None
        self._log_refusal = RefusalLog()
        self._guesses = Guesses(settings.limits.wrong_passcodes, settings.limits.wrong_passcodes_within_s)
        self._ae = application_entity(settings)
        limits = settings.limits
        self._memory = Memory(limits.receiving_bytes, limits.receiving_bytes_per_peer)
        self._crowd = Crowd(
            associations=settings.dicom.max_associations,
            per_peer=limits.associations_per_peer,
            connections=limits.connections,
        )

    @property
    def port(self) -> int:
        """The port listened on; the real one where 0 was configured."""
        return int(self._server.server_address[1]) if self._server else self._settings.dicom.port

    @property
    def tls_port(self) -> int:
        """The port listened on over TLS; the real one where 0 was configured."""
        return int(self._tls_server.server_address[1]) if self._tls_server else self._settings.dicom.tls.port

    @property
    def associations(self) -> int:
        """Number of connections that are open, our own checks left out."""
        self._forget_the_gone()
        return sum(not visit.own for visit in tuple(self._visits.values()))

    def start(self) -> None:
        """Listen; returns when peers can connect.

        Raises:
            BadConfiguration: the address can not be listened on.
        """
        dicom = self._settings.dicom
        handlers: list[evt.EventHandlerType] = [
            (evt.EVT_CONN_OPEN, self._on_connection),
            (evt.EVT_REQUESTED, self._on_request),
            (evt.EVT_ESTABLISHED, self._on_established),
            (evt.EVT_REJECTED, self._on_rejected),
            (evt.EVT_C_STORE, self._on_store),
            (evt.EVT_CONN_CLOSE, self._on_close),
        ]
        handlers += self._commitment.handlers if self._commitment else []
        if self._contexts is not None:
            own = {"contexts_of_tls": self._contexts, "report": self._refuse, "crowd": self._crowd}
            self._tls_server = open_server(self._ae, (dicom.bind, dicom.tls.port), handlers, TlsServer, **own)
        if dicom.plain:
            self._server = open_server(self._ae, (dicom.bind, dicom.port), handlers, PlainServer)

    def stop(self, within: timedelta) -> None:
        """Refuse new associations, let the current ones finish for that long, then abort what is left."""
        for server in (self._server, self._tls_server):
            if server is not None:
                server.shutdown()
        deadline = time.monotonic() + within.total_seconds()
        while self._ae.active_associations and time.monotonic() < deadline:
            time.sleep(_POLL_S)
        for association in self._ae.active_associations:
            _log.warning("association aborted, the service stops", association=name_of(association))
            association.abort(block=False)
        self._log_refusal.tell_repeats()

    def _on_connection(self, event: evt.Event) -> None:
        association = event.assoc
        association.name = f"{_THREAD_NAME}@{secrets.token_hex(6)}"
        association.dul.daemon = True  # a peer that hangs must not keep the process from ending
        self._forget_the_gone()
        self._visits[name_of(association)] = Visit(association)
        address, connection = association.requestor.address, association.dul.socket
        if connection is None or connection.socket is None:
            return
        tune(connection.socket, self._settings.limits.idle_s)
        close_on_failure(association)
        serve_what_is_offered(association, with_private=self._settings.dicom.accept_private_sop_classes)
        tell_of_another_protocol(association, self._refuse)
        BoundedReader(association, connection, self._settings).attach()
        association.dimse = BoundedMessages(association, self._memory, self._settings.limits)
        if not self._crowd.connect(name_of(association), address, association):
            self._refuse(RefusedCall(refusal=Refusal.WAITING, address=address))
            connection.close()

    def _forget_the_gone(self) -> None:
        """Forget visits whose end nobody told: pynetdicom does not always, where it gives a connection up."""
        for name, visit in tuple(self._visits.items()):
            if has_ended(visit.thread):
                self._visits.pop(name, None)

    def _on_request(self, event: evt.Event) -> None:
        association = event.assoc
        request = association.requestor.primitive
        if visit := self._visits.get(name_of(association)):
            visit.asked = True
        if not isinstance(request, A_ASSOCIATE):  # the connection ended before an association was asked for
            association.is_aborted = True
            association.kill()
            return
        if visit and request.calling_ae_title.strip() == self.check_ae:
            visit.own = True  # and the contexts stay those of Verification
            return
        admission = self._decide(association, request)
        if refusal := admission.refusal or self._no_room_for(association, admission):
            self._reject(association, refusal)
            return
        if visit:
            visit.admission = admission
        if admission.peer is not None and admission.peer.user:
            confirm_user(association)
        proposed = request.presentation_context_definition_list = well_formed(request)
        also = self._commitment.contexts(proposed, admission.peer) if self._commitment else []
        association.acceptor.supported_contexts = supported_contexts(proposed) + also

    def _decide(self, association: Association, request: A_ASSOCIATE) -> Admission:
        """Decide on a caller; what fails is a refusal, as pynetdicom goes on after an event handler that raises."""
        dicom = self._settings.dicom
        try:
            caller = caller_of(association, request)
            if self._contexts is not None and caller.shows(self._contexts.only_ours):
                return Admission(Refusal.CERTIFICATE)  # it opens the door to our own check alone
            if dicom.require_called_aet and caller.called_ae != dicom.ae_title:
                return Admission(Refusal.CALLED_AE)
            return decide(caller, peers=self._settings.peers, unknown=dicom.unknown_peers, wrong=self._guesses)
        except Exception as error:  # noqa: BLE001 - the association is one of the three edges
            _log.error("a caller could not be decided on", **describe_error(error))
            return Admission(Refusal.UNDECIDED)

    def _no_room_for(self, association: Association, admission: Admission) -> Refusal | None:
        """Return why somebody who may come in has to come again later."""
        if self._memory.is_used_up:
            return Refusal.CONGESTION
        whose = admission.peer_name or association.requestor.address
        if isinstance(association.dimse, BoundedMessages):
            association.dimse.whose = whose
        return self._crowd.associate(name_of(association), whose)

    def _reject(self, association: Association, refusal: Refusal) -> None:
        association.acse.send_reject(*(refusal.answer or NO_REASON))
        self._refuse(refused(association, refusal))
        association.kill()

    def _refuse(self, call: RefusedCall) -> None:
        """Log a refusal and report it; both tell floods in numbers."""
        self._log_refusal(call)
        self._report(call)

    def _on_established(self, event: evt.Event) -> None:
        if visit := self._visits.get(name_of(event.assoc)):
            visit.established = True

    def _on_rejected(self, event: evt.Event) -> None:
        """Tell of what pynetdicom rejected by itself."""
        answer = event.assoc.acceptor.primitive
        self._refuse(refused(event.assoc, refusal_answered(answer)))

    def _on_store(self, event: evt.Event) -> Dataset:
        """Answer a C-STORE request; its bytes and its association's place are given back when it has been stored."""
        name = name_of(event.assoc)
        visit = self._visits.get(name)
        if visit is None or not self._crowd.begin(name):
            return response(StoreStatus.PROCESSING_FAILURE)  # which nobody reads, as the connection has ended
        try:
            return response(self._answer(event, visit))
        finally:
            data_set_of(event).settle()
            if self._crowd.finish(name):
                self._depart(event.assoc)

    def _answer(self, event: evt.Event, visit: Visit) -> StoreStatus:
        refusal = refusal_of(event, own=visit.own, may_send=visit.admission.may_send)
        if refusal is StoreStatus.NOT_AUTHORIZED:
            self._refuse(refused(event.assoc, Refusal.NOT_A_SOURCE, visit.admission.peer_name))
        elif refusal:
            calling_ae = event.assoc.requestor.ae_title.strip()
            _log.warning("instance not taken", cause=refusal.comment, calling_ae=calling_ae)
        visit.instances += 1
        return refusal or self._store(event, visit.admission)

    def _store(self, event: evt.Event, admission: Admission) -> StoreStatus:
        try:
            return self._receive(incoming_instance(event, name_of(event.assoc), admission.peer_name))
        except Exception as error:  # noqa: BLE001 - the association is one of the three edges
            _log.error("instance not taken", calling_ae=event.assoc.requestor.ae_title.strip(), **describe_error(error))
            return StoreStatus.PROCESSING_FAILURE

    def _on_close(self, event: evt.Event) -> None:
        association = event.assoc
        if isinstance(association.dimse, BoundedMessages):
            association.dimse.end()
        visit = self._visits.get(name_of(association))
        if visit and not visit.asked:  # else pynetdicom keeps a place for the association until its ACSE timeout
            association.dul.to_user_queue.put(A_P_ABORT())
        if self._crowd.leave(name_of(association)):
            self._depart(association)

    def _depart(self, association: Association) -> None:
        """Tell of the end of a connection, when nothing of it is being stored any more; once is enough."""
        visit = self._visits.pop(name_of(association), None)
        if visit is None:
            return
        requestor = association.requestor
        self._ended(name_of(association))
        if visit.established and not visit.own:
            _log.info(
                "association ended",
                association=name_of(association),
                calling_ae=requestor.ae_title.strip(),
                address=requestor.address,
                instances=visit.instances,
            )
        elif not visit.established and not association.is_rejected:
            _log.info("connection ended without an association", address=requestor.address)
