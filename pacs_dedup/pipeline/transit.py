"""Side flow, transit: what every destination is proven to hold may leave our disk, by a plan that a person approves.

Planning looks at everything and removes nothing. Applying looks at each content of the plan once more, at the moment of
its removal, and notes before and after what it does, so that after a crash it can be run again.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from blake3 import blake3

from pacs_dedup.domain.case import CaseState
from pacs_dedup.domain.errors import BadRequest
from pacs_dedup.domain.identifiers import BlobId, StudyKey
from pacs_dedup.domain.transit import Keep, TransitFacts, reasons_to_keep
from pacs_dedup.pipeline.forwarding import CameFrom
from pacs_dedup.ports.case_book import CaseBook
from pacs_dedup.ports.clock import Clock
from pacs_dedup.ports.commitment_book import CommitmentBook
from pacs_dedup.ports.journal import Journal, Step
from pacs_dedup.ports.quarantine import Quarantine
from pacs_dedup.ports.study_register import StudyRegister, StudyState
from pacs_dedup.ports.transit_book import Content, ItemState, PlannedItem, ReleasePlan, Staying, TransitBook
from pacs_dedup.ports.transit_store import TransitStore

_PAGE = 500
_TOKEN_DIGITS = 12
_CAME_AGAIN = "it came again"
_OPEN_CASES = (CaseState.NEW, CaseState.ESCALATED)
_ACTED_ON = frozenset({StudyState.DISPATCHED, StudyState.CLOSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Transit:
    """What releasing needs of the world.

    Attributes:
        destinations: by name, whether commitment is asked of it; else what it acknowledged counts as held there.
        came_from: tells whether a destination is the one that sent an arrival.
        keep_for: how long everything stays after it came last; at least a day.
    """

    book: TransitBook
    store: TransitStore
    journal: Journal
    register: StudyRegister
    case_book: CaseBook
    quarantine: Quarantine
    commitments: CommitmentBook
    came_from: CameFrom
    clock: Clock
    destinations: Mapping[str, bool]
    keep_for: timedelta


def plan_release(transit: Transit) -> ReleasePlan:
    """Find what may leave the transit store; keep the plan and return it. Nothing is removed.

    Raises:
        BadRequest: there is no destination: an observer's transit store is the only place that it has.
    """
    _check_destinations(transit)
    items: list[PlannedItem] = []
    staying = dict.fromkeys(Keep, (0, 0))
    around = _circumstances(transit)
    for content in _all_contents(transit):
        size_bytes = content.arrivals[0][1].size_bytes
        reasons = _reasons(content, around, transit)
        for reason in reasons:
            instances, total_bytes = staying[reason]
            staying[reason] = instances + 1, total_bytes + size_bytes
        if not reasons:
            items.append(PlannedItem(content.blob_id, size_bytes))
    plan = ReleasePlan(
        plan_id=0,
        token=_token(items),
        made_at=transit.clock.now(),
        instances=len(items),
        size_bytes=sum(item.size_bytes for item in items),
        staying=tuple(Staying(reason, *counts) for reason, counts in staying.items() if counts[0]),
    )
    return transit.book.keep_plan(plan, items)


def apply_release(plan_id: int, token: str, *, by: str, transit: Transit) -> Iterator[PlannedItem]:
    """Let go what a plan names, one content after the other; yield what became of each.

    Whatever speaks against a content by now keeps it. It may be stopped at any time and run again.

    Raises:
        BadRequest: there is no such plan, the token is of another one, or there is no destination any more.
    """
    _check_destinations(transit)
    plan = next((plan for plan in transit.book.plans() if plan.plan_id == plan_id), None)
    if plan is None or plan.token != token:
        raise BadRequest(f"no plan {plan_id} has this token; `pacs-dedup transit list` shows the plans")
    approved_at = plan.approved_at or transit.clock.now()
    plan = replace(plan, approved_by=plan.approved_by or by, approved_at=approved_at)
    while items := transit.book.items(plan_id, (ItemState.PLANNED, ItemState.LEAVING), _PAGE):
        for item in items:
            settled = _let_go(item, plan, transit)
            transit.book.settle(plan, [settled], transit.clock.now())
            yield settled
    transit.book.settle(replace(plan, finished_at=plan.finished_at or transit.clock.now()), [], transit.clock.now())


def _let_go(item: PlannedItem, plan: ReleasePlan, transit: Transit) -> PlannedItem:
    gone_before_a_crash = item.state is ItemState.LEAVING and not transit.store.holds(item.blob_id)
    if gone_before_a_crash:
        return replace(item, state=ItemState.RELEASED)
    content = transit.book.content(item.blob_id)
    reasons = _reasons(content, _circumstances(transit), transit) if content is not None else (Keep.WAITING,)
    if reasons:
        return replace(item, state=ItemState.KEPT, cause="; ".join(reasons))
    now = transit.clock.now()
    transit.book.settle(plan, [replace(item, state=ItemState.LEAVING)], now)
    if transit.store.part_with(item.blob_id, now - transit.keep_for, _whereabouts(plan, now, transit)):
        return replace(item, state=ItemState.RELEASED)
    return replace(item, state=ItemState.KEPT, cause=_CAME_AGAIN)


def _whereabouts(plan: ReleasePlan, now: datetime, transit: Transit) -> str:
    names = ", ".join(sorted(transit.destinations))
    return f"it was released from the transit store on {now:%Y-%m-%d} by plan {plan.plan_id}, and is held by {names}"


@dataclass(frozen=True, slots=True)
class _Circumstances:
    """What the site as a whole is doing at one moment."""

    now: datetime
    held: frozenset[tuple[StudyKey, int]]
    in_open_cases: frozenset[StudyKey]


def _circumstances(transit: Transit) -> _Circumstances:
    cases = transit.case_book.cases(_OPEN_CASES)
    return _Circumstances(
        now=transit.clock.now(),
        held=frozenset((hold.key, hold.generation) for hold in transit.quarantine.holds()),
        in_open_cases=frozenset(key for case in cases for key in (case.incoming, case.prior)),
    )


def _reasons(content: Content, around: _Circumstances, transit: Transit) -> tuple[Keep, ...]:
    """Return why a content stays."""
    arrivals = [arrival for _, arrival in content.arrivals]
    studies = {key for key, _ in content.generations}
    asked = [name for name, commitment in transit.destinations.items() if commitment]
    return reasons_to_keep(
        TransitFacts(
            young=any(arrival.received_at >= around.now - transit.keep_for for arrival in arrivals),
            refused=any(arrival.refused for arrival in arrivals),
            scanned=any(arrival.locator for arrival in arrivals),
            waiting=content.waiting,
            unexamined=any(number not in content.filed for number, _ in content.arrivals),
            unsettled=any(not _is_acted_on(key, transit) for key in studies),
            held=bool(content.generations & around.held),
            open_case=bool(studies & around.in_open_cases),
            undelivered=any(not _is_delivered(content, name, transit) for name in transit.destinations),
            uncommitted=any(not transit.commitments.committed(name, [content.blob_id]) for name in asked),
            only_sent=all(_was_sent_by(content, name, transit) for name in transit.destinations)
            and not any(_was_taken_by(content, name, transit) for name in transit.destinations),
        )
    )


def _is_acted_on(key: StudyKey, transit: Transit) -> bool:
    entry = transit.register.entry(key)
    return entry is not None and entry.state in _ACTED_ON


def _is_delivered(content: Content, name: str, transit: Transit) -> bool:
    """Whether a destination has acknowledged the content, or sent it itself."""
    return _was_sent_by(content, name, transit) or _was_taken_by(content, name, transit)


def _was_sent_by(content: Content, name: str, transit: Transit) -> bool:
    return any(transit.came_from(arrival, name) for _, arrival in content.arrivals)


def _was_taken_by(content: Content, name: str, transit: Transit) -> bool:
    """Whether a destination has acknowledged the content; what it sent itself is ticked off without being sent."""
    numbers = [number for number, arrival in content.arrivals if not transit.came_from(arrival, name)]
    return bool(transit.journal.done(Step.FORWARD, [f"{number}>{name}" for number in numbers]))


def _all_contents(transit: Transit) -> Iterator[Content]:
    """Yield what is in the store, page by page."""
    after = BlobId("")
    while page := transit.book.contents(after, _PAGE):
        yield from (content for content in page if transit.store.holds(content.blob_id))
        after = page[-1].blob_id


def _token(items: Collection[PlannedItem]) -> str:
    """Return what stands for exactly these contents."""
    named = blake3("\n".join(sorted(item.blob_id for item in items)).encode())
    return named.hexdigest()[:_TOKEN_DIGITS]


def _check_destinations(transit: Transit) -> None:
    if not transit.destinations:
        raise BadRequest(
            "no destination is configured: what an observer keeps is nowhere else for all it knows; nothing is released"
        )
