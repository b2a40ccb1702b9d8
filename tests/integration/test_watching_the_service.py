"""The operations port of the real service: what it answers while senders, databases and workers come and go."""

import http.client
import os
import signal
import socket
import time
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian
from pynetdicom import AE, build_context
from pynetdicom.sop_class import Verification

from tests.integration.support import LOOPBACK, ct_instance, free_port, written
from tests.integration.test_service_process import send, wait_until, workers_of

PROBES_WITHIN_S = 6  # two seconds promised; the rest is for a busy machine


def get(port, path):
    with closing(http.client.HTTPConnection(LOOPBACK, port, timeout=30)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def scraped(port):
    families = text_string_to_metric_families(get(port, "/metrics")[1])
    return {(s.name, *sorted(s.labels.items())): s.value for family in families for s in family.samples}


@pytest.fixture
def watched_service(running_service):
    """Start a service whose operations port is open; returns it and the port."""

    def start(*, role="all", **sections):
        port = free_port()
        service = running_service(role=role, operations={"port": port}, listens=role != "worker", **sections)
        wait_until(lambda: answers(port))
        return service, port

    return start


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0


def test_an_instance_is_counted_from_arrival_to_failed_forwarding(tmp_path, watched_service):
    nowhere = {"name": "nowhere", "address": f"NOWHERE@{LOOPBACK}:{free_port()}", "roles": ["destination"]}
    modality = {"name": "ct1", "address": f"MODALITY@{LOOPBACK}"}
    service, port = watched_service(completion={"quiet_s": 0.2}, peers=[nowhere, modality], umask=0o077)
    assert send(service.port, written(tmp_path, ct_instance())) == 0
    wait_until(lambda: scraped(port)["pacs_dedup_forward_failures_total", ("dest", "nowhere")] >= 1)
    wait_until(lambda: scraped(port)["pacs_dedup_study_complete_seconds_count",] == 1)
    samples = scraped(port)
    assert samples["pacs_dedup_instances_received_total", ("peer", "ct1")] == 1
    assert samples["pacs_dedup_store_seconds_count",] == 1
    assert samples["pacs_dedup_queue_length", ("step", "forward")] == 1
    assert get(port, "/readyz")[0] == 200
    readable = [p for p in service.data.rglob("*") if not p.is_symlink() and p.stat().st_mode & 0o077]
    assert all(path.is_relative_to(service.data / "blobs") for path in readable)


def test_a_worker_alone_is_watched_too_and_has_no_listener(watched_service):
    _, port = watched_service(role="worker")
    status, body = get(port, "/readyz")
    assert status == 200
    assert "listener" not in body
    assert ("pacs_dedup_associations_active",) not in scraped(port)


def test_a_replaced_worker_is_counted(watched_service):
    service, port = watched_service()
    wait_until(lambda: workers_of(service))
    os.kill(workers_of(service)[0], signal.SIGKILL)
    wait_until(lambda: scraped(port)["pacs_dedup_worker_restarts_total",] == 1)


def test_own_checks_need_no_open_door_and_leave_no_trace(watched_service):
    """A site that lets in configured peers only is checked all the same, under a name that nobody can guess."""
    service, port = watched_service(dicom={"unknown_peers": "reject", "max_associations": 1})
    assert get(port, "/readyz")[0] == 200
    assert "listener: ok" in get(port, "/readyz")[1]
    assert "association" not in service.log.read_text()
    ae = AE(ae_title="STRANGER")
    ae.add_requested_context(Verification)
    assert ae.associate(LOOPBACK, service.port, ae_title="PACSDEDUP").is_rejected
    assert scraped(port)["pacs_dedup_associations_refused_total", ("reason", "unknown")] == 1


def test_a_full_listener_is_ready_with_a_warning_and_counts_its_associations(watched_service):
    service, port = watched_service(dicom={"max_associations": 1})
    ae = AE(ae_title="MODALITY")
    contexts = [build_context(CTImageStorage, ExplicitVRLittleEndian)]
    association = ae.associate(LOOPBACK, service.port, contexts=contexts, ae_title="PACSDEDUP")
    assert association.is_established
    status, body = get(port, "/readyz")
    assert (status, "listener: warning" in body) == (200, True)
    assert scraped(port)["pacs_dedup_associations_active",] == 1
    association.release()


@pytest.mark.postgres
def test_a_database_that_stands_still_is_told_in_bounded_time_and_senders_are_not_kept_out(
    tmp_path, watched_service, postgres_url
):
    storage = {"path": str(tmp_path / "service"), "low_water_mb": 0, "database_url": postgres_url}
    service, port = watched_service(role="scp", storage=storage)
    assert get(port, "/readyz")[0] == 200
    server = processes_of(postgres_url)
    for pid in server:
        os.kill(pid, signal.SIGSTOP)
    try:
        wait_until(lambda: "database: failed" in get(port, "/readyz")[1])  # the last answer is kept for a second
        for path in ("/readyz", "/healthz", "/metrics", "/livez"):
            began = time.monotonic()
            assert get(port, path)[0] == 200, "the spool takes what comes"
            assert time.monotonic() - began < PROBES_WITHIN_S
        ae = AE(ae_title="MODALITY")
        ae.add_requested_context(Verification)
        association = ae.associate(LOOPBACK, service.port, ae_title="PACSDEDUP")
        assert association.send_c_echo().Status == 0
        association.release()
    finally:
        for pid in server:
            os.kill(pid, signal.SIGCONT)
    wait_until(lambda: "database: ok" in get(port, "/readyz")[1])


def processes_of(url):
    """Return the process ids of a database server: the one that forks, then those that serve one database."""
    address, _, name = url.replace("postgresql+psycopg", "postgresql").rpartition("/")
    with psycopg.connect(f"{address}/postgres") as connection:
        rows = connection.execute("SELECT pid FROM pg_stat_activity WHERE datname = %s", [name]).fetchall()
    backends = [pid for (pid,) in rows]
    parents = {int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]) for pid in backends}
    return [*parents, *backends]
