"""Storage commitment at the listener: requests are stored and answered for, destinations' reports are taken.

Both are offered to configured peers only. The bytes are looked at by the worker; here one thread for each request waits
a little for what it finds, to tell it over the association of the request while that is open.
"""

import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar
from weakref import WeakKeyDictionary

from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import evt
from pynetdicom.association import Association
from pynetdicom.presentation import PresentationContext, build_context

from pacs_dedup.config import CommitmentMode, Peer, Settings
from pacs_dedup.dicom.commitment_data_set import PUSH_MODEL
from pacs_dedup.dicom.commitment_event import read_action, take_event
from pacs_dedup.dicom.commitment_status import ActionStatus, EventStatus
from pacs_dedup.domain.audit import Party
from pacs_dedup.domain.commitment import CommitmentAnswer
from pacs_dedup.domain.errors import OutOfStorage
from pacs_dedup.domain.identifiers import AeTitle
from pacs_dedup.entrypoints.listener.event_reports import EventReports
from pacs_dedup.log import describe_error, get_logger
from pacs_dedup.pipeline.commitment_audit import CommitmentAudit
from pacs_dedup.pipeline.patience import PatientCalls
from pacs_dedup.ports.clock import Clock
from pacs_dedup.ports.commitment_book import CommitmentBook
from pacs_dedup.ports.commitment_requests import CommitmentRequest, CommitmentRequests, Inquiry
from pacs_dedup.ports.journal import Journal, NewWork, Step
from pacs_dedup.wiring import Services
from pacs_dedup.wiring.commitment import commitment_audit

_log = get_logger(__name__)

T = TypeVar("T")

_SYNTAXES = frozenset({ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian})
_LOOK_EVERY_S = 0.25
_MOST_WAITING = 32
"""Threads that wait for an answer at one time; what is beyond is told by the worker, over a new association."""


