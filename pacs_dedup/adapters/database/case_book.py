"""Judgements, cases and their histories. Judgements and events are only ever inserted."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, or_, select, update

from pacs_dedup.adapters.database.codec import VERDICT
from pacs_dedup.adapters.database.engine import Transactions, insert
from pacs_dedup.adapters.database.tables import case_events, cases, judgements
from pacs_dedup.domain.case import CaseEvent, CaseState, ReviewCase, Verb, asks_anew
from pacs_dedup.domain.cluster import primary
from pacs_dedup.domain.errors import BadRequest, DecisionRefused
from pacs_dedup.domain.identifiers import CaseId, StudyKey
from pacs_dedup.domain.verdict import Disposition, Judgement

SERVICE = "pacs_dedup"
"""Who opens cases and renews them."""

_BATCH = 500
_OPENING = tuple(disposition for disposition in Disposition if disposition.opens_case)
_UNDECIDED = (CaseState.NEW, CaseState.ESCALATED)


class DatabaseCaseBook:
    """`pacs_dedup.ports.case_book.CaseBook` over a database."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def append(self, judgement: Judgement) -> CaseId | None:
        """Keep a judgement and open or renew its case, in one transaction."""
        return self._transactions.write(partial(_append, judgement=judgement))

    def judgements(self, incoming: StudyKey | None = None) -> tuple[Judgement, ...]:
        """Return what was judged, oldest first."""
        statement = _judgements().order_by(judgements.c.judged_at, judgements.c.id)
        if incoming is not None:
            statement = statement.where(judgements.c.incoming == str(incoming))
        rows = self._transactions.read(lambda connection: connection.execute(statement).all())
        return tuple(_to_judgement(row) for row in rows)

    def judgements_among(self, studies: Collection[StudyKey]) -> tuple[Judgement, ...]:
        """Return every judgement in which one of these studies is, oldest first."""
        rows = self._transactions.read(partial(_among, studies=sorted(map(str, studies))))
        return tuple(_to_judgement(row) for row in sorted(rows, key=lambda row: (row.judged_at, row.id)))

    def case(self, case_id: CaseId) -> ReviewCase | None:
        """Return one case with its history."""
        return self._transactions.read(partial(_case, case_id=case_id))

    def cases(self, states: Collection[CaseState] = ()) -> tuple[ReviewCase, ...]:
        """Return cases in these states (all, if none is named), newest first."""
        return self._transactions.read(partial(_cases, states=states))

    def record(self, case_id: CaseId, revision: int, state: CaseState, event: CaseEvent) -> ReviewCase:
        """Append an event and move the case to a state, if nobody was faster."""
        return self._transactions.write(partial(_record, case_id=case_id, revision=revision, state=state, event=event))


def _append(connection: Connection, *, judgement: Judgement) -> CaseId | None:
    opens_case = judgement.verdict.disposition.opens_case
    judgement_id = _insert_judgement(connection, judgement)
    if judgement_id is not None and opens_case:
        opened = _open_case(connection, judgement, judgement_id)
        if opened is not None:
            return opened
    case = _lock_case(connection, judgement)
    if case is None:
        return None
    if judgement_id is not None:
        _renew(connection, case, judgement, judgement_id)
    return CaseId(case.id) if opens_case else None


def _insert_judgement(connection: Connection, judgement: Judgement) -> int | None:
    """Insert a judgement; None where it was made before (the unique constraint tells)."""
    verdict = judgement.verdict
    row = {
        "incoming": str(judgement.incoming),
        "generation": judgement.generation,
        "prior": str(judgement.prior),
        "relation": verdict.relation,
        "disposition": verdict.disposition,
        "digest_version": verdict.digest_version,
        "rules_version": verdict.rules_version,
        "judged_at": judgement.judged_at,
        "verdict": VERDICT.dump(verdict),
    }
    statement = insert(connection, judgements).values(row).on_conflict_do_nothing().returning(judgements.c.id)
    return connection.execute(statement).scalar_one_or_none()


def _open_case(connection: Connection, judgement: Judgement, judgement_id: int) -> CaseId | None:
    """Open the pair's case; None where it has one."""
    row = {
        "incoming": str(judgement.incoming),
        "prior": str(judgement.prior),
        "judgement_id": judgement_id,
        "state": CaseState.NEW,
        "revision": 1,
        "opened_at": judgement.judged_at,
    }
    statement = insert(connection, cases).values(row).on_conflict_do_nothing().returning(cases.c.id)
    case_id = connection.execute(statement).scalar_one_or_none()
    if case_id is not None:
        _insert_event(connection, case_id, 1, CaseEvent("opened", judgement.judged_at, SERVICE))
    return case_id


def _lock_case(connection: Connection, judgement: Judgement) -> Row[Any] | None:
    """Return the pair's case, locked until the commit.

    The verdict it points to is read by a statement of its own: one that waited for the lock would look for it in the
    past from before the wait, where a verdict that another transaction has just appended is not.
    """
    of_pair = and_(cases.c.incoming == str(judgement.incoming), cases.c.prior == str(judgement.prior))
    return connection.execute(select(cases).where(of_pair).with_for_update()).one_or_none()


