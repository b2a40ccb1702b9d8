"""The peers' requests for commitment; that a request is the same as an earlier one is the database's to see."""

from datetime import datetime
from functools import partial
from typing import Any

from blake3 import blake3
from sqlalchemy import Connection, Row, Select, Update, exists, select, update

from pacs_dedup.adapters.database.commitment_tables import UNTOLD, commitment_references, commitment_requests
from pacs_dedup.adapters.database.engine import Transactions, insert
from pacs_dedup.adapters.database.journal import queue_work
from pacs_dedup.domain.commitment import CommitmentAnswer, Failed, Reference, TransactionUid
from pacs_dedup.domain.identifiers import AeTitle, SopClassUid, SopInstanceUid
from pacs_dedup.ports.clock import Clock
from pacs_dedup.ports.commitment_requests import CommitmentRequest, Inquiry
from pacs_dedup.ports.journal import NewWork, Step


class DatabaseCommitmentRequests:
    """`pacs_dedup.ports.commitment_requests.CommitmentRequests` over a database."""

    def __init__(self, transactions: Transactions, clock: Clock) -> None:
        self._transactions = transactions
        self._clock = clock

    def accept(self, request: CommitmentRequest) -> Inquiry:
        """Keep a request and queue its step, in one transaction."""
        return self._transactions.write(partial(_accept, request=request, now=self._clock.now()))

    def get(self, subject: str) -> Inquiry | None:
        """Return an inquiry, if this round of it is the current one."""
        number, of_round = _parse(subject)
        found = self._transactions.read(partial(_read, number=number))
        return found if found is not None and found.round == of_round else None

    def answer(self, subject: str, answer: CommitmentAnswer, at: datetime) -> None:
        """Keep what was found, in one transaction."""
        reasons = {each.reference: each.reason for each in answer.failed}

        def keep(connection: Connection) -> None:
            current = _current(subject).where(UNTOLD).values(answered_at=at)
            if connection.execute(current.returning(commitment_requests.c.id)).one_or_none() is None:
                return
            number, _ = _parse(subject)
            for row in connection.execute(_references(number)).all():
                of_row = update(commitment_references).where(
                    commitment_references.c.request_id == number, commitment_references.c.position == row.position
                )
                connection.execute(of_row.values(reason=reasons.get(_to_reference(row))))

        self._transactions.write(keep)

    def reported(self, subject: str, at: datetime) -> None:
        """Note that the requester has taken the answer."""
        told = _current(subject).where(UNTOLD).values(reported_at=at, given_up_at=None)
        self._transactions.write(lambda connection: connection.execute(told))

    def give_up(self, subject: str, at: datetime) -> None:
        """Note that the requester could not be told."""
        given_up = _current(subject).where(UNTOLD).values(given_up_at=at)
        self._transactions.write(lambda connection: connection.execute(given_up))

    def untold(self) -> tuple[Inquiry, ...]:
        """Return every inquiry whose answer was not taken, oldest first."""
        numbers = select(commitment_requests.c.id).where(UNTOLD).order_by(commitment_requests.c.id)

        def read(connection: Connection) -> tuple[Inquiry, ...]:
            found = (_read(connection, number=number) for number in connection.execute(numbers).scalars().all())
            return tuple(inquiry for inquiry in found if inquiry is not None)

        return self._transactions.read(read)


def _accept(connection: Connection, *, request: CommitmentRequest, now: datetime) -> Inquiry:
    row = {
        "requester": request.requester,
        "transaction_uid": request.transaction_uid,
        "content_hash": _content_hash(request),
        "peer_address": request.peer_address,
        "received_at": request.received_at,
        "round": 1,
    }
    statement = insert(connection, commitment_requests).values(row).on_conflict_do_nothing()
    number = connection.execute(statement.returning(commitment_requests.c.id)).scalar_one_or_none()
    if number is None:
        number = _repeat(connection, row)
    else:
        references = [
            {
                "request_id": number,
                "position": position,
                "sop_class_uid": reference.sop_class_uid,
                "sop_instance_uid": reference.sop_instance_uid,
            }
            for position, reference in enumerate(request.references)
        ]
        connection.execute(insert(connection, commitment_references), references)
    inquiry = _read(connection, number=number)
    if inquiry is None:  # it was written above
        raise LookupError("a request that was just stored is gone")
    queue_work(connection, [NewWork(step, inquiry.subject, now, request.requester) for step in _due(inquiry)], now)
    return inquiry


