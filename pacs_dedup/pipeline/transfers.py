"""Transfers for the audit trail: told study by study when they begin and when they end, never for every instance."""

import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pacs_dedup.dicom.peek import StudyNamed
from pacs_dedup.domain.audit import AuditedStudy, AuditEvent, AuditKind, Outcome, Party
from pacs_dedup.domain.identifiers import SopClassUid
from pacs_dedup.ports.audit_trail import AuditTrail
from pacs_dedup.ports.clock import Clock

MOST_STUDIES = 200
"""Studies of one conversation that are told one by one; what goes beyond is told together, without names."""


@dataclass(frozen=True, slots=True)
class Way:
    """Who sends and who receives."""

    source: Party
    destination: Party


@dataclass(slots=True)
class _Conversation:
    way: Way
    moved_at: datetime
    taken: dict[StudyNamed, Counter[str]] = field(default_factory=dict)
    not_taken: dict[StudyNamed, Counter[str]] = field(default_factory=dict)

    def known(self, study: StudyNamed) -> bool:
        return study in self.taken or study in self.not_taken

    @property
    def studies(self) -> int:
        return len(self.taken.keys() | self.not_taken.keys())


class Transfers:
    """Counts what is transferred, by conversation and study. Safe for several threads.

    What was begun and not ended when a process is killed is told as begun only.
    """

    def __init__(self, trail: AuditTrail, clock: Clock) -> None:
        """Record in ``trail`` at the time of ``clock``."""
        self._trail, self._clock = trail, clock
        self._lock = threading.Lock()
        self._conversations: dict[str, _Conversation] = {}

    def moved(self, conversation: str, way: Way, study: StudyNamed, sop_class: SopClassUid, *, taken: bool) -> None:
        """Count one instance. The first of a study is recorded as the beginning of its transfer.

        Args:
            conversation: name of an association, or of whatever else ends at one time.
            way: who sends and who receives.
            study: what the instance says it belongs to.
            sop_class: its SOP Class UID.
            taken: whether the receiver has acknowledged it.
        """
        now = self._clock.now()
        with self._lock:
            known = self._conversations.setdefault(conversation, _Conversation(way, now))
            known.moved_at = now
            begins = not known.known(study)
            if begins and known.studies >= MOST_STUDIES:
                study, begins = StudyNamed(), False
            counts = known.taken if taken else known.not_taken
            counts.setdefault(study, Counter())[sop_class] += 1
        if begins:
            named = AuditedStudy(study.study_instance_uid, study.patient_id)
            self._record(AuditKind.BEGIN_TRANSFERRING, way, named, Outcome.SUCCESS, conversation)

    def end(self, conversation: str) -> None:
        """Record what was transferred in a conversation, study by study; nothing where nothing was."""
        with self._lock:
            ended = self._conversations.pop(conversation, None)
        if ended is None:
            return
        for counts, outcome in ((ended.taken, Outcome.SUCCESS), (ended.not_taken, Outcome.SERIOUS_FAILURE)):
            for study, classes in counts.items():
                named = AuditedStudy(study.study_instance_uid, study.patient_id, tuple(sorted(classes.items())))
                self._record(AuditKind.INSTANCES_TRANSFERRED, ended.way, named, outcome, conversation)

    def end_quiet(self, silence: timedelta) -> bool:
        """End every conversation in which nothing was transferred for so long; always False, for nothing else waits."""
        before = self._clock.now() - silence
        with self._lock:
            quiet = [name for name, known in self._conversations.items() if known.moved_at <= before]
        for name in quiet:
            self.end(name)
        return False

    def _record(self, kind: AuditKind, way: Way, study: AuditedStudy, outcome: Outcome, conversation: str) -> None:
        instances = sum(count for _, count in study.sop_classes)
        detail = (("conversation", conversation), *((("instances", str(instances)),) if instances else ()))
        self._trail.record(
            AuditEvent(
                kind=kind,
                at=self._clock.now(),
                actor=way.source,
                peer=way.destination,
                outcome=outcome,
                studies=(study,),
                detail=detail,
            )
        )
