"""One round: instances come, faults strike, everything is mended, and what must agree is compared."""

import random
import shutil
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.torture.checker import Delivery, Kind, Violation, check, resent
from benchmarks.torture.commitments import AE_TITLE
from benchmarks.torture.faults import Fault
from benchmarks.torture.growth import Growth
from benchmarks.torture.observed import Waiting
from benchmarks.torture.senders import Send, Sender, by_dcmtk, by_pynetdicom
from benchmarks.torture.service import Usage
from benchmarks.torture.world import MAX_HOLD_S, World
from pacs_dedup.adapters.database import Database
from pacs_dedup.domain.errors import OutOfStorage
from pacs_dedup.ports.journal import NewWork, Step

_TOOLS = ("storescu", "dcmsend")
_STRIKES_WITHIN_S = 5.0
_ACCEPTED_WITHIN_S = 120.0
_POLL_S = 0.3
_STAYS_IDLE_S = 2.5
_FAILED_FOR_GOOD_S = 60.0  # what is put off for longer was refused, not unlucky: a person asks for it again


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a round came to.

    Attributes:
        sent, acknowledged, refused: requests of this round, and how they were answered.
        resent: instances that a destination got once more than they arrived: same SOP Instance UID, same bytes.
        commitments: requests for storage commitment that were taken.
        settled_s: from mending to nothing left to do.
    """

    faults: tuple[str, ...]
    kills: int
    sent: int
    acknowledged: int
    refused: int
    resent: int
    settled_s: float
    usage: tuple[Usage, ...]
    violations: tuple[Violation, ...] = ()
    commitments: int = 0
    failed_calls: int = 0
    cuts: int = 0


@dataclass(slots=True)
class Rounds:
    """Plays rounds in a world, one after the other.

    Attributes:
        seen: how often each fault was drawn so far.
        idle_within_s: how long the service may take to have nothing left to do, when everything is mended.
    """

    world: World
    chance: random.Random
    idle_within_s: float = 150.0
    seen: Counter[str] = field(default_factory=Counter)
    _growth: Growth = field(default_factory=Growth)
    _resent: int = 0
    _senders: Sequence[Send] = field(init=False)

    def __post_init__(self) -> None:
        self._senders = [self.world.asker.asking(by_pynetdicom(AE_TITLE)), by_pynetdicom("MODALITY2")]

    def play(self, faults: Sequence[Fault]) -> Outcome:
        """Play one round and say what came of it."""
        world = self.world
        before, kills, failed, cuts = world.ledger.totals(), world.kills, self._failed_calls(), self._cuts()
        asked = len(world.asker.asked)
        senders = self._start_senders()
        self._strike(faults)
        world.heal()
        for sender in senders:
            sender.finish()
        began = time.monotonic()
        violations = self._settle(senders)
        settled_s = time.monotonic() - began
        after = world.ledger.totals()
        usage = tuple(world.service.usage())
        again = self._compare(violations)
        violations += self._growth.check(usage)
        return Outcome(
            faults=tuple(fault.name for fault in faults),
            kills=world.kills - kills,
            commitments=len(world.asker.asked) - asked,
            sent=after.attempts - before.attempts,
            acknowledged=after.acknowledged - before.acknowledged,
            refused=after.refused - before.refused,
            resent=again,
            settled_s=round(settled_s, 1),
            usage=usage,
            violations=tuple(violations),
            failed_calls=self._failed_calls() - failed,
            cuts=self._cuts() - cuts,
        )

    def finish(self) -> tuple[Violation, ...]:
        """Let every hold run out, end the service as a person does, and compare once more, every blob read anew."""
        world = self.world
        world.service.ensure()
        deadline = time.monotonic() + MAX_HOLD_S + self.idle_within_s
        with world.observer.database() as database:
            while database.quarantine.holds() and time.monotonic() < deadline:
                time.sleep(_POLL_S)
            held = len(database.quarantine.holds())
        self._wait_until_idle()
        world.observer.forget()
        violations = [Violation(Kind.STUCK, f"{held} holds have not run out")] if held else []
        violations += [
            Violation(Kind.DEFECT, f"exit code {code} after SIGTERM") for code in world.service.stop() if code
        ]
        self._compare(violations)
        code, said = world.service.ask("audit", "verify")
        violations += [Violation(Kind.DEFECT, f"the audit log does not hold: {said}")] if code else []
        return tuple(violations)

    def _start_senders(self) -> list[Sender]:
        world = self.world
        world.service.ensure()
        tool = shutil.which(self.chance.choice(_TOOLS))
        sends = [*self._senders, by_dcmtk(tool, "MODALITY3")] if tool else self._senders
        senders = [Sender(send, world.studio.batch, world.line.port, world.ledger) for send in sends]
        for sender in senders:
            sender.start()
        return senders

    def _strike(self, faults: Sequence[Fault]) -> None:
        """Let every fault happen at a random moment; they may overlap."""
        threads = []
        for fault in faults:
            own = random.Random(self.chance.random())
            delay = self.chance.uniform(0.0, _STRIKES_WITHIN_S)
            threads.append(threading.Thread(target=_late, args=(fault, self.world, own, delay), name=fault.name))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _settle(self, senders: Sequence[Sender]) -> list[Violation]:
        """Wait until everything was accepted and nothing is left to do."""
        deadline = time.monotonic() + _ACCEPTED_WITHIN_S
        while any(sender.is_alive() for sender in senders) and time.monotonic() < deadline:
            self.world.service.ensure()
            time.sleep(_POLL_S)
        late = [sender for sender in senders if sender.is_alive()]
        for sender in late:
            sender.give_up()
        if late:
            left = sum(len(sender.left) for sender in late)
            return [Violation(Kind.STUCK, f"{left} instances were not accepted {_ACCEPTED_WITHIN_S:g} s after mending")]
        self._wait_until_idle()
        return []

    def _wait_until_idle(self) -> None:
        """Return when nothing was left to do for a while: a destination is asked for commitment some time after it
        was sent something.
        """
        deadline = time.monotonic() + self.idle_within_s
        while time.monotonic() < deadline:
            try:
                with self.world.observer.database() as database:
                    self._wait_for_quiet(database, deadline)
                    return
            except OutOfStorage:  # the database is only just coming back
                time.sleep(_POLL_S)

    def _wait_for_quiet(self, database: Database, deadline: float) -> None:
        quiet_since = time.monotonic()
        while time.monotonic() < min(deadline, quiet_since + _STAYS_IDLE_S):
            self.world.service.ensure()
            left = self.world.observer.left_to_do(database)
            if left or self.world.observer.spooled() or self.world.asker.unanswered():
                quiet_since = time.monotonic()
            self._requeue_refused(database, left)
            time.sleep(_POLL_S)

    def _requeue_refused(self, database: Database, left: Sequence[Waiting]) -> None:
        """Do what a person does when a destination that refused was mended."""
        refused = [w for w in left if w.step == Step.FORWARD and not w.claimed and w.due_in_s > _FAILED_FOR_GOOD_S]
        now = self.world.observer.now()
        if refused:
            database.journal.queue([NewWork(Step.FORWARD, each.subject, now) for each in refused])

    def _compare(self, violations: list[Violation]) -> int:
        """Compare the books; add what does not agree, and return how often a destination was sent something again."""
        world = self.world
        with world.observer.database() as database:
            snapshot = world.observer.snapshot(database)
        deliveries = [Delivery(each.name, each.received(), each.one_per_uid) for each in world.archives]
        violations += check(world.ledger.accounts, snapshot, deliveries)
        violations += world.asker.violations()
        violations += [Violation(Kind.DEFECT, line) for line in world.service.complaints()]
        before, self._resent = self._resent, resent(deliveries, snapshot)
        return self._resent - before

    def _failed_calls(self) -> int:
        return self.world.calls.failed if self.world.calls else 0

    def _cuts(self) -> int:
        return self.world.line.cuts + sum(archive.proxy.cuts for archive in self.world.archives)


def _late(fault: Fault, world: World, chance: random.Random, delay_s: float) -> None:
    time.sleep(delay_s)
    fault.strike(world, chance)
