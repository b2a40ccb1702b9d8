"""The other end of storage commitment: a peer that is told our answers, or asked for its commitment."""

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Protocol

from pacs_dedup.domain.commitment import CommitmentAnswer, Reference, TransactionUid


class CommitmentPeer(Protocol):
    """A peer, reached over an association that we ask for."""

    @property
    def name(self) -> str:
        """The peer's configured name."""
        ...

    def report(self, answer: CommitmentAnswer) -> None:
        """Tell the peer what we commit to; when this returns it has confirmed that it knows.

        Raises:
            PeerUnavailable: nobody answered, or the peer could not take it.
            PeerRefused: it does not take such reports over an association that we ask for.
        """
        ...

    def ask(
        self,
        transaction_uid: TransactionUid,
        references: Collection[Reference],
        *,
        take: Callable[[CommitmentAnswer], bool],
        wait: timedelta,
    ) -> None:
        """Ask the peer to commit to instances; when this returns it has confirmed the request.

        Args:
            transaction_uid: new; names request and answer.
            references: the instances, each once.
            take: called with an answer that comes over the same association; False says that it was not awaited.
            wait: how long the association is kept open for that.

        Raises:
            PeerUnavailable: nobody answered, or the peer could not take the request now.
            PeerRefused: the peer does not give commitments, or not this one.
        """
        ...
