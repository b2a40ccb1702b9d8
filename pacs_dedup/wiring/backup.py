"""What a backup and its restoration need of the disk and of the database's own programs."""

from pacs_dedup.adapters import backup_files as files
from pacs_dedup.adapters.database import dump as databases
from pacs_dedup.adapters.database import open_database
from pacs_dedup.adapters.database.schema import revisions
from pacs_dedup.adapters.system_clock import SystemClock

__all__ = ["SystemClock", "databases", "files", "open_database", "revisions"]
