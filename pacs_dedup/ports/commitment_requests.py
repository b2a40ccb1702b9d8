"""What peers asked us to commit to, and what they were answered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pacs_dedup.domain.commitment import CommitmentAnswer, Reference, TransactionUid
from pacs_dedup.domain.identifiers import AeTitle


@dataclass(frozen=True, slots=True)
class CommitmentRequest:
    """One request for storage commitment, as it came (PS3.4 J.3.2.1).

    Attributes:
        requester: calling AE title.
        references: each once, in the order of the request.
    """

    transaction_uid: TransactionUid
    requester: AeTitle
    peer_address: str
    received_at: datetime
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A request as it is kept: the same one, repeated, is one inquiry in another round.

    Attributes:
        round: 1 for the first asking; one more each time it is repeated after it was answered.
        reuses_uid: the requester used the Transaction UID before, for other references.
        answer: what was found in this round; None until then.
        answered_at: when that was found.
        reported_at: when the requester took the answer; None until then.
        given_up_at: when telling it was given up; None unless it was.
    """

    inquiry_id: int
    round: int
    request: CommitmentRequest
    reuses_uid: bool = False
    answer: CommitmentAnswer | None = None
    answered_at: datetime | None = None
    reported_at: datetime | None = None
    given_up_at: datetime | None = None

    @property
    def subject(self) -> str:
        """What journal rows call this round."""
        return f"{self.inquiry_id}.{self.round}"


class CommitmentRequests(Protocol):
    """The peers' requests. Every method is durable when it returns and may be repeated."""

    def accept(self, request: CommitmentRequest) -> Inquiry:
        """Keep a request and queue `Step.COMMIT` for it, in one transaction.

        A request is the same as an earlier one when requester, Transaction UID and references are. The same, repeated
        before its answer was taken, makes what waits due now; repeated later, it begins another round, which is looked
        into anew: an answer from memory could vouch for bytes that were lost since.
        """
        ...

    def get(self, subject: str) -> Inquiry | None:
        """Return an inquiry by its subject; None where there is none, or a later round has begun."""
        ...

    def answer(self, subject: str, answer: CommitmentAnswer, at: datetime) -> None:
        """Keep what was found; an earlier finding of the same round is replaced. Nothing where the round is over."""
        ...

    def reported(self, subject: str, at: datetime) -> None:
        """Note that the requester has taken the answer; only the first time counts."""
        ...

    def give_up(self, subject: str, at: datetime) -> None:
        """Note that the requester could not be told; it is not tried any more unless it asks again."""
        ...

    def untold(self) -> tuple[Inquiry, ...]:
        """Return every inquiry whose answer the requester has not taken, oldest first; those given up too."""
        ...