class CommitmentDesk:
    """Takes requests for commitment, and reports of commitment, from associations that others ask for."""

    def __init__(
        self,
        settings: Settings,
        *,
        requests: CommitmentRequests,
        book: CommitmentBook,
        journal: Journal,
        clock: Clock,
        audit: CommitmentAudit,
    ) -> None:
        """Prepare to keep requests and reports; nobody waits for the database longer than senders do."""
        self._settings = settings
        self._requests, self._book, self._journal, self._clock = requests, book, journal, clock
        self._audit = audit
        self._refused: WeakKeyDictionary[Association, set[str]] = WeakKeyDictionary()
        self._calls = PatientCalls("commitment")
        self._places = threading.BoundedSemaphore(_MOST_WAITING)

    @property
    def handlers(self) -> list[evt.EventHandlerType]:
        """What the listener binds."""
        return [(evt.EVT_N_ACTION, self._on_action), (evt.EVT_N_EVENT_REPORT, self._on_report)]

    def contexts(self, proposed: Iterable[PresentationContext], peer: Peer | None) -> list[PresentationContext]:
        """Return the context of the class, if it is proposed by a peer.

        Whoever asks us is SCU. A destination that we ask may call back as SCP, which it says by role selection
        (PS3.7 D.3.3.4); one that says nothing is taken for what it does.
        """
        wanted = [each for each in proposed if each.abstract_syntax == PUSH_MODEL]
        syntaxes = [ts for each in wanted for ts in each.transfer_syntax if ts in _SYNTAXES]
        if peer is None or not syntaxes:
            return []
        context = build_context(PUSH_MODEL, list(dict.fromkeys(syntaxes)))
        context.scu_role, context.scp_role = True, peer.commitment is CommitmentMode.REQUEST
        return [context]

    def _on_action(self, event: evt.Event) -> tuple[int, None]:
        try:
            status = self._accept(event)
        except (OutOfStorage, TimeoutError):
            status = ActionStatus.RESOURCE_LIMITATION
        except Exception as error:  # noqa: BLE001 - the association is one of the three edges
            _log.error("a request for commitment was not taken", **describe_error(error))
            status = ActionStatus.PROCESSING_FAILURE
        if status is not ActionStatus.SUCCESS:
            _log.warning("request for commitment refused", reason=status.when, **_caller(event.assoc))
            self._note_refusal(event.assoc, status)
        return int(status), None

    def _note_refusal(self, association: Association, status: ActionStatus | EventStatus) -> None:
        """Audit a refusal, each reason once for an association: whoever repeats it must not fill the log."""
        known = self._refused.setdefault(association, set())
        if status.when in known:
            return
        known.add(status.when)
        caller = Party(association.requestor.ae_title.strip(), association.requestor.address)
        if isinstance(status, ActionStatus):
            self._audit.refused(caller, status.when)
        else:
            self._audit.distrusted(caller, status.when)

    def _accept(self, event: evt.Event) -> ActionStatus:
        """Store a request; when this returns Success it survives a power cut, and will be answered."""
        if not self._may_ask(event):
            return ActionStatus.NOT_AUTHORIZED
        read = read_action(event)
        if isinstance(read, ActionStatus):
            return read
        transaction_uid, references = read
        request = CommitmentRequest(
            transaction_uid=transaction_uid,
            requester=AeTitle(event.assoc.requestor.ae_title.strip()),
            peer_address=event.assoc.requestor.address,
            received_at=self._clock.now(),
            references=references,
        )
        inquiry = self._patiently(lambda: self._requests.accept(request))
        self._audit.was_asked(request)
        _log.info("request for commitment taken", instances=len(references), **_caller(event.assoc))
        self._wait_to_tell(EventReports.of(event.assoc), event.context.context_id, inquiry.subject)
        return ActionStatus.SUCCESS

    def _may_ask(self, event: evt.Event) -> bool:
        """Tell whether the class was negotiated with a peer; pynetdicom serves it over any context (PS3.8 7.1.1.13)."""
        caller = event.assoc.requestor
        known = any(peer.calls_as(caller.ae_title.strip(), caller.address) for peer in self._settings.peers)
        return known and event.context.abstract_syntax == PUSH_MODEL

    def _on_report(self, event: evt.Event) -> tuple[int, None]:
        try:
            status = take_event(event, lambda answer: self._settle(event.assoc, answer))
        except Exception as error:  # noqa: BLE001 - the association is one of the three edges
            _log.error("a commitment could not be taken", **_caller(event.assoc), **describe_error(error))
            status = EventStatus.PROCESSING_FAILURE
        if status is not EventStatus.SUCCESS:
            _log.warning("report of commitment refused", reason=status.when, **_caller(event.assoc))
            self._note_refusal(event.assoc, status)
        return int(status), None

    def _settle(self, association: Association, answer: CommitmentAnswer) -> bool:
        """Keep an answer, if the caller is a destination that was asked for it."""
        called_as = association.requestor.ae_title.strip(), association.requestor.address
        asked = [p for p in self._settings.destinations if p.commitment is CommitmentMode.REQUEST]
        names = [peer.name for peer in asked if peer.calls_as(*called_as)]
        now, again = self._clock.now(), self._settings.commitment.send_again
        settled = (name for name in names if self._patiently(partial(self._book.settle, name, answer, now, again)))
        if (name := next(settled, None)) is None:
            return False
        self._audit.was_told(name, answer)
        return True

    def _wait_to_tell(self, reports: EventReports, context_id: int, subject: str) -> None:
        if self._settings.commitment.same_association_s and self._places.acquire(blocking=False):
            waiting = threading.Thread(
                target=self._tell, args=(reports, context_id, subject), name="commitment", daemon=True
            )
            waiting.start()

    def _tell(self, reports: EventReports, context_id: int, subject: str) -> None:
        """Tell an answer over the association of its request, or leave that to the worker at once if it has ended."""
        try:
            deadline = time.monotonic() + self._settings.commitment.same_association_s
            while time.monotonic() < deadline:
                time.sleep(_LOOK_EVERY_S)
                inquiry = self._patiently(lambda: self._requests.get(subject))
                if inquiry is None or inquiry.reported_at:
                    return
                if inquiry.answer is not None:
                    self._tell_now(reports, context_id, inquiry)
                    return
        except Exception as error:  # noqa: BLE001 - a thread of the association; the worker tells it later
            _log.warning("commitment not told over the association of its request", **describe_error(error))
        finally:
            self._places.release()

    def _tell_now(self, reports: EventReports, context_id: int, inquiry: Inquiry) -> None:
        subject = inquiry.subject
        told = reports.send(inquiry.answer, context_id) if inquiry.answer else False
        if told and inquiry.answer:
            self._patiently(lambda: self._requests.reported(subject, self._clock.now()))
            self._audit.told(inquiry.request, inquiry.answer)
        if told or not reports.is_open:  # the worker need not wait for us any more
            self._patiently(lambda: self._journal.queue([NewWork(Step.REPORT, subject, self._clock.now())]))

    def _patiently(self, call: Callable[[], T]) -> T:
        return self._calls.call(call, self._settings.limits.record_within)


def commitment_desk(services: Services) -> CommitmentDesk:
    """Return the desk over a process's services."""
    return CommitmentDesk(
        services.settings,
        requests=services.commitment_requests,
        book=services.commitments,
        journal=services.journal,
        clock=services.clock,
        audit=commitment_audit(services),
    )


def _caller(association: Association) -> dict[str, str]:
    return {"calling_ae": association.requestor.ae_title.strip(), "address": association.requestor.address}
