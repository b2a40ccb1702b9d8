"""Ask destinations to commit to what they have acknowledged, and see to what they do not commit to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from pacs_dedup.dicom.commitment_status import reason_in_words
from pacs_dedup.domain.commitment import CommitmentAnswer, Reference, TransactionUid, once_each
from pacs_dedup.domain.errors import PacsDedupError
from pacs_dedup.domain.identifiers import ArrivalId
from pacs_dedup.log import get_logger
from pacs_dedup.pipeline.commitment_audit import CommitmentAudit
from pacs_dedup.pipeline.lane import BackOff
from pacs_dedup.ports.arrival_book import Arrival, ArrivalBook
from pacs_dedup.ports.clock import Clock
from pacs_dedup.ports.commitment_book import Batch, CommitmentBook, CommitmentState, Sent
from pacs_dedup.ports.commitment_peer import CommitmentPeer
from pacs_dedup.ports.forward_book import Failure, ForwardBook, Trouble
from pacs_dedup.ports.journal import Journal, Step, Work

LONGEST_WAIT = timedelta(days=1)
"""Between two requests to a destination that does not answer, or refuses."""

_LEASE = timedelta(minutes=10)
_MOST_DOUBLINGS = 16

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """What asking needs of the world, and the site's rules.

    Attributes:
        peers: the destinations that are asked, by configured name.
        new_uid: makes a Transaction UID that nobody ever used.
        quiet: silence towards a destination after which it is asked.
        force: age of what waits at which it is asked in any case.
        at_most: instances in one request.
        same_association: how long the association of a request is kept open for the answer.
        answer_within: time to answer before it is asked again; doubled each time.
        forwards: where what a destination denies to hold is listed as a dead letter.
        send_again: how often an instance is sent again that is not committed to.
        back_off: how long to wait after a request that did not get through.
        audit: is told what is asked and answered.
    """

    journal: Journal
    book: CommitmentBook
    arrivals: ArrivalBook
    clock: Clock
    peers: Mapping[str, CommitmentPeer]
    new_uid: Callable[[], TransactionUid]
    quiet: timedelta
    force: timedelta
    at_most: int
    same_association: timedelta
    answer_within: timedelta
    forwards: ForwardBook
    send_again: int
    back_off: BackOff
    audit: CommitmentAudit


def remember_sent(
    book: CommitmentBook, destination: str, arrival_id: ArrivalId, arrival: Arrival, clock: Clock
) -> None:
    """Remember that a destination has acknowledged an arrival, so that it is asked to commit to it."""
    reference = Reference(arrival.sop_class_uid, arrival.sop_instance_uid)
    book.sent(Sent(destination, arrival_id, arrival.blob_id, reference, clock.now()))


def collect_once(asker: Asker) -> bool:
    """Put what was sent into batches where it is time to ask; return whether there was any."""
    now = asker.clock.now()
    made = [asker.book.collect(name, asker.at_most, now - asker.quiet, now - asker.force) for name in asker.peers]
    return any(batch_id is not None for batch_id in made)


def ask_once(asker: Asker) -> bool:
    """See to the batch that waits longest; return whether there was one.

    Where items are open the destination is asked, under a new Transaction UID each time, as the standard forbids to use
    one again. Until all are answered the batch comes back, less and less often.
    """
    work = asker.journal.claim(Step.ASK, _LEASE)
    if work is None:
        return False
    batch = asker.book.batch(int(work.subject))
    if batch is None:
        asker.journal.tick(work)
        return True
    _note_failures(batch, asker)
    if any(item.state is CommitmentState.ASKED for item in batch.items):
        _ask(work, batch, asker)
    else:
        asker.journal.tick(work)
    return True


def _ask(work: Work, batch: Batch, asker: Asker) -> None:
    peer = asker.peers.get(batch.destination)
    if peer is None:
        cause = f"{batch.destination}: is not configured any more as a destination that is asked for commitment"
        asker.journal.postpone(work, asker.clock.now() + LONGEST_WAIT, cause)
        return
    opened = [item.reference for item in batch.items if item.state is CommitmentState.ASKED]
    uid = asker.new_uid()
    asker.book.asking(batch.batch_id, uid, asker.clock.now())
    wait, cause = _doubled(asker.answer_within, work.attempts), "the destination has not answered yet"
    if work.attempts > 1:
        _log.warning("commitment asked for again", destination=batch.destination, attempts=work.attempts)
    references = once_each(opened)
    note = asker.audit.asking(batch.destination, uid, len(references))

    def take(answer: CommitmentAnswer) -> bool:
        note()  # before what is answered to it
        return take_answer(batch.destination, answer, asker)

    try:
        peer.ask(uid, references, take=take, wait=asker.same_association)
        note()
    except PacsDedupError as error:
        note(str(error))
        wait, cause = asker.back_off.after(work.attempts) if error.retriable else LONGEST_WAIT, str(error)
        retry_in_s = round(wait.total_seconds(), 1)
        _log.warning("commitment not asked for", cause=cause, attempts=work.attempts, retry_in_s=retry_in_s)
    asker.journal.postpone(work, asker.clock.now() + wait, cause)  # an answer makes it due at once


def take_answer(destination: str, answer: CommitmentAnswer, asker: Asker) -> bool:
    """Keep an answer that came over the association of its request."""
    kept = asker.book.settle(destination, answer, asker.clock.now(), asker.send_again)
    if kept:
        asker.audit.was_told(destination, answer)
    return kept


def _note_failures(batch: Batch, asker: Asker) -> None:
    """List what the destination does not commit to, however often it was sent: a person has to look."""
    failed = [item for item in batch.items if item.state is CommitmentState.FAILED]
    for item in failed:
        reason = reason_in_words(item.reason or 0)
        cause = f"{batch.destination} does not commit to it after {item.attempt} sendings ({reason})"
        asker.arrivals.note_problem(item.arrival_id, cause)
        now = asker.clock.now()
        asker.forwards.note(Failure(batch.destination, item.arrival_id, Trouble.DENIED, cause, item.attempt, now))
    if failed:
        _log.error("a destination does not commit to instances", destination=batch.destination, count=len(failed))


def _doubled(first: timedelta, attempts: int) -> timedelta:
    return min(first * (1 << min(attempts - 1, _MOST_DOUBLINGS)), max(first, LONGEST_WAIT))
