"""A scan into the data folder of a running service leaves the work to its workers."""

import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pacs_dedup.config import Settings, load_settings
from pacs_dedup.entrypoints.folder_lock import FolderLock
from pacs_dedup.entrypoints.worker import WORKER_LOCK, work
from tests.unit.cli.conftest import SAMPLES, Cli


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(None, {"storage.path": str(tmp_path / "data"), "storage.low_water_mb": 0, "workers.count": 1})


@pytest.fixture
def service(settings: Settings) -> Iterator[None]:
    stop = threading.Event()
    worker = threading.Thread(target=work, args=(settings, stop))
    worker.start()
    yield
    stop.set()
    worker.join()


@pytest.mark.usefixtures("service")
def test_the_scan_waits_for_the_services_verdicts(cli: Cli, tmp_path: Path) -> None:
    shutil.copytree(SAMPLES / "14-wrong-patient", tmp_path / "tree")

    answer = cli("scan", tmp_path / "tree", "--data", tmp_path / "data", "--json")

    assert answer.code == 0
    assert json.loads(answer.out)["relation"] == "wrong_patient"


def test_a_scan_frees_the_folder_for_the_service(cli: Cli, tmp_path: Path, settings: Settings) -> None:
    cli("scan", tmp_path / "nothing", "--data", tmp_path / "data")

    with FolderLock(settings, WORKER_LOCK):
        assert (tmp_path / "data").is_dir()
