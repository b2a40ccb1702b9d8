"""Look into a request for commitment, by content: is what this sender delivered, byte for byte, still held?

A request names instances by UID. What counts is which content the requester itself delivered under each UID. It may
have delivered several; nothing tells which of them it means, so each must be held: then no content that it could mean
is lost when it deletes its own.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from pacs_dedup.dicom.commitment_status import FailureReason
from pacs_dedup.domain.commitment import CommitmentAnswer, Failed, Reference
from pacs_dedup.domain.identifiers import BlobId
from pacs_dedup.log import get_logger
from pacs_dedup.ports.arrival_book import ArrivalBook, Delivery
from pacs_dedup.ports.arrival_spool import ArrivalSpool
from pacs_dedup.ports.blob_store import BlobStore
from pacs_dedup.ports.clock import Clock
from pacs_dedup.ports.commitment_requests import CommitmentRequests, Inquiry
from pacs_dedup.ports.journal import Journal, NewWork, Step

CONFIRMED_WITHIN = timedelta(seconds=2)
"""How long a peer may take to confirm a report over the association of its request; then it is told again."""

_LEASE = timedelta(minutes=10)  # longer than reading the largest request's instances takes
_SPOOL_EMPTIES = timedelta(seconds=2)
_DAMAGED = "what was acknowledged is missing or damaged in the blob store; ask its sender for it again"
_LET_GO = "commitment asked for what left the transit store to archives that were not asked to commit to it"

_log = get_logger(__name__)

Archived = Callable[[Collection[BlobId]], frozenset[BlobId]]
"""Returns which of these contents an archive has committed to, so that they may have left the transit store."""


WasLetGo = Callable[[BlobId], bool]
"""Tells whether a content left the transit store by an approved plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What looking into requests needs of the world.

    Attributes:
        same_association: how long an answer may take to go over the association of its request; zero: it never does.
    """

    journal: Journal
    requests: CommitmentRequests
    arrivals: ArrivalBook
    spool: ArrivalSpool
    blobs: BlobStore
    clock: Clock
    archived: Archived
    was_let_go: WasLetGo
    same_association: timedelta


def commit_once(holdings: Holdings) -> bool:
    """Look into the request that waits longest; return whether there was one.

    While acknowledged arrivals wait in the spool nobody can say what was delivered: the request waits too.
    """
    work = holdings.journal.claim(Step.COMMIT, _LEASE)
    if work is None:
        return False
    inquiry, now = holdings.requests.get(work.subject), holdings.clock.now()
    if inquiry is None:  # a later round has begun
        holdings.journal.tick(work)
    elif _is_spooling(holdings.spool):
        holdings.journal.postpone(work, now + _SPOOL_EMPTIES, "acknowledged arrivals wait in the spool")
    else:
        holdings.requests.answer(work.subject, judge(inquiry, holdings), holdings.clock.now())
        report = NewWork(Step.REPORT, work.subject, _tell_at(inquiry, holdings), work.source)
        holdings.journal.tick(work, [report])
    return True


def _tell_at(inquiry: Inquiry, holdings: Holdings) -> datetime:
    """Return when an answer is to go over a new association: until then the listener may tell it over the first."""
    if not holdings.same_association:
        return holdings.clock.now()
    return inquiry.request.received_at + holdings.same_association + CONFIRMED_WITHIN


def judge(inquiry: Inquiry, holdings: Holdings) -> CommitmentAnswer:
    """Find for every reference of a request whether we commit to it. Reads every byte that it is about."""
    request = inquiry.request
    if inquiry.reuses_uid:
        reason = FailureReason.DUPLICATE_TRANSACTION_UID
        return CommitmentAnswer(request.transaction_uid, (), tuple(Failed(each, reason) for each in request.references))
    uids = {reference.sop_instance_uid for reference in request.references}
    delivered = holdings.arrivals.delivered(request.requester, uids)
    lost = _lost([each for deliveries in delivered.values() for each in deliveries], holdings)
    never = FailureReason.PROCESSING_FAILURE if holdings.spool.usage().set_aside else FailureReason.NO_SUCH_OBJECT
    committed, failed = list[Reference](), list[Failed]()
    for reference in request.references:
        reason_not = _reason_not(reference, delivered.get(reference.sop_instance_uid, ()), lost, never)
        if reason_not is None:
            committed.append(reference)
        else:
            failed.append(Failed(reference, reason_not))
    return CommitmentAnswer(request.transaction_uid, tuple(committed), tuple(failed))


def _reason_not(
    reference: Reference, deliveries: Collection[Delivery], lost: Collection[BlobId], never: FailureReason
) -> FailureReason | None:
    """Return why we do not commit to an instance; None where we do.

    Args:
        reference: the instance.
        deliveries: what the requester delivered under its UID.
        lost: contents that are not held.
        never: what is said of what was not delivered; a spooled arrival that nobody can read leaves that open.
    """
    if not deliveries:
        return never
    if all(delivery.sop_class_uid != reference.sop_class_uid for delivery in deliveries):
        return FailureReason.CLASS_INSTANCE_CONFLICT
    if any(delivery.blob_id in lost for delivery in deliveries):
        return FailureReason.PROCESSING_FAILURE
    return None


def _lost(deliveries: Collection[Delivery], holdings: Holdings) -> frozenset[BlobId]:
    """Return which contents are neither whole in the blob store nor with an archive that committed to them.

    What is broken here and was not let go is an alert, even where an archive has it.
    """
    broken = {each.blob_id for each in deliveries if not holdings.blobs.is_intact(each.blob_id)}
    let_go = {blob_id for blob_id in broken if holdings.was_let_go(blob_id)}
    lost = broken - holdings.archived(broken) if broken else broken
    for each in deliveries:
        if each.blob_id in broken - let_go:
            _log.error(_DAMAGED, arrival_id=each.arrival_id, blob_id=each.blob_id)
            holdings.arrivals.note_problem(each.arrival_id, _DAMAGED)
        elif each.blob_id in lost:
            _log.warning(_LET_GO, arrival_id=each.arrival_id, blob_id=each.blob_id)
    return frozenset(lost)


def _is_spooling(spool: ArrivalSpool) -> bool:
    """Whether anything waits in the spool; looking through it counts anew what other processes have put there."""
    return next(iter(spool.waiting()), None) is not None or spool.usage().arrivals > 0
