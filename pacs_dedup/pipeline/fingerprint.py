"""Step 2, fingerprint: an arrival's blob is examined, indexed, and filed under its study.

The work's subject is the arrival: a re-sent instance is examined once and filed each time it comes. What can not be
examined is kept, listed with its cause, filed by its header, and forwarded like everything else.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pacs_dedup.domain.errors import BlobMissing, Unreadable
from pacs_dedup.domain.fingerprint import DIGEST_VERSION, InstanceFingerprint
from pacs_dedup.domain.identifiers import ArrivalId, BlobId, StudyKey, is_scanned
from pacs_dedup.domain.patients.identity import SenderDefaults
from pacs_dedup.pipeline.forwarding import forwards
from pacs_dedup.pipeline.header_only import header_only
from pacs_dedup.pipeline.senders import Senders, header_defaults
from pacs_dedup.pipeline.studies import subject_of
from pacs_dedup.ports.arrival_book import Arrival, ArrivalBook
from pacs_dedup.ports.blob_store import BlobStore
from pacs_dedup.ports.clock import Clock
from pacs_dedup.ports.fingerprint_index import FingerprintIndex
from pacs_dedup.ports.journal import Journal, NewWork, Step
from pacs_dedup.ports.study_register import StudyRegister

Examine = Callable[[Path, BlobId, SenderDefaults], InstanceFingerprint]
"""`pacs_dedup.pipeline.examine.examine`, usually run in a child process."""

ByHeader = Callable[[Path, BlobId, SenderDefaults, Unreadable], InstanceFingerprint]
"""`pacs_dedup.pipeline.header_only.header_only`, usually run in the same child process."""

_LEASE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Examiner:
    """What fingerprinting needs of the world.

    Attributes:
        senders: what the site knows of each calling AE title's headers.
        quiet: how long after its last instance a study is settled.
        force: how long after its first instance it is settled in any case.
        destinations: who waits for a verdict; what belongs to no study never gets one and is forwarded at once.
        largest_bytes: what is larger is not decoded; None: everything is.
    """

    journal: Journal
    blobs: BlobStore
    index: FingerprintIndex
    register: StudyRegister
    arrivals: ArrivalBook
    clock: Clock
    examine: Examine
    senders: Senders
    quiet: timedelta
    force: timedelta
    destinations: Collection[str] = ()
    by_header: ByHeader = header_only
    largest_bytes: int | None = None


def fingerprint_once(examiner: Examiner) -> bool:
    """Fingerprint the longest-waiting arrival, if there is one; say whether there was."""
    work = examiner.journal.claim(Step.FINGERPRINT, _LEASE)
    if work is None:
        return False
    arrival_id = ArrivalId(int(work.subject))
    arrival = examiner.arrivals.get(arrival_id)
    examiner.journal.tick(work, _examined(arrival_id, arrival, examiner) if arrival is not None else ())
    return True


def _examined(arrival_id: ArrivalId, arrival: Arrival, examiner: Examiner) -> Collection[NewWork]:
    """Examine, index and file an arrival; return what follows."""
    try:
        fingerprint = current_fingerprint(arrival.blob_id, arrival.source, examiner)
    except (Unreadable, BlobMissing) as error:
        examiner.arrivals.note_problem(arrival_id, str(error))
        return forwards([arrival_id], examiner.destinations, examiner.clock.now(), arrival.source)
    if fingerprint.unreadable:
        examiner.arrivals.note_problem(arrival_id, fingerprint.unreadable)
    examiner.index.put(fingerprint)
    key = StudyKey(fingerprint.study_instance_uid, arrival.source)
    entry = examiner.register.file(key, arrival_id, arrival.blob_id, arrival.received_at)
    # A folder does not trickle in: its studies are settled as soon as its last file is fingerprinted.
    quiet = timedelta() if is_scanned(arrival.source) else examiner.quiet
    due_at = min(examiner.clock.now() + quiet, entry.opened_at + examiner.force)
    return (NewWork(Step.SETTLE, subject_of(key, entry.generation), due_at, source=arrival.source),)


def current_fingerprint(blob_id: BlobId, source: str, examiner: Examiner) -> InstanceFingerprint:
    """Return the fingerprint of a blob by the rules of today; what is known by them is not examined again.

    Of bytes that are no longer held, or can no longer be examined, it is the one by the rules of their time; of what
    never could be examined it is what the header says.

    Raises:
        Unreadable: neither the blob nor its header can be understood, and never could.
        BlobMissing: the bytes are no longer held, and never were examined.
    """
    known = examiner.index.get([blob_id])
    if known and known[0].digest_version == DIGEST_VERSION:
        return known[0]
    defaults = header_defaults(source, examiner.senders)
    try:
        return examiner.examine(_decodable(blob_id, examiner), blob_id, defaults)
    except BlobMissing:
        if known:
            return known[0]
        raise
    except Unreadable as failure:
        return known[0] if known else _by_header(blob_id, defaults, examiner, failure)


def _decodable(blob_id: BlobId, examiner: Examiner) -> Path:
    """Return where the bytes are.

    Raises:
        Unreadable: they are more than is ever decoded.
        BlobMissing: they are no longer held.
    """
    path = examiner.blobs.path(blob_id)
    size_bytes = path.stat().st_size
    if examiner.largest_bytes is not None and size_bytes > examiner.largest_bytes:
        raise Unreadable(f"{size_bytes >> 20} MiB are more than workers.decode_file_mb allows to decode")
    return path


def _by_header(
    blob_id: BlobId, defaults: SenderDefaults, examiner: Examiner, failure: Unreadable
) -> InstanceFingerprint:
    """File by its header what could not be examined; where that fails too the first cause says more."""
    try:
        return examiner.by_header(examiner.blobs.path(blob_id), blob_id, defaults, failure)
    except Unreadable:
        raise failure from None
