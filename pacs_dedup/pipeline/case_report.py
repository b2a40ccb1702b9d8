"""Put together what a reviewer needs to judge a case: both studies, pictures, header differences."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from pacs_dedup.domain.case import ReviewCase
from pacs_dedup.domain.errors import BlobMissing, Unreadable
from pacs_dedup.domain.fingerprint import InstanceFingerprint, StudyFingerprint
from pacs_dedup.domain.frames.pairing import FrameRef
from pacs_dedup.domain.frames.repeats import repeats_within
from pacs_dedup.domain.frames.representative import representative_frames
from pacs_dedup.domain.header import HeaderDifference
from pacs_dedup.domain.identifiers import BlobId, StudyKey
from pacs_dedup.pipeline.senders import Senders
from pacs_dedup.pipeline.studies import load_generation, load_up_to
from pacs_dedup.ports.arrival_book import ArrivalBook
from pacs_dedup.ports.blob_store import BlobStore
from pacs_dedup.ports.case_book import CaseBook
from pacs_dedup.ports.clock import Clock
from pacs_dedup.ports.fingerprint_index import FingerprintIndex
from pacs_dedup.ports.quarantine import Quarantine
from pacs_dedup.ports.study_register import StudyRegister
from pacs_dedup.reports.model import CaseReport, Pictures, StudySummary

SideBySide = Callable[[Path | None, int, Path | None, int], Pictures]
"""`pacs_dedup.pipeline.thumbnails.side_by_side`, usually run in a child process."""

Differences = Callable[[Path, Path], tuple[HeaderDifference, ...]]
"""`pacs_dedup.dicom.header_diff.header_differences`, usually run in a child process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What reporting reads of the world; it changes nothing."""

    index: FingerprintIndex
    register: StudyRegister
    case_book: CaseBook
    quarantine: Quarantine
    arrivals: ArrivalBook
    blobs: BlobStore
    clock: Clock
    senders: Senders
    side_by_side: SideBySide
    differences: Differences


def case_report(case: ReviewCase, reading: Reading) -> CaseReport:
    """Return a case with both studies, one pair of pictures, and the header differences of that pair."""
    incoming, prior = studies_of(case, reading)
    left, right = representative_frames(incoming, prior)
    hold = next((h for h in reading.quarantine.holds() if h.key == case.incoming), None)
    differences, note = _differences(_blob(left, incoming), _blob(right, prior), reading)
    return CaseReport(
        case=case,
        incoming=summary(incoming, reading),
        prior=summary(prior, reading),
        differences=differences,
        differences_note=note,
        pictures=_pictures(left, right, incoming, prior, reading),
        held=hold is not None,
        held_until=hold.until if hold else None,
    )


def studies_of(case: ReviewCase, reading: Reading) -> tuple[StudyFingerprint, StudyFingerprint]:
    """Load the two sides of a case as its verdict saw them: a study may be compared with its own past, or itself."""
    if case.incoming != case.prior:
        incoming = load_up_to(case.incoming, case.generation, reading)
        return incoming, _newest(case.prior, reading)
    new = load_generation(case.incoming, case.generation, reading)
    within = repeats_within(new, frozenset()) or (new, new)
    if case.generation == 1:
        return within
    grown = new, load_up_to(case.prior, case.generation - 1, reading)
    return grown if _is_of(case, grown) or not _is_of(case, within) else within


def _is_of(case: ReviewCase, studies: tuple[StudyFingerprint, StudyFingerprint]) -> bool:
    """Whether two studies have as many instances as those that a case's verdict compared."""
    evidence = case.verdict.evidence
    compared = evidence.incoming_instances, evidence.prior_instances
    return compared == tuple(len(study.by_sop_instance_uid) for study in studies)


def _newest(key: StudyKey, reading: Reading) -> StudyFingerprint:
    entry = reading.register.entry(key)
    return load_up_to(key, entry.generation if entry else 1, reading)


def summary(study: StudyFingerprint, reading: Reading) -> StudySummary:
    """Describe a study by its first instance, with the size and time of its arrivals."""
    blobs = {instance.blob_id for instance in study.instances}
    ids = {m.blob_id: m.arrival_id for m in reversed(reading.register.members(study.key)) if m.blob_id in blobs}
    arrivals = [a for arrival_id in ids.values() if (a := reading.arrivals.get(arrival_id)) is not None]
    received_at = min((a.received_at for a in arrivals), default=None)
    told = StudySummary(study.key, received_at=received_at, size_bytes=sum(a.size_bytes for a in arrivals))
    return described(told, study.instances) if study.instances else told


def described(told: StudySummary, instances: tuple[InstanceFingerprint, ...]) -> StudySummary:
    """Return a summary with what the first instance says of patient and study, and what all say together."""
    patient, acquisition = instances[0].patient, instances[0].acquisition
    modalities = dict.fromkeys(i.acquisition.modality for i in instances if i.acquisition.modality)
    return replace(
        told,
        patient_name=patient.display_name,
        patient_id=patient.display_id,
        birth_date=patient.birth_date,
        sex=patient.sex,
        modality="/".join(modalities),
        study_date=acquisition.study_date,
        description=acquisition.study_description or acquisition.series_description,
        accession_number=acquisition.accession_number,
        series=len({i.series_instance_uid for i in instances}),
        instances=len(instances),
    )


def _blob(frame: FrameRef | None, study: StudyFingerprint) -> BlobId | None:
    if frame is not None:
        return frame.blob_id
    return study.instances[0].blob_id if study.instances else None


def _differences(
    left: BlobId | None, right: BlobId | None, reading: Reading
) -> tuple[tuple[HeaderDifference, ...], str]:
    if left is None or right is None:
        return (), "There is no pair of instances to compare."
    try:
        found = reading.differences(reading.blobs.path(left), reading.blobs.path(right))
    except (Unreadable, BlobMissing) as error:
        return (), f"The headers could not be compared: {error}"
    return found, "Compared: one pair of corresponding instances, the pair in the pictures."


def _pictures(
    left: FrameRef | None,
    right: FrameRef | None,
    incoming: StudyFingerprint,
    prior: StudyFingerprint,
    reading: Reading,
) -> Pictures:
    if left is None and right is None:
        return Pictures(note="Neither study has an image that can be read.")
    try:
        sides = [(_path(ref, reading), ref.frame if ref else 0) for ref in (left, right)]
        pictures = reading.side_by_side(*sides[0], *sides[1])
    except (Unreadable, BlobMissing) as error:
        return Pictures(note=str(error))
    caption = f"Incoming: {_caption(left, incoming)}. Prior: {_caption(right, prior)}."
    return replace(pictures, caption=caption)


def _path(frame: FrameRef | None, reading: Reading) -> Path | None:
    return reading.blobs.path(frame.blob_id) if frame else None


def _caption(frame: FrameRef | None, study: StudyFingerprint) -> str:
    instance = next((i for i in study.instances if frame and i.blob_id == frame.blob_id), None)
    if frame is None or instance is None:
        return "no image"
    number = instance.acquisition.instance_number
    name = "an instance" if number is None else f"instance {number}"
    return f"{name}, frame {frame.frame + 1} of {len(instance.frames)}" if len(instance.frames) > 1 else name
