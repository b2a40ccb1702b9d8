"""The only place that names adapters: settings in, services and ready-made steps out."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pacs_dedup.adapters.database import open_database
from pacs_dedup.adapters.database.audit_log import DatabaseAuditLog
from pacs_dedup.adapters.file_blob_store import FileBlobStore
from pacs_dedup.adapters.isolated import IsolatedCall, keep_own_memory
from pacs_dedup.adapters.system_clock import SystemClock
from pacs_dedup.config import Settings
from pacs_dedup.dicom.header_diff import header_differences
from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.frames.verification import FrameVerification, Scope
from pacs_dedup.domain.patients.identity import SenderDefaults
from pacs_dedup.domain.policy import Policy
from pacs_dedup.pipeline.act import Gate, act_once, release_due
from pacs_dedup.pipeline.auditing import Auditor
from pacs_dedup.pipeline.case_report import Reading
from pacs_dedup.pipeline.examination import examine_or_file
from pacs_dedup.pipeline.fingerprint import Examiner, fingerprint_once
from pacs_dedup.pipeline.forwarding import CameFrom
from pacs_dedup.pipeline.known_study import Known
from pacs_dedup.pipeline.look import VerifyFrames
from pacs_dedup.pipeline.match import Matcher, match_once
from pacs_dedup.pipeline.renew import Renewed, renew
from pacs_dedup.pipeline.settle import settle_once
from pacs_dedup.pipeline.thumbnails import side_by_side
from pacs_dedup.pipeline.verify import verify_frames
from pacs_dedup.ports.arrival_book import ArrivalBook
from pacs_dedup.ports.audit_log import AuditLog
from pacs_dedup.ports.audit_trail import AuditInbox
from pacs_dedup.ports.blob_store import BlobStore
from pacs_dedup.ports.case_book import CaseBook
from pacs_dedup.ports.clock import Clock
from pacs_dedup.ports.commitment_book import CommitmentBook
from pacs_dedup.ports.commitment_requests import CommitmentRequests
from pacs_dedup.ports.destination import Destination
from pacs_dedup.ports.fingerprint_index import FingerprintIndex
from pacs_dedup.ports.forward_book import ForwardBook
from pacs_dedup.ports.journal import Journal
from pacs_dedup.ports.leases import Leases
from pacs_dedup.ports.quarantine import Quarantine
from pacs_dedup.ports.queue_gauge import QueueGauge
from pacs_dedup.ports.site_figures import SiteFigures
from pacs_dedup.ports.study_register import StudyRegister
from pacs_dedup.ports.transit_book import TransitBook
from pacs_dedup.reports.model import Pictures
from pacs_dedup.wiring.associations import destination
from pacs_dedup.wiring.audit import audit_inbox, patient_lookup, seal_key, this_account, this_program

StepOnce = Callable[[], bool]
"""Does one piece of work; False where nothing waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything that a process needs, opened once.

    Attributes:
        prepare: asks the database for its schema, where it was opened lazily; raises as `open_services` does else.
    """

    settings: Settings
    policy: Policy
    clock: Clock
    blobs: BlobStore
    arrivals: ArrivalBook
    journal: Journal
    leases: Leases
    index: FingerprintIndex
    register: StudyRegister
    case_book: CaseBook
    quarantine: Quarantine
    gauge: QueueGauge
    prepare: Callable[[], None]
    commitments: CommitmentBook
    commitment_requests: CommitmentRequests
    figures: SiteFigures
    forwards: ForwardBook
    transit: TransitBook
    destinations: Mapping[str, Destination]
    audit: AuditInbox
    audit_log: AuditLog

    @property
    def senders(self) -> Mapping[str, SenderDefaults]:
        """What the site knows of its senders' headers, by calling AE title."""
        return {
            peer.ae_title: SenderDefaults(peer.issuer, peer.charset, tuple(p.pattern for p in peer.pseudo_ids))
            for peer in self.settings.peers
        }

    @property
    def known(self) -> Known:
        """Where a study that is known is looked up."""
        return Known(
            index=self.index, register=self.register, arrivals=self.arrivals, blobs=self.blobs, senders=self.senders
        )

    @property
    def auditor(self) -> Auditor:
        """What tells the audit trail of what happens in this process."""
        return Auditor(
            trail=self.audit,
            clock=self.clock,
            program=this_program(self.settings),
            account=this_account(),
            patient_of=patient_lookup(self.register, self.index),
        )

    @property
    def gate(self) -> Gate:
        """What acting and reviewing need."""
        return Gate(
            journal=self.journal,
            register=self.register,
            case_book=self.case_book,
            quarantine=self.quarantine,
            arrivals=self.arrivals,
            came_from=came_from(self.settings),
            clock=self.clock,
            action=self.policy.action,
            destinations=tuple(self.destinations),
            max_hold=self.settings.mode.max_hold,
            auditor=self.auditor,
        )


