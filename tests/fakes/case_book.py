"""Judgements and cases in memory."""

from collections.abc import Collection
from dataclasses import replace
from threading import RLock

from pacs_dedup.domain.case import CaseEvent, CaseState, ReviewCase, asks_anew
from pacs_dedup.domain.cluster import primary
from pacs_dedup.domain.errors import BadRequest, DecisionRefused
from pacs_dedup.domain.identifiers import CaseId, StudyKey
from pacs_dedup.domain.verdict import Judgement

_UNDECIDED = (CaseState.NEW, CaseState.ESCALATED)


class MemoryCaseBook:
    """`CaseBook` in memory."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._judgements: dict[tuple[object, ...], Judgement] = {}
        self._cases: dict[CaseId, ReviewCase] = {}
        self._by_pair: dict[tuple[StudyKey, StudyKey], CaseId] = {}

    def append(self, judgement: Judgement) -> CaseId | None:
        with self._lock:
            pair = judgement.incoming, judgement.prior
            opens_case = judgement.verdict.disposition.opens_case
            is_new = _name(judgement) not in self._judgements
            self._judgements.setdefault(_name(judgement), judgement)
            if is_new and pair in self._by_pair:
                self._renew(self._cases[self._by_pair[pair]], judgement)
            elif is_new and opens_case:
                self._open(judgement)
            return self._by_pair.get(pair) if opens_case else None

    def judgements(self, incoming: StudyKey | None = None) -> tuple[Judgement, ...]:
        asked = [j for j in self._judgements.values() if incoming in (None, j.incoming)]
        return tuple(self._with_case(j) for j in sorted(asked, key=lambda j: j.judged_at))

    def judgements_among(self, studies: Collection[StudyKey]) -> tuple[Judgement, ...]:
        return tuple(j for j in self.judgements() if j.incoming in studies or j.prior in studies)

    def case(self, case_id: CaseId) -> ReviewCase | None:
        return self._cases.get(case_id)

    def cases(self, states: Collection[CaseState] = ()) -> tuple[ReviewCase, ...]:
        asked = (case for case in self._cases.values() if not states or case.state in states)
        return tuple(sorted(asked, key=lambda case: (case.opened_at, case.case_id), reverse=True))

    def record(self, case_id: CaseId, revision: int, state: CaseState, event: CaseEvent) -> ReviewCase:
        with self._lock:
            case = self._cases.get(case_id)
            if case is None:
                raise BadRequest(f"there is no case {case_id}")
            if case.revision != revision:
                since = "; ".join(f"{e.by}: {e.what} {e.verb or ''}" for e in case.events[revision:])
                raise DecisionRefused(f"case {case_id} has changed since it was looked at: {since}")
            self._cases[case_id] = replace(case, state=state, events=(*case.events, event))
            return self._cases[case_id]

    def _open(self, judgement: Judgement) -> None:
        case_id = CaseId(len(self._cases) + 1)
        opened = CaseEvent("opened", judgement.judged_at, "pacs_dedup")
        self._by_pair[judgement.incoming, judgement.prior] = case_id
        self._cases[case_id] = ReviewCase(
            case_id=case_id,
            incoming=judgement.incoming,
            generation=judgement.generation,
            prior=judgement.prior,
            verdict=judgement.verdict,
            state=CaseState.NEW,
            opened_at=judgement.judged_at,
            events=(opened,),
        )

    def _renew(self, case: ReviewCase, judgement: Judgement) -> None:
        verdict = judgement.verdict
        undecided = case.state in _UNDECIDED
        if judgement.generation < case.generation or not (undecided or verdict.disposition.opens_case):
            return
        known = replace(judgement, generation=case.generation, verdict=case.verdict)
        graver = primary((judgement, known)) is judgement
        if undecided and judgement.incoming == judgement.prior and not graver:
            return
        changed = replace(case, generation=judgement.generation, verdict=verdict)
        other_relation = verdict.relation is not case.verdict.relation
        reopened = not undecided and asks_anew(judgement, known)
        if reopened or (undecided and verdict != case.verdict):
            more = "more known UIDs came with other content than were decided on" if reopened else ""
            became = f"{case.verdict.relation} became {verdict.relation}" if other_relation else more
            event = CaseEvent("evidence_changed", judgement.judged_at, "pacs_dedup", reason=became)
            changed = replace(changed, state=CaseState.NEW if reopened else case.state, events=(*case.events, event))
        self._cases[case.case_id] = changed

    def _with_case(self, judgement: Judgement) -> Judgement:
        opens_case = judgement.verdict.disposition.opens_case
        return replace(
            judgement, case_id=self._by_pair.get((judgement.incoming, judgement.prior)) if opens_case else None
        )


def _name(judgement: Judgement) -> tuple[object, ...]:
    verdict = judgement.verdict
    versions = verdict.digest_version, verdict.rules_version
    return judgement.incoming, judgement.prior, judgement.generation, verdict.relation, versions
