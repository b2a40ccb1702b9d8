"""A modality that asks for storage commitment while the service is tortured, and remembers what it was promised."""

import random
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from pydicom.uid import CTImageStorage, generate_uid

from benchmarks.torture.checker import Kind, Violation
from benchmarks.torture.ledger import Ledger, Offer
from benchmarks.torture.senders import Send
from tests.integration.commitment_peers import Modality, Report, request

AE_TITLE = "MODALITY1"
NEVER_SENT = "1.2.826.0.1.3680043.10.1543.404"
NO_SUCH_OBJECT = 0x0112
_MOST_ASKED = 8
_STAYS_S = 1.0
_AWAY = (AssertionError, AttributeError, RuntimeError, ValueError, OSError)  # how pynetdicom says so


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that the service took (N-ACTION answered with Success).

    Attributes:
        delivered: SOP Instance UIDs of which at least one content had been acknowledged to this modality.
    """

    transaction_uid: str
    delivered: frozenset[str]


@dataclass(slots=True)
class Asker:
    """Wraps a sender; after what it sent it asks for some of it, and for one instance that nobody ever sent."""

    modality: Modality
    chance: random.Random
    asked: list[Asked] = field(default_factory=list)
    _delivered: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def asking(self, send: Send) -> Send:
        """Return a sender that asks after it has sent."""

        def sent_and_asked(offers: Sequence[Offer], port: int, ledger: Ledger) -> int:
            done = send(offers, port, ledger)
            self._delivered += [offer.content.sop_instance_uid for offer in offers[:done]]
            if self._delivered:
                self._ask(port)
            return done

        return sent_and_asked

    def unanswered(self) -> int:
        """Count the requests without a report."""
        told = {report.transaction_uid for report in list(self.modality.reports)}
        with self._lock:
            return sum(each.transaction_uid not in told for each in self.asked)

    def violations(self) -> list[Violation]:
        """Compare what was promised with what was delivered."""
        with self._lock:
            asked = {each.transaction_uid: each for each in self.asked}
        return [*_judged(asked, list(self.modality.reports))]

    def _ask(self, port: int) -> None:
        recent = list(dict.fromkeys(self._delivered[-4 * _MOST_ASKED :]))
        chosen = self.chance.sample(recent, min(len(recent), _MOST_ASKED))
        uid = str(generate_uid())
        named = [(str(CTImageStorage), each) for each in (*chosen, NEVER_SENT)]
        with suppress(*_AWAY), self.modality.associated(port) as association:
            if request(association, uid, named) == 0:
                with self._lock:
                    self.asked.append(Asked(uid, frozenset(chosen)))
            time.sleep(self.chance.uniform(0, _STAYS_S))


@contextmanager
def asker(chance: random.Random) -> Iterator[Asker]:
    """Let the modality listen for reports that come over associations of their own."""
    with Modality(AE_TITLE).listening() as modality:
        yield Asker(modality, chance)


def _judged(asked: Mapping[str, Asked], reports: Sequence[Report]) -> Iterator[Violation]:
    told: dict[str, Report] = {}
    for report in reports:
        number = report.transaction_uid[-8:]
        first = told.setdefault(report.transaction_uid, report)
        if (first.committed, first.failed) != (report.committed, report.failed):
            yield Violation(Kind.ALTERED, f"request {number} was answered in two ways")
        if report.transaction_uid not in asked:
            continue  # the answer to the request was lost, the report was not
        delivered = asked[report.transaction_uid].delivered
        for _, uid in report.committed:
            if uid not in delivered:
                yield Violation(Kind.LOST, f"request {number}: committed to what was never delivered")
        for _, uid, reason in report.failed:
            if uid in delivered:
                yield Violation(Kind.HIDDEN, f"request {number}: not committed to what is held (reason {reason:04X})")
    for uid in asked.keys() - told.keys():
        yield Violation(Kind.STUCK, f"request {uid[-8:]} was never answered")
