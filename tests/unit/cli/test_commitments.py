"""Requests for storage commitment whose answer nobody has taken are listed with where they stand."""

import json
from datetime import UTC, datetime
from pathlib import Path

from pacs_dedup.config import load_settings
from pacs_dedup.domain.commitment import CommitmentAnswer, Failed, TransactionUid
from pacs_dedup.domain.identifiers import AeTitle
from pacs_dedup.ports.commitment_requests import CommitmentRequest
from pacs_dedup.wiring import open_services
from tests.commitments import named
from tests.unit.cli.conftest import Cli

AT = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)


def test_what_was_not_told_is_listed_with_where_it_stands(cli: Cli, own_data: Path) -> None:
    assert "was answered" in cli("commitments", "untold", "--data", own_data).err
    with open_services(load_settings(None, {"storage.path": str(own_data)})) as services:
        requests = services.commitment_requests
        for number in range(3):
            uid = TransactionUid(f"2.25.{number}")
            asked = CommitmentRequest(uid, AeTitle("EAST"), "192.0.2.7", AT, (named(1), named(2)))
            inquiry = requests.accept(asked)
            if number:
                requests.answer(inquiry.subject, CommitmentAnswer(uid, (named(1),), (Failed(named(2), 0x0112),)), AT)
            if number > 1:
                requests.give_up(inquiry.subject, AT)
    shown = cli("commitments", "untold", "--data", own_data).out
    told = json.loads(cli("commitments", "untold", "--data", own_data, "--json").out)
    assert [each["state"] for each in told] == ["to be looked into", "to be told", "given up 2026-01-01 08:00 UTC"]
    assert [each["failed"] for each in told] == ["", 1, 1]
    assert {(each["peer"], each["instances"]) for each in told} == {("EAST", 2)}
    assert "2.25.2" in shown
