"""A real Orthanc on free ports of this machine."""

import json
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.integration.support import LOOPBACK, free_port

STARTS_WITHIN_S = 60


@dataclass(frozen=True)
class Orthanc:
    """A running Orthanc, spoken to by its REST interface."""

    http_port: int
    dicom_port: int
    ae_title: str = "ORTHANC"

    def call(self, path, body=None, method=None):
        """Call the REST interface; bodies that are not bytes are sent as JSON, answers come back decoded."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(f"http://{LOOPBACK}:{self.http_port}{path}", data=data, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - the address is ours
            return json.loads(answer.read() or b"null")

    def upload(self, path):
        return self.call("/instances", path.read_bytes())["ID"]

    def know(self, name, ae_title, port):
        self.call(f"/modalities/{name}", [ae_title, LOOPBACK, port], "PUT")

    def store(self, name, ids):
        """Send instances to a modality by C-STORE, as ``POST /modalities/x/store`` does."""
        return self.call(f"/modalities/{name}/store", {"Resources": ids, "Synchronous": True})

    @property
    def instances(self):
        return self.call("/instances")

    def file(self, instance):
        return self.raw(f"/instances/{instance}/file")

    def text(self, path):
        return self.raw(path).decode()

    def raw(self, path):
        with urllib.request.urlopen(f"http://{LOOPBACK}:{self.http_port}{path}", timeout=60) as answer:
            return answer.read()


@contextmanager
def running_orthanc(folder: Path, **options):
    """Start Orthanc in a folder, wait until it answers, and end it."""
    folder.mkdir()
    orthanc = Orthanc(free_port(), free_port())
    settings = {
        "Name": "test",
        "StorageDirectory": str(folder / "db"),
        "IndexDirectory": str(folder / "db"),
        "HttpPort": orthanc.http_port,
        "DicomPort": orthanc.dicom_port,
        "DicomAet": orthanc.ae_title,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "DicomAlwaysAllowStore": True,
        "Plugins": [],
        **options,
    }
    (folder / "orthanc.json").write_text(json.dumps(settings))
    with (folder / "orthanc.log").open("w") as log:
        process = subprocess.Popen(["Orthanc", str(folder / "orthanc.json")], stdout=log, stderr=log)
    try:
        _wait_until_it_answers(orthanc, folder / "orthanc.log")
        yield orthanc
    finally:
        process.terminate()
        process.wait(30)


def _wait_until_it_answers(orthanc, log):
    deadline = time.monotonic() + STARTS_WITHIN_S
    while True:
        try:
            orthanc.call("/system")
        except (urllib.error.URLError, ConnectionError):
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        else:
            return
