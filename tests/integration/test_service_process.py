import os
import signal
import socket
import threading
import time
from pathlib import Path

import pytest
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian
from pynetdicom import AE, build_context

from pacs_dedup.dicom.upper_layer import keep_data_sets_private
from tests.integration.support import LOOPBACK, ct_instance, written

NAME = "CHAN^TAI MAN"


def associate(port):
    keep_data_sets_private()
    context = build_context(CTImageStorage, ExplicitVRLittleEndian)
    return AE(ae_title="MODALITY").associate(LOOPBACK, port, contexts=[context], ae_title="PACSDEDUP")


def send(port, path):
    association = associate(port)
    try:
        return association.send_c_store(path).Status
    finally:
        association.release()


def workers_of(service):
    """Return the process ids of the service's worker: the child that is not Python's resource tracker."""
    pid = service.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(condition, within_s=30):
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def refuses(port):
    try:
        socket.create_connection((LOOPBACK, port), timeout=5).close()
    except OSError:
        return True
    return False


def test_one_line_says_where_it_listens_as_whom_in_which_mode_and_where_the_data_is(running_service):
    service = running_service(dicom={"ae_title": "OURS"}, mode={"action": "flag"})
    (line,) = [line["event"] for line in service.lines if " listens on " in line.get("event", "")]
    for part in (f"{LOOPBACK}:{service.port}", "OURS", "flag", str(service.data)):
        assert part in line


@pytest.mark.parametrize("which", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_exit_code_0_and_no_process_stays(running_service, which):
    service = running_service()
    wait_until(lambda: workers_of(service))
    (worker,) = workers_of(service)
    assert service.stop(which) == 0
    assert not is_running(worker)
    assert "Traceback" not in service.log.read_text()


def test_ctrl_c_reaches_the_whole_group_and_still_ends_well(tmp_path, running_service):
    service = running_service(own_group=True)
    assert send(service.port, written(tmp_path, ct_instance())) == 0
    wait_until(lambda: workers_of(service))
    os.killpg(service.process.pid, signal.SIGINT)
    assert service.process.wait(60) == 0
    assert "Traceback" not in service.log.read_text()


def test_while_it_stops_the_current_association_finishes_and_a_new_one_is_refused(tmp_path, running_service):
    service = running_service()
    paths = [written(tmp_path, ct_instance(seed=n), f"{n}.dcm") for n in range(2)]
    association = associate(service.port)
    assert association.send_c_store(paths[0]).Status == 0
    service.process.terminate()
    wait_until(lambda: refuses(service.port))
    assert association.send_c_store(paths[1]).Status == 0
    assert service.process.poll() is None
    association.release()
    assert service.process.wait(60) == 0
    assert len(service.files) == 2


def test_a_received_instance_is_processed_to_the_end(tmp_path, running_service):
    service = running_service(completion={"quiet_s": 0.2})
    assert send(service.port, written(tmp_path, ct_instance())) == 0
    service.wait_until_idle()
    with service.database() as database:
        assert len(database.register.entries()) == 1


def test_listener_and_worker_can_be_two_services_on_one_folder(tmp_path, running_service):
    listener = running_service(role="scp")
    assert send(listener.port, written(tmp_path, ct_instance())) == 0
    assert workers_of(listener) == []
    worker = running_service(data=listener.data, role="worker", listens=False, completion={"quiet_s": 0.2})
    listener.wait_until_idle()
    assert [listener.stop(), worker.stop()] == [0, 0]


def test_a_second_service_on_the_same_data_folder_is_told_so(running_service):
    first = running_service()
    second = running_service(data=first.data, listens=False)
    assert second.process.wait(60) == 2
    assert "another pacs_dedup service uses the data folder" in second.log.read_text()
    assert "Traceback" not in second.log.read_text()


def test_a_port_that_is_taken_is_named(running_service):
    with socket.create_server((LOOPBACK, 0)) as other:
        port = other.getsockname()[1]
        service = running_service(listens=False, dicom={"port": port})
        assert service.process.wait(60) == 2
    assert f"can not listen on {LOOPBACK}:{port}" in service.log.read_text()


def test_a_worker_that_dies_is_replaced_and_the_work_goes_on(tmp_path, running_service):
    service = running_service(completion={"quiet_s": 0.2})
    wait_until(lambda: workers_of(service))
    (worker,) = workers_of(service)
    os.kill(worker, signal.SIGKILL)
    assert send(service.port, written(tmp_path, ct_instance())) == 0
    service.wait_until_idle()
    assert workers_of(service) not in ([], [worker])


def test_the_worker_ends_with_a_killed_service(running_service):
    service = running_service()
    wait_until(lambda: workers_of(service))
    (worker,) = workers_of(service)
    service.process.kill()
    service.process.wait()
    wait_until(lambda: not is_running(worker))


def test_the_logs_hold_no_name_and_no_uid(tmp_path, running_service):
    service = running_service(completion={"quiet_s": 0.2})
    ds = ct_instance(PatientName=NAME, PatientID="A1234567", PixelData=b"too short")
    senders = [threading.Thread(target=send, args=(service.port, written(tmp_path, ds, f"{n}.dcm"))) for n in range(3)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    service.wait_until_idle()
    assert service.stop() == 0
    said = service.log.read_text()
    for secret in (NAME, "A1234567", ds.SOPInstanceUID, ds.StudyInstanceUID, ds.SeriesInstanceUID):
        assert secret not in said
