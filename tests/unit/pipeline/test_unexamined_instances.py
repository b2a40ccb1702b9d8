"""An instance whose examination dies is filed by its header, so a study is never taken for known without it."""

import os
import signal
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from blake3 import blake3
from pydicom.uid import DeflatedExplicitVRLittleEndian, generate_uid

from pacs_dedup.adapters.isolated import IsolatedCall
from pacs_dedup.domain.errors import Unreadable
from pacs_dedup.domain.fingerprint import ContentKind, InstanceFingerprint
from pacs_dedup.domain.identifiers import BlobId
from pacs_dedup.domain.patients.identity import NO_DEFAULTS, SenderDefaults
from pacs_dedup.domain.policy import Action, Policy
from pacs_dedup.domain.verdict import Disposition, Relation
from pacs_dedup.pipeline.compare_files import compare_sides, load_side
from pacs_dedup.pipeline.examination import examine_or_file
from pacs_dedup.pipeline.examine import examine
from pacs_dedup.pipeline.fingerprint import Examine, fingerprint_once
from pacs_dedup.pipeline.header_only import header_only
from pacs_dedup.pipeline.verify import verify_frames
from pacs_dedup.ports.arrival_book import Arrival
from pacs_dedup.ports.journal import Step
from tests.builders import EXPLICIT_LITTLE_ENDIAN
from tests.images import image_dataset, textured, write
from tests.site import Site, exhaust

DEADLY = "1.2.3.666"
VETO = "some of what arrived could not be examined"
BLOB = BlobId("0" * 64)
DEATH = Unreadable("the decoder crashed (killed by SIGSEGV)")


def examine_unless_deadly(path: Path, blob_id: BlobId, defaults: SenderDefaults) -> InstanceFingerprint:
    """Examine, and die as a codec does on one SOP Instance UID."""
    if DEADLY.encode() in path.read_bytes():
        os.kill(os.getpid(), signal.SIGSEGV)
    return examine(path, blob_id, defaults)


@pytest.fixture(scope="module")
def in_child() -> Iterator[Examine]:
    with closing(IsolatedCall(examine_unless_deadly, memory_bytes=4 << 30, timeout=timedelta(seconds=60))) as call:
        yield call


def a_study(folder: Path, images: int, *, deadly: bool = False) -> Path:
    """Write some images under new UIDs, and perhaps one more that its examiner does not survive."""
    folder.mkdir()
    study, series = generate_uid(), generate_uid()
    uids = [generate_uid() for _ in range(images)] + [DEADLY] * deadly
    for seed, uid in enumerate(uids):
        dataset = image_dataset(textured(seed=seed), bits=12, PatientBirthDate="19610403", IssuerOfPatientID="HKID")
        dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.SOPInstanceUID = study, series, uid
        write(dataset, folder / f"{seed}.dcm")
    return folder


def send(site: Site, folder: Path, source: str, in_child: Examine) -> None:
    """Let a folder's files arrive, and do everything that follows, with the examiner that may die."""
    for path in sorted(folder.iterdir()):
        blob = site.blobs.put([path.read_bytes()])
        arrival = Arrival(blob.blob_id, source, site.clock.now(), blob.size_bytes, EXPLICIT_LITTLE_ENDIAN)
        site.database.arrivals.record(arrival, site.destinations, site.clock.now() + timedelta(minutes=15))
    examiner = replace(site.examiner, examine=in_child)
    exhaust([lambda: fingerprint_once(examiner)])
    site.run()


def test_a_copy_with_an_instance_that_its_examiner_did_not_survive_is_not_held(
    tmp_path: Path, in_child: Examine
) -> None:
    site = Site()
    send(site, a_study(tmp_path / "prior", 3), "QEHPACS", in_child)
    send(site, a_study(tmp_path / "copy", 3, deadly=True), "PMHPACS", in_child)
    (judgement,) = site.judgements()
    assert judgement.verdict.relation is Relation.EXACT_COPY
    assert judgement.verdict.disposition is Disposition.FLAG
    assert VETO in judgement.verdict.vetoes
    assert site.held == []
    assert site.sent == 7
    assert [p.cause for p in site.database.arrivals.problems()] == [str(DEATH)]


def test_a_copy_whose_every_instance_is_examined_is_held(tmp_path: Path, in_child: Examine) -> None:
    site = Site()
    send(site, a_study(tmp_path / "prior", 3), "QEHPACS", in_child)
    send(site, a_study(tmp_path / "copy", 3), "PMHPACS", in_child)
    assert [source for source, _ in site.held] == ["PMHPACS"]


