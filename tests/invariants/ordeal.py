"""A running service through which the canary patient goes by every way that ends badly, and what it says and leaves."""

import http.client
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from pynetdicom import AE, AllStoragePresentationContexts, evt

from pacs_dedup.adapters.dimse_destination import DimseDestination
from pacs_dedup.domain.errors import PeerRefused
from pacs_dedup.domain.identifiers import AeTitle
from tests.integration.running import RunningService, start_service
from tests.integration.support import LOOPBACK, free_port, written
from tests.invariants.canary import FAMILY, NAME, PATIENT_ID, misfits, patient
from tests.unit.cli.conftest import call

WITHIN_S = 90
PAGES = ("/livez", "/readyz", "/healthz", "/metrics", f"/{FAMILY}", f"/healthz?patient={NAME}")
COMMANDS = (
    ("doctor", "--json"),
    ("config", "show"),
    ("audit", "verify"),
    ("transit", "plan"),
    ("peers", "echo", "--timeout", "2"),
    ("conformance",),
    ("renew",),
)
"""What an administrator may run and paste into a ticket. Who lists cases or quarantine wants to see studies."""


@dataclass
class Aftermath:
    """Everything that was said and left outside of the database and the reports."""

    data: Path
    temporary: Path
    backup: Path
    log: bytes = b""
    pages: list = field(default_factory=list)
    titles: set = field(default_factory=set)
    names: set = field(default_factory=set)
    syslog: list = field(default_factory=list)
    commands: dict = field(default_factory=dict)


def send(path, port):
    destination = DimseDestination(
        "service", called_ae=AeTitle("PACSDEDUP"), host=LOOPBACK, port=port, calling_ae=AeTitle("SENDER")
    )
    with closing(destination), suppress(PeerRefused):
        destination.send(path)


def wait_until_judged(service: RunningService):
    """Wait until nothing is queued but what destinations can not or will not take."""
    deadline = time.monotonic() + WITHIN_S
    with closing(sqlite3.connect(service.data / "pacs_dedup.db")) as database:
        while time.monotonic() < deadline:
            rows = database.execute("SELECT step, cause FROM work WHERE done_at IS NULL").fetchall()
            if rows and all(step == "forward" for step, _ in rows) and any(cause for _, cause in rows):
                return
            time.sleep(0.1)
    raise AssertionError(f"the service did not get there in time:\n{service.log.read_text()}")


def family(pid):
    """Return a process and all its descendants."""
    found = [pid]
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for child in (thread / "children").read_text().split():
                found += family(int(child))
    return found


def titles(pid):
    """Return command line, environment-free name and thread names of a process."""
    found = b""
    with suppress(OSError):
        found += Path(f"/proc/{pid}/cmdline").read_bytes()
        found += b"".join((thread / "comm").read_bytes() for thread in Path(f"/proc/{pid}/task").iterdir())
    return found


def causes(data):
    """Return every cause and reason that the database keeps in words."""
    with closing(sqlite3.connect(data / "pacs_dedup.db")) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        told = []
        for table in tables:
            columns = [column for _, column, *_ in database.execute(f"PRAGMA table_info({table})")]
            for column in {"cause", "refused", "reason", "release_cause", "staying"} & set(columns):
                rows = database.execute(f"SELECT {column} FROM {table}")  # noqa: S608 - names from the schema
                told += [str(value) for (value,) in rows if value]
        return told


