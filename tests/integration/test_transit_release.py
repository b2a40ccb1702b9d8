"""Received instances leave the disk of a running gateway when its archive is proven to hold them, and come back."""

import json
import os
import time
from datetime import UTC, datetime, timedelta

from blake3 import blake3
from sqlalchemy import text

from tests.integration.storescp import storescp
from tests.integration.support import LOOPBACK, ct_instance, dcmtk, needs_dcmtk, written
from tests.unit.cli.conftest import call

LONG_AGO = datetime.now(UTC) - timedelta(days=90)
COUNT = 4


def age(service):
    """Let everything have come ninety days ago."""
    for path in service.files:
        os.utime(path, (LONG_AGO.timestamp(),) * 2)
    with service.database() as database:
        database.transactions.write(
            lambda connection: connection.execute(
                text("UPDATE arrivals SET received_at = :at"), {"at": LONG_AGO.isoformat(timespec="microseconds")}
            )
        )


def transit(service, *words):
    answer = call("transit", *words, "--data", service.data, "--json")
    assert answer.code == 0, answer.err
    return json.loads(answer.out)


def until(condition, within_s=40):
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@needs_dcmtk
def test_what_the_archive_has_leaves_and_what_comes_again_is_kept_again(running_service, tmp_path, monkeypatch):
    alone = written(tmp_path, ct_instance(seed=99), "alone.dcm")
    study = {"StudyInstanceUID": "2.25.1", "SeriesInstanceUID": "2.25.2"}
    rest = [written(tmp_path, ct_instance(seed=n, InstanceNumber=n, **study), f"{n}.dcm") for n in range(1, COUNT)]
    archive = tmp_path / "archive"
    with storescp(archive, None, None, "--bit-preserving") as port:
        peers = [{"name": "archive", "address": f"ARCHIVE@{LOOPBACK}:{port}", "roles": ["destination"]}]
        monkeypatch.setenv("PACS_DEDUP_PEERS", json.dumps(peers))
        service = running_service(peers=peers, completion={"quiet_s": 0.2})
        assert dcmtk("storescu", service.port, alone, *rest)[0] == 0
        service.wait_until_idle()
        assert len(service.files) == COUNT
        assert transit(service, "plan")["staying"] == {"young": [COUNT, sum(f.stat().st_size for f in service.files)]}
        age(service)
        received = {blake3(path.read_bytes()).hexdigest() for path in service.files}
        plan = transit(service, "plan")
        assert (plan["instances"], plan["staying"]) == (COUNT, {})

        assert dcmtk("storescu", service.port, alone)[0] == 0  # between the plan and its approval
        done = transit(service, "apply", plan["plan"], "--token", plan["token"], "--by", "wong.sm")
        assert done["released"] == COUNT - 1
        (cause,) = done["kept"]
        assert "came again" in cause
        assert len(service.files) == 1

        assert dcmtk("storescu", service.port, alone, *rest)[0] == 0
        service.wait_until_idle()
        assert {blake3(path.read_bytes()).hexdigest() for path in service.files} == received
        until(lambda: len([path for path in archive.iterdir() if path.is_file()]) == COUNT)
        assert transit(service, "plan")["instances"] == 0
        assert service.stop() == 0
