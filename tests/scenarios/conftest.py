"""All stories, played once for each action to a real service through real associations."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from pacs_dedup.adapters.database import Database, open_database
from pacs_dedup.adapters.dimse_destination import DimseDestination
from pacs_dedup.adapters.system_clock import SystemClock
from pacs_dedup.domain.cluster import primary
from pacs_dedup.domain.identifiers import AeTitle, StudyKey
from pacs_dedup.domain.policy import Action
from pacs_dedup.domain.verdict import Judgement
from pacs_dedup.ports.journal import Step
from tests.scenarios.stories import Sending, Story, load_stories

LOOPBACK = "127.0.0.1"
QUIET_S = 1
STORIES = load_stories()
_DEADLINE_S = 180


@pytest.fixture(scope="module", params=[Action.FLAG, Action.QUARANTINE], ids=str)
def action(request: pytest.FixtureRequest) -> Action:
    return Action(request.param)


@pytest.fixture(scope="module")
def verdicts(action: Action, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Judgement | None]:
    """The primary judgement on each story's last sending, by the story's name."""
    data = tmp_path_factory.mktemp(f"stories-{action}")
    with _service(action, data) as (port, database):
        for part in range(max(len(story.sendings) for story in STORIES)):
            for story in STORIES:
                if part < len(story.sendings):
                    _send(story.sendings[part], port)
            _wait_until_idle(database)
        return {story.name: _verdict(story, database) for story in STORIES}


@contextmanager
def _service(action: Action, data: Path) -> Iterator[tuple[int, Database]]:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port = probe.getsockname()[1]
    settings = {
        "PACS_DEDUP_DICOM__PORT": str(port),
        "PACS_DEDUP_DICOM__BIND": LOOPBACK,
        "PACS_DEDUP_STORAGE__PATH": str(data),
        "PACS_DEDUP_STORAGE__LOW_WATER_MB": "0",
        "PACS_DEDUP_COMPLETION__QUIET_S": str(QUIET_S),
        "PACS_DEDUP_MODE__ACTION": action,
    }
    command = [sys.executable, "-m", "pacs_dedup", "serve"]
    with subprocess.Popen(command, env=os.environ | settings, stderr=subprocess.DEVNULL) as service:
        try:
            _wait_until(lambda: _listens(port) or service.poll() is not None)
            assert service.poll() is None, "the service did not start"
            database = open_database(f"sqlite:///{data / 'pacs_dedup.db'}", SystemClock())
            yield port, database
            database.close()
        finally:
            service.terminate()
        assert service.wait(60) == 0, "the service did not end in good order"


def _send(sending: Sending, port: int) -> None:
    """Send every file as it is, under the story's calling AE title; each must be acknowledged."""
    sender = DimseDestination(
        "service",
        called_ae=AeTitle("PACSDEDUP"),
        host=LOOPBACK,
        port=port,
        calling_ae=AeTitle(sending.calling_ae),
    )
    for path in sending.files:
        sender.send(path)
    sender.close()


def _wait_until_idle(database: Database) -> None:
    waiting = (Step.FINGERPRINT, Step.SETTLE, Step.MATCH, Step.ACT)
    _wait_until(lambda: not any(database.journal.backlog()[step] for step in waiting))


def _wait_until(holds) -> None:
    deadline = time.monotonic() + _DEADLINE_S
    while not holds():
        assert time.monotonic() < deadline, "the service did not get there in time"
        time.sleep(0.1)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0


def _verdict(story: Story, database: Database) -> Judgement | None:
    last, first = _key(story.sendings[-1]), _key(story.sendings[0])
    judged = [j for j in database.case_book.judgements(last) if j.prior == first]
    return primary(judged)


def _key(sending: Sending) -> StudyKey:
    from pacs_dedup.pipeline.examine import examine

    fingerprint = examine(sending.files[0], "0" * 64)
    return StudyKey(fingerprint.study_instance_uid, sending.calling_ae)
