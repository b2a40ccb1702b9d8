"""A C-STORE request as the pipeline sees it, and its answer as DICOM has it."""

from typing import cast

from pydicom.dataset import Dataset
from pynetdicom import evt
from pynetdicom.dimse_primitives import C_STORE
from pynetdicom.pdu_primitives import A_ASSOCIATE

from pacs_dedup.dicom.commitment_data_set import PUSH_MODEL
from pacs_dedup.dicom.store_status import StoreStatus
from pacs_dedup.domain.identifiers import AeTitle, SopClassUid, SopInstanceUid, TransferSyntaxUid
from pacs_dedup.entrypoints.listener.contexts import VERIFICATION
from pacs_dedup.entrypoints.listener.messages import IncomingDataSet, Memory
from pacs_dedup.pipeline.receive import IncomingInstance


def data_set_of(event: evt.Event) -> IncomingDataSet:
    """Return the data set of a C-STORE request, with what was decided on it while it came in."""
    gathered = cast("C_STORE", event.request).DataSet
    return gathered if isinstance(gathered, IncomingDataSet) else IncomingDataSet(Memory(0), 0)


def refusal_of(event: evt.Event, *, may_send: bool, own: bool = False) -> StoreStatus | None:
    """Return why a C-STORE request is not even looked at; None where it is.

    pynetdicom chooses who serves a message by the SOP class that the message names, whatever was negotiated for its
    presentation context (PS3.8 7.1.1.13).

    Args:
        event: the request.
        may_send: instances are taken from whom the association is with.
        own: the association is our own check of the listener, which may do C-ECHO and nothing else.
    """
    if own or event.context.abstract_syntax in (VERIFICATION, PUSH_MODEL):
        return StoreStatus.NOT_NEGOTIATED
    if not may_send:
        return StoreStatus.NOT_AUTHORIZED
    data_set = data_set_of(event)
    return data_set.refusal or (None if data_set.getbuffer().nbytes else StoreStatus.NO_DATA_SET)


def incoming_instance(event: evt.Event, association_name: str, peer: str) -> IncomingInstance:
    """Return what a C-STORE request brings; its data set is not copied. ``peer`` names the sender, if configured."""
    request, association = cast("C_STORE", event.request), event.assoc
    return IncomingInstance(
        data_set=data_set_of(event).getbuffer(),
        sop_class_uid=SopClassUid(str(request.AffectedSOPClassUID)),
        sop_instance_uid=SopInstanceUid(str(request.AffectedSOPInstanceUID)),
        transfer_syntax_uid=TransferSyntaxUid(str(event.context.transfer_syntax)),
        calling_ae=AeTitle(association.requestor.ae_title.strip()),
        called_ae=AeTitle(cast("A_ASSOCIATE", association.requestor.primitive).called_ae_title.strip()),
        peer_address=association.requestor.address,
        association=association_name,
        peer=peer,
    )


def response(status: StoreStatus) -> Dataset:
    """Build the response: Status (0000,0900), and Error Comment (0000,0902) where there is something to say."""
    response = Dataset()
    response.Status = int(status)
    if status.comment:
        response.ErrorComment = status.comment
    return response
