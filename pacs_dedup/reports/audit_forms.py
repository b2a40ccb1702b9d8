"""How each kind of audit event is told: codes of PS3.16 by the clauses of PS3.15 A.5.3."""

from collections.abc import Mapping
from dataclasses import dataclass

from pacs_dedup.domain.audit import Alert, AuditKind

_OWN_SCHEME = "99PACSDEDUP"


@dataclass(frozen=True, slots=True)
class Code:
    """A coded value (PS3.15 A.5.1.1, CodedValueType)."""

    value: str
    meaning: str
    scheme: str = "DCM"


@dataclass(frozen=True, slots=True)
class Form:
    """How a kind of event is told.

    Attributes:
        event: EventID.
        action: EventActionCode.
        event_type: EventTypeCode, if there is one.
        actor_role, peer_role: RoleIDCode of the participants.
        about_instances: a study and its patient must be named.
    """

    event: Code
    action: str
    event_type: Code | None = None
    actor_role: Code | None = None
    peer_role: Code | None = None
    about_instances: bool = False


APPLICATION, LAUNCHER = Code("110150", "Application"), Code("110151", "Application Launcher")
DESTINATION, SOURCE = Code("110152", "Destination Role ID"), Code("110153", "Source Role ID")

ALERTS = {
    Alert.NODE_AUTHENTICATION: Code(str(Alert.NODE_AUTHENTICATION), "Node Authentication"),
    Alert.SECURITY_CONFIGURATION: Code(str(Alert.SECURITY_CONFIGURATION), "Security Configuration"),
    Alert.USE_OF_RESTRICTED_FUNCTION: Code(str(Alert.USE_OF_RESTRICTED_FUNCTION), "Use of Restricted Function"),
    Alert.AUDIT_RECORDING_STOPPED: Code(str(Alert.AUDIT_RECORDING_STOPPED), "Audit Recording Stopped"),
}
"""Security Alert Types (PS3.16 CID 403)."""

_ACTIVITY = Code("110100", "Application Activity")
_BEGIN = Code("110102", "Begin Transferring DICOM Instances")
_ACCESSED = Code("110103", "DICOM Instances Accessed")
_TRANSFERRED = Code("110104", "DICOM Instances Transferred")
_DELETED = Code("110105", "DICOM Study Deleted")
_ALERT = Code("110113", "Security Alert")


def _own(kind: AuditKind) -> Code:
    """Name a kind that the standard has no code for."""
    return Code(str(kind), str(kind).replace("-", " "), _OWN_SCHEME)


def _access(kind: AuditKind) -> Form:
    """Return the form of what the standard knows only as access to instances."""
    return Form(_ACCESSED, "R", _own(kind), about_instances=True)


FORMS: Mapping[AuditKind, Form] = {
    AuditKind.APPLICATION_STARTED: Form(_ACTIVITY, "E", Code("110120", "Application Start"), APPLICATION, LAUNCHER),
    AuditKind.APPLICATION_STOPPED: Form(_ACTIVITY, "E", Code("110121", "Application Stop"), APPLICATION, LAUNCHER),
    AuditKind.BEGIN_TRANSFERRING: Form(_BEGIN, "E", None, SOURCE, DESTINATION, about_instances=True),
    # R, for it is not known whether the receiver held copies before (PS3.15 A.5.3, DICOM Instances Transferred)
    AuditKind.INSTANCES_TRANSFERRED: Form(_TRANSFERRED, "R", None, SOURCE, DESTINATION, about_instances=True),
    # the standard has no event of storage commitment (PS3.15 A.5.3), and its list of events may be extended (CID 400)
    AuditKind.COMMITMENT_ASKED: Form(_own(AuditKind.COMMITMENT_ASKED), "E"),
    AuditKind.COMMITMENT_ANSWERED: Form(_own(AuditKind.COMMITMENT_ANSWERED), "E"),
    AuditKind.INSTANCES_ACCESSED: Form(_ACCESSED, "R", about_instances=True),
    AuditKind.DECISION_TAKEN: _access(AuditKind.DECISION_TAKEN),
    AuditKind.DECISION_UNDONE: _access(AuditKind.DECISION_UNDONE),
    AuditKind.HOLD_PLACED: _access(AuditKind.HOLD_PLACED),
    AuditKind.HOLD_RELEASED: _access(AuditKind.HOLD_RELEASED),
    AuditKind.DELETION_PROPOSED: Form(_DELETED, "D", _own(AuditKind.DELETION_PROPOSED), about_instances=True),
    AuditKind.SECURITY_ALERT: Form(_ALERT, "E", _own(AuditKind.SECURITY_ALERT)),
    AuditKind.CONFIGURATION_CHANGED: Form(_ALERT, "E", ALERTS[Alert.SECURITY_CONFIGURATION]),
    AuditKind.AUDIT_LOG_USED: Form(Code("110101", "Audit Log Used"), "R"),
}
"""The form of every kind."""
