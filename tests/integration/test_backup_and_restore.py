"""The drill: back up a service under load, lose its disk, restore, go on. On SQLite and on PostgreSQL."""

import json
import os
import shutil
import subprocess
import sys
import threading

import pytest
from pynetdicom import AE, AllStoragePresentationContexts, evt

from tests.conftest import BOTH_DATABASES
from tests.integration.support import LOOPBACK, ct_instance, free_port, written
from tests.integration.test_service_process import associate, wait_until

AT_LEAST = 12


class Archive:
    """A Storage SCP that remembers what it acknowledged; it may be away."""

    def __init__(self):
        self.port = free_port()
        self.received = {}
        self._server = None

    def __enter__(self):
        ae = AE(ae_title="ARCHIVE")
        ae.supported_contexts = AllStoragePresentationContexts
        self._server = ae.start_server((LOOPBACK, self.port), block=False, evt_handlers=[(evt.EVT_C_STORE, self._keep)])
        return self

    def __exit__(self, *_):
        self._server.shutdown()

    def _keep(self, event):
        uid = str(event.request.AffectedSOPInstanceUID)
        self.received[uid] = self.received.get(uid, 0) + 1
        return 0x0000


class Load:
    """Sends one instance after the other, and remembers which were acknowledged, and when."""

    def __init__(self, folder, port):
        folder.mkdir()
        self._folder, self._port = folder, port
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._send)
        self.acknowledged = []

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join(60)

    def _send(self):
        association = associate(self._port)
        number = 0
        while not self._stop.is_set():
            number += 1
            ds = ct_instance(seed=number, size=32)
            if association.send_c_store(written(self._folder, ds, f"{number}.dcm")).Status == 0:
                self.acknowledged.append(str(ds.SOPInstanceUID))
        association.release()


def command(environment, *words):
    line = [sys.executable, "-m", "pacs_dedup", *map(str, words)]
    done = subprocess.run(line, capture_output=True, text=True, timeout=120, env=environment, check=False)
    return done.returncode, done.stdout, done.stderr


def environment_of(storage):
    known = {name: value for name, value in os.environ.items() if not name.startswith("PACS_DEDUP_")}
    return {**known, "PACS_DEDUP_STORAGE": json.dumps({"low_water_mb": 0, **storage})}


@pytest.fixture
def empty_url(request, tmp_path):
    """Return a function that returns the URL of an empty database of the asked kind; '' for an embedded one."""
    urls = iter(["postgres_url", "empty_postgres_url"])
    return lambda kind: "" if kind == "sqlite" else request.getfixturevalue(next(urls))


@pytest.mark.parametrize("kind", BOTH_DATABASES)
def test_everything_acknowledged_before_a_backup_survives_the_loss_of_the_disk(
    tmp_path, running_service, kind, empty_url
):
    with Archive() as archive:
        archive_port = archive.port
    peers = [{"name": "archive", "address": f"ARCHIVE@{LOOPBACK}:{archive_port}", "roles": ["destination"]}]
    data, restored, backups = tmp_path / "data", tmp_path / "restored", tmp_path / "backups"
    storage = {"path": str(data), "low_water_mb": 0, "database_url": empty_url(kind)}
    service = running_service(data=data, storage=storage, peers=peers, completion={"quiet_s": 0.5})
    with Load(tmp_path / "load", service.port) as load:
        wait_until(lambda: len(load.acknowledged) >= AT_LEAST)
        before = list(load.acknowledged)
        code, told, said = command(environment_of(storage), "--json", "backup", "create", backups)
        assert code == 0, said
        wait_until(lambda: len(load.acknowledged) > len(before))
    service.process.kill()
    service.process.wait()
    shutil.rmtree(data)

    backup = json.loads(told)["backup"]
    code, _, said = command(environment_of(storage), "backup", "verify", backup)
    assert code == 0, said
    storage = {"path": str(restored), "low_water_mb": 0, "database_url": empty_url(kind)}
    code, _, said = command(environment_of(storage), "backup", "restore", backup)
    assert code == 0, said
    again = Archive()
    again.port = archive_port
    with again:
        service = running_service(data=restored, storage=storage, peers=peers, completion={"quiet_s": 0.5})
        wait_until(lambda: set(before) <= set(again.received), within_s=60)
        assert service.stop() == 0
    assert "Traceback" not in service.log.read_text()
