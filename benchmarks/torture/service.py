"""The service under torture: its processes, how they are killed, and how they are started again."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from tests.integration.running import ROOT, RunningService, start_service
from tests.integration.support import LOOPBACK

_FINDS_WITHIN_S, _POLL_S = 8.0, 0.05  # a worker that was killed before is just starting
_NOT_TOLD = (FileNotFoundError, ProcessLookupError, PermissionError)  # it ended; or is a decoder that guards itself
_SPAWNED = b"spawn_main"  # how multiprocessing starts a child; its resource tracker is started otherwise


class Victim(StrEnum):
    """What can be killed."""

    LISTENER = "listener"
    WORKER = "worker"
    DECODER = "decoder"
    ALL = "whole tree"


@dataclass(frozen=True, slots=True)
class Usage:
    """What one process has of the machine.

    Attributes:
        age_s: how long it has lived.
    """

    role: str
    pid: int
    age_s: float
    descriptors: int
    threads: int
    resident_mb: float


@dataclass(slots=True)
class Service:
    """`pacs-dedup serve` in one process tree or in two.

    Attributes:
        data: the data folder.
        roles: ``("all",)``, or ``("scp", "worker")`` over PostgreSQL.
        sections: the configuration.
        variables: more of the environment.
        port: where the listener listens, also after a restart.
    """

    data: Path
    roles: Collection[str]
    sections: Mapping[str, object]
    variables: Mapping[str, str]
    port: int
    _running: dict[str, RunningService] = field(default_factory=dict)

    def ensure(self) -> int:
        """Start what does not run, as a supervisor does; returns how many processes were started."""
        ended = [
            role for role in self.roles if role not in self._running or self._running[role].process.poll() is not None
        ]
        for role in ended:
            dicom = {"port": self.port, "bind": LOOPBACK}
            self._running[role] = start_service(
                self.data, role=role, variables=self.variables, **{**self.sections, "dicom": dicom}
            )
        return len(ended)

    def wait_until_it_listens(self) -> None:
        """Return when senders can connect."""
        listener = self._running[next(iter(self.roles))]
        listener.wait_until_it_listens()

    def kill(self, victim: Victim, chance: random.Random) -> int:
        """Kill with SIGKILL as soon as there is such a process; returns how many were killed."""
        deadline = time.monotonic() + _FINDS_WITHIN_S
        while not (pids := self._pids(victim)) and time.monotonic() < deadline:
            time.sleep(_POLL_S)
        chosen = pids if victim is Victim.ALL else [chance.choice(pids)] if pids else []
        killed = sum(_kill(pid) for pid in chosen)
        for running in self._running.values():
            if running.process.pid in chosen:
                running.process.wait()
        return killed

    def freeze(self, victim: Victim) -> list[int]:
        """Stop a process where it stands; returns what `thaw` needs."""
        pids = self._pids(victim)[:1]
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        return pids

    def thaw(self, pids: Collection[int]) -> None:
        """Let frozen processes go on."""
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    def stop(self) -> list[int]:
        """End it with SIGTERM; returns the exit codes."""
        return [running.stop() for running in self._running.values() if running.process.poll() is None]

    def destroy(self) -> None:
        """Kill whatever runs."""
        for running in self._running.values():
            if running.process.poll() is None:
                running.process.kill()
                running.process.wait()

    def usage(self) -> list[Usage]:
        """Measure every process that runs."""
        found = []
        for victim in (Victim.LISTENER, Victim.WORKER, Victim.DECODER):
            for pid in self._pids(victim):
                with suppress(*_NOT_TOLD):
                    found.append(_usage(str(victim), pid))
        return found

    def ask(self, *command: str) -> tuple[int, str]:
        """Run a command of the product on the same configuration; returns its exit code and what it said."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PACS_DEDUP_")}
        environment |= {f"PACS_DEDUP_{name.upper()}": json.dumps(keys) for name, keys in self.sections.items()}
        said = subprocess.run(
            [sys.executable, "-m", "pacs_dedup", *command],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return said.returncode, (said.stdout + said.stderr).strip()

    def complaints(self) -> list[str]:
        """Return log lines that no fault explains: tracebacks, and what the product itself calls a defect."""
        telling = ("Traceback (most recent call last)", "this is a defect of pacs_dedup")
        return [
            line
            for log in sorted(self.data.parent.glob(f"{self.data.name}.*.log"))
            for line in log.read_text(errors="replace").splitlines()
            if any(word in line for word in telling)
        ]

    def _pids(self, victim: Victim) -> list[int]:
        top = {role: running.process.pid for role, running in self._running.items() if running.process.poll() is None}
        listeners = [pid for role, pid in top.items() if role != "worker"]
        workers = [top["worker"]] if "worker" in top else [child for pid in listeners for child in _spawned_by(pid)]
        match victim:
            case Victim.LISTENER:
                return listeners
            case Victim.WORKER:
                return workers
            case Victim.DECODER:
                return [child for pid in workers for child in _spawned_by(pid)]
            case Victim.ALL:
                return [*listeners, *workers, *(child for pid in workers for child in _spawned_by(pid))]


def _spawned_by(pid: int) -> list[int]:
    found = []
    with suppress(FileNotFoundError, ProcessLookupError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                with suppress(FileNotFoundError, ProcessLookupError):
                    if _SPAWNED in Path(f"/proc/{child}/cmdline").read_bytes():
                        found.append(int(child))
    return found


def _kill(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def _usage(role: str, pid: int) -> Usage:
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    started = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
    return Usage(
        role=role,
        pid=pid,
        age_s=time.clock_gettime(time.CLOCK_BOOTTIME) - started,
        descriptors=len(list(Path(f"/proc/{pid}/fd").iterdir())),
        threads=int(status["Threads"]),
        resident_mb=int(status["VmRSS"].split()[0]) / 1024,
    )
