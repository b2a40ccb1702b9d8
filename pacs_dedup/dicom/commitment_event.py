"""Requests and reports of storage commitment as pynetdicom hands them over, checked in the order of the standard."""

from collections.abc import Callable
from io import BytesIO
from typing import Any, cast

from pynetdicom import evt
from pynetdicom.dimse_primitives import N_ACTION, N_EVENT_REPORT

from pacs_dedup.dicom.commitment_data_set import (
    ALL_COMMITTED,
    FAILURES_EXIST,
    PUSH_MODEL,
    PUSH_MODEL_INSTANCE,
    REQUEST_ACTION,
    read_answer,
    read_request,
)
from pacs_dedup.dicom.commitment_status import ActionStatus, EventStatus
from pacs_dedup.domain.commitment import CommitmentAnswer, Reference, TransactionUid
from pacs_dedup.domain.errors import Unreadable

MOST_REFERENCES = 100_000
"""In one request; more would be the work of hours, and memory for a hostile caller to take."""

_MOST_BYTES = MOST_REFERENCES * 320
"""Two UIDs of 64 characters with their headers are 160 bytes, explicit or implicit."""


def read_action(event: evt.Event) -> tuple[TransactionUid, tuple[Reference, ...]] | ActionStatus:
    """Read a request for commitment (PS3.4 J.3.2.1); return the status to refuse it with where it is none."""
    request = cast("N_ACTION", event.request)
    if (fault := _fault(request)) is not None:
        return fault
    data = _bytes_of(request.ActionInformation)
    if len(data) > _MOST_BYTES:
        return ActionStatus.RESOURCE_LIMITATION
    try:
        transaction_uid, references = read_request(data, str(event.context.transfer_syntax))
    except Unreadable:
        return ActionStatus.INVALID_ARGUMENT
    return ActionStatus.RESOURCE_LIMITATION if len(references) > MOST_REFERENCES else (transaction_uid, references)


def _fault(request: N_ACTION) -> ActionStatus | None:
    """Return what is wrong with a request before its data set is read; None where nothing is."""
    if request.RequestedSOPClassUID != PUSH_MODEL:
        return ActionStatus.NO_SUCH_CLASS
    if request.RequestedSOPInstanceUID != PUSH_MODEL_INSTANCE:
        return ActionStatus.NO_SUCH_INSTANCE
    if request.ActionTypeID != REQUEST_ACTION:
        return ActionStatus.NO_SUCH_ACTION
    return None if _bytes_of(request.ActionInformation) else ActionStatus.NO_SUCH_ARGUMENT


def take_event(event: evt.Event, take: Callable[[CommitmentAnswer], bool]) -> EventStatus:
    """Hand over a report (PS3.4 J.3.3.1) to who awaits it; return the status to answer."""
    request = cast("N_EVENT_REPORT", event.request)
    if request.AffectedSOPClassUID != PUSH_MODEL or request.AffectedSOPInstanceUID != PUSH_MODEL_INSTANCE:
        return EventStatus.NO_SUCH_INSTANCE
    if request.EventTypeID not in (ALL_COMMITTED, FAILURES_EXIST):
        return EventStatus.NO_SUCH_EVENT
    data = _bytes_of(request.EventInformation)
    if len(data) > _MOST_BYTES:
        return EventStatus.INVALID_ARGUMENT
    try:
        answer = read_answer(data, str(event.context.transfer_syntax))
    except Unreadable:
        return EventStatus.INVALID_ARGUMENT
    return EventStatus.SUCCESS if take(answer) else EventStatus.INVALID_ARGUMENT


def _bytes_of(information: Any) -> bytes:
    return information.getvalue() if isinstance(information, BytesIO) else b""
