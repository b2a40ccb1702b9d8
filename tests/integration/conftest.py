import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from pacs_dedup.adapters.database import open_database
from pacs_dedup.adapters.file_audit_inbox import FileAuditInbox
from pacs_dedup.adapters.file_blob_store import FileBlobStore
from pacs_dedup.adapters.system_clock import SystemClock
from pacs_dedup.config import Settings
from pacs_dedup.domain.audit import AuditKind
from pacs_dedup.entrypoints.listener import Listener
from pacs_dedup.entrypoints.listener.refusal_record import recorded_refusals
from pacs_dedup.pipeline.receive import Reception, receive_instance
from pacs_dedup.ports.arrival_book import ArrivalBook
from pacs_dedup.wiring.associations import listener_tls
from tests.certificates import authority
from tests.integration.orthanc import running_orthanc
from tests.integration.running import start_service
from tests.integration.support import LOOPBACK, arrivals, ct_instance, stored_files, written
from tests.integration.tls_callers import HERE


@dataclass(frozen=True)
class Edge:
    """A listener in this process over a real folder and a real SQLite database."""

    listener: Listener
    book: ArrivalBook
    data: Path
    refused: list = field(default_factory=list)

    @property
    def port(self):
        return self.listener.port

    @property
    def tls_port(self):
        return self.listener.tls_port

    @property
    def reasons(self):
        """Why callers were refused, in order."""
        return [str(call.refusal) for call in self.refused]

    def refused_as(self, *reasons, within_s=15):
        """Tell whether callers are refused for these reasons, in order; who is refused may know it before we do."""
        deadline = time.monotonic() + within_s
        while self.reasons != list(reasons):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    @property
    def alerts(self):
        """Who was refused, and why, by the security alerts of the audit trail, in order."""
        told = self.security_alerts
        return [(event.actor.name, event.actor.address, dict(event.detail)["reason"]) for event in told]

    @property
    def security_alerts(self):
        """The security alerts of the audit trail, in order."""
        events = [waiting.event for waiting in FileAuditInbox(self.data).waiting(100)]
        return [event for event in events if event.kind is AuditKind.SECURITY_ALERT]

    @property
    def nothing_got_in(self):
        return not self.arrivals and not self.files

    @property
    def arrivals(self):
        return arrivals(self.book)

    @property
    def files(self):
        return stored_files(self.data)


@pytest.fixture
def edge(tmp_path):
    """Return a context manager that listens as told: ``edge(low_water_bytes=…, peers=…, limits=…, max_pdu=…)``."""

    @contextmanager
    def listening(*, receive=None, low_water_bytes=0, peers=(), limits=None, **dicom):
        data = tmp_path / "data"
        dicom = {"port": 0, "bind": LOOPBACK, **dicom}
        settings = Settings(dicom=dicom, peers=peers, storage={"path": data}, limits=limits or {})
        clock = SystemClock()
        blobs = FileBlobStore(data, low_water_bytes)
        database = open_database(settings.database_url, clock)
        reception = Reception(blobs=blobs, arrivals=database.arrivals, clock=clock)
        receive = receive or partial(receive_instance, reception=reception)
        refused = []
        with recorded_refusals(FileAuditInbox(data), clock) as record:

            def report(call):
                record(call)
                refused.append(call)

            listener = Listener(settings, receive, tls=listener_tls(settings), report=report)
            listener.start()
            try:
                yield Edge(listener, database.arrivals, data, refused)
            finally:
                listener.stop(timedelta(seconds=2))
                database.close()

    return listening


@pytest.fixture
def running_service(tmp_path):
    """Return a function that starts the service as a user does: ``running_service(mode={…}, peers=[…])``."""
    started = []

    def start(*, data=None, listens=True, **sections):
        service = start_service(data or tmp_path / "service", **sections)
        started.append(service)
        if listens:
            service.wait_until_it_listens()
        return service

    yield start
    for service in started:
        if service.process.poll() is None:
            service.process.kill()
            service.process.wait()


@pytest.fixture
def orthanc(tmp_path):
    """Start an Orthanc on free ports."""
    with running_orthanc(tmp_path / "orthanc") as started:
        yield started


@pytest.fixture(scope="module")
def hospital(tmp_path_factory):
    """An authority with our certificate and those of two modalities."""
    made = authority(tmp_path_factory.mktemp("hospital"))
    return (
        made,
        made.issue("pacs-dedup", alt=HERE),
        made.issue("mr1", alt="DNS:mr1.hospital.example"),
        made.issue("ct1"),
    )


@pytest.fixture
def study(tmp_path):
    return [written(tmp_path, ct_instance(seed=n), f"{n}.dcm") for n in range(2)]


@pytest.fixture
def secure(edge, hospital):
    """Listen over TLS with peers that are bound to their certificates."""
    issuer, ours, mr1, _ = hospital
    peers = (
        {"name": "mr1", "address": f"MR1@{LOOPBACK}", "certificate": mr1.fingerprint},
        {"name": "ct1", "address": "CT1", "certificate_name": "ct1"},
        {"name": "far", "address": "FAR@192.0.2.1", "certificate": mr1.fingerprint},
    )

    def listening(*, peers=peers, **more):
        tls = {"enabled": True, "port": 0, "cert": ours.cert, "key": ours.key, "ca": issuer.file, **more.pop("tls", {})}
        return edge(peers=peers, tls=tls, plain=more.pop("plain", False), **more)

    return listening
