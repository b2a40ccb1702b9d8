"""Send what is to be forwarded; one queued row is one instance for one destination."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from pacs_dedup.domain.errors import (
    BlobMissing,
    InstanceNotTaken,
    PacsDedupError,
    PeerRefused,
    PeerResting,
    PeerUnavailable,
)
from pacs_dedup.domain.identifiers import ArrivalId
from pacs_dedup.log import get_logger
from pacs_dedup.pipeline.forwarding import NEVER, CameFrom, parse_forward
from pacs_dedup.pipeline.lane import BackOff, Lane
from pacs_dedup.pipeline.repeats import Repeats, is_in_a_circle
from pacs_dedup.ports.arrival_book import Arrival, ArrivalBook
from pacs_dedup.ports.blob_store import BlobStore
from pacs_dedup.ports.clock import Clock
from pacs_dedup.ports.forward_book import Failure, ForwardBook, Trouble
from pacs_dedup.ports.journal import Journal, Step, Work

Acknowledged = Callable[[str, ArrivalId, Arrival, int], None]
"""Is told which destination has acknowledged which arrival, and at which attempt; durable when it returns."""

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarder:
    """What forwarding needs of the world, and the site's rules for what fails.

    Attributes:
        came_from: tells whether a destination is the one that sent an arrival.
        lease: longer than the longest transfer; then another worker takes it over.
        back_off: how long an instance waits after a failure.
        strikes: failures after which an instance that the destination does not take, while it takes others, is a dead
            letter.
        retry_dead_letters: how long until a dead letter is tried again by itself.
        repeats: how often one instance may be sent to one destination.
        acknowledged: told before the row is ticked off; after a crash it is told again.
    """

    journal: Journal
    arrivals: ArrivalBook
    blobs: BlobStore
    book: ForwardBook
    clock: Clock
    came_from: CameFrom
    lease: timedelta
    back_off: BackOff
    strikes: int
    retry_dead_letters: timedelta
    repeats: Repeats
    acknowledged: Acknowledged = lambda *_: None


def forward_once(lane: Lane, forwarder: Forwarder) -> bool:
    """Send the longest-due instance of a lane, if the lane is open; return whether there was one.

    It is ticked off when the destination has acknowledged it, or was the one who sent it: an archive that passes on
    whatever it gets would otherwise get it for ever. Until then it stays queued: a failure postpones it with
    its cause. After a crash it is sent once more, which a Storage SCP takes as the same instance.
    """
    if not lane.enter():
        return False
    work = None
    try:
        work = forwarder.journal.claim(Step.FORWARD, forwarder.lease, lane.destination.name)
        if work is not None:
            _forward(work, lane, forwarder)
    finally:
        lane.leave(empty=work is None)
    return work is not None


def _forward(work: Work, lane: Lane, forwarder: Forwarder) -> None:
    arrival_id, name = parse_forward(work.subject)
    try:
        arrival = _recorded(arrival_id, forwarder)
        if not forwarder.came_from(arrival, name):
            if _stopped_in_a_circle(work, arrival_id, arrival, lane, forwarder):
                return
            lane.sent(arrival.size_bytes)
            _send(arrival, lane, forwarder)
            forwarder.acknowledged(name, arrival_id, arrival, work.attempts)
    except PacsDedupError as error:
        _postpone(work, arrival_id, error, lane, forwarder)
    else:
        forwarder.journal.tick(work)


def _send(arrival: Arrival, lane: Lane, forwarder: Forwarder) -> None:
    path = forwarder.blobs.path(arrival.blob_id)
    try:
        lane.destination.send(path)
    except PeerRefused:
        lane.answered()
        raise
    lane.answered(forwarder.clock.now())


def _recorded(arrival_id: ArrivalId, forwarder: Forwarder) -> Arrival:
    arrival = forwarder.arrivals.get(arrival_id)
    if arrival is None:
        raise BlobMissing(f"arrival {arrival_id} is not recorded")
    return arrival


def _stopped_in_a_circle(work: Work, arrival_id: ArrivalId, arrival: Arrival, lane: Lane, forwarder: Forwarder) -> bool:
    """Put an instance among the dead letters that was sent here too often today; a person may requeue it."""
    name = lane.destination.name
    cause = is_in_a_circle(arrival, name, forwarder.repeats, forwarder.book, forwarder.came_from, forwarder.clock.now())
    before = forwarder.book.failure(name, arrival_id) if cause else None
    if not cause or (before is not None and before.requeued_at is not None):
        return False
    _log.error("an instance goes in a circle, it is not sent again", destination=name, cause=cause)
    forwarder.book.note(Failure(name, arrival_id, Trouble.LOOP, cause, 0, forwarder.clock.now()))
    forwarder.journal.postpone(work, NEVER, cause)
    return True


def _postpone(work: Work, arrival_id: ArrivalId, error: PacsDedupError, lane: Lane, forwarder: Forwarder) -> None:
    """Give an instance back to the queue, for a moment or as a dead letter; let its destination rest if it is away."""
    before = failure = forwarder.book.failure(lane.destination.name, arrival_id)
    if isinstance(error, PeerUnavailable):
        lane.unavailable()
    if trouble := _trouble(error, before, lane):
        failure = _failure(arrival_id, trouble, error, before, lane, forwarder)
        forwarder.book.note(failure)
    dead = failure is not None and failure.trouble is not Trouble.RETRYING and failure.requeued_at is None
    wait = forwarder.retry_dead_letters if dead else forwarder.back_off.after(work.attempts)
    if not isinstance(error, PeerResting):  # else an outage writes a line for every instance that waits
        told = {"cause": str(error), "attempts": work.attempts, "retry_in_s": round(wait.total_seconds(), 1)}
        _log.warning("not forwarded", destination=lane.destination.name, **told)
    forwarder.journal.postpone(work, forwarder.clock.now() + wait, str(error))


def _trouble(error: PacsDedupError, before: Failure | None, lane: Lane) -> Trouble | None:
    """Return what a failure says of the instance; None where it hit the destination, or this machine, as a whole.

    That it is this instance which is not taken shows in others being taken since it was counted last.
    """
    if isinstance(error, InstanceNotTaken):
        others = before is None or (lane.acknowledged_at is not None and lane.acknowledged_at > before.failed_at)
        return Trouble.RETRYING if others else None
    if error.retriable:
        return None
    return Trouble.MISSING if isinstance(error, BlobMissing) else Trouble.REFUSED


def _failure(
    arrival_id: ArrivalId,
    trouble: Trouble,
    error: PacsDedupError,
    before: Failure | None,
    lane: Lane,
    forwarder: Forwarder,
) -> Failure:
    """Count a failure; one too many makes a dead letter. What a person requeued stays so while it is retried."""
    failures = before.failures + 1 if before is not None else 1
    if trouble is Trouble.RETRYING and failures >= forwarder.strikes:
        trouble = Trouble.EXHAUSTED
    requeued_at = before.requeued_at if before is not None and trouble is Trouble.RETRYING else None
    return Failure(lane.destination.name, arrival_id, trouble, str(error), failures, forwarder.clock.now(), requeued_at)
