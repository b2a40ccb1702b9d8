"""Verdicts and cases: appended, never edited."""

from collections.abc import Collection
from typing import Protocol

from pacs_dedup.domain.case import CaseEvent, CaseState, ReviewCase
from pacs_dedup.domain.identifiers import CaseId, StudyKey
from pacs_dedup.domain.verdict import Judgement


class CaseBook(Protocol):
    """The memory of what was judged and decided. Every method is durable when it returns."""

    def append(self, judgement: Judgement) -> CaseId | None:
        """Keep a judgement. Where its disposition opens a case, open one for the pair, or renew the one it has.

        Repeating a judgement (same pair, generation, relation, versions) adds nothing. A verdict that differs from the
        open case's adds an ``evidence_changed`` event; a decided case that is asked something else, or more, than was
        decided on is NEW again (`case.asks_anew`). An open case of a study with itself is about all its generations: it
        follows to a graver verdict only (`cluster.primary`).
        Returns the case, None where no case is called for.
        """
        ...

    def judgements(self, incoming: StudyKey | None = None) -> tuple[Judgement, ...]:
        """Return what was judged, oldest first; of one incoming study, if given."""
        ...

    def judgements_among(self, studies: Collection[StudyKey]) -> tuple[Judgement, ...]:
        """Return every judgement in which one of these studies is, as incoming or as prior, oldest first."""
        ...

    def case(self, case_id: CaseId) -> ReviewCase | None:
        """Return one case with its history."""
        ...

    def cases(self, states: Collection[CaseState] = ()) -> tuple[ReviewCase, ...]:
        """Return cases in these states (all, if none is named), newest first."""
        ...

    def record(self, case_id: CaseId, revision: int, state: CaseState, event: CaseEvent) -> ReviewCase:
        """Append an event and move the case to a state, if the case is still at ``revision``.

        Raises:
            DecisionRefused: somebody else was faster; the message says what happened in between.
            BadRequest: no such case.
        """
        ...
