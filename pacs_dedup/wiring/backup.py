"""What a backup and its restoration need of the disk, of the database's own programs and of the audit trail."""

from collections.abc import Mapping

from pacs_dedup.adapters import backup_files as files
from pacs_dedup.adapters.database import dump as databases
from pacs_dedup.adapters.database import open_database
from pacs_dedup.adapters.database.schema import revisions
from pacs_dedup.adapters.file_audit_inbox import FileAuditInbox
from pacs_dedup.adapters.system_clock import SystemClock
from pacs_dedup.config import Settings
from pacs_dedup.domain.audit import Alert, AuditEvent, AuditKind
from pacs_dedup.wiring.audit import this_account

__all__ = ["SystemClock", "databases", "files", "open_database", "record_use", "revisions"]


def record_use(settings: Settings, subject: str, facts: Mapping[str, object]) -> None:
    """Record that a backup was made or restored: every patient's data has another place now (PS3.15 A.5.3.11)."""
    event = AuditEvent(
        kind=AuditKind.SECURITY_ALERT,
        at=SystemClock().now(),
        actor=this_account(),
        subject=subject,
        alert=Alert.USE_OF_RESTRICTED_FUNCTION,
        detail=tuple((name, str(value)) for name, value in facts.items()),
    )
    FileAuditInbox(settings.storage.path).record(event)