def _repeat(connection: Connection, row: dict[str, Any]) -> int:
    """Take a request that is known: join the round that is open, or begin another. Return its number."""
    known = commitment_requests.c
    same = update(commitment_requests).where(
        known.requester == row["requester"],
        known.transaction_uid == row["transaction_uid"],
        known.content_hash == row["content_hash"],
    )
    told_of = same.values(
        round=known.round + 1,
        answered_at=None,
        reported_at=None,
        given_up_at=None,
        received_at=row["received_at"],
        peer_address=row["peer_address"],
    )
    over = known.reported_at.is_not(None) | known.given_up_at.is_not(None)
    number: int | None = connection.execute(told_of.where(over).returning(known.id)).scalar_one_or_none()
    if number is not None:
        return number
    joined = same.values(peer_address=row["peer_address"], received_at=row["received_at"])
    return int(connection.execute(joined.returning(known.id)).scalar_one())


def _due(inquiry: Inquiry) -> tuple[Step, ...]:
    """Return what is to be done at once for an inquiry that was asked: look into it, or tell what is known."""
    return (Step.COMMIT,) if inquiry.answer is None else (Step.REPORT,)


def _read(connection: Connection, *, number: int) -> Inquiry | None:
    row = connection.execute(select(commitment_requests).where(commitment_requests.c.id == number)).one_or_none()
    if row is None:
        return None
    named = connection.execute(_references(number)).all()
    request = CommitmentRequest(
        transaction_uid=TransactionUid(row.transaction_uid),
        requester=AeTitle(row.requester),
        peer_address=row.peer_address,
        received_at=row.received_at,
        references=tuple(_to_reference(each) for each in named),
    )
    return Inquiry(
        inquiry_id=number,
        round=row.round,
        request=request,
        reuses_uid=bool(connection.execute(select(_reuses_uid(row))).scalar_one()),
        answer=None if row.answered_at is None else _to_answer(request.transaction_uid, named),
        answered_at=row.answered_at,
        reported_at=row.reported_at,
        given_up_at=row.given_up_at,
    )


def _reuses_uid(row: Row[Any]) -> Any:
    """Whether the requester named other references under this Transaction UID before."""
    earlier = commitment_requests.c
    return exists().where(
        earlier.requester == row.requester, earlier.transaction_uid == row.transaction_uid, earlier.id < row.id
    )


def _references(number: int) -> Select[Any]:
    return (
        select(commitment_references)
        .where(commitment_references.c.request_id == number)
        .order_by(commitment_references.c.position)
    )


def _current(subject: str) -> Update:
    number, of_round = _parse(subject)
    return update(commitment_requests).where(
        commitment_requests.c.id == number, commitment_requests.c.round == of_round
    )


def _parse(subject: str) -> tuple[int, int]:
    number, _, of_round = subject.partition(".")
    return int(number), int(of_round)


def _content_hash(request: CommitmentRequest) -> bytes:
    hasher = blake3()
    for reference in request.references:
        hasher.update(f"{reference.sop_class_uid}\\{reference.sop_instance_uid}\n".encode())
    return hasher.digest()


def _to_reference(row: Row[Any]) -> Reference:
    return Reference(SopClassUid(row.sop_class_uid), SopInstanceUid(row.sop_instance_uid))


def _to_answer(transaction_uid: TransactionUid, rows: list[Row[Any]] | Any) -> CommitmentAnswer:
    return CommitmentAnswer(
        transaction_uid,
        tuple(_to_reference(row) for row in rows if row.reason is None),
        tuple(Failed(_to_reference(row), row.reason) for row in rows if row.reason is not None),
    )
