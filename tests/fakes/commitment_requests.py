"""The peers' requests for commitment in memory."""

from dataclasses import replace
from datetime import datetime
from threading import RLock

from pacs_dedup.domain.commitment import CommitmentAnswer
from pacs_dedup.ports.clock import Clock
from pacs_dedup.ports.commitment_requests import CommitmentRequest, Inquiry
from pacs_dedup.ports.journal import NewWork, Step
from tests.fakes.journal import MemoryJournal


class MemoryCommitmentRequests:
    """`CommitmentRequests` in memory."""

    def __init__(self, journal: MemoryJournal, clock: Clock) -> None:
        self._journal, self._clock = journal, clock
        self._lock = RLock()
        self._inquiries: list[Inquiry] = []

    def accept(self, request: CommitmentRequest) -> Inquiry:
        with self._lock:
            inquiry = self._known(request)
            if inquiry is None:
                reuses = any(_name(known.request) == _name(request) for known in self._inquiries)
                inquiry = Inquiry(len(self._inquiries) + 1, 1, request, reuses_uid=reuses)
                self._inquiries.append(inquiry)
            elif inquiry.reported_at or inquiry.given_up_at:
                inquiry = Inquiry(inquiry.inquiry_id, inquiry.round + 1, request, reuses_uid=inquiry.reuses_uid)
            else:
                inquiry = replace(inquiry, request=request)
            self._inquiries[inquiry.inquiry_id - 1] = inquiry
            step = Step.COMMIT if inquiry.answer is None else Step.REPORT
            self._journal.queue([NewWork(step, inquiry.subject, self._clock.now(), request.requester)])
            return inquiry

    def get(self, subject: str) -> Inquiry | None:
        return next((inquiry for inquiry in self._inquiries if inquiry.subject == subject), None)

    def answer(self, subject: str, answer: CommitmentAnswer, at: datetime) -> None:
        self._change(subject, answer=answer, answered_at=at)

    def reported(self, subject: str, at: datetime) -> None:
        self._change(subject, reported_at=at, given_up_at=None)

    def give_up(self, subject: str, at: datetime) -> None:
        self._change(subject, given_up_at=at)

    def untold(self) -> tuple[Inquiry, ...]:
        return tuple(inquiry for inquiry in self._inquiries if inquiry.reported_at is None)

    def _known(self, request: CommitmentRequest) -> Inquiry | None:
        for inquiry in self._inquiries:
            known = inquiry.request
            if _name(known) == _name(request) and known.references == request.references:
                return inquiry
        return None

    def _change(self, subject: str, **changes: CommitmentAnswer | datetime | None) -> None:
        with self._lock:
            inquiry = self.get(subject)
            if inquiry is not None and inquiry.reported_at is None:
                self._inquiries[inquiry.inquiry_id - 1] = replace(inquiry, **changes)


def _name(request: CommitmentRequest) -> tuple[str, str]:
    return request.requester, request.transaction_uid
