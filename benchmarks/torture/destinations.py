"""The archives that the service forwards to: one that writes a ledger, DCMTK's storescp, Orthanc."""

import io
import json
import shutil
import subprocess
import sys
import time
import urllib.error
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pydicom import dcmread

from benchmarks.torture.ledger import Content, data_set_of, digest_of, read_lines
from benchmarks.torture.proxy import Proxy
from tests.integration.orthanc import Orthanc, running_orthanc
from tests.integration.running import ROOT
from tests.integration.support import LOOPBACK, free_port

_STARTS_WITHIN_S = 30.0
_ENDS_WITHIN_S = 10.0


class Archive(Protocol):
    """A destination, as the harness sees it.

    Attributes:
        one_per_uid: it keeps the first of two contents under one SOP Instance UID, as archives do.
        proxy: what the service connects to.
    """

    name: str
    ae_title: str
    one_per_uid: bool
    proxy: Proxy

    def received(self) -> Counter[Content]:
        """Return what it keeps, and how often."""
        ...

    def restart(self) -> None:
        """Kill it and start it again."""
        ...

    def close(self) -> None:
        """End it."""
        ...


@dataclass(slots=True)
class Recorder:
    """`benchmarks.torture.recording_scp` in a process of its own."""

    folder: Path
    name: str = "recorder"
    ae_title: str = "RECORDER"
    one_per_uid: bool = False
    port: int = field(default_factory=free_port)
    proxy: Proxy = field(init=False)
    _process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        self.proxy = Proxy(self.port)
        self._start()

    def mood(self, **mood: object) -> None:
        """Make it behave so from the next request on; without arguments, well."""
        spare = self.folder / "mood.json.new"
        spare.write_text(json.dumps(mood))
        spare.replace(self.folder / "mood.json")

    def received(self) -> Counter[Content]:
        """Count the lines of its ledger."""
        lines = read_lines([self.folder / "kept.jsonl"])
        return Counter(Content(str(line["uid"]), str(line["digest"])) for line in lines)

    def kill(self) -> None:
        """Kill it, whatever it is at."""
        self._process.kill()
        self._process.wait()

    def restart(self) -> None:
        """Kill it and start it again."""
        self.kill()
        self._start()

    def close(self) -> None:
        """End it."""
        self.proxy.close()
        self.kill()

    def _start(self) -> None:
        command = [sys.executable, "-m", "benchmarks.torture.recording_scp", str(self.port), str(self.folder)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)


@dataclass(slots=True)
class DcmtkArchive:
    """DCMTK's storescp, writing what it gets as it is, each under a name of its own."""

    folder: Path
    name: str = "dcmtk"
    ae_title: str = "STORESCP"
    one_per_uid: bool = False
    port: int = field(default_factory=free_port)
    proxy: Proxy = field(init=False)
    _process: subprocess.Popen[bytes] = field(init=False)
    _known: dict[str, Content] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        self.proxy = Proxy(self.port)
        self._start()

    def received(self) -> Counter[Content]:
        """Read the files that are new. One that a cut left half-written was never acknowledged, and is passed over."""
        for path in self.folder.iterdir():
            if path.name not in self._known and path.suffix != ".log":
                content = _content_of(path.read_bytes())
                if content is not None:
                    self._known[path.name] = content
        return Counter(self._known.values())

    def restart(self) -> None:
        """End it and start it again; not while it writes, because it does not promise to survive that."""
        self._process.terminate()
        self._process.wait(_ENDS_WITHIN_S)
        self._start()

    def close(self) -> None:
        """End it."""
        self.proxy.close()
        self._process.kill()
        self._process.wait()

    def _start(self) -> None:
        options = ["--fork", "+B", "+uf", "+xa", "-od", str(self.folder), "-aet", self.ae_title]
        with (self.folder / "storescp.log").open("ab") as log:
            self._process = subprocess.Popen(["storescp", *options, str(self.port)], stdout=log, stderr=log)


@dataclass(slots=True)
class OrthancArchive:
    """Orthanc with its defaults: it keeps the first of two objects of one UID and answers Success to both.

    It is asked for storage commitment, and reports to the service's own port.
    """

    folder: Path
    reports_to: int
    name: str = "orthanc"
    ae_title: str = "ORTHANC"
    one_per_uid: bool = True
    proxy: Proxy = field(init=False)
    _orthanc: Orthanc = field(init=False)
    _stack: ExitStack = field(default_factory=ExitStack)
    _known: dict[str, Content] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._orthanc = self._stack.enter_context(
            running_orthanc(
                self.folder, OverwriteInstances=False, DicomModalities={"us": ["PACSDEDUP", LOOPBACK, self.reports_to]}
            )
        )
        self.proxy = Proxy(self._orthanc.dicom_port)

    def received(self) -> Counter[Content]:
        """Read the instances that are new."""
        for instance in self._orthanc.instances:
            if instance not in self._known:
                content = _content_of(self._orthanc.file(instance))
                if content is None:
                    raise ValueError(f"Orthanc returns instance {instance} as something else than a file of PS3.10")
                self._known[instance] = content
        return Counter(self._known.values())

    def restart(self) -> None:
        """Let it start itself anew, which ends every association."""
        self._orthanc.call("/tools/reset", b"")
        deadline = time.monotonic() + _STARTS_WITHIN_S
        while True:
            try:
                self._orthanc.call("/system")
            except (urllib.error.URLError, ConnectionError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
            else:
                return

    def close(self) -> None:
        """End it."""
        self.proxy.close()
        self._stack.close()


def archives(folder: Path, reports_to: int) -> list[Archive]:
    """Start every real archive that this machine has; reports of storage commitment go to the service's port."""
    found: list[Archive] = []
    if shutil.which("storescp"):
        found.append(DcmtkArchive(folder / "dcmtk"))
    if shutil.which("Orthanc"):
        found.append(OrthancArchive(folder / "orthanc", reports_to))
    return found


def peer_of(archive: Archive) -> dict[str, object]:
    """Return the archive as the service's configuration names it."""
    address = f"{archive.ae_title}@{LOOPBACK}:{archive.proxy.port}"
    commitment = "request" if isinstance(archive, OrthancArchive) else "none"
    return {"name": archive.name, "address": address, "roles": ["destination"], "commitment": commitment}


def _content_of(part10: bytes) -> Content | None:
    try:
        data_set = data_set_of(part10)
    except (ValueError, IndexError):
        return None
    meta = dcmread(io.BytesIO(part10), specific_tags=[], stop_before_pixels=True).file_meta
    return Content(str(meta.MediaStorageSOPInstanceUID), digest_of(data_set))
