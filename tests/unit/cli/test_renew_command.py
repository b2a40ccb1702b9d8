"""``renew``: a data folder of an earlier version is brought up to the rules of this one."""

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from pacs_dedup.adapters.database import open_database
from pacs_dedup.domain.fingerprint import DIGEST_VERSION
from pacs_dedup.domain.identifiers import BlobId
from tests.fakes import FakeClock
from tests.unit.cli.conftest import Cli, Scanned


def make_old(data: Path) -> list[BlobId]:
    """Leave the fingerprints of a data folder as older rules would have left them; return whose they are."""
    with closing(open_database(f"sqlite:///{data / 'pacs_dedup.db'}", FakeClock())) as database:
        members = [m for entry in database.register.entries() for m in database.register.members(entry.key)]
        blob_ids = list({member.blob_id for member in members})
        for known in database.index.get(blob_ids):
            database.index.put(replace(known, digest_version="spd0"))
        return blob_ids


def versions(data: Path, blob_ids: list[BlobId]) -> list[str]:
    with closing(open_database(f"sqlite:///{data / 'pacs_dedup.db'}", FakeClock())) as database:
        return [known.digest_version for known in database.index.get(blob_ids)]


def test_every_instance_that_is_held_is_fingerprinted_by_the_rules_of_today(cli: Cli, own_data: Path) -> None:
    blob_ids = make_old(own_data)
    answer = cli("renew", "--data", own_data, "--json")
    assert answer.code == 0
    told = json.loads(answer.out)
    assert (told["renewed"], told["outdated"]) == (len(blob_ids), 0)
    assert versions(own_data, blob_ids) == [DIGEST_VERSION] * len(blob_ids)


def test_a_second_run_has_no_instance_left_to_open(cli: Cli, own_data: Path, scanned: Scanned) -> None:
    answer = cli("renew", "--data", own_data)
    assert answer.code == 0
    assert "0 instances were fingerprinted again, 0 could not be" in answer.err
    assert str(scanned.tree) not in answer.err


def test_a_data_folder_that_is_not_there_is_not_made(cli: Cli, tmp_path: Path) -> None:
    assert cli("renew", "--data", tmp_path / "nowhere").code == 2
    assert not (tmp_path / "nowhere").exists()
