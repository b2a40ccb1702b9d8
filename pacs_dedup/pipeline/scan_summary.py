"""What a scan found: every file accounted for, studies and relations counted, instances with equal pixels grouped."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.identifiers import ArrivalId, BlobId, Digest, StudyKey
from pacs_dedup.domain.verdict import Disposition, Relation
from pacs_dedup.pipeline.related_pairs import judged_pairs
from pacs_dedup.pipeline.scan import FileState, Found, ScannedFile
from pacs_dedup.ports.arrival_book import ArrivalBook
from pacs_dedup.ports.case_book import CaseBook
from pacs_dedup.ports.fingerprint_index import FingerprintIndex

_BATCH = 500


@dataclass(frozen=True, slots=True)
class EqualPixels:
    """Files whose frames are equal, one by one, whatever their encoding and their headers.

    Attributes:
        informative: False where the frames are blank or test patterns, so that being equal says nothing.
        studies: how many Study Instance UIDs the files name.
    """

    paths: tuple[Path, ...]
    frames: int
    informative: bool
    studies: int


@dataclass(frozen=True, slots=True)
class ScanSummary:
    """The account of one scan.

    Attributes:
        files: everything met, links not counted.
        read: files that were fingerprinted, in whole or in part.
        unreadable: files that could not be understood, with their cause; ``partly`` those without usable pixels.
        instances: different SOP Instance UIDs; studies: different pairs of Study Instance UID and folder.
        study_keys: the same pairs, by name.
        relations, dispositions: pairs of studies that involve a scanned one, newest verdict of each.
    """

    files: int
    read: int
    not_dicom: int
    links: int
    unreadable: tuple[ScannedFile, ...]
    partly: tuple[ScannedFile, ...]
    instances: int
    studies: int
    size_bytes: int
    relations: tuple[tuple[Relation, int], ...]
    dispositions: tuple[tuple[Disposition, int], ...]
    equal_pixels: tuple[EqualPixels, ...]
    study_keys: tuple[StudyKey, ...] = ()

    @property
    def findings(self) -> bool:
        """Whether a person has something to look at."""
        return any(disposition.opens_case for disposition, _ in self.dispositions)


def summarise(
    found: Found,
    scanned: Sequence[ScannedFile],
    *,
    index: FingerprintIndex,
    arrivals: ArrivalBook,
    case_book: CaseBook,
) -> ScanSummary:
    """Account for every file of a scan whose steps are done."""
    fingerprints = dict(_fingerprints({f.blob_id for f in scanned if f.blob_id}, index))
    causes = {problem.arrival_id: problem.cause for problem in arrivals.problems()}
    recorded = [f for f in scanned if f.state is FileState.READ]
    read = [f for f in recorded if f.blob_id in fingerprints]
    failed = [_with_cause(f, causes) for f in recorded if f.blob_id not in fingerprints]
    partly = [_with_cause(f, causes) for f in read if fingerprints[f.blob_id].unreadable]
    keys = {StudyKey(fingerprints[f.blob_id].study_instance_uid, f.source) for f in read}
    pairs = judged_pairs(keys, case_book)
    return ScanSummary(
        files=len(found.files) + len(found.unreadable),
        read=len(read),
        not_dicom=sum(f.state is FileState.NOT_DICOM for f in scanned),
        links=found.links,
        unreadable=(*found.unreadable, *(f for f in scanned if f.state is FileState.UNREADABLE), *failed),
        partly=tuple(partly),
        instances=len({fingerprints[f.blob_id].sop_instance_uid for f in read}),
        studies=len(keys),
        size_bytes=sum(f.size_bytes for f in read),
        relations=tuple(Counter(j.verdict.relation for j in pairs).most_common()),
        dispositions=tuple(Counter(j.verdict.disposition for j in pairs).most_common()),
        equal_pixels=equal_pixels(read, fingerprints),
        study_keys=tuple(sorted(keys)),
    )


def equal_pixels(
    files: Iterable[ScannedFile], fingerprints: dict[BlobId, InstanceFingerprint]
) -> tuple[EqualPixels, ...]:
    """Group files by the stored digests of all their frames, in order; groups of one are left out, largest first."""
    groups: dict[tuple[Digest, ...], list[ScannedFile]] = defaultdict(list)
    for file in files:
        digests = tuple(frame.stored_digest for frame in fingerprints[file.blob_id].frames)
        if digests:
            groups[digests].append(file)
    made = [_group(members, fingerprints) for members in groups.values() if len(members) > 1]
    return tuple(sorted(made, key=lambda g: (not g.informative, -len(g.paths), g.paths)))


def _group(members: list[ScannedFile], fingerprints: dict[BlobId, InstanceFingerprint]) -> EqualPixels:
    first = fingerprints[members[0].blob_id]
    return EqualPixels(
        paths=tuple(sorted(m.path for m in members)),
        frames=len(first.frames),
        informative=any(frame.informative for frame in first.frames),
        studies=len({fingerprints[m.blob_id].study_instance_uid for m in members}),
    )


def _fingerprints(blob_ids: set[BlobId], index: FingerprintIndex) -> Iterator[tuple[BlobId, InstanceFingerprint]]:
    ordered = sorted(blob_ids)
    for start in range(0, len(ordered), _BATCH):
        for fingerprint in index.get(ordered[start : start + _BATCH]):
            yield fingerprint.blob_id, fingerprint


def _with_cause(file: ScannedFile, causes: dict[ArrivalId, str]) -> ScannedFile:
    cause = causes.get(file.arrival_id or ArrivalId(0), "it was not fingerprinted; scan it again")
    return replace(file, state=FileState.UNREADABLE, cause=cause)
