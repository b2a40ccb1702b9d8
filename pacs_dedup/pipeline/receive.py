"""Step 1: one instance comes in. Bytes durable, then arrival durable, then Success; never in another order."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from pacs_dedup.dicom.part10 import file_head
from pacs_dedup.dicom.peek import NamedBy, peek
from pacs_dedup.dicom.store_status import StoreStatus
from pacs_dedup.domain.errors import OutOfStorage
from pacs_dedup.domain.identifiers import AeTitle, SopClassUid, SopInstanceUid, TransferSyntaxUid
from pacs_dedup.log import get_logger
from pacs_dedup.ports.arrival_book import Arrival, ArrivalBook
from pacs_dedup.ports.blob_store import BlobStore, StoredBlob
from pacs_dedup.ports.clock import Clock

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class IncomingInstance:
    """A C-STORE request as it came.

    Attributes:
        data_set: the encoded data set, exactly as received.
        sop_class_uid, sop_instance_uid: Affected SOP Class and Instance UID of the command (PS3.7 9.3.1.1).
        association: random name of the association.
    """

    data_set: bytes | memoryview
    sop_class_uid: SopClassUid
    sop_instance_uid: SopInstanceUid
    transfer_syntax_uid: TransferSyntaxUid
    calling_ae: AeTitle
    called_ae: AeTitle
    peer_address: str
    association: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """What receiving needs of the world.

    Attributes:
        forward_to: names of the destinations that every instance goes to.
        judge_within: how long an instance waits for a verdict before it is forwarded without one; None: not at all.
    """

    blobs: BlobStore
    arrivals: ArrivalBook
    clock: Clock
    forward_to: Collection[str] = ()
    judge_within: timedelta | None = None


def receive_instance(incoming: IncomingInstance, reception: Reception) -> StoreStatus:
    """Keep one instance and say so.

    Success means that bytes and arrival record survive a power cut. An identical re-send adds an arrival and no bytes.
    Where command and data set name different things the bytes are kept and the arrival is recorded as refused: the
    sender learns of its fault, and nothing is lost if it ignores the answer.

    Raises:
        Exception: the journal failed in a way that it can not name. Nothing was acknowledged; bytes that are in the
            store already are found there when the sender repeats the request.
    """
    try:
        reception.blobs.check_room()
        return _keep(incoming, reception)
    except OutOfStorage as error:
        _log.warning("out of storage, instance not taken", cause=str(error), calling_ae=incoming.calling_ae)
        return StoreStatus.OUT_OF_RESOURCES


def _keep(incoming: IncomingInstance, reception: Reception) -> StoreStatus:
    """Make bytes and arrival durable, in this order."""
    head = file_head(incoming.sop_class_uid, incoming.sop_instance_uid, incoming.transfer_syntax_uid)
    stored = reception.blobs.put([head, incoming.data_set])
    status = _agreement(incoming, peek(incoming.data_set, incoming.transfer_syntax_uid))
    now = reception.clock.now()
    forward_at = None if reception.judge_within is None else now + reception.judge_within
    reception.arrivals.record(_arrival(incoming, stored, status, now), reception.forward_to, forward_at)
    if status is not StoreStatus.SUCCESS:
        _log.warning("instance kept but refused", cause=status.comment, calling_ae=incoming.calling_ae)
    return status


def _agreement(incoming: IncomingInstance, inside: NamedBy) -> StoreStatus:
    """Compare what command and data set name; what can not be read is no disagreement (PS3.4 Table B.2-1, A9xx)."""
    pairs = (
        (incoming.sop_class_uid, inside.sop_class_uid),
        (incoming.sop_instance_uid, inside.sop_instance_uid),
    )
    differ = any(told is not None and told != commanded for commanded, told in pairs)
    return StoreStatus.DATA_SET_MISMATCH if differ else StoreStatus.SUCCESS


def _arrival(incoming: IncomingInstance, stored: StoredBlob, status: StoreStatus, received_at: datetime) -> Arrival:
    return Arrival(
        blob_id=stored.blob_id,
        source=incoming.calling_ae,
        received_at=received_at,
        size_bytes=stored.size_bytes,
        transfer_syntax_uid=incoming.transfer_syntax_uid,
        called_ae=incoming.called_ae,
        peer_address=incoming.peer_address,
        association=incoming.association,
        sop_class_uid=incoming.sop_class_uid,
        sop_instance_uid=incoming.sop_instance_uid,
        refused=status.comment,
    )
