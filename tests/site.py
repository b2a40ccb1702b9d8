"""A whole site in memory: the real steps over the fakes, with instances that are fingerprints from the start."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from pacs_dedup.domain.audit import Party
from pacs_dedup.domain.errors import PacsDedupError
from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.frames.verification import FrameVerification, Scope
from pacs_dedup.domain.identifiers import ArrivalId, BlobId, StudyKey
from pacs_dedup.domain.patients.identity import NO_DEFAULTS, SenderDefaults
from pacs_dedup.domain.policy import Action, Policy
from pacs_dedup.domain.verdict import Judgement
from pacs_dedup.pipeline.act import Gate, act_once, release_due
from pacs_dedup.pipeline.auditing import Auditor
from pacs_dedup.pipeline.fingerprint import Examiner, fingerprint_once
from pacs_dedup.pipeline.forward import Forwarder, forward_once
from pacs_dedup.pipeline.lane import BackOff, Lane
from pacs_dedup.pipeline.match import Matcher, match_once
from pacs_dedup.pipeline.repeats import Repeats
from pacs_dedup.pipeline.settle import settle_once
from pacs_dedup.ports.arrival_book import Arrival
from tests.builders import EXPLICIT_LITTLE_ENDIAN
from tests.fakes import FakeClock, FakeDatabase, MemoryAuditInbox, MemoryBlobStore

QUIET = timedelta(minutes=1)
FORCE = timedelta(minutes=90)
JUDGE_WITHIN = timedelta(minutes=15)
MAX_HOLD = timedelta(hours=24)
LEASE = timedelta(minutes=1)
UNALIKE = FrameVerification(0.0)


class Archive:
    """A destination that keeps what it is sent."""

    def __init__(self, name: str = "archive") -> None:
        self.name = name
        self.received: list[BlobId] = []

    def send(self, path: Path) -> None:
        self.received.append(BlobId(path.name))

    def close(self) -> None:
        """Do nothing."""


class Site:
    """A gateway, of one destination unless told otherwise.

    Attributes:
        wrap: put around every port that the steps get; a test may let it fail.
        destinations: the peers that it forwards to, by name; none makes it an observer.
        looks: what comparing the pixels of two frames says, the error it raises, or who says it.
    """

    def __init__(
        self, action: Action = Action.QUARANTINE, wrap: Callable[[object], object] = lambda port: port
    ) -> None:
        self.clock = FakeClock()
        self.database = FakeDatabase(self.clock)
        self.blobs = MemoryBlobStore()
        self.archive = Archive()
        self.destinations = {self.archive.name: self.archive}
        self.audit = MemoryAuditInbox()
        self.action = action
        self.wrap = wrap
        self.looks: FrameVerification | PacsDedupError | Callable[..., FrameVerification] = UNALIKE
        self.senders: dict[str, SenderDefaults] = {}
        self.defaults_asked = NO_DEFAULTS
        self._examined: dict[BlobId, InstanceFingerprint | PacsDedupError] = {}

    def receive(self, *instances: InstanceFingerprint | PacsDedupError, source: str = "QEHPACS") -> list[ArrivalId]:
        """Record the arrival of instances, as the listener does; an error is an instance that can not be examined."""
        return [self._receive(instance, source) for instance in instances]

    def _receive(self, instance: InstanceFingerprint | PacsDedupError, source: str) -> ArrivalId:
        blob = self.blobs.put([repr(instance).encode()])
        known = isinstance(instance, InstanceFingerprint)
        self._examined[blob.blob_id] = replace(instance, blob_id=blob.blob_id) if known else instance
        now = self.clock.now()
        arrival = Arrival(blob.blob_id, source, now, blob.size_bytes, EXPLICIT_LITTLE_ENDIAN)
        forward_at = now + JUDGE_WITHIN if self.action is Action.QUARANTINE else None
        return self.database.arrivals.record(arrival, self.destinations, forward_at)

    def fingerprint(self) -> bool:
        """Run one fingerprint step."""
        return fingerprint_once(self.examiner)

    def settle(self) -> bool:
        """Run one settle step."""
        return settle_once(journal=self.wrap(self._db.journal), shelf=self.matcher, clock=self.clock, force=FORCE)

    def match(self) -> bool:
        """Run one match step."""
        return match_once(
            journal=self.wrap(self._db.journal), case_book=self.wrap(self._db.case_book), matcher=self.matcher
        )

    def act(self) -> bool:
        """Run one act step."""
        return act_once(self.gate)

    def expire(self) -> bool:
        """Let holds run out."""
        return release_due(self.gate)

    def forward(self) -> bool:
        """Send one instance that is due."""
        waits = BackOff(timedelta(seconds=2), timedelta(minutes=5))
        forwarder = Forwarder(
            journal=self.wrap(self._db.journal),
            arrivals=self.wrap(self._db.arrivals),
            blobs=self.blobs,
            book=self.wrap(self._db.forwards),
            clock=self.clock,
            came_from=_came_from,
            lease=LEASE,
            back_off=waits,
            strikes=10,
            retry_dead_letters=timedelta(days=1),
            repeats=Repeats(identical=5, versions=50),
        )
        lanes = [Lane(destination, back_off=waits) for destination in self.destinations.values()]
        return any(forward_once(lane, forwarder) for lane in lanes)

    def judge(self) -> None:
        """Fingerprint what came, let the quiet period pass, settle, match and act; send nothing yet."""
        exhaust([self.fingerprint])
        self.clock.advance(QUIET)
        exhaust([self.settle, self.match, self.act])

    def run(self) -> None:
        """Do everything that is to be done, sending included."""
        self.judge()
        exhaust([self.expire, self.forward])

    def send_study(self, instances: Iterable[InstanceFingerprint | PacsDedupError], source: str = "QEHPACS") -> None:
        """Receive a study and do everything that follows."""
        self.receive(*instances, source=source)
        self.run()

    def judgements(self, key: StudyKey | None = None) -> tuple[Judgement, ...]:
        """What was judged, oldest first."""
        return self._db.case_book.judgements(key)

    def verdicts(self) -> list[tuple[str, str, int]]:
        """Every judgement as incoming source, relation and generation."""
        return [(j.incoming.source, str(j.verdict.relation), j.generation) for j in self.judgements()]

    @property
    def held(self) -> list[tuple[str, int]]:
        """What is held now, as source and generation."""
        return [(hold.key.source, hold.generation) for hold in self._db.quarantine.holds()]

    @property
    def sent(self) -> int:
        """How many instances the archive was sent."""
        return len(self.archive.received)

    @property
    def _db(self) -> FakeDatabase:
        return self.database

    @property
    def examiner(self) -> Examiner:
        db = self._db
        return Examiner(
            journal=self.wrap(db.journal),
            blobs=self.wrap(self.blobs),
            index=self.wrap(db.index),
            register=self.wrap(db.register),
            arrivals=self.wrap(db.arrivals),
            clock=self.clock,
            examine=self._examine,
            senders=self.senders,
            quiet=QUIET,
            force=FORCE,
            destinations=self.destinations,
        )

    @property
    def matcher(self) -> Matcher:
        db = self._db
        return Matcher(
            index=self.wrap(db.index),
            register=self.wrap(db.register),
            blobs=self.wrap(self.blobs),
            clock=self.clock,
            policy=Policy(action=self.action),
            verify=self._verify,
            senders=self.senders,
        )

    @property
    def gate(self) -> Gate:
        db = self._db
        return Gate(
            journal=self.wrap(db.journal),
            register=self.wrap(db.register),
            case_book=self.wrap(db.case_book),
            quarantine=self.wrap(db.quarantine),
            arrivals=self.wrap(db.arrivals),
            came_from=_came_from,
            clock=self.clock,
            action=self.action,
            destinations=self.destinations,
            max_hold=MAX_HOLD,
            auditor=self.auditor,
        )

    @property
    def auditor(self) -> Auditor:
        return Auditor(
            trail=self.audit,
            clock=self.clock,
            program=Party("PACSDEDUP", "gateway"),
            account=Party("radiographer", "gateway", program=False),
            patient_of=lambda key: f"patient of {key.source}",
        )

    def _examine(self, _path: Path, blob_id: BlobId, defaults: SenderDefaults) -> InstanceFingerprint:
        self.defaults_asked = defaults
        examined = self._examined[blob_id]
        if isinstance(examined, PacsDedupError):
            raise examined
        return examined

    def _verify(self, left: Path, _left_frame: int, right: Path, _right_frame: int, _scope: Scope) -> FrameVerification:
        if isinstance(self.looks, PacsDedupError):
            raise self.looks
        if isinstance(self.looks, FrameVerification):
            return self.looks
        return self.looks(self._examined[BlobId(left.name)], self._examined[BlobId(right.name)])

    def state(self) -> dict[str, object]:
        """Everything that is remembered, without the times of day."""
        db = self._db
        entries = db.register.entries()
        return {
            "studies": [(e.key, e.generation, e.state, e.instances) for e in entries],
            "members": [db.register.members(e.key) for e in entries],
            "judgements": Counter((j.incoming, j.generation, j.prior, j.verdict) for j in self.judgements()),
            "cases": [
                (c.incoming, c.prior, c.generation, c.state, [(e.what, e.verb) for e in c.events])
                for c in db.case_book.cases()
            ],
            "holds": [(h.key, h.generation, h.reason, h.release_cause) for h in db.quarantine.holds(released=True)],
            "problems": [(p.arrival_id, p.cause) for p in db.arrivals.problems()],
            "backlog": db.journal.backlog(),
            "archive": set(self.archive.received),
        }


def _came_from(arrival: Arrival, name: str) -> bool:
    return arrival.source == name.upper()


def exhaust(steps: Iterable[Callable[[], bool]]) -> None:
    """Run steps in turn until none has anything to do."""
    turn = list(steps)
    busy = True
    while busy:
        done = [step() for step in turn]
        busy = any(done)
