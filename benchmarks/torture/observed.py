"""What the service holds and where it stands, read from its database and its folder while nothing is going on."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from blake3 import blake3
from sqlalchemy import Connection, select

from benchmarks.torture.ledger import Content, data_set_of, digest_of
from pacs_dedup.adapters.database import Database, open_database
from pacs_dedup.adapters.database.tables import arrivals as arrivals_table
from pacs_dedup.adapters.database.tables import fingerprinted_blobs, holds, members, problems, studies, work
from pacs_dedup.adapters.system_clock import SystemClock
from pacs_dedup.ports.journal import Step

_LONG_AGO = 9000  # year; a confirmed copy is due in 9999


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldArrival:
    """One arrival that is recorded.

    Attributes:
        content: what its blob holds; None where there is no blob, or bytes that its name does not stand for.
        acknowledged: the sender was, or would have been, told Success.
        filed, fingerprinted: it is a member of a study; its blob is in the index.
        problem: what the service says is wrong with it; empty: nothing.
        held_back: its generation is held, by the policy of the site.
    """

    arrival_id: int
    sop_instance_uid: str
    content: Content | None
    acknowledged: bool
    filed: bool
    fingerprinted: bool
    problem: str
    held_back: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One piece of work that is not done."""

    step: str
    subject: str
    claimed: bool
    due_in_s: float
    attempts: int
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything the checker asks of the service.

    Attributes:
        open_studies: studies whose newest generation has not come to its end, with their state.
        spooled: arrivals that wait outside the database.
        set_aside: files that the service could not read.
        stray_files: temporary files that nobody writes any more.
    """

    arrivals: tuple[HeldArrival, ...]
    waiting: tuple[Waiting, ...]
    open_studies: tuple[str, ...]
    spooled: int
    set_aside: int
    stray_files: tuple[str, ...]


@dataclass(slots=True)
class Observer:
    """Reads one service. Blobs never change, so each is read once, and again when `forget` was called."""

    data: Path
    database_url: str
    _contents: dict[str, Content | None] = field(default_factory=dict)

    def forget(self) -> None:
        """Read every blob anew the next time."""
        self._contents.clear()

    @contextmanager
    def database(self) -> Iterator[Database]:
        """Open the service's database beside it."""
        with closing(open_database(self.database_url, SystemClock())) as database:
            yield database

    def left_to_do(self, database: Database) -> list[Waiting]:
        """Return the work that is not done, without what is held back."""
        waiting, held = database.transactions.read(lambda c: (_waiting(c), _held_arrivals(c)))
        return [each for each in waiting if not _is_held(each, held)]

    def snapshot(self, database: Database) -> Snapshot:
        """Read everything."""
        waiting, held, rows, filed, known, noted, unfinished = database.transactions.read(_read_all)
        arrivals = tuple(
            HeldArrival(
                arrival_id=row.id,
                sop_instance_uid=row.sop_instance_uid,
                content=self._content(row.blob_id, row.sop_instance_uid),
                acknowledged=not row.refused,
                filed=row.id in filed,
                fingerprinted=row.blob_id in known,
                problem=noted.get(row.id, ""),
                held_back=row.id in held,
            )
            for row in rows
        )
        return Snapshot(
            arrivals=arrivals,
            waiting=tuple(each for each in waiting if not _is_held(each, held)),
            open_studies=tuple(unfinished),
            spooled=self.spooled(),
            set_aside=sum(1 for _ in (self.data / "spool" / "set-aside").glob("*")),
            stray_files=tuple(path.name for path in self._temporary_files()),
        )

    def now(self) -> datetime:
        """Return the time by which work is due."""
        return datetime.now(UTC)

    def blobs(self) -> int:
        """Count the files that hold bytes."""
        return sum(1 for _ in (self.data / "blobs").glob("*/*/*"))

    def _content(self, blob_id: str, uid: str) -> Content | None:
        if blob_id not in self._contents:
            self._contents[blob_id] = _read_blob(self.data / "blobs" / blob_id[:2] / blob_id[2:4] / blob_id, uid)
        return self._contents[blob_id]

    def spooled(self) -> int:
        """Count the arrivals that wait outside the database."""
        folder = self.data / "spool"
        return sum(1 for path in folder.glob("[0-9]*") if path.is_file())

    def _temporary_files(self) -> Iterator[Path]:
        yield from (self.data / "incoming").iterdir()
        yield from (self.data / "spool").glob(".new-*")


def _read_blob(path: Path, uid: str) -> Content | None:
    try:
        octets = path.read_bytes()
        if blake3(octets).hexdigest() != path.name:
            return None
        return Content(uid, digest_of(data_set_of(octets)))
    except (FileNotFoundError, ValueError):
        return None


def _read_all(connection: Connection) -> tuple[object, ...]:
    known = {bytes(blob).hex() for blob in connection.execute(select(fingerprinted_blobs.c.blob_id)).scalars()}
    noted = dict(connection.execute(select(problems.c.arrival_id, problems.c.cause)).all())
    unfinished = connection.execute(
        select(studies.c.state).where(studies.c.state.not_in(["dispatched", "closed"]))
    ).scalars()
    return (
        _waiting(connection),
        _held_arrivals(connection),
        connection.execute(select(arrivals_table).order_by(arrivals_table.c.id)).all(),
        set(connection.execute(select(members.c.arrival_id)).scalars()),
        known,
        noted,
        list(unfinished),
    )


def _waiting(connection: Connection) -> list[Waiting]:
    now = datetime.now(UTC)
    return [
        Waiting(
            step=row.step,
            subject=row.subject,
            claimed=row.lease is not None,
            due_in_s=(row.due_at - now).total_seconds() if row.due_at.year < _LONG_AGO else float("inf"),
            attempts=row.attempts,
            cause=row.cause,
        )
        for row in connection.execute(select(work).where(work.c.done_at.is_(None))).all()
    ]


def _held_arrivals(connection: Connection) -> frozenset[int]:
    """Return the arrivals of every generation that is held now."""
    statement = (
        select(members.c.arrival_id)
        .join(studies, members.c.study_id == studies.c.id)
        .join(holds, (holds.c.study_key == studies.c.study_key) & (holds.c.generation == members.c.generation))
        .where(holds.c.released_at.is_(None))
    )
    return frozenset(connection.execute(statement).scalars())


def _is_held(waiting: Waiting, held: frozenset[int]) -> bool:
    """Tell whether work is a forwarding that waits for the end of a hold."""
    is_forward = waiting.step == Step.FORWARD and waiting.due_in_s > 0
    return is_forward and not waiting.claimed and int(waiting.subject.partition(">")[0]) in held
