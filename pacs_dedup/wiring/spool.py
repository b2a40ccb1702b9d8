"""The spool of arrivals, as the site configured it."""

from pacs_dedup.adapters.file_arrival_spool import FileArrivalSpool
from pacs_dedup.config import Settings
from pacs_dedup.ports.arrival_spool import ArrivalSpool


def open_spool(settings: Settings) -> ArrivalSpool:
    """Return where arrivals wait while the database is away.

    Raises:
        OutOfStorage: the data folder can not be written.
    """
    limits = settings.limits
    return FileArrivalSpool(settings.storage.path, most_arrivals=limits.spool_arrivals, most_bytes=limits.spool_bytes)