def test_comparing_files_counts_what_its_examiner_did_not_survive(tmp_path: Path, in_child: Examine) -> None:
    prior = load_side(a_study(tmp_path / "prior", 3), in_child)
    copy = load_side(a_study(tmp_path / "copy", 3, deadly=True), in_child)
    verdict = compare_sides(copy, prior, verify=verify_frames, policy=Policy(action=Action.QUARANTINE))
    assert (verdict.relation, verdict.disposition) == (Relation.EXACT_COPY, Disposition.FLAG)
    assert VETO in verdict.vetoes
    assert [(path.name, cause) for path, cause in copy.unreadable] == [("3.dcm", str(DEATH))]


def test_the_header_says_which_instance_it_was_and_whose(tmp_path: Path) -> None:
    path = write(image_dataset(textured(), bits=12), tmp_path / "image.dcm")
    whole = examine(path, BLOB, SenderDefaults(issuer="QEH"))
    found = header_only(path, BLOB, SenderDefaults(issuer="QEH"), DEATH)
    assert found == replace(
        whole,
        unreadable=str(DEATH),
        dataset_digest=found.dataset_digest,
        frames=(),
        rendition=None,
        presentation_digest=None,
    )
    assert found.content is ContentKind.IMAGE
    assert found.dataset_digest != whole.dataset_digest


def test_bytes_without_a_header_stay_unreadable_by_their_first_cause(tmp_path: Path) -> None:
    (tmp_path / "noise.dcm").write_bytes(blake3(b"noise").digest(length=4096))
    with pytest.raises(Unreadable) as error:
        header_only(tmp_path / "noise.dcm", BLOB, NO_DEFAULTS, DEATH)
    assert error.value is DEATH


def test_a_header_that_inflates_without_end_is_left_alone(tmp_path: Path) -> None:
    path = write(image_dataset(textured(), bits=12), tmp_path / "bomb.dcm", DeflatedExplicitVRLittleEndian)
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    head = path.read_bytes()
    meta = 144 + int.from_bytes(head[140:144], "little")
    zeros = b"".join(packer.compress(bytes(1 << 20)) for _ in range(257)) + packer.flush()
    path.write_bytes(head[:meta] + zeros)
    tracemalloc.start()
    with pytest.raises(Unreadable, match="crashed"):
        header_only(path, BLOB, NO_DEFAULTS, DEATH)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64 << 20


def test_what_was_filed_by_its_header_settles_with_its_study(tmp_path: Path, in_child: Examine) -> None:
    site = Site()
    send(site, a_study(tmp_path / "alone", 0, deadly=True), "QEHPACS", in_child)
    (entry,) = site.database.register.entries()
    assert entry.instances == 1
    assert not site.database.journal.backlog()[Step.SETTLE]


def filed(tmp_path: Path, **changed: object) -> tuple[Site, InstanceFingerprint | None, str]:
    """Let one instance arrive at a site whose examiner is changed; return its fingerprint, if any, and its problem."""
    site = Site()
    (path,) = a_study(tmp_path / "study", 1).iterdir()
    blob = site.blobs.put([path.read_bytes()])
    arrival = Arrival(blob.blob_id, "QEHPACS", site.clock.now(), blob.size_bytes, EXPLICIT_LITTLE_ENDIAN)
    site.database.arrivals.record(arrival, site.destinations)
    fingerprint_once(replace(site.examiner, examine=examine, **changed))
    (problem,) = site.database.arrivals.problems()
    site.run()
    found = site.database.index.get([blob.blob_id])
    return site, found[0] if found else None, problem.cause


def test_what_is_too_large_to_decode_is_filed_by_its_header_and_forwarded(tmp_path: Path) -> None:
    site, fingerprint, cause = filed(tmp_path, largest_bytes=1000)
    assert "workers.decode_file_mb" in cause
    assert fingerprint is not None
    assert fingerprint.unreadable == cause
    assert fingerprint.study_instance_uid
    assert site.sent == 1


def break_at_the_header(*_: object) -> InstanceFingerprint:
    raise Unreadable("the decoder did not finish within 60 s")


def test_a_header_that_breaks_its_reader_too_is_told_by_the_first_cause(tmp_path: Path) -> None:
    site, fingerprint, cause = filed(tmp_path, largest_bytes=1000, by_header=break_at_the_header)
    assert "workers.decode_file_mb" in cause
    assert fingerprint is None
    assert site.sent == 1


def test_one_child_examines_and_files_by_the_header(tmp_path: Path) -> None:
    path = write(image_dataset(textured(), bits=12), tmp_path / "image.dcm")
    with closing(IsolatedCall(examine_or_file, memory_bytes=4 << 30, timeout=timedelta(seconds=60))) as call:
        assert call(path, BLOB, NO_DEFAULTS) == examine(path, BLOB, NO_DEFAULTS)
        assert call(path, BLOB, NO_DEFAULTS, DEATH) == header_only(path, BLOB, NO_DEFAULTS, DEATH)
