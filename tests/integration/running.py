"""The real service as a process of its own, started as a user starts it."""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from pacs_dedup.adapters.database import open_database
from pacs_dedup.adapters.system_clock import SystemClock
from pacs_dedup.config import Settings
from tests.integration.support import LOOPBACK, arrivals, stored_files

ROOT = Path(__file__).parents[2]
SERVE = [sys.executable, "-m", "pacs_dedup", "serve"]
STARTS_WITHIN_S = 60
STOPS_WITHIN_S = 60


@dataclass
class RunningService:
    """A started service.

    Attributes:
        log: file that holds what the process wrote to stderr.
    """

    process: subprocess.Popen
    data: Path
    log: Path
    port: int = 0
    tls_port: int = 0

    @property
    def lines(self):
        """Return the log lines written so far, decoded."""
        found = []
        for line in self.log.read_text().splitlines():
            with suppress(json.JSONDecodeError):
                found.append(json.loads(line))
        return found

    @property
    def files(self):
        return stored_files(self.data)

    def wait_until_it_listens(self):
        deadline = time.monotonic() + STARTS_WITHIN_S
        while time.monotonic() < deadline:
            started = [line for line in self.lines if " listens on " in line.get("event", "")]
            if started:
                self.port, self.tls_port = started[0].get("port", 0), started[0].get("tls_port", 0)
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError(f"the service did not start:\n{self.log.read_text()}")

    def stop(self, which=signal.SIGTERM):
        """End the service with a signal; returns its exit code."""
        self.process.send_signal(which)
        return self.process.wait(STOPS_WITHIN_S)

    @contextmanager
    def database(self):
        with opened_database(self.data) as database:
            yield database

    def wait_until_idle(self, within_s=60):
        """Wait until nothing is queued any more."""
        with self.database() as database:
            deadline = time.monotonic() + within_s
            while time.monotonic() < deadline:
                if arrivals(database.arrivals) and not sum(database.journal.backlog().values()):
                    return
                time.sleep(0.1)
            raise AssertionError(f"still queued: {dict(database.journal.backlog())}\n{self.log.read_text()}")


@contextmanager
def opened_database(data):
    database = open_database(Settings(storage={"path": data}).database_url, SystemClock())
    try:
        yield database
    finally:
        database.close()


def start_service(data, *, role="all", own_group=False, under=(), variables=MappingProxyType({}), umask=-1, **sections):
    """Start a service on a data folder; sections are those of the configuration, set through the environment.

    With ``own_group`` it leads a process group, as it does in a terminal; ``under`` is the command of a tracer, which
    must leave it our child; ``variables`` are more of its environment; ``umask`` is its own, where it is given.
    """
    dicom = {"port": 0, "bind": LOOPBACK, **sections.pop("dicom", {})}
    sections = {
        "dicom": dicom,
        "operations": {"port": 0},
        "storage": {"path": str(data), "low_water_mb": 0},
        **sections,
    }
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PACS_DEDUP_")}
    environment |= variables
    for section, keys in sections.items():
        environment[f"PACS_DEDUP_{section.upper()}"] = json.dumps(keys)
    data.mkdir(exist_ok=True)
    log = data.with_name(f"{data.name}.{secrets.token_hex(2)}.log")
    with log.open("w") as stderr:
        process = subprocess.Popen(
            [*under, *SERVE, role],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            process_group=0 if own_group else None,
            umask=umask,
        )
    return RunningService(process, data, log)
