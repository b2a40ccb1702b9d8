"""Looking for what would not work: every check says what it found and, where that is no good, what to do."""

from pacs_dedup.entrypoints.doctor.examination import examine

__all__ = ["examine"]
