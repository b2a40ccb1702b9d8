"""The torture notices a service that loses bytes, and a destination that loses instances."""

import random
import time
from collections import Counter
from dataclasses import replace

import pytest

from benchmarks.torture.checker import Kind
from benchmarks.torture.faults import FAULTS, Fault, draw, left_out
from benchmarks.torture.rounds import Rounds
from benchmarks.torture.world import Deployment, built
from tests.integration.test_service_process import wait_until

pytestmark = pytest.mark.filterwarnings(  # of a sender whose peer dies
    "ignore::pytest.PytestUnhandledThreadExceptionWarning"
)

FORGETFUL_STORE = """
from pacs_dedup.adapters.file_blob_store import FileBlobStore
from pacs_dedup.adapters.file_blob_store.files import copy
from pacs_dedup.ports.blob_store import StoredBlob

keep, puts = FileBlobStore.put, 0


def put(self, chunks):
    global puts
    puts += 1
    if puts % 3:
        return keep(self, chunks)
    with open("/dev/null", "wb") as nowhere:
        blob_id, size_bytes = copy(chunks, nowhere.fileno())
    return StoredBlob(blob_id, size_bytes, added=True)


FileBlobStore.put = put
"""


@pytest.fixture
def world(tmp_path):
    chance = random.Random(1)  # noqa: S311 - no secret
    with built(tmp_path / "world", Deployment.SQLITE, chance, one_archive=True, own_disk=False) as made:
        yield made


def lasting(name, strike, seconds=3):
    def struck(world, _chance):
        strike(world)
        time.sleep(seconds)

    return Fault(name, "sabotage", struck)


def kinds(outcome):
    return {violation.kind for violation in outcome.violations}


def test_a_destination_that_says_success_and_keeps_nothing_is_noticed(world):
    def forget_one(world):
        world.recorder.mood(forget=True)
        wait_until((world.recorder.folder / "forgotten").exists, within_s=60)

    outcome = Rounds(world, random.Random(2)).play([lasting("forgets", forget_one, seconds=0)])  # noqa: S311
    assert outcome.acknowledged
    assert kinds(outcome) == {Kind.HIDDEN}


def test_a_blob_store_that_skips_a_write_is_noticed(world, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(FORGETFUL_STORE)
    path = f"{tmp_path}:{world.service.variables.get('PYTHONPATH', '')}"
    world.service.variables = {**world.service.variables, "PYTHONPATH": path}
    rounds = Rounds(world, random.Random(3), idle_within_s=5)  # noqa: S311
    outcome = rounds.play([lasting("nothing more", lambda _: None)])
    assert outcome.acknowledged
    assert {Kind.ALTERED, Kind.HIDDEN} <= kinds(outcome)


def test_only_faults_that_a_world_can_suffer_are_drawn_and_the_others_are_told(world):
    bare = replace(world, calls=None, disk=None, postgres=None)
    impossible = left_out(bare)
    chance, seen = random.Random(5), Counter()  # noqa: S311
    drawn = {fault.name for _ in range(100) for fault in draw(bare, chance, seen)}
    assert drawn == {fault.name for fault in FAULTS} - set(impossible)
    assert set(seen) == drawn
    assert "disk full" in impossible
    assert "PostgreSQL crashes" in impossible
