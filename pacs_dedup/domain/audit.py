"""What is worth remembering of who did what: the events of the audit trail (PS3.15 A.5.3), as values."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum


class AuditKind(StrEnum):
    """What happened."""

    APPLICATION_STARTED = "application-started"
    APPLICATION_STOPPED = "application-stopped"
    BEGIN_TRANSFERRING = "begin-transferring"
    INSTANCES_TRANSFERRED = "instances-transferred"
    COMMITMENT_ASKED = "commitment-asked"
    COMMITMENT_ANSWERED = "commitment-answered"
    INSTANCES_ACCESSED = "instances-accessed"
    DECISION_TAKEN = "decision-taken"
    DECISION_UNDONE = "decision-undone"
    HOLD_PLACED = "hold-placed"
    HOLD_RELEASED = "hold-released"
    DELETION_PROPOSED = "deletion-proposed"
    SECURITY_ALERT = "security-alert"
    CONFIGURATION_CHANGED = "configuration-changed"
    AUDIT_LOG_USED = "audit-log-used"


CARRIED_OUT = "carried out"
"""The ``act`` of a plan that was applied: a detail of `AuditKind.DELETION_PROPOSED`."""


class Outcome(IntEnum):
    """How it ended: EventOutcomeIndicator (PS3.15 A.5.1.1)."""

    SUCCESS = 0
    MINOR_FAILURE = 4
    SERIOUS_FAILURE = 8
    MAJOR_FAILURE = 12


class Alert(StrEnum):
    """What a security alert is about: a Security Alert Type (PS3.16 CID 403), by its code value."""

    NODE_AUTHENTICATION = "110126"
    SECURITY_CONFIGURATION = "110129"
    USE_OF_RESTRICTED_FUNCTION = "110132"
    AUDIT_RECORDING_STOPPED = "110133"


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who takes part: an application entity, an account of the operating system, or this program.

    Attributes:
        name: AE title or account name.
        address: IP address or host name it acted from; empty where it is not known.
        program: whether it acted by itself, not a person.
    """

    name: str
    address: str = ""
    program: bool = True


@dataclass(frozen=True, slots=True)
class AuditedStudy:
    """A study that an event is about.

    Attributes:
        study_instance_uid: (0020,000D).
        patient_id: (0010,0020) as received; empty where it is not known.
        sop_classes: how many instances of each SOP class took part, in the order of their UIDs.
    """

    study_instance_uid: str
    patient_id: str = ""
    sop_classes: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """One entry of the audit trail. It may name patients and studies: it is kept like the images themselves.

    Attributes:
        at: when it happened, timezone-aware.
        actor: who asked for it; of a transfer, who sends.
        peer: the application at the other end; of a transfer, who receives.
        subject: what it is about beside studies: ``case 17``, the called AE title, a Transaction UID.
        studies: the studies it is about.
        alert: what a security alert is about; None for everything else.
        detail: further facts, each a name and a value, for example ``("verb", "keep-both")``.
    """

    kind: AuditKind
    at: datetime
    actor: Party
    peer: Party | None = None
    outcome: Outcome = Outcome.SUCCESS
    subject: str = ""
    studies: tuple[AuditedStudy, ...] = ()
    alert: Alert | None = None
    detail: tuple[tuple[str, str], ...] = ()


def refusal(at: datetime, calling_ae: str, address: str, *, called_ae: str, reason: str) -> AuditEvent:
    """Return the alert that somebody asked for an association and was refused.

    Args:
        at: when.
        calling_ae: AE title that the requestor gave itself; nothing proves it.
        address: IP address it came from.
        called_ae: AE title that it asked for.
        reason: why it was refused, in words that hold no patient data.
    """
    return AuditEvent(
        kind=AuditKind.SECURITY_ALERT,
        at=at,
        actor=Party(calling_ae, address),
        outcome=Outcome.MINOR_FAILURE,
        subject=called_ae,
        alert=Alert.NODE_AUTHENTICATION,
        detail=(("reason", reason),),
    )