@contextmanager
def open_services(settings: Settings, *, sole_owner: bool = False, lazily: bool = False) -> Iterator[Services]:
    """Open storage, database and destinations; close them at the end.

    Args:
        settings: what the site chose.
        sole_owner: the caller holds the lock on the data folder, so work that is still claimed belongs to a crash.
        lazily: the database may be away; it is asked for the first time when it is used, or by ``prepare``.

    Raises:
        BadConfiguration: the database can not be used.
        OutOfStorage: the folder can not be written.
    """
    keep_own_memory()
    clock = SystemClock()
    blobs = FileBlobStore(settings.storage.path, settings.storage.low_water_bytes)
    database = open_database(settings.database_url, clock, sole_owner=sole_owner, lazily=lazily)
    destinations = {peer.name: destination(peer, settings) for peer in settings.destinations}
    inbox = audit_inbox(settings, clock)
    try:
        yield Services(
            settings=settings,
            policy=Policy(action=settings.mode.action),
            clock=clock,
            blobs=blobs,
            arrivals=database.arrivals,
            journal=database.journal,
            leases=database.leases,
            index=database.index,
            register=database.register,
            case_book=database.case_book,
            quarantine=database.quarantine,
            gauge=database.gauge,
            prepare=database.prepare,
            commitments=database.commitments,
            commitment_requests=database.commitment_requests,
            figures=database.figures,
            forwards=database.forwards,
            transit=database.transit,
            destinations=destinations,
            audit=inbox,
            audit_log=DatabaseAuditLog(database.transactions, clock, seal_key(settings)),
        )
    finally:
        inbox.close()
        for opened in destinations.values():
            opened.close()
        database.close()


def came_from(settings: Settings) -> CameFrom:
    """Return what tells whether an arrival was sent by a destination itself."""
    peers = {peer.name: peer for peer in settings.destinations}
    return lambda arrival, name: peers[name].calls_as(arrival.source, arrival.peer_address)


def isolated_examine(settings: Settings) -> IsolatedCall[..., InstanceFingerprint]:
    """Return `examine_or_file` in a child process of its own, with the site's limits on time and memory."""
    workers = settings.workers
    return IsolatedCall(examine_or_file, memory_bytes=workers.decode_memory_bytes, timeout=workers.decode_timeout)


def isolated_verify(settings: Settings) -> IsolatedCall[[Path, int, Path, int, Scope], FrameVerification]:
    """Return `verify_frames` in a child process of its own."""
    workers = settings.workers
    return IsolatedCall(verify_frames, memory_bytes=workers.decode_memory_bytes, timeout=workers.decode_timeout)


def fingerprint_step(services: Services, examine_in_child: Callable[..., InstanceFingerprint]) -> StepOnce:
    """Return the step that fingerprints; each thread needs a child process of its own."""
    examiner = _examiner(services, examine_in_child)
    return lambda: fingerprint_once(examiner)


def renewal(services: Services, examine_in_child: Callable[..., InstanceFingerprint]) -> Iterator[Renewed]:
    """Bring what is known up to the rules of today, study by study, as it is iterated."""
    return renew(_examiner(services, examine_in_child))


def _examiner(services: Services, examine_in_child: Callable[..., InstanceFingerprint]) -> Examiner:
    completion = services.settings.completion
    return Examiner(
        journal=services.journal,
        blobs=services.blobs,
        index=services.index,
        register=services.register,
        arrivals=services.arrivals,
        clock=services.clock,
        examine=examine_in_child,
        by_header=examine_in_child,
        largest_bytes=services.settings.workers.decode_file_bytes,
        senders=services.senders,
        quiet=completion.quiet_period,
        force=completion.force_after,
        destinations=services.gate.destinations,
    )


def judging_steps(services: Services, verify_in_child: VerifyFrames) -> tuple[StepOnce, ...]:
    """Return settle, match, act and the end of holds, in the order in which a study takes them."""
    matcher = Matcher(
        index=services.index,
        register=services.register,
        blobs=services.blobs,
        clock=services.clock,
        policy=services.policy,
        verify=verify_in_child,
        senders=services.senders,
    )
    gate = services.gate
    force = services.settings.completion.force_after
    return (
        lambda: settle_once(journal=services.journal, shelf=matcher, clock=services.clock, force=force),
        lambda: match_once(journal=services.journal, case_book=services.case_book, matcher=matcher),
        lambda: act_once(gate),
        lambda: release_due(gate),
    )


@contextmanager
def open_reading(services: Services, *, with_pictures: bool = True) -> Iterator[Reading]:
    """Return what reporting reads; headers and pixels are opened in child processes, which end with the context.

    Args:
        services: opened, and kept open as long.
        with_pictures: False leaves the pixels alone.
    """
    workers = services.settings.workers
    memory, timeout = workers.decode_memory_bytes, workers.decode_timeout
    differences = IsolatedCall(header_differences, memory_bytes=memory, timeout=timeout)
    pictures = IsolatedCall(side_by_side, memory_bytes=memory, timeout=timeout)
    try:
        yield Reading(
            index=services.index,
            register=services.register,
            case_book=services.case_book,
            quarantine=services.quarantine,
            arrivals=services.arrivals,
            blobs=services.blobs,
            clock=services.clock,
            senders=services.senders,
            side_by_side=pictures if with_pictures else lambda *_: Pictures(),
            differences=differences,
        )
    finally:
        differences.close()
        pictures.close()