def _renew(connection: Connection, case: Row[Any], judgement: Judgement, judgement_id: int) -> None:
    """Let a case follow a judgement that was not made before; an earlier generation's changes nothing."""
    verdict = judgement.verdict
    current = connection.execute(select(judgements).where(judgements.c.id == case.judgement_id)).one()
    undecided = case.state in _UNDECIDED
    if judgement.generation < current.generation or not (undecided or verdict.disposition.opens_case):
        return
    known = replace(judgement, generation=current.generation, verdict=VERDICT.load(current.verdict))
    if undecided and judgement.incoming == judgement.prior and not _graver(judgement, known):
        return
    changed: dict[str, object] = {"judgement_id": judgement_id}
    reopened = not undecided and asks_anew(judgement, known)
    if reopened or (undecided and VERDICT.dump(verdict) != current.verdict):
        changed |= {"revision": case.revision + 1, "state": CaseState.NEW if reopened else case.state}
        event = CaseEvent(
            "evidence_changed", judgement.judged_at, SERVICE, reason=_reason(judgement, known, reopened=reopened)
        )
        _insert_event(connection, case.id, case.revision + 1, event)
    connection.execute(update(cases).where(cases.c.id == case.id).values(changed))


def _graver(judgement: Judgement, known: Judgement) -> bool:
    """Tell whether a judgement weighs at least as much as the one that its pair's case stands on."""
    return primary((judgement, known)) is judgement


def _reason(judgement: Judgement, known: Judgement, *, reopened: bool) -> str:
    was, became = known.verdict.relation, judgement.verdict.relation
    if was is not became:
        return f"{was} became {became}"
    return "more known UIDs came with other content than were decided on" if reopened else ""


def _record(
    connection: Connection, *, case_id: CaseId, revision: int, state: CaseState, event: CaseEvent
) -> ReviewCase:
    moved = connection.execute(
        update(cases)
        .where(cases.c.id == case_id, cases.c.revision == revision)
        .values(state=state, revision=revision + 1)
        .returning(cases.c.id)
    ).one_or_none()
    if moved is not None:
        _insert_event(connection, case_id, revision + 1, event)
    case = _case(connection, case_id=case_id)
    if case is None:
        raise BadRequest(f"there is no case {case_id}; list the cases to see which there are")
    if moved is None:
        raise DecisionRefused(_overtaken(case, revision))
    return case


def _overtaken(case: ReviewCase, revision: int) -> str:
    since = "; ".join(
        f"{event.by} at {event.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC: {event.what} {event.verb or ''}".rstrip()
        for event in case.events[revision:]
    )
    return (
        f"case {case.case_id} has changed since it was looked at (revision {revision}, now {case.revision}): "
        f"{since or 'nothing is known of that revision'}; look at it again, then decide"
    )


def _insert_event(connection: Connection, case_id: int, revision: int, event: CaseEvent) -> None:
    row = {
        "case_id": case_id,
        "revision": revision,
        "what": event.what,
        "at": event.at,
        "by": event.by,
        "verb": event.verb,
        "reason": event.reason,
    }
    connection.execute(insert(connection, case_events).values(row))


def _judgements() -> Select[Any]:
    """Judgements, each with the case of its pair where its disposition calls for one."""
    of_pair = and_(
        cases.c.incoming == judgements.c.incoming,
        cases.c.prior == judgements.c.prior,
        judgements.c.disposition.in_(_OPENING),
    )
    return select(judgements, cases.c.id.label("case_id")).outerjoin(cases, of_pair)


def _among(connection: Connection, *, studies: Sequence[str]) -> Collection[Row[Any]]:
    """Return the judgements on these studies, each once, however many studies are asked for."""
    found: dict[int, Row[Any]] = {}
    for start in range(0, len(studies), _BATCH):
        some = studies[start : start + _BATCH]
        on_them = or_(judgements.c.incoming.in_(some), judgements.c.prior.in_(some))
        found |= {row.id: row for row in connection.execute(_judgements().where(on_them))}
    return found.values()


def _reviewed() -> Select[Any]:
    return select(cases, judgements.c.generation, judgements.c.verdict).join(
        judgements, judgements.c.id == cases.c.judgement_id
    )


def _case(connection: Connection, *, case_id: CaseId) -> ReviewCase | None:
    row = connection.execute(_reviewed().where(cases.c.id == case_id)).one_or_none()
    if row is None:
        return None
    events = select(case_events).where(case_events.c.case_id == case_id).order_by(case_events.c.revision)
    return _to_case(row, connection.execute(events))


def _cases(connection: Connection, *, states: Collection[CaseState]) -> tuple[ReviewCase, ...]:
    asked = cases.c.state.in_(states or tuple(CaseState))
    events = select(case_events).join(cases).where(asked).order_by(case_events.c.case_id, case_events.c.revision)
    histories: Mapping[int, list[Row[Any]]] = defaultdict(list)
    for event in connection.execute(events):
        histories[event.case_id].append(event)
    newest_first = _reviewed().where(asked).order_by(cases.c.opened_at.desc(), cases.c.id.desc())
    return tuple(_to_case(row, histories[row.id]) for row in connection.execute(newest_first))


def _to_judgement(row: Row[Any]) -> Judgement:
    return Judgement(
        incoming=StudyKey.parse(row.incoming),
        generation=row.generation,
        prior=StudyKey.parse(row.prior),
        verdict=VERDICT.load(row.verdict),
        judged_at=row.judged_at,
        case_id=None if row.case_id is None else CaseId(row.case_id),
    )


def _to_case(row: Row[Any], events: Iterable[Row[Any]]) -> ReviewCase:
    return ReviewCase(
        case_id=CaseId(row.id),
        incoming=StudyKey.parse(row.incoming),
        generation=row.generation,
        prior=StudyKey.parse(row.prior),
        verdict=VERDICT.load(row.verdict),
        state=CaseState(row.state),
        opened_at=row.opened_at,
        events=tuple(_to_event(event) for event in events),
    )


def _to_event(row: Row[Any]) -> CaseEvent:
    return CaseEvent(row.what, row.at, row.by, None if row.verb is None else Verb(row.verb), row.reason)
