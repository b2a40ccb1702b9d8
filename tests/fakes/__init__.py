"""In-memory stand-ins for the ports. They pass the same contract suites as the adapters (tests/contracts)."""

from tests.fakes.arrival_spool import MemoryArrivalSpool
from tests.fakes.audit_trail import MemoryAuditInbox
from tests.fakes.blob_store import MemoryBlobStore
from tests.fakes.clock import FakeClock
from tests.fakes.database import FakeDatabase

__all__ = ["FakeClock", "FakeDatabase", "MemoryArrivalSpool", "MemoryAuditInbox", "MemoryBlobStore"]
