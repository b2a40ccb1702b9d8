"""A real Orthanc as sender, by its REST interface, and as the destination of a gateway."""

import io
import time

import pytest
from pydicom import dcmread

from tests.integration.orthanc import running_orthanc
from tests.integration.support import ct_instance, dcmtk, free_port, needs_dcmtk, needs_orthanc, written

pytestmark = [pytest.mark.peers, needs_orthanc, needs_dcmtk]


@pytest.fixture
def study(tmp_path):
    first = ct_instance(seed=1)
    return [
        written(tmp_path, ct_instance(seed=n, StudyInstanceUID=first.StudyInstanceUID), f"{n}.dcm") for n in range(1, 5)
    ]


def destination_at(orthanc, port=None, also=()):
    address = f"{orthanc.ae_title}@127.0.0.1:{port or orthanc.dicom_port}"
    return {"name": "archive", "address": address, "roles": ["destination", *also]}


def wait_until(condition, within_s=60):
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def pixels(data):
    return dcmread(io.BytesIO(data)).PixelData


def test_orthanc_sends_a_study_and_sends_it_again(edge, orthanc, study):
    ids = [orthanc.upload(path) for path in study]
    with edge() as here:
        orthanc.know("dedup", "PACSDEDUP", here.port)
        for _ in range(2):
            answer = orthanc.store("dedup", ids)
            assert (answer["InstancesCount"], answer["FailedInstancesCount"]) == (len(study), 0)
        assert len(here.arrivals) == 2 * len(study)
        assert len(here.files) == len(study)
        assert {arrival.source for arrival in here.arrivals} == {"ORTHANC"}
        assert {pixels(file.read_bytes()) for file in here.files} == {pixels(path.read_bytes()) for path in study}


def test_orthanc_hears_that_the_disk_is_full(edge, orthanc, study):
    ids = [orthanc.upload(study[0])]
    with edge(low_water_bytes=1 << 62) as here:
        orthanc.know("dedup", "PACSDEDUP", here.port)
        with pytest.raises(OSError, match="HTTP Error"):
            orthanc.store("dedup", ids)
        assert here.arrivals == []


def test_a_gateway_passes_a_study_on_to_orthanc(running_service, orthanc, study):
    service = running_service(peers=[destination_at(orthanc)], completion={"quiet_s": 0.5})
    assert dcmtk("dcmsend", service.port, *study)[0] == 0
    wait_until(lambda: len(orthanc.instances) == len(study))
    assert {pixels(orthanc.file(i)) for i in orthanc.instances} == {pixels(path.read_bytes()) for path in study}
    service.wait_until_idle()
    assert service.stop() == 0


def test_a_quarantining_gateway_passes_on_what_is_no_copy(running_service, orthanc, study):
    mode = {"action": "quarantine", "judge_within_s": 600}
    service = running_service(peers=[destination_at(orthanc)], mode=mode, completion={"quiet_s": 0.5})
    assert dcmtk("dcmsend", service.port, *study)[0] == 0
    wait_until(lambda: len(orthanc.instances) == len(study))
    assert service.stop() == 0


def test_what_could_not_be_passed_on_goes_out_when_orthanc_is_back(running_service, orthanc, tmp_path, study):
    port = free_port()
    service = running_service(peers=[destination_at(orthanc, port)], completion={"quiet_s": 0.5})
    assert dcmtk("dcmsend", service.port, *study)[0] == 0
    wait_until(lambda: any(line.get("event") == "not forwarded" for line in service.lines))
    with running_orthanc(tmp_path / "back", DicomPort=port) as back:
        wait_until(lambda: len(back.instances) == len(study))
    assert service.stop() == 0


def test_what_an_archive_sends_does_not_come_back_to_it(running_service, tmp_path, study):
    with running_orthanc(tmp_path / "archive", OverwriteInstances=True) as archive:
        service = running_service(peers=[destination_at(archive, also=["source"])], completion={"quiet_s": 0.5})
        archive.know("dedup", "PACSDEDUP", service.port)
        archive.store("dedup", [archive.upload(path) for path in study])
        service.wait_until_idle()
        found = {archive.text(f"/instances/{i}/metadata/Origin") for i in archive.instances}
        assert found == {"RestApi"}, "what comes by DICOM has another origin"
        assert service.stop() == 0
