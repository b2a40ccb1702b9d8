"""Letting go from the command line: a plan is shown, and the very plan that was shown is applied."""

import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pacs_dedup.config import load_settings
from pacs_dedup.domain.errors import BlobMissing
from pacs_dedup.domain.identifiers import BlobId
from pacs_dedup.ports.arrival_spool import WaitingArrival
from pacs_dedup.ports.journal import Step
from pacs_dedup.ports.study_register import StudyState
from pacs_dedup.wiring import Services, open_services
from pacs_dedup.wiring.spool import open_spool
from tests.contracts.values import MINUTE, arrival, study
from tests.unit.cli.conftest import Cli

LONG_AGO = datetime.now(UTC) - timedelta(days=90)


@pytest.fixture
def gateway(tmp_path: Path) -> Path:
    """A gateway whose archive has acknowledged two of three old instances."""
    file = tmp_path / "site.toml"
    peer = '[[peers]]\nname = "archive"\naddress = "ARCHIVE@127.0.0.1:104"\nroles = ["destination"]\n'
    file.write_text(f'[storage]\npath = "{tmp_path / "data"}"\nlow_water_mb = 0\n{peer}')
    with open_services(load_settings(file)) as services:
        for number in range(3):
            _arrive(number, services)
        services.register.settle(study(), 1)
        services.register.advance(study(), 1, StudyState.DISPATCHED)
    return file


def _arrive(number: int, services: Services) -> None:
    stored = services.blobs.put([b"instance %d" % number])
    os.utime(services.blobs.path(stored.blob_id), (LONG_AGO.timestamp(),) * 2)
    came = replace(arrival(number), blob_id=stored.blob_id, size_bytes=stored.size_bytes, received_at=LONG_AGO)
    arrival_id = services.arrivals.record(came, ["archive"])
    services.register.file(study(), arrival_id, stored.blob_id, LONG_AGO)
    for step in (Step.FINGERPRINT, Step.FORWARD) if number else (Step.FINGERPRINT,):
        work = services.journal.claim(step, MINUTE)
        while work is not None and work.subject.partition(">")[0] != str(arrival_id):
            work = services.journal.claim(step, MINUTE)
        assert work is not None
        services.journal.tick(work)


def held(file: Path) -> int:
    return len([path for path in (file.parent / "data" / "blobs").rglob("*") if path.is_file()])


def test_a_plan_says_what_may_go_and_why_the_rest_stays(gateway: Path, cli: Cli) -> None:
    answer = cli("transit", "plan", "--config", gateway)
    assert "Plan 1: 2 instances" in answer.err
    assert "something is still to be done with it" in answer.out
    assert "a destination has not acknowledged it" in answer.out
    assert held(gateway) == 3


def test_the_plan_that_was_shown_is_applied_once_and_told_of(gateway: Path, cli: Cli) -> None:
    made = json.loads(cli("transit", "plan", "--config", gateway, "--json").out)
    assert (made["instances"], made["size_bytes"]) == (2, 20)
    assert made["staying"] == {"waiting": [1, 10], "undelivered": [1, 10]}
    apply = ("transit", "apply", made["plan"], "--token", made["token"], "--by", "wong.sm", "--config", gateway)
    done = json.loads(cli(*apply, "--json").out)
    assert done == {"plan": 1, "released": 2, "kept": {}}
    assert held(gateway) == 1
    assert "Released: 0 instances" in cli(*apply).err
    (told,) = json.loads(cli("transit", "list", "--config", gateway, "--json").out)
    assert told["approved_by"] == "wong.sm"
    assert told["finished_at"] is not None
    assert "wong.sm" in cli("transit", "list", "--config", gateway).out


def test_whoever_asks_for_the_bytes_is_told_where_they_are(gateway: Path, cli: Cli) -> None:
    made = json.loads(cli("transit", "plan", "--config", gateway, "--json").out)
    cli("transit", "apply", made["plan"], "--token", made["token"], "--by", "wong.sm", "--config", gateway)
    with open_services(load_settings(gateway)) as services:
        gone = services.arrivals.get(2)
        assert gone is not None
        with pytest.raises(BlobMissing, match="held by archive"):
            services.blobs.path(BlobId(gone.blob_id))


def test_a_wrong_token_releases_nothing(gateway: Path, cli: Cli) -> None:
    cli("transit", "plan", "--config", gateway)
    for plan, token in ((1, "guess"), (2, "guess")):
        assert cli("transit", "apply", plan, "--token", token, "--by", "x", "--config", gateway).code == 2
    assert held(gateway) == 3


def test_while_arrivals_wait_to_be_recorded_nothing_is_released(gateway: Path, cli: Cli) -> None:
    made = json.loads(cli("transit", "plan", "--config", gateway, "--json").out)
    waiting = WaitingArrival(replace(arrival(9), receipt="a" * 32), ("archive",), None)
    open_spool(load_settings(gateway)).put(waiting)
    apply = ("transit", "apply", made["plan"], "--token", made["token"], "--by", "x", "--config", gateway)
    answer = cli(*apply)
    assert answer.code == 2
    assert "1 arrival in the spool" in answer.err
    assert held(gateway) == 3


def test_an_observer_is_told_that_nothing_is_released(own_data: Path, cli: Cli) -> None:
    answer = cli("transit", "plan", "--data", own_data)
    assert answer.code == 2
    assert "nothing is released" in answer.err
    assert "No plan was ever made" in cli("transit", "list", "--data", own_data).err


def test_making_approving_and_applying_a_plan_is_audited(gateway: Path, cli: Cli) -> None:
    made = json.loads(cli("transit", "plan", "--config", gateway, "--json").out)
    cli("transit", "apply", made["plan"], "--token", made["token"], "--by", "wong.sm", "--config", gateway)
    with open_services(load_settings(gateway)) as services:
        entries = [entry.record for entry in services.audit_log.entries()]
    acts = [dict(e["detail"])["act"] for e in entries if e["kind"] == "deletion-proposed"]
    assert acts == ["planned", "approved", "carried out"]
