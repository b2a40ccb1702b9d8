"""What storage commitment tells the audit trail: who asked whom, and what was committed to.

PS3.15 A.5.3 has no event for it. Whoever is told that its instances are committed to deletes them, so it belongs into
the record all the same. An event names the transaction and how many instances it is about; which, the tables of
commitment say.
"""

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pacs_dedup.dicom.commitment_status import reason_in_words
from pacs_dedup.domain.audit import AuditEvent, AuditKind, Outcome, Party
from pacs_dedup.domain.commitment import CommitmentAnswer, TransactionUid
from pacs_dedup.ports.audit_trail import AuditTrail
from pacs_dedup.ports.clock import Clock
from pacs_dedup.ports.commitment_requests import CommitmentRequest


class NoteAsking(Protocol):
    """Notes that a destination was asked, or why that did not get through."""

    def __call__(self, trouble: str = "") -> None: ...  # noqa: D102 - the class says it


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentAudit:
    """Records what is asked and answered in this process.

    Attributes:
        here: this installation.
        destinations: the destinations that are asked, by configured name.
    """

    trail: AuditTrail
    clock: Clock
    here: Party
    destinations: Mapping[str, Party]

    def was_asked(self, request: CommitmentRequest) -> None:
        """A peer's request was stored, and will be answered."""
        facts = [("instances", str(len(request.references)))]
        self._record(AuditKind.COMMITMENT_ASKED, _requester(request), self.here, facts, request.transaction_uid)

    def refused(self, requester: Party, reason: str) -> None:
        """A peer's request was refused."""
        facts = [("reason", reason)]
        self._record(AuditKind.COMMITMENT_ASKED, requester, self.here, facts, outcome=Outcome.MINOR_FAILURE)

    def distrusted(self, reporter: Party, reason: str) -> None:
        """A report of commitment was refused: it can not be read, or nobody was asked for it."""
        facts = [("reason", reason)]
        self._record(AuditKind.COMMITMENT_ANSWERED, reporter, self.here, facts, outcome=Outcome.MINOR_FAILURE)

    def told(self, request: CommitmentRequest, answer: CommitmentAnswer) -> None:
        """A requester has confirmed that it was told our answer."""
        self._answered(self.here, _requester(request), answer)

    def gave_up(self, request: CommitmentRequest) -> None:
        """A requester could not be told our answer for as long as it is tried."""
        facts = [("instances", str(len(request.references))), ("reason", "never told, given up")]
        whom, uid = _requester(request), request.transaction_uid
        self._record(AuditKind.COMMITMENT_ANSWERED, self.here, whom, facts, uid, Outcome.SERIOUS_FAILURE)

    def asking(self, destination: str, transaction_uid: TransactionUid, instances: int) -> NoteAsking:
        """Return what notes how asking a destination went; the first note counts, and the time is that of this call.

        Over another association a destination may answer before asking has returned: then the answer is the earlier
        entry of the log, and the later one by its time.
        """
        notes, at = itertools.count(), self.clock.now()

        def note(trouble: str = "") -> None:
            if next(notes):  # the answer may come, in another thread, before asking has returned
                return
            facts = [("instances", str(instances)), *([("reason", trouble)] if trouble else [])]
            whom, outcome = self._party(destination), Outcome.MINOR_FAILURE if trouble else Outcome.SUCCESS
            self._record(AuditKind.COMMITMENT_ASKED, self.here, whom, facts, transaction_uid, outcome, at)

        return note

    def was_told(self, destination: str, answer: CommitmentAnswer) -> None:
        """A destination has answered, and its answer is kept."""
        self._answered(self._party(destination), self.here, answer)

    def _party(self, destination: str) -> Party:
        return self.destinations.get(destination, Party(destination))

    def _answered(self, who: Party, whom: Party, answer: CommitmentAnswer) -> None:
        reasons = Counter(reason_in_words(failed.reason) for failed in answer.failed)
        facts = [
            ("instances", str(len(answer.committed) + len(answer.failed))),
            ("committed", str(len(answer.committed))),
            *((f"not committed, {reason}", str(count)) for reason, count in sorted(reasons.items())),
        ]
        outcome = Outcome.MINOR_FAILURE if answer.failed else Outcome.SUCCESS
        self._record(AuditKind.COMMITMENT_ANSWERED, who, whom, facts, answer.transaction_uid, outcome)

    def _record(
        self,
        kind: AuditKind,
        actor: Party,
        peer: Party,
        facts: Iterable[tuple[str, str]],
        transaction_uid: str = "",
        outcome: Outcome = Outcome.SUCCESS,
        at: datetime | None = None,
    ) -> None:
        event = AuditEvent(
            kind=kind,
            at=at or self.clock.now(),
            actor=actor,
            peer=peer,
            outcome=outcome,
            subject=transaction_uid,
            detail=tuple(facts),
        )
        self.trail.record(event)


def _requester(request: CommitmentRequest) -> Party:
    return Party(request.requester, request.peer_address)
