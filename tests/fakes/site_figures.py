"""Counts over the other fakes."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from pacs_dedup.domain.case import CaseState, Verb
from pacs_dedup.domain.identifiers import TransferSyntaxUid
from pacs_dedup.ports.clock import Clock
from pacs_dedup.ports.journal import Step
from pacs_dedup.ports.site_figures import CaseFigures, Figures, QueueFigures
from tests.fakes.arrival_book import MemoryArrivalBook
from tests.fakes.case_book import MemoryCaseBook
from tests.fakes.forward_book import MemoryForwardBook
from tests.fakes.journal import MemoryJournal
from tests.fakes.quarantine import MemoryQuarantine
from tests.fakes.study_register import MemoryStudyRegister


class MemorySiteFigures:
    """`SiteFigures` in memory."""

    def __init__(
        self,
        journal: MemoryJournal,
        arrivals: MemoryArrivalBook,
        register: MemoryStudyRegister,
        case_book: MemoryCaseBook,
        quarantine: MemoryQuarantine,
        forwards: MemoryForwardBook,
        clock: Clock,
    ) -> None:
        self._journal = journal
        self._arrivals = arrivals
        self._register = register
        self._case_book = case_book
        self._quarantine = quarantine
        self._forwards = forwards
        self._clock = clock

    def read(self) -> Figures:
        holds = self._quarantine.holds()
        lanes = [lane for _, _, lane in self._journal.waiting(Step.FORWARD)]
        decided = Counter(e.verb for c in self._case_book.cases() for e in c.events if e.what == "decided")
        unreadable = Counter(self._syntax(p.arrival_id) for p in self._arrivals.problems() if not p.refused)
        return Figures(
            queues={step: self._queue(step) for step in Step},
            cases=tuple(self._cases()),
            decisions={verb: decided[verb] for verb in Verb},
            held=len(holds),
            held_bytes=sum(sum(self._sizes(hold.key, hold.generation).values()) for hold in holds),
            dead_letters=dict(Counter(letter.destination for letter in self._forwards.dead_letters(lanes))),
            unreadable=dict(unreadable),
        )

    def _queue(self, step: Step) -> QueueFigures:
        now = self._clock.now()
        rows = [row for row in self._journal._rows.values() if row.work.step is step and not row.done]
        tried = [row.work.queued_at for row in rows if row.cause and row.due_at <= now + timedelta(hours=1)]
        since = tried + [row.due_at for row in rows if not row.cause and row.due_at <= now]
        return QueueFigures(len(rows), _age(since, now))

    def _cases(self) -> Iterable[CaseFigures]:
        open_cases = self._case_book.cases([CaseState.NEW, CaseState.ESCALATED])
        kinds = sorted({(case.verdict.relation, case.state) for case in open_cases})
        for relation, state in kinds:
            opened = [c.opened_at for c in open_cases if (c.verdict.relation, c.state) == (relation, state)]
            yield CaseFigures(relation, state, len(opened), _age(opened, self._clock.now()))

    def _sizes(self, key: object, generation: int) -> dict[str, int]:
        members = [m for m in self._register.members(key) if m.generation == generation]
        return {member.blob_id: self._arrivals.get(member.arrival_id).size_bytes for member in members}

    def _syntax(self, arrival_id: int) -> TransferSyntaxUid:
        return self._arrivals.get(arrival_id).transfer_syntax_uid


def _age(moments: Iterable[datetime], now: datetime) -> timedelta:
    return max((now - moment for moment in moments), default=timedelta())
