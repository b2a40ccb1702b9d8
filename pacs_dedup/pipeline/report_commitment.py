"""Tell requesters what we commit to, for as long as it takes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from pacs_dedup.domain.commitment import CommitmentAnswer
from pacs_dedup.domain.errors import BadConfiguration, PacsDedupError
from pacs_dedup.log import get_logger
from pacs_dedup.pipeline.commit import Holdings, judge
from pacs_dedup.pipeline.commitment_audit import CommitmentAudit
from pacs_dedup.pipeline.lane import BackOff
from pacs_dedup.ports.commitment_peer import CommitmentPeer
from pacs_dedup.ports.commitment_requests import CommitmentRequest, Inquiry
from pacs_dedup.ports.journal import Step

FRESH = timedelta(hours=1)
"""An answer that could not be told for so long is looked into anew: bytes may have been lost since."""

_LEASE = timedelta(minutes=10)

_log = get_logger(__name__)

FindRequester = Callable[[CommitmentRequest], CommitmentPeer | None]
"""Returns the peer that made a request; None where the configuration tells no address to reach it at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporter:
    """What telling needs beside the holdings.

    Attributes:
        requester: finds the peer that asked.
        report_for: how long it is tried.
        back_off: how long to wait after a failure.
        audit: is told what was told, and what never was.
    """

    holdings: Holdings
    requester: FindRequester
    report_for: timedelta
    back_off: BackOff
    audit: CommitmentAudit


def report_once(reporter: Reporter) -> bool:
    """Tell one requester its answer over a new association; return whether there was one to be told.

    What fails is tried again, each time after twice as long, until ``report_for`` is over: then it is given up, and
    stays in the list of what was not told.
    """
    journal = reporter.holdings.journal
    work = journal.claim(Step.REPORT, _LEASE)
    if work is None:
        return False
    inquiry, now = reporter.holdings.requests.get(work.subject), reporter.holdings.clock.now()
    if inquiry is None or inquiry.answer is None or inquiry.reported_at or inquiry.given_up_at:
        journal.tick(work)
        return True
    try:
        _tell(inquiry, inquiry.answer, reporter)
    except PacsDedupError as error:
        waited, wait = now - inquiry.request.received_at, reporter.back_off.after(work.attempts)
        if waited + wait < reporter.report_for:
            _log.warning(
                "commitment not told",
                cause=str(error),
                attempts=work.attempts,
                retry_in_s=round(wait.total_seconds(), 1),
            )
            journal.postpone(work, now + wait, str(error))
            return True
        _log.error("commitment never told, given up", cause=str(error), calling_ae=inquiry.request.requester)
        reporter.holdings.requests.give_up(work.subject, now)
        reporter.audit.gave_up(inquiry.request)
    journal.tick(work)
    return True


def _tell(inquiry: Inquiry, answer: CommitmentAnswer, reporter: Reporter) -> None:
    """Tell an answer, looked into anew if it is old.

    Raises:
        BadConfiguration: nobody knows where the requester listens.
        PeerUnavailable: it gave no answer.
        PeerRefused: it takes no reports.
    """
    peer = reporter.requester(inquiry.request)
    if peer is None:
        raise BadConfiguration(
            f"{inquiry.request.requester}: it asked for storage commitment and ended the association before the "
            "answer, and its address under [[peers]] names no host and port to tell it at: AET@host:port"
        )
    holdings = reporter.holdings
    now = holdings.clock.now()
    if inquiry.answered_at is None or now - inquiry.answered_at > FRESH:
        answer = judge(inquiry, holdings)
        holdings.requests.answer(inquiry.subject, answer, now)
    peer.report(answer)
    holdings.requests.reported(inquiry.subject, holdings.clock.now())
    reporter.audit.told(inquiry.request, answer)