def names_below(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def command(data, *words):
    line = [sys.executable, "-m", "pacs_dedup", *words, "--data", str(data)]
    done = subprocess.run(line, capture_output=True, check=False, timeout=WITHIN_S, env=os.environ)
    return done.stdout + done.stderr


def called(data, *words):
    """Run a command line in this process, which saves the time of starting another."""
    answer = call(*words, "--data", data)
    return (answer.out + answer.err).encode("utf-8", "surrogateescape")


def pages(port):
    found = b""
    for path in PAGES:
        with closing(http.client.HTTPConnection(LOOPBACK, port, timeout=30)) as connection:
            connection.request("GET", path)
            answer = connection.getresponse()
            found += str(answer.getheaders()).encode() + answer.read()
    return found


@contextmanager
def watching(after: Aftermath, pid):
    """Note what processes call themselves and which files there are, again and again."""
    stop = threading.Event()

    def look():
        while not stop.wait(0.2):
            after.titles |= set(map(titles, family(pid)))
            for folder in (after.data, after.temporary):
                with suppress(OSError):
                    after.names |= names_below(folder)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@contextmanager
def refusing_archive(port):
    """A destination that refuses everything and quotes the patient in its answer (0000,0902)."""

    def refuse(_):
        answer = Dataset()
        answer.Status, answer.ErrorComment = 0xC000, f"{NAME} {PATIENT_ID}"
        return answer

    ae = AE(ae_title="REFUSER")
    ae.supported_contexts = AllStoragePresentationContexts
    server = ae.start_server((LOOPBACK, port), block=False, evt_handlers=[(evt.EVT_C_STORE, refuse)])
    try:
        yield
    finally:
        server.shutdown()


@contextmanager
def syslog_receiver(after: Aftermath):
    """Collect audit messages over UDP; yields the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((LOOPBACK, 0))
        server.settimeout(0.2)
        stop = threading.Event()

        def collect():
            while not stop.is_set():
                with suppress(TimeoutError):
                    after.syslog.append(server.recv(1 << 16))

        thread = threading.Thread(target=collect)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            stop.set()
            thread.join()


@contextmanager
def broken_table(data):
    """Let statements of the worker fail, as a defect or a damaged database would."""
    with closing(sqlite3.connect(data / "pacs_dedup.db", timeout=30)) as database:
        database.execute("ALTER TABLE problems RENAME TO put_away")
        try:
            yield
        finally:
            database.execute("ALTER TABLE put_away RENAME TO problems")


@contextmanager
def stuck_database(data):
    """Let nobody write, so that what arrives goes to the spool."""
    with closing(sqlite3.connect(data / "pacs_dedup.db", timeout=30, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            database.execute("ROLLBACK")


def suffer(after: Aftermath, service: RunningService, files, port):
    """Send everything, by every way that ends badly."""
    paths = misfits(files)
    for number, path in enumerate(paths):
        send(path, service.port)
        if number == len(paths) // 2:
            (worker,) = [pid for pid in family(service.process.pid)[1:] if b"spawn_main" in titles(pid)][:1]
            for decoder in family(worker)[1:]:
                with suppress(ProcessLookupError):
                    os.kill(decoder, signal.SIGKILL)
    wait_until_judged(service)
    with stuck_database(service.data):
        send(written(files, patient(20), "spooled.dcm"), service.port)
        after.pages.append(pages(port))
    with broken_table(service.data):
        send(written(files, patient(21, PixelData=b"\x03" * 99), "unrecorded.dcm"), service.port)
        deadline = time.monotonic() + WITHIN_S
        while b"step failed" not in service.log.read_bytes():
            assert time.monotonic() < deadline
            time.sleep(0.1)
    wait_until_judged(service)
    after.pages.append(pages(port))


def ordeal(folder):
    """Send and scan every misfit; return what was said, and what is left, outside of the database."""
    after = Aftermath(folder / "data", folder / "tmp", folder / "backups")
    files, port, refuser = folder / "files", free_port(), free_port()
    for each in (files, after.temporary):
        each.mkdir()
    peers = [
        {"name": "nowhere", "address": f"NOWHERE@{LOOPBACK}:{free_port()}", "roles": ["destination"]},
        {"name": "refuser", "address": f"REFUSER@{LOOPBACK}:{refuser}", "roles": ["destination"]},
    ]
    with (
        pytest.MonkeyPatch.context() as patched,
        syslog_receiver(after) as syslog,
        refusing_archive(refuser),
    ):
        patched.setenv("TMPDIR", str(after.temporary))
        service = start_service(
            after.data,
            umask=0,
            completion={"quiet_s": 0.5},
            mode={"action": "quarantine", "judge_within_s": 1},
            limits={"record_within_s": 0.5},
            operations={"port": port},
            audit={"syslog": f"udp://{LOOPBACK}:{syslog}", "name_patients": "never"},
            peers=peers,
        )
        try:
            service.wait_until_it_listens()
            with watching(after, service.process.pid):
                suffer(after, service, files, port)
            patched.setenv("PACS_DEDUP_PEERS", json.dumps(peers))
            for words in (*COMMANDS, ("backup", "create", str(after.backup))):
                after.commands[words] = called(after.data, *words)
            after.commands["scan",] = command(after.data, "scan", str(files))
            wait_until_judged(service)
            assert service.stop() == 0
        finally:
            service.process.kill()
            service.process.wait()
        (backup,) = after.backup.iterdir()
        for words in (("backup", "verify", str(backup)), ("backup", "restore", str(backup))):
            after.commands[words] = called(folder / "restored", *words)
    after.log = service.log.read_bytes()
    return after
