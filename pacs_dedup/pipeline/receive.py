"""Step 1: one instance comes in. Bytes durable, then arrival durable, then Success; never in another order."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from pacs_dedup.dicom.part10 import file_head
from pacs_dedup.dicom.peek import NamedBy, peek
from pacs_dedup.dicom.store_status import StoreStatus
from pacs_dedup.domain.errors import OutOfStorage, SpoolFull, StorageDamaged
from pacs_dedup.domain.identifiers import AeTitle, SopClassUid, SopInstanceUid, TransferSyntaxUid
from pacs_dedup.log import get_logger
from pacs_dedup.ports.arrival_book import Arrival
from pacs_dedup.ports.blob_store import BlobStore, StoredBlob
from pacs_dedup.ports.clock import Clock

_log = get_logger(__name__)

_RECEIPT_BYTES = 16


class RecordsArrivals(Protocol):
    """An arrival book, or what keeps arrivals for one that is away."""

    def record(self, arrival: Arrival, forward_to: Collection[str] = (), forward_at: datetime | None = None) -> object:
        """Make an arrival durable; see `pacs_dedup.ports.arrival_book.ArrivalBook.record`."""
        ...


class Pressure(Protocol):
    """Whether more can be taken, by what waits already; see `pacs_dedup.pipeline.back_pressure.BackPressure`."""

    @property
    def queue_is_full(self) -> bool:
        """Whether too much waits to be forwarded or recorded."""
        ...

    @property
    def analysis_is_behind(self) -> bool:
        """Whether so much waits to be examined that no instance should wait for its verdict."""
        ...


@dataclass(frozen=True, slots=True)
class IncomingInstance:
    """A C-STORE request as it came.

    Attributes:
        data_set: the encoded data set, exactly as received.
        sop_class_uid, sop_instance_uid: Affected SOP Class and Instance UID of the command (PS3.7 9.3.1.1).
        association: random name of the association.
        peer: name of the configured peer that sends; empty where it is none.
    """

    data_set: bytes | memoryview
    sop_class_uid: SopClassUid
    sop_instance_uid: SopInstanceUid
    transfer_syntax_uid: TransferSyntaxUid
    calling_ae: AeTitle
    called_ae: AeTitle
    peer_address: str
    association: str
    peer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """What receiving needs of the world.

    Attributes:
        forward_to: names of the destinations that every instance goes to.
        judge_within: how long an instance waits for a verdict before it is forwarded without one; None: not at all.
        pressure: what waits already; None: as if it were nothing.
    """

    blobs: BlobStore
    arrivals: RecordsArrivals
    clock: Clock
    forward_to: Collection[str] = ()
    judge_within: timedelta | None = None
    pressure: Pressure | None = None


def receive_instance(incoming: IncomingInstance, reception: Reception) -> StoreStatus:
    """Keep one instance and say so.

    Success means that bytes and arrival record survive a power cut. An identical re-send adds an arrival and no bytes.
    Where command and data set name different things the bytes are kept and the arrival is recorded as refused: the
    sender learns of its fault, and nothing is lost if it ignores the answer.

    Where too much waits to be forwarded nothing is taken. Where too much waits to be examined everything is taken, and
    no instance waits for a verdict: deduplication may be late, an image may not.

    Raises:
        Exception: the journal failed in a way that it can not name. Nothing was acknowledged; bytes that are in the
            store already are found there when the sender repeats the request.
    """
    try:
        if reception.pressure is not None and reception.pressure.queue_is_full:
            return StoreStatus.QUEUE_FULL
        reception.blobs.check_room()
        return _keep(incoming, reception)
    except OutOfStorage as error:
        _log.warning("out of storage, instance not taken", cause=str(error), calling_ae=incoming.calling_ae)
        return _status_of(error)


def _status_of(error: OutOfStorage) -> StoreStatus:
    if isinstance(error, SpoolFull):
        return StoreStatus.SPOOL_FULL
    return StoreStatus.NOT_RECORDED if isinstance(error, StorageDamaged) else StoreStatus.OUT_OF_RESOURCES


def _keep(incoming: IncomingInstance, reception: Reception) -> StoreStatus:
    """Make bytes and arrival durable, in this order."""
    head = file_head(incoming.sop_class_uid, incoming.sop_instance_uid, incoming.transfer_syntax_uid)
    stored = reception.blobs.put([head, incoming.data_set])
    status = _agreement(incoming, peek(incoming.data_set, incoming.transfer_syntax_uid))
    now = reception.clock.now()
    reception.arrivals.record(_arrival(incoming, stored, status, now), reception.forward_to, _due(reception, now))
    if status is not StoreStatus.SUCCESS:
        _log.warning("instance kept but refused", cause=status.comment, calling_ae=incoming.calling_ae)
    return status


def _due(reception: Reception, now: datetime) -> datetime | None:
    """Return when forwarding is due: now (None), or when waiting for a verdict ends."""
    behind = reception.pressure is not None and reception.pressure.analysis_is_behind
    return None if reception.judge_within is None or behind else now + reception.judge_within


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
        receipt=secrets.token_hex(_RECEIPT_BYTES),
    )
