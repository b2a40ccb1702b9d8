"""N-EVENT-REPORT over an association that the peer asked for, while the peer goes on using it.

pynetdicom can send one, but takes whatever message comes next for the response: a C-STORE that the peer sends meanwhile
would be lost. Here the association's own thread goes on serving, and the response is noticed as it passes.
"""

import itertools
import threading
from io import BytesIO
from typing import Any, Protocol

from pydicom.uid import UID
from pynetdicom import evt
from pynetdicom.association import Association
from pynetdicom.dimse_messages import N_EVENT_REPORT_RSP
from pynetdicom.dimse_primitives import N_EVENT_REPORT
from pynetdicom.dsutils import encode

from pacs_dedup.dicom.commitment_data_set import PUSH_MODEL, PUSH_MODEL_INSTANCE, event_information
from pacs_dedup.dicom.commitment_status import EventStatus
from pacs_dedup.domain.commitment import CommitmentAnswer
from pacs_dedup.pipeline.commit import CONFIRMED_WITHIN


class _Sends(Protocol):
    def __call__(self, primitive: Any, context_id: int) -> None: ...


class EventReports:
    """What goes out over one association beside its responses; one message at a time."""

    def __init__(self, association: Association) -> None:
        """Take over the sending of an association; use `of`, so that it is done once."""
        self._association = association
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._is_over = False
        self._answered: dict[int, tuple[threading.Event, list[int]]] = {}
        self._send: _Sends = association.dimse.send_msg
        self._release, self._abort = association.acse.send_release, association.acse.send_abort
        association.dimse.send_msg = self._send_alone  # type: ignore[method-assign]  # PS3.8 Annex E: whole messages
        association.acse.send_release = self._release_alone  # type: ignore[method-assign]
        association.acse.send_abort = self._abort_alone  # type: ignore[method-assign]
        association.bind(evt.EVT_DIMSE_RECV, self._on_message)

    @classmethod
    def of(cls, association: Association) -> "EventReports":
        """Return those of an association."""
        sends = getattr(association.dimse.send_msg, "__self__", None)
        return sends if isinstance(sends, cls) else cls(association)

    @property
    def is_open(self) -> bool:
        """Whether the association still is."""
        return bool(self._association.is_established) and not self._is_over

    def send(self, answer: CommitmentAnswer, context_id: int) -> bool:
        """Tell an answer; return whether the peer has confirmed it. The context is the one of the request."""
        context = next((each for each in self._association.accepted_contexts if each.context_id == context_id), None)
        if context is None or not self.is_open:
            return False
        number = next(self._numbers)
        request = _request(answer, context.transfer_syntax[0], number)
        answered, status = self._answered.setdefault(number, (threading.Event(), []))
        try:
            self._send_alone(request, context_id)
            return answered.wait(CONFIRMED_WITHIN.total_seconds()) and status == [EventStatus.SUCCESS]
        finally:
            del self._answered[number]

    def _send_alone(self, primitive: Any, context_id: int) -> None:
        """Send one message whole, before another begins; none after the end, which pynetdicom would die of."""
        with self._lock:
            if not self._is_over:
                self._send(primitive, context_id)

    def _release_alone(self, *args: Any, **options: Any) -> None:
        with self._lock:
            self._is_over = True
            self._release(*args, **options)

    def _abort_alone(self, *args: Any, **options: Any) -> None:
        with self._lock:
            self._is_over = True
            self._abort(*args, **options)

    def _on_message(self, event: evt.Event) -> None:
        if not isinstance(event.message, N_EVENT_REPORT_RSP):
            return
        command = event.message.command_set
        if waiting := self._answered.get(command.MessageIDBeingRespondedTo):
            answered, status = waiting
            status.append(int(command.Status))
            answered.set()


def _request(answer: CommitmentAnswer, transfer_syntax: UID, number: int) -> N_EVENT_REPORT:
    event_type, information = event_information(answer)
    request = N_EVENT_REPORT()
    request.MessageID = number
    request.AffectedSOPClassUID = PUSH_MODEL
    request.AffectedSOPInstanceUID = PUSH_MODEL_INSTANCE
    request.EventTypeID = event_type
    encoded = encode(information, transfer_syntax.is_implicit_VR, transfer_syntax.is_little_endian)
    request.EventInformation = BytesIO(encoded or b"")
    return request
