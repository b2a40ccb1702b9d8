"""A study that the database knows, named by its Study Instance UID, as a side of a comparison."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pacs_dedup.domain.blocking import study_key
from pacs_dedup.domain.errors import BadRequest, BlobMissing
from pacs_dedup.domain.identifiers import BlobId, StudyInstanceUid, StudyKey, is_valid_uid
from pacs_dedup.pipeline.compare_files import Side
from pacs_dedup.pipeline.senders import Senders
from pacs_dedup.pipeline.studies import load_up_to
from pacs_dedup.ports.arrival_book import Arrival, ArrivalBook
from pacs_dedup.ports.blob_store import BlobStore
from pacs_dedup.ports.fingerprint_index import FingerprintIndex
from pacs_dedup.ports.study_register import StudyRegister


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Where what is known is looked up."""

    index: FingerprintIndex
    register: StudyRegister
    arrivals: ArrivalBook
    blobs: BlobStore
    senders: Senders


def names_known_study(argument: str) -> bool:
    """Tell whether an argument names a study by UID, with or without its source (``UID@source``)."""
    return is_valid_uid(StudyKey.parse(argument).study_instance_uid)


def load_known(argument: str, known: Known) -> Side:
    """Return a known study as it stands; what is no longer held is judged by what was kept of it.

    Args:
        argument: ``UID`` or ``UID@source``.
        known: where to look it up.

    Raises:
        BadRequest: no such study is known, or several sources sent it; the message lists them.
    """
    key = _key(argument, known)
    entry = known.register.entry(key)
    study = load_up_to(key, entry.generation if entry else 0, known)
    if not study.instances:
        raise BadRequest(f"{key}: nothing of it has been fingerprinted yet; try again when it has settled")
    paths = dict(_held((instance.blob_id for instance in study.instances), known.blobs))
    return Side(study, 1, paths, (), files_of(arrivals_of(key, known)))


def arrivals_of(key: StudyKey, known: Known) -> tuple[Arrival, ...]:
    """Return what came of a study, over all generations."""
    found = (known.arrivals.get(member.arrival_id) for member in known.register.members(key))
    return tuple(arrival for arrival in found if arrival is not None)


def files_of(arrivals: Iterable[Arrival]) -> tuple[Path, ...]:
    """Return where scanned files lie, in order; of what was received there are none."""
    return tuple(sorted({Path(arrival.locator) for arrival in arrivals if arrival.locator}))


def _key(argument: str, known: Known) -> StudyKey:
    named = StudyKey.parse(argument)
    if named.source:
        if known.register.entry(named) is None:
            raise BadRequest(f"{argument}: no such study is known; leave the source out to see who sent it")
        return named
    found = sorted(_senders_of(named.study_instance_uid, known))
    if not found:
        raise BadRequest(f"{argument}: no study with this UID has settled here; name a file or a folder instead")
    if len(found) > 1:
        raise BadRequest(f"{argument}: several sources sent this study; name one: {', '.join(map(str, found))}")
    return found[0]


def _senders_of(uid: StudyInstanceUid, known: Known) -> Iterator[StudyKey]:
    return (key for key in known.index.candidates([study_key(uid)]) if key.study_instance_uid == uid)


def _held(blob_ids: Iterable[BlobId], blobs: BlobStore) -> Iterator[tuple[BlobId, Path]]:
    for blob_id in blob_ids:
        try:
            yield blob_id, blobs.path(blob_id)
        except BlobMissing:
            continue
