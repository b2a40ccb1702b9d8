"""Which operations are served, whatever a peer asks for over a context that it has.

pynetdicom chooses who serves a request by the SOP class that the request names, whichever operation it is and whatever
was negotiated. A C-STORE request of the Verification class was served as a C-ECHO and answered Success, though nothing
was stored; an N-GET of a Storage class was served as a C-STORE.
"""

from typing import Any, assert_never

from pynetdicom.association import Association
from pynetdicom.dimse_primitives import (
    C_ECHO,
    C_FIND,
    C_GET,
    C_MOVE,
    C_STORE,
    N_ACTION,
    N_CREATE,
    N_DELETE,
    N_EVENT_REPORT,
    N_GET,
    N_SET,
)

from pacs_dedup.dicom.commitment_data_set import PUSH_MODEL
from pacs_dedup.dicom.commitment_status import ActionStatus, EventStatus
from pacs_dedup.dicom.status_code import OperationStatus
from pacs_dedup.dicom.store_status import StoreStatus
from pacs_dedup.entrypoints.listener.contexts import VERIFICATION, is_stored
from pacs_dedup.log import get_logger

_log = get_logger(__name__)

Request = C_ECHO | C_STORE | C_FIND | C_GET | C_MOVE | N_EVENT_REPORT | N_GET | N_SET | N_ACTION | N_CREATE | N_DELETE
Unserved = OperationStatus | StoreStatus | ActionStatus | EventStatus


def serve_what_is_offered(association: Association, *, with_private: bool) -> None:
    """Answer, from now on, every request that is none of ours with a failure of its own operation.

    Call it before the association is started. What is no request, or comes over a context that was not accepted, is
    left to pynetdicom, which passes over the one and aborts on the other.
    """
    serve = association._serve_request  # noqa: SLF001 - the one place where it is decided who serves a request

    def serve_or_refuse(request: Any, context_id: int) -> None:
        accepted = any(context.context_id == context_id for context in association.accepted_contexts)
        status = unserved(request, with_private=with_private) if accepted and request.is_valid_request else None
        if status is None:
            serve(request, context_id)
            return
        calling_ae = association.requestor.ae_title.strip()
        _log.warning("operation refused", reason=status.when, calling_ae=calling_ae, status=f"{int(status):04X}")
        association.dimse.send_msg(_response(request, status), context_id)

    association._serve_request = serve_or_refuse  # type: ignore[assignment, method-assign]  # noqa: SLF001 - as above


def unserved(request: Request, *, with_private: bool) -> Unserved | None:
    """Return what a request is answered that nobody serves; None where somebody does."""
    match request:
        case C_ECHO():
            return None if request.AffectedSOPClassUID == VERIFICATION else OperationStatus.UNRECOGNISED_OPERATION
        case C_STORE():
            stored = is_stored(request.AffectedSOPClassUID, with_private=with_private)
            return None if stored else StoreStatus.NOT_NEGOTIATED
        case N_ACTION():
            return None if request.RequestedSOPClassUID == PUSH_MODEL else ActionStatus.NO_SUCH_CLASS
        case N_EVENT_REPORT():
            return None if request.AffectedSOPClassUID == PUSH_MODEL else EventStatus.NO_SUCH_CLASS
        case C_FIND() | C_GET() | C_MOVE() | N_GET() | N_SET() | N_CREATE() | N_DELETE():
            return OperationStatus.UNRECOGNISED_OPERATION
        case _:
            assert_never(request)


def _response(request: Request, status: Unserved) -> Request:
    """Build the response to a request, of the same operation (PS3.7 9.3, 10.3)."""
    response: Any = type(request)()
    response.MessageIDBeingRespondedTo = request.MessageID
    response.Status = int(status)
    for name in ("SOPClassUID", "SOPInstanceUID"):
        named = getattr(request, f"Affected{name}", None) or getattr(request, f"Requested{name}", None)
        if named and hasattr(response, f"Affected{name}"):
            setattr(response, f"Affected{name}", named)
    if isinstance(status, StoreStatus):
        response.ErrorComment = status.comment
    return response  # type: ignore[no-any-return]
