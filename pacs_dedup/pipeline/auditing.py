"""What the pipeline tells the audit trail, in the trail's words."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from pacs_dedup.domain.audit import AuditedStudy, AuditEvent, AuditKind, Outcome, Party
from pacs_dedup.domain.case import ReviewCase
from pacs_dedup.domain.errors import PacsDedupError
from pacs_dedup.domain.identifiers import StudyInstanceUid, StudyKey
from pacs_dedup.log import describe_error, get_logger
from pacs_dedup.ports.audit_trail import AuditTrail
from pacs_dedup.ports.clock import Clock

PatientOf = Callable[[StudyKey], str]
"""Tells the Patient ID (0010,0020) of a study that is known; empty where it is not."""

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Auditor:
    """Records what happens in this process. An event is recorded right after what it tells of.

    Attributes:
        program: this installation, for what it does by itself.
        account: the account of the operating system that runs this process, for what a person does with it.
    """

    trail: AuditTrail
    clock: Clock
    program: Party
    account: Party
    patient_of: PatientOf

    def started(self, facts: Mapping[str, str]) -> None:
        """The service runs from now on; ``facts`` tell which version, under which configuration."""
        self._record(AuditKind.APPLICATION_STARTED, self.program, facts, peer=self.account)

    def stopped(self) -> None:
        """The service ends in good order. A start without an end before it means a crash."""
        self._record(AuditKind.APPLICATION_STOPPED, self.program, {}, peer=self.account)

    def configuration_changed(self, facts: Mapping[str, str]) -> None:
        """The service runs under another configuration than the last time."""
        self._record(AuditKind.CONFIGURATION_CHANGED, self.account, facts, subject="configuration")

    def accessed(self, keys: Iterable[StudyKey], subject: str) -> None:
        """A person has looked at studies: ``subject`` says through what."""
        self._record(AuditKind.INSTANCES_ACCESSED, self.account, {}, subject=subject, keys=keys)

    def log_used(self, subject: str) -> None:
        """A person has read the audit log itself."""
        self._record(AuditKind.AUDIT_LOG_USED, self.account, {}, subject=subject)

    def decided(self, case: ReviewCase, verb: str, by: str, reason: str) -> None:
        """A reviewer has decided a case; ``by`` is the name that was given, the account is the one that is proven."""
        facts = {"by": by, "verb": verb, "relation": str(case.verdict.relation), "reason": reason}
        self._about_case(AuditKind.DECISION_TAKEN, case, facts)

    def undone(self, case: ReviewCase, by: str) -> None:
        """A reviewer has taken the last decision on a case back."""
        self._about_case(AuditKind.DECISION_UNDONE, case, {"by": by})

    def held(self, key: StudyKey, generation: int, cause: str) -> None:
        """A study is held back."""
        facts = {"generation": str(generation), "cause": cause}
        self._record(AuditKind.HOLD_PLACED, self.program, facts, subject=str(key), keys=[key])

    def released(self, key: StudyKey, generation: int, cause: str, by: Party | None = None) -> None:
        """A hold has ended; ``by`` is who ended it, if it was not the service itself."""
        facts = {"generation": str(generation), "cause": cause}
        self._record(AuditKind.HOLD_RELEASED, by or self.program, facts, subject=str(key), keys=[key])

    def transit_plan(self, act: str, subject: str, facts: Mapping[str, str]) -> None:
        """A person had a plan made, approved or carried out by which instances leave the transit store."""
        self._record(AuditKind.DELETION_PROPOSED, self.account, {"act": act, **facts}, subject=subject)

    def _about_case(self, kind: AuditKind, case: ReviewCase, facts: Mapping[str, str]) -> None:
        pair = dict.fromkeys((case.incoming, case.prior))
        self._record(kind, self.account, facts, subject=f"case {case.case_id}", keys=pair)

    def _record(
        self,
        kind: AuditKind,
        actor: Party,
        facts: Mapping[str, str],
        *,
        peer: Party | None = None,
        subject: str = "",
        keys: Iterable[StudyKey] = (),
    ) -> None:
        self.trail.record(
            AuditEvent(
                kind=kind,
                at=self.clock.now(),
                actor=actor,
                peer=peer,
                outcome=Outcome.SUCCESS,
                subject=subject,
                studies=self._studies(keys),
                detail=tuple((name, value) for name, value in facts.items() if value),
            )
        )

    def _studies(self, keys: Iterable[StudyKey]) -> tuple[AuditedStudy, ...]:
        """Name each study once, with its patient; two sources of one study may name two."""
        named: dict[tuple[StudyInstanceUid, str], None] = {}
        for key in keys:
            named[key.study_instance_uid, self._patient(key)] = None
        return tuple(AuditedStudy(uid, patient) for uid, patient in named)

    def _patient(self, key: StudyKey) -> str:
        try:
            return self.patient_of(key)
        except PacsDedupError as error:  # the event counts more than the name in it
            _log.warning("an audit event names no patient", **describe_error(error))
            return ""
