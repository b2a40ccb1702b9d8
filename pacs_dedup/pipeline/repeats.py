"""The loop guard: what comes back again and again is not sent on for ever (A -> us -> B -> A).

That an instance comes again is no fault: a person may send it again to mend an archive. That a machine does so shows in
how often it comes within a day.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pacs_dedup.pipeline.forwarding import CameFrom
from pacs_dedup.ports.arrival_book import Arrival
from pacs_dedup.ports.forward_book import ForwardBook

WITHIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Repeats:
    """How often one destination may be sent one instance within a day.

    Attributes:
        identical: the same bytes.
        versions: anything under one SOP Instance UID: somebody in the circle may change each copy.
    """

    identical: int
    versions: int


def is_in_a_circle(
    arrival: Arrival, destination: str, repeats: Repeats, book: ForwardBook, came_from: CameFrom, now: datetime
) -> str:
    """Say why an instance is taken to go in a circle; empty where it is not.

    What came from the destination itself was never sent there, and does not count. Instances that nobody named are no
    versions of each other.
    """
    most = max(repeats.identical, repeats.versions) * 2
    done = book.acknowledged(destination, arrival.sop_instance_uid, now - WITHIN, most)
    sent = [other for other in done if not came_from(other, destination)]
    identical = sum(other.blob_id == arrival.blob_id for other in sent)
    if identical >= repeats.identical:
        return f"loop: {destination} has acknowledged the same bytes {identical} times within a day"
    if arrival.sop_instance_uid and len(sent) >= repeats.versions:
        return f"loop: {destination} has acknowledged {len(sent)} versions of this instance within a day"
    return ""
