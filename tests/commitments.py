"""Storage commitment in memory: the real steps over the fakes, with peers that do as they are told."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count

from pacs_dedup.domain.audit import Party
from pacs_dedup.domain.commitment import CommitmentAnswer, Failed, Reference, TransactionUid
from pacs_dedup.domain.errors import PacsDedupError
from pacs_dedup.domain.identifiers import AeTitle, ArrivalId, BlobId, SopClassUid, SopInstanceUid
from pacs_dedup.pipeline.ask_commitment import Asker
from pacs_dedup.pipeline.commit import Holdings
from pacs_dedup.pipeline.commitment_audit import CommitmentAudit
from pacs_dedup.pipeline.lane import BackOff
from pacs_dedup.pipeline.report_commitment import Reporter
from pacs_dedup.ports.arrival_book import Arrival
from pacs_dedup.ports.blob_store import BlobStore
from pacs_dedup.ports.commitment_requests import CommitmentRequest, Inquiry
from tests.builders import EXPLICIT_LITTLE_ENDIAN
from tests.fakes import FakeClock, FakeDatabase, MemoryAuditInbox, MemoryBlobStore
from tests.fakes.arrival_spool import MemoryArrivalSpool

CT, MR = SopClassUid("1.2.840.10008.5.1.4.1.1.2"), SopClassUid("1.2.840.10008.5.1.4.1.1.4")
ARCHIVE = "archive"
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
NO_SUCH_OBJECT = 0x0112
HERE, THERE = Party("PACSDEDUP", "gateway"), Party("ARCHIVE", "10.1.2.3")


def named(number: int, sop_class: SopClassUid = CT) -> Reference:
    """The reference to an instance by its number."""
    return Reference(sop_class, SopInstanceUid(f"1.2.826.{number}"))


@dataclass
class Peer:
    """The other end.

    Attributes:
        troubles: raised one after the other before anything else happens.
        reasons: of what it does not commit to.
        answers: whether it answers over the same association.
    """

    name: str = ARCHIVE
    troubles: list[PacsDedupError] = field(default_factory=list)
    reasons: dict[Reference, int] = field(default_factory=dict)
    answers: bool = True
    told: list[CommitmentAnswer] = field(default_factory=list)
    asked: list[tuple[TransactionUid, tuple[Reference, ...]]] = field(default_factory=list)

    def report(self, answer: CommitmentAnswer) -> None:
        self._fail()
        self.told.append(answer)

    def ask(
        self,
        transaction_uid: TransactionUid,
        references: Collection[Reference],
        *,
        take: Callable[[CommitmentAnswer], bool],
        wait: timedelta,  # noqa: ARG002 - the port's form
    ) -> None:
        self.asked.append((transaction_uid, tuple(references)))
        self._fail()
        if self.answers:
            assert take(self.answer_to(*self.asked[-1]))

    def answer_to(self, transaction_uid: TransactionUid, references: Iterable[Reference]) -> CommitmentAnswer:
        failed = {each: self.reasons[each] for each in references if each in self.reasons}
        committed = tuple(each for each in references if each not in failed)
        return CommitmentAnswer(transaction_uid, committed, tuple(Failed(*each) for each in failed.items()))

    def _fail(self) -> None:
        if self.troubles:
            raise self.troubles.pop(0)


class Desk:
    """A site that is asked for commitments, and asks for some.

    Attributes:
        archived: contents that an archive has committed to.
        let_go: contents that left the transit store by a plan.
        peer: who asked, and who is asked; None where nobody knows its address.
    """

    def __init__(self, blobs: BlobStore | None = None) -> None:
        self.clock = FakeClock()
        self.database = FakeDatabase(self.clock)
        self.blobs = blobs or MemoryBlobStore()
        self.spool = MemoryArrivalSpool()
        self.trail = MemoryAuditInbox()
        self.archived: set[BlobId] = set()
        self.let_go: set[BlobId] = set()
        self.peer: Peer | None = Peer()
        self._numbers = count(1)

    def receive(
        self, number: int, content: bytes, *, source: str = "EAST", sop_class: SopClassUid = CT, refused: str = ""
    ) -> tuple[ArrivalId, BlobId]:
        """Take an instance in, as the listener does; destinations have acknowledged it at once."""
        arrival = self.arrival(number, content, source=source, sop_class=sop_class, refused=refused)
        return self.database.arrivals.record(arrival), arrival.blob_id

    def arrival(
        self, number: int, content: bytes, *, source: str = "EAST", sop_class: SopClassUid = CT, refused: str = ""
    ) -> Arrival:
        blob, now = self.blobs.put([content]), self.clock.now()
        arrival = Arrival(blob.blob_id, source, now, blob.size_bytes, EXPLICIT_LITTLE_ENDIAN, refused=refused)
        return replace(arrival, sop_class_uid=sop_class, sop_instance_uid=named(number).sop_instance_uid)

    def request(self, *references: Reference, requester: str = "EAST", uid: str = "1.2.3") -> Inquiry:
        """Take a request in, as the listener does."""
        asked = CommitmentRequest(
            TransactionUid(uid), AeTitle(requester), "192.0.2.7", self.clock.now(), tuple(references)
        )
        return self.database.commitment_requests.accept(asked)

    @property
    def audit(self) -> CommitmentAudit:
        return CommitmentAudit(trail=self.trail, clock=self.clock, here=HERE, destinations={ARCHIVE: THERE})

    @property
    def holdings(self) -> Holdings:
        return Holdings(
            journal=self.database.journal,
            requests=self.database.commitment_requests,
            arrivals=self.database.arrivals,
            spool=self.spool,
            blobs=self.blobs,
            clock=self.clock,
            archived=lambda blob_ids: frozenset(blob_ids) & self.archived,
            was_let_go=lambda blob_id: blob_id in self.let_go,
            same_association=5 * SECOND,
        )

    @property
    def reporter(self) -> Reporter:
        return Reporter(
            holdings=self.holdings,
            requester=lambda _: self.peer,
            report_for=timedelta(days=7),
            back_off=BackOff(2 * SECOND, 5 * MINUTE),
            audit=self.audit,
        )

    @property
    def asker(self) -> Asker:
        assert self.peer is not None
        return Asker(
            journal=self.database.journal,
            book=self.database.commitments,
            arrivals=self.database.arrivals,
            clock=self.clock,
            peers={self.peer.name: self.peer} if self.peer.name else {},
            new_uid=lambda: TransactionUid(f"2.25.{next(self._numbers)}"),
            quiet=MINUTE,
            force=HOUR,
            at_most=10,
            same_association=5 * SECOND,
            answer_within=HOUR,
            forwards=self.database.forwards,
            send_again=2,
            back_off=BackOff(2 * SECOND, 5 * MINUTE),
            audit=self.audit,
        )
