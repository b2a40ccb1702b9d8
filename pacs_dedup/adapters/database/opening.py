"""Opening a database: connect, migrate, free what a crash left claimed."""

from dataclasses import dataclass

from pacs_dedup.adapters.database.arrival_book import DatabaseArrivalBook
from pacs_dedup.adapters.database.case_book import DatabaseCaseBook
from pacs_dedup.adapters.database.commitment_book import DatabaseCommitmentBook
from pacs_dedup.adapters.database.commitment_requests import DatabaseCommitmentRequests
from pacs_dedup.adapters.database.engine import Preparation, Transactions, connect
from pacs_dedup.adapters.database.fingerprint_index import DatabaseFingerprintIndex
from pacs_dedup.adapters.database.forward_book import DatabaseForwardBook
from pacs_dedup.adapters.database.journal import DatabaseJournal, release_leases
from pacs_dedup.adapters.database.quarantine import DatabaseQuarantine
from pacs_dedup.adapters.database.queue_gauge import DatabaseQueueGauge
from pacs_dedup.adapters.database.schema import migrate
from pacs_dedup.adapters.database.site_figures import DatabaseSiteFigures
from pacs_dedup.adapters.database.study_register import DatabaseStudyRegister
from pacs_dedup.adapters.database.transit_book import DatabaseTransitBook
from pacs_dedup.ports.arrival_book import ArrivalBook
from pacs_dedup.ports.case_book import CaseBook
from pacs_dedup.ports.clock import Clock
from pacs_dedup.ports.commitment_book import CommitmentBook
from pacs_dedup.ports.commitment_requests import CommitmentRequests
from pacs_dedup.ports.fingerprint_index import FingerprintIndex
from pacs_dedup.ports.forward_book import ForwardBook
from pacs_dedup.ports.journal import Journal
from pacs_dedup.ports.leases import Leases
from pacs_dedup.ports.quarantine import Quarantine
from pacs_dedup.ports.queue_gauge import QueueGauge
from pacs_dedup.ports.site_figures import SiteFigures
from pacs_dedup.ports.study_register import StudyRegister
from pacs_dedup.ports.transit_book import TransitBook


@dataclass(frozen=True, slots=True)
class Database:
    """The ports over one database. Threads may share it; a process opens its own."""

    arrivals: ArrivalBook
    journal: Journal
    leases: Leases
    index: FingerprintIndex
    register: StudyRegister
    case_book: CaseBook
    quarantine: Quarantine
    gauge: QueueGauge
    commitments: CommitmentBook
    commitment_requests: CommitmentRequests
    forwards: ForwardBook
    transit: TransitBook
    figures: SiteFigures
    transactions: Transactions

    def prepare(self) -> None:
        """Bring the schema up to date now, where that was left for later.

        Raises:
            BadConfiguration: the schema can not be set up, or a newer version wrote it.
            OutOfStorage: the database does not answer, or has no room.
        """
        self.transactions.prepare()

    def close(self) -> None:
        """Close the connections."""
        self.transactions.engine.dispose()


def open_database(url: str, clock: Clock, *, sole_owner: bool = False, lazily: bool = False) -> Database:
    """Open a database and bring its schema up to date. Any number of processes may share one.

    Args:
        url: ``sqlite:////folder/file.db`` (created where it is missing, for its owner only) or
            ``postgresql+psycopg://user@host/name``.
        clock: decides what is due and which leases are over.
        sole_owner: nobody else uses the database, for example because the caller holds the lock on its data folder.
            Then every lease that is open belongs to a process that died, and is released at once.
        lazily: nothing is asked of the database yet; what is raised otherwise, the first use of a port raises, and the
            next use tries again.

    Raises:
        BadConfiguration: the URL can not be used, the schema can not be set up, or a newer version wrote it.
        OutOfStorage: the database does not answer, or has no room.
    """
    steps = (migrate, release_leases) if sole_owner else (migrate,)
    transactions = Transactions(connect(url), Preparation(*steps))
    if not lazily:
        transactions.prepare()
    journal = DatabaseJournal(transactions, clock)
    return Database(
        arrivals=DatabaseArrivalBook(transactions, clock),
        journal=journal,
        leases=journal,
        index=DatabaseFingerprintIndex(transactions),
        register=DatabaseStudyRegister(transactions),
        case_book=DatabaseCaseBook(transactions),
        quarantine=DatabaseQuarantine(transactions),
        gauge=DatabaseQueueGauge(transactions, clock),
        commitments=DatabaseCommitmentBook(transactions, clock),
        commitment_requests=DatabaseCommitmentRequests(transactions, clock),
        forwards=DatabaseForwardBook(transactions),
        transit=DatabaseTransitBook(transactions),
        figures=DatabaseSiteFigures(transactions, clock),
        transactions=transactions,
    )
