"""What leaves the transit store, as the site configured it."""

from typing import TYPE_CHECKING

from pacs_dedup.adapters.file_blob_store import FileTransitStore
from pacs_dedup.config.commitment import CommitmentMode
from pacs_dedup.pipeline.transit import Transit
from pacs_dedup.wiring.spool import open_spool

if TYPE_CHECKING:
    from pacs_dedup.wiring import Services


def open_transit(services: "Services") -> Transit:
    """Return what planning and applying a release need."""
    settings = services.settings
    return Transit(
        book=services.transit,
        store=FileTransitStore(settings.storage.path),
        journal=services.journal,
        register=services.register,
        case_book=services.case_book,
        quarantine=services.quarantine,
        commitments=services.commitments,
        came_from=services.gate.came_from,
        clock=services.clock,
        destinations={p.name: p.commitment is CommitmentMode.REQUEST for p in settings.destinations},
        keep_for=settings.storage.keep_for,
    )


def unrecorded(services: "Services") -> int:
    """Count arrivals that still wait in the spool: the database does not know of them yet."""
    return open_spool(services.settings).usage().arrivals
