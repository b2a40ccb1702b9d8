"""We ask destinations for storage commitment: a scripted archive, and a real Orthanc."""

import time
from contextlib import contextmanager
from functools import partial

import pytest
from pydicom.uid import generate_uid

from pacs_dedup.dicom.commitment_status import FailureReason
from tests.integration.commitment_peers import ALL_COMMITTED, Archive, Modality, references, send_report
from tests.integration.support import LOOPBACK, ct_instance, dcmtk, needs_dcmtk, needs_orthanc, written

SOON = {"quiet_s": 0.3, "same_association_s": 2}
NO_SUCH_OBJECT = FailureReason.NO_SUCH_OBJECT


@pytest.fixture
def gateway(running_service):
    """Return a context manager that runs a gateway before an archive: ``gateway(archive, answer_within_s=…)``."""

    @contextmanager
    def running(archive, *, commits=True, **commitment):
        with archive.listening(commits=commits), Modality().listening() as modality:
            peers = [archive.peer(), modality.peer()]
            service = running_service(peers=peers, commitment={**SOON, **commitment})
            archive.call_back = service.port
            yield service, partial(modality.send, service.port)

    return running


def committed(service, *instances):
    """Which of these instances the archive has committed to, by their pixels."""
    blobs = {path.name: path.read_bytes() for path in service.files}
    ids = {ds.SOPInstanceUID: name for ds in instances for name, data in blobs.items() if ds.PixelData in data}
    with service.database() as database:
        found = database.commitments.committed("archive", ids.values())
    return {uid for uid, name in ids.items() if name in found}


def wait_until(condition, service, within_s=40):
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, service.log.read_text()
        time.sleep(0.1)


@pytest.mark.parametrize("same_association", [True, False])
def test_what_was_forwarded_is_asked_for_and_committed(gateway, same_association):
    archive = Archive(same_association=same_association)
    instances = [ct_instance(seed=n) for n in range(3)]
    with gateway(archive) as (service, send):
        send(*instances)
        wait_until(lambda: len(committed(service, *instances)) == 3, service)
        assert [sorted(named) for _, named in archive.requests] == [sorted(references(*instances))]
        wait_until(lambda: archive.confirmed == [0x0000], service)


def test_what_is_committed_to_when_it_was_sent_again_is_committed(gateway):
    archive, instance = Archive(), ct_instance()
    archive.reasons[instance.SOPInstanceUID] = NO_SUCH_OBJECT
    with gateway(archive) as (service, send):
        send(instance)
        wait_until(lambda: archive.received.count(instance.SOPInstanceUID) == 2, service)
        archive.reasons.clear()
        wait_until(lambda: committed(service, instance), service)


def test_an_archive_that_gives_no_commitments_is_told_of_and_keeps_being_sent_to(gateway):
    archive, instance = Archive(), ct_instance()
    with gateway(archive, commits=False) as (service, send):
        send(instance)
        wait_until(lambda: any(line.get("event") == "commitment not asked for" for line in service.lines), service)
        assert archive.received == [instance.SOPInstanceUID]
        assert committed(service, instance) == set()


def test_a_report_counts_only_from_the_destination_that_was_asked(gateway):
    archive, instance = Archive(silent=9), ct_instance()
    with gateway(archive) as (service, send):
        send(instance)
        wait_until(lambda: archive.requests, service)
        answer = archive.answer_to(archive.requests[0])
        assert archive.report(answer, calling_ae="STRANGER") is None
        assert archive.report(answer, calling_ae="MODALITY") is None, "it may ask, and not answer"
        assert archive.report(answer, calling_ae="MODALITY", role=False) == 0x0115
        nobodys = archive.answer_to((generate_uid(), archive.requests[0][1]))
        assert archive.report(nobodys) == 0x0115
        assert send_report(service.port, answer, 3) == 0x0113
        assert committed(service, instance) == set()
        assert send_report(service.port, answer, ALL_COMMITTED, role=False) == 0x0000, "many negotiate no role"
        assert committed(service, instance) == {instance.SOPInstanceUID}


@pytest.mark.peers
@needs_orthanc
@needs_dcmtk
def test_orthanc_commits_to_what_it_was_sent_and_not_to_what_it_lost(running_service, orthanc, tmp_path):
    address = f"ORTHANC@{LOOPBACK}:{orthanc.dicom_port}"
    peer = {"name": "archive", "address": address, "roles": ["destination"], "commitment": "request"}
    service = running_service(peers=[peer], commitment={**SOON, "quiet_s": 3, "send_again": 1})
    orthanc.know("dedup", "PACSDEDUP", service.port)
    instances = [ct_instance(seed=n) for n in range(3)]
    paths = [written(tmp_path, ds, f"{n}.dcm") for n, ds in enumerate(instances)]
    assert dcmtk("dcmsend", service.port, *paths)[0] == 0
    wait_until(lambda: len(orthanc.instances) == 3, service)
    (lost,) = [
        i for i in orthanc.instances if orthanc.text(f"/instances/{i}/content/SOPInstanceUID") == uid_of(instances[0])
    ]
    orthanc.call(f"/instances/{lost}", method="DELETE")
    wait_until(lambda: len(committed(service, *instances)) == 3, service)
    assert len(orthanc.instances) == 3, "what it had lost was sent again"


def uid_of(ds):
    return str(ds.SOPInstanceUID)
