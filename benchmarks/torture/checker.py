"""What must agree between the senders' book, the service and the destinations when everything has come to rest."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from benchmarks.torture.ledger import Account, Content
from benchmarks.torture.observed import HeldArrival, Snapshot


class Kind(StrEnum):
    """What can be wrong."""

    LOST = "lost"
    ALTERED = "altered"
    HIDDEN = "hidden"
    DOUBLED = "doubled"
    STUCK = "stuck"
    LEAKED = "leaked"
    DEFECT = "defect"


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken promise."""

    kind: Kind
    what: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one destination has.

    Attributes:
        one_per_uid: of several contents under one SOP Instance UID it keeps one, and says Success to all.
    """

    name: str
    kept: Counter[Content]
    one_per_uid: bool


def check(
    accounts: Mapping[Content, Account], snapshot: Snapshot, deliveries: Iterable[Delivery]
) -> tuple[Violation, ...]:
    """Return every broken promise; none is expected, whatever happened to the service."""
    found = [*_held(accounts, snapshot), *_seen(snapshot), *_at_rest(snapshot)]
    for delivery in deliveries:
        found += _delivered(accounts, snapshot, delivery)
    return tuple(found)


def _held(accounts: Mapping[Content, Account], snapshot: Snapshot) -> Iterator[Violation]:
    """Acknowledged = held, digest by digest."""
    recorded = Counter(arrival.content for arrival in snapshot.arrivals if arrival.content is not None)
    damaged = {arrival.sop_instance_uid for arrival in snapshot.arrivals if arrival.content is None}
    for content, account in accounts.items():
        count = recorded[content]
        if account.acknowledged and not count:
            altered = content.sop_instance_uid in damaged
            what = "its blob is gone or altered" if altered else "no arrival is recorded, or none of these bytes"
            yield Violation(Kind.ALTERED if altered else Kind.LOST, f"{_named(content)}: {what}")
        elif count < account.acknowledged:
            yield Violation(
                Kind.LOST, f"{_named(content)}: acknowledged {account.acknowledged} times, recorded {count}"
            )
        elif count > account.attempts:
            yield Violation(Kind.DOUBLED, f"{_named(content)}: sent {account.attempts} times, recorded {count}")
    for arrival in snapshot.arrivals:
        if arrival.content is None:
            yield Violation(Kind.ALTERED, f"arrival {arrival.arrival_id}: its blob is gone, or not what its name says")
        elif arrival.content not in accounts:
            yield Violation(Kind.ALTERED, f"arrival {arrival.arrival_id}: nobody sent these bytes")


def _seen(snapshot: Snapshot) -> Iterator[Violation]:
    """Nothing that was taken is out of sight: filed, fingerprinted, and not called unreadable."""
    for arrival in snapshot.arrivals:
        if arrival.acknowledged and arrival.problem:
            yield Violation(Kind.HIDDEN, f"arrival {arrival.arrival_id}: called faulty ({arrival.problem})")
        if arrival.acknowledged and not (arrival.filed and arrival.fingerprinted):
            yield Violation(Kind.HIDDEN, f"arrival {arrival.arrival_id}: in no study, or not in the index")


def _at_rest(snapshot: Snapshot) -> Iterator[Violation]:
    """Every state machine is where it should be."""
    for work in snapshot.waiting:
        state = "claimed" if work.claimed else f"due in {work.due_in_s:.0f} s"
        what = f"{work.step} {_without_uids(work.subject)}: {state} after {work.attempts} attempts {work.cause}"
        yield Violation(Kind.STUCK, what)
    for state in snapshot.open_studies:
        yield Violation(Kind.STUCK, f"a study is {state}")
    if snapshot.spooled:
        yield Violation(Kind.STUCK, f"{snapshot.spooled} arrivals are still in the spool")
    if snapshot.set_aside:
        yield Violation(Kind.HIDDEN, f"{snapshot.set_aside} files of the spool were set aside")
    for name in snapshot.stray_files:
        yield Violation(Kind.LEAKED, f"temporary file {name}")


def _delivered(accounts: Mapping[Content, Account], snapshot: Snapshot, delivery: Delivery) -> Iterator[Violation]:
    """What policy does not hold is there; nothing is there that nobody sent."""
    for content in delivery.kept:
        if content not in accounts:
            yield Violation(Kind.ALTERED, f"{delivery.name} has {_named(content)}, which nobody sent")
    uids = {content.sop_instance_uid for content in delivery.kept}
    for content in _due(snapshot.arrivals):
        there = content.sop_instance_uid in uids if delivery.one_per_uid else content in delivery.kept
        if not there:
            yield Violation(Kind.HIDDEN, f"{delivery.name} never got {_named(content)}")


def _due(arrivals: Iterable[HeldArrival]) -> set[Content]:
    return {
        arrival.content
        for arrival in arrivals
        if arrival.acknowledged and not arrival.held_back and arrival.content is not None
    }


def resent(deliveries: Iterable[Delivery], snapshot: Snapshot) -> int:
    """Count what destinations got once more than it arrived: same SOP Instance UID, same bytes, as DICOM allows."""
    arrived = Counter(arrival.content for arrival in snapshot.arrivals)
    return sum(max(0, count - arrived[content]) for delivery in deliveries for content, count in delivery.kept.items())


def _named(content: Content) -> str:
    return f"{content.sop_instance_uid[-12:]}/{content.digest[:12]}"


def _without_uids(subject: str) -> str:
    generation, hash_sign, _ = subject.partition("#")
    return f"generation {generation}" if hash_sign else subject
