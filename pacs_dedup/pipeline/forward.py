"""Send what is to be forwarded; one queued row is one instance for one destination."""

from collections.abc import Mapping
from datetime import timedelta

from pacs_dedup.domain.errors import BadConfiguration, BlobMissing, PacsDedupError, PeerResting
from pacs_dedup.log import get_logger
from pacs_dedup.pipeline.forwarding import CameFrom, parse_forward
from pacs_dedup.ports.arrival_book import Arrival, ArrivalBook
from pacs_dedup.ports.blob_store import BlobStore
from pacs_dedup.ports.clock import Clock
from pacs_dedup.ports.destination import Destination
from pacs_dedup.ports.journal import Journal, Step, Work

FIRST_RETRY = timedelta(seconds=2)
LONGEST_RETRY = timedelta(minutes=5)
DEAD_LETTER_RETRY = timedelta(hours=24)
"""A refusal is final for the peer, but a person may mend its cause; so it is tried again, rarely, and stays visible."""

_MOST_DOUBLINGS = 16  # the longest wait is reached long before; this keeps the number small

_log = get_logger(__name__)


def retry_after(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: doubled each time, at most `LONGEST_RETRY`."""
    doublings = min(attempts - 1, _MOST_DOUBLINGS)
    return min(FIRST_RETRY * (1 << doublings), LONGEST_RETRY)


def forward_once(
    *,
    journal: Journal,
    arrivals: ArrivalBook,
    blobs: BlobStore,
    destinations: Mapping[str, Destination],
    clock: Clock,
    lease: timedelta,
    came_from: CameFrom,
) -> bool:
    """Send one instance that is due; return whether there was one.

    It is ticked off when the destination has acknowledged it, or was the one who sent it: an archive that passes on
    whatever it gets would otherwise get it for ever. Until then it stays queued: a failure postpones it with
    its cause. After a crash it is sent once more, which a Storage SCP takes as the same instance.

    Args:
        journal: holds the queue.
        arrivals: tell which bytes a row is about.
        blobs: hold these bytes.
        destinations: by configured name.
        clock: from when a retry is counted.
        came_from: tells whether a destination is the one that sent an arrival.
        lease: longer than the longest transfer; then another worker takes it over.
    """
    work = journal.claim(Step.FORWARD, lease)
    if work is None:
        return False
    try:
        arrival, destination = _resolve(work, arrivals, destinations)
        if not came_from(arrival, destination.name):
            destination.send(blobs.path(arrival.blob_id))
    except PacsDedupError as error:
        wait = retry_after(work.attempts) if error.retriable else DEAD_LETTER_RETRY
        if not isinstance(error, PeerResting):  # else an outage writes a line for every instance that waits
            _log.warning("not forwarded", cause=str(error), attempts=work.attempts, retry_in_s=wait.total_seconds())
        journal.postpone(work, clock.now() + wait, str(error))
    else:
        journal.tick(work)
    return True


def _resolve(work: Work, arrivals: ArrivalBook, destinations: Mapping[str, Destination]) -> tuple[Arrival, Destination]:
    """Find the arrival and the destination that a subject made by `pacs_dedup.pipeline.forwarding` names.

    Raises:
        BlobMissing: the arrival is not recorded.
        BadConfiguration: the destination is not configured any more.
    """
    arrival_id, name = parse_forward(work.subject)
    if name not in destinations:
        raise BadConfiguration(
            f"no destination is called {name!r}; configure it again under [[peers]], or the row waits"
        )
    arrival = arrivals.get(arrival_id)
    if arrival is None:
        raise BlobMissing(f"arrival {arrival_id} is not recorded")
    return arrival, destinations[name]
