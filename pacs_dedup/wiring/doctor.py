"""What a person who looks for trouble asks of the machine and its surroundings."""

from datetime import timedelta

from pacs_dedup.adapters.clock_probe import is_synchronised, skew_to
from pacs_dedup.adapters.database.inspection import DatabaseState, inspect_database, sqlite_file
from pacs_dedup.adapters.file_audit_inbox import usage_of
from pacs_dedup.adapters.isolated import IsolatedCall
from pacs_dedup.config import Settings
from pacs_dedup.dicom.try_decoders import try_decoders
from pacs_dedup.ports.audit_trail import InboxUsage

__all__ = [
    "DatabaseState",
    "inbox_usage",
    "inspect_database",
    "is_synchronised",
    "isolated_decoders",
    "skew_to",
    "sqlite_file",
]


def inbox_usage(settings: Settings) -> InboxUsage:
    """Tell how full the audit inbox is, without making one where there is none.

    Raises:
        OutOfStorage: it can not be looked up.
    """
    return usage_of(settings.storage.path)


def isolated_decoders(settings: Settings, within: timedelta) -> IsolatedCall[[], dict[str, str]]:
    """Return `try_decoders` in a child process with the limits that every instance is decoded under."""
    return IsolatedCall(try_decoders, memory_bytes=settings.workers.decode_memory_bytes, timeout=within)
