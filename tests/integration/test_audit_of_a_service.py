"""What happens at a running service is in its audit log: runs, transfers and refusals, also those before a crash."""

import json
import signal
import stat
from contextlib import closing, contextmanager

import pytest

from pacs_dedup.adapters.database import open_database
from pacs_dedup.adapters.database.audit_log import DatabaseAuditLog
from pacs_dedup.adapters.system_clock import SystemClock
from pacs_dedup.config import Settings
from pacs_dedup.domain.audit_chain import verify
from pacs_dedup.wiring.audit import seal_key
from tests.integration.running import opened_database
from tests.integration.storescp import storescp
from tests.integration.support import LOOPBACK, ct_instance, dcmtk, free_port, needs_dcmtk, written
from tests.integration.syslog_server import needs_rsyslog, syslog_server
from tests.integration.test_service_process import associate, send, wait_until
from tests.stoppable_postgres import stoppable_postgres

PATIENT = "Z683365(9)"


@contextmanager
def audit_log(data):
    with opened_database(data) as database:
        yield DatabaseAuditLog(database.transactions, SystemClock(), seal_key(Settings(storage={"path": data})))


def recorded(data):
    with audit_log(data) as log:
        entries = log.entries()
        found = verify(entries, seal_key(Settings(storage={"path": data})))
    assert (found.broken, found.unsealed) == ("", 0)
    return [entry.record for entry in entries]


def kinds(data):
    return [record["kind"] for record in recorded(data)]


def a_study(folder, number=1, instances=2):
    return [
        written(folder, ct_instance(PatientID=PATIENT, StudyInstanceUID=f"1.2.826.{number}"), f"{number}-{n}.dcm")
        for n in range(instances)
    ]


def test_a_run_a_study_and_a_refusal_are_told_and_proven(running_service, tmp_path):
    service = running_service(data=tmp_path / "data", dicom={"require_called_aet": True})
    association = associate(service.port)
    for path in [*a_study(tmp_path), *a_study(tmp_path, 2, 1)]:
        assert association.send_c_store(path).Status == 0
    association.release()
    stranger = associate_as(service.port, "ANOTHER")
    assert stranger.is_rejected
    assert service.stop() == 0

    told = recorded(service.data)
    assert [record["kind"] for record in told if record["kind"] != "security-alert"] == [
        "application-started",
        "begin-transferring",
        "begin-transferring",
        "instances-transferred",
        "instances-transferred",
        "application-stopped",
    ]
    first, second = (record for record in told if record["kind"] == "instances-transferred")
    assert first["actor"] == {"name": "MODALITY", "address": LOOPBACK, "program": True}
    assert first["peer"]["name"] == "PACSDEDUP"
    assert [study["study_instance_uid"] for study in first["studies"] + second["studies"]] == ["1.2.826.1", "1.2.826.2"]
    assert first["studies"][0]["patient_id"] == PATIENT
    assert sum(first["studies"][0]["sop_classes"].values()) == 2
    (alert,) = (record for record in told if record["kind"] == "security-alert")
    assert (alert["alert"], alert["subject"]) == ("110126", "ANOTHER")
    assert PATIENT not in service.log.read_text()


def associate_as(port, called_ae):
    from pynetdicom import AE, build_context

    context = build_context("1.2.840.10008.1.1")
    return AE(ae_title="MODALITY").associate(LOOPBACK, port, contexts=[context], ae_title=called_ae)


def test_a_crash_is_a_start_without_an_end_before_it_and_another_configuration_is_told(running_service, tmp_path):
    first = running_service(data=tmp_path / "data")
    send(first.port, a_study(tmp_path, instances=1)[0])
    wait_until(lambda: not waiting(first.data))
    first.stop(signal.SIGKILL)
    second = running_service(data=tmp_path / "data", completion={"quiet_s": 61})
    assert second.stop() == 0
    told = kinds(second.data)
    assert told.count("application-started") == 2
    assert told.count("application-stopped") == 1
    assert told.count("configuration-changed") == 1
    assert told.index("configuration-changed") > told.index("begin-transferring")


@pytest.mark.postgres
def test_events_wait_in_files_while_the_database_is_away_and_come_in_order(running_service, tmp_path):
    with stoppable_postgres() as server:
        data = tmp_path / "data"
        storage = {"path": str(data), "low_water_mb": 0, "database_url": server.url}
        service = running_service(data=data, storage=storage, limits={"record_within_s": 1})
        wait_until(lambda: not waiting(data))
        server.stop()
        for number in (1, 2):
            assert send(service.port, a_study(tmp_path, number, 1)[0]) == 0
        wait_until(lambda: len(waiting(data)) == 4)
        assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in waiting(data))
        server.start()
        wait_until(lambda: not waiting(data), within_s=60)
        with closing(open_database(server.url, SystemClock())) as database:
            log = DatabaseAuditLog(database.transactions, SystemClock())
            entries = log.entries()
            assert verify(entries, seal_key(Settings(storage={"path": data}))).broken == ""
    told = [entry.record for entry in entries if "studies" in entry.record]
    assert [(record["kind"], record["studies"][0]["study_instance_uid"]) for record in told] == [
        ("begin-transferring", "1.2.826.1"),
        ("instances-transferred", "1.2.826.1"),
        ("begin-transferring", "1.2.826.2"),
        ("instances-transferred", "1.2.826.2"),
    ]


def waiting(data):
    return list((data / "audit").glob("*.json"))


@pytest.mark.peers
@needs_dcmtk
def test_what_is_forwarded_is_told_with_the_destination(running_service, tmp_path):
    with storescp(tmp_path / "archive") as port:
        peers = [{"name": "archive", "address": f"ARCHIVE@{LOOPBACK}:{port}", "roles": ["destination"]}]
        service = running_service(data=tmp_path / "data", peers=peers)
        assert dcmtk("storescu", service.port, *a_study(tmp_path), calling="MODALITY")[0] == 0
        wait_until(lambda: len(list((tmp_path / "archive").iterdir())) == 2)
        assert service.stop() == 0
    ends = [record for record in recorded(service.data) if record["kind"] == "instances-transferred"]
    assert [(end["actor"]["name"], end["peer"]["name"]) for end in ends] == [
        ("MODALITY", "PACSDEDUP"),
        ("PACSDEDUP", "ARCHIVE"),
    ]
    assert ends[1]["studies"] == ends[0]["studies"]


@pytest.mark.peers
@needs_rsyslog
def test_a_service_tells_its_syslog_server_even_if_that_comes_later(running_service, tmp_path):
    port = free_port()
    service = running_service(data=tmp_path / "data", audit={"syslog": f"tcp://{LOOPBACK}:{port}"})
    send(service.port, a_study(tmp_path, instances=1)[0])
    wait_until(lambda: any("receiver of audit messages" in line.get("cause", "") for line in service.lines))
    with syslog_server(tmp_path / "syslog", {"tcp": port}) as server:
        server.messages(3)
        assert service.stop() == 0
        text = json.dumps(server.messages(3))
    assert PATIENT in text, "on the way to this machine patients are named"
    assert PATIENT not in service.log.read_text()
