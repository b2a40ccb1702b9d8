"""When received bytes may leave the transit store: only when every destination is proven to have them."""

from dataclasses import dataclass
from enum import StrEnum


class Keep(StrEnum):
    """Why a content stays in the transit store."""

    YOUNG = "it came, or came again, not long enough ago"
    REFUSED = "its sender was told that it failed, so nobody was sent it"
    SCANNED = "it was found in a folder too"
    WAITING = "something is still to be done with it: it is queued, held, or a dead letter"
    UNEXAMINED = "it could not be examined, and a person should look at it"
    UNSETTLED = "its study is still coming in or being judged"
    HELD = "its study is held back"
    OPEN_CASE = "an open case is about its study"
    UNDELIVERED = "a destination has not acknowledged it"
    UNCOMMITTED = "a destination has not committed to it"
    ONLY_SENT = "those who sent it are the only ones that have it, and may rely on us for it"


@dataclass(frozen=True, slots=True)
class TransitFacts:
    """What is known of one content that was received, of all its arrivals together.

    Attributes:
        young: one of them came less than ``storage.keep_days`` ago.
        refused: of one of them the sender was told that it failed.
        scanned: one of them is a file that was found in a folder.
        waiting: some queued work of one of them is not done.
        unexamined: one of them is filed under no study.
        unsettled: a study of theirs has a generation that was not acted on.
        held: a generation that one of them belongs to is held back.
        open_case: a study of theirs is in a case that nobody has decided.
        undelivered: a destination has acknowledged none of them, and sent none of them.
        uncommitted: a destination of which commitment is asked has not committed to this content.
        only_sent: every destination sent it itself, so that none ever took it from us.
    """

    young: bool
    refused: bool
    scanned: bool
    waiting: bool
    unexamined: bool
    unsettled: bool
    held: bool
    open_case: bool
    undelivered: bool
    uncommitted: bool
    only_sent: bool


def reasons_to_keep(facts: TransitFacts) -> tuple[Keep, ...]:
    """Return why a content stays, in the order of `Keep`; none where it may go."""
    reasons = {
        Keep.YOUNG: facts.young,
        Keep.REFUSED: facts.refused,
        Keep.SCANNED: facts.scanned,
        Keep.WAITING: facts.waiting,
        Keep.UNEXAMINED: facts.unexamined,
        Keep.UNSETTLED: facts.unsettled,
        Keep.HELD: facts.held,
        Keep.OPEN_CASE: facts.open_case,
        Keep.UNDELIVERED: facts.undelivered,
        Keep.UNCOMMITTED: facts.uncommitted,
        Keep.ONLY_SENT: facts.only_sent,
    }
    return tuple(reason for reason, holds in reasons.items() if holds)
