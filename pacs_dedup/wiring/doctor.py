"""What a person who looks for trouble asks of the machine and its surroundings."""

from datetime import timedelta

from pacs_dedup.adapters.clock_probe import is_synchronised, skew_to
from pacs_dedup.adapters.database.inspection import DatabaseState, inspect_database, sqlite_file
from pacs_dedup.adapters.isolated import IsolatedCall
from pacs_dedup.config import Settings
from pacs_dedup.dicom.try_decoders import try_decoders

__all__ = ["DatabaseState", "inspect_database", "is_synchronised", "isolated_decoders", "skew_to", "sqlite_file"]


def isolated_decoders(settings: Settings, within: timedelta) -> IsolatedCall[[], dict[str, str]]:
    """Return `try_decoders` in a child process with the limits that every instance is decoded under."""
    return IsolatedCall(try_decoders, memory_bytes=settings.workers.decode_memory_bytes, timeout=within)
