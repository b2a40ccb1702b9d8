"""The database's ports in memory, behind one lock."""

from pacs_dedup.ports.clock import Clock
from tests.fakes.arrival_book import MemoryArrivalBook
from tests.fakes.case_book import MemoryCaseBook
from tests.fakes.commitment_book import MemoryCommitmentBook
from tests.fakes.commitment_requests import MemoryCommitmentRequests
from tests.fakes.fingerprint_index import MemoryFingerprintIndex
from tests.fakes.forward_book import MemoryForwardBook
from tests.fakes.journal import MemoryJournal
from tests.fakes.quarantine import MemoryQuarantine
from tests.fakes.queue_gauge import MemoryQueueGauge
from tests.fakes.site_figures import MemorySiteFigures
from tests.fakes.study_register import MemoryStudyRegister
from tests.fakes.transit_book import MemoryTransitBook


class FakeDatabase:
    """What `open_database` returns, without a database."""

    def __init__(self, clock: Clock) -> None:
        self.journal = self.leases = MemoryJournal(clock)
        self.arrivals = MemoryArrivalBook(self.journal, clock)
        self.index = MemoryFingerprintIndex()
        self.register = MemoryStudyRegister()
        self.case_book = MemoryCaseBook()
        self.quarantine = MemoryQuarantine()
        self.gauge = MemoryQueueGauge(self.journal, clock)
        self.transit = MemoryTransitBook(self.journal, self.arrivals, self.register)
        self.forwards = MemoryForwardBook(self.journal, self.arrivals)
        self.commitments = MemoryCommitmentBook(self.journal, self.arrivals, clock)
        self.commitment_requests = MemoryCommitmentRequests(self.journal, clock)
        self.figures = MemorySiteFigures(
            self.journal, self.arrivals, self.register, self.case_book, self.quarantine, self.forwards, clock
        )

    def close(self) -> None:
        """Do nothing: memory needs no closing."""
