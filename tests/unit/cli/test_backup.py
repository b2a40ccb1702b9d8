"""Backups on the command line: complete, for their owner only, linked, checked to the last byte, restored."""

import json
import os
import shutil
import stat
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from pacs_dedup.adapters.database import open_database
from pacs_dedup.adapters.file_audit_inbox import FileAuditInbox
from pacs_dedup.adapters.file_blob_store import FileBlobStore
from pacs_dedup.domain.audit import Alert
from pacs_dedup.domain.identifiers import BlobId
from tests.contracts.values import MORNING, arrival, study
from tests.fakes import FakeClock
from tests.unit.cli.conftest import Cli


@dataclass(frozen=True)
class Site:
    """A data folder with three blobs, a reference, a spooled file and a database, and a place for its backups."""

    cli: Cli
    data: Path
    backups: Path
    blobs: list[BlobId]

    def call(self, *words: object) -> object:
        return self.cli(*words, *([] if "--data" in words else ["--data", self.data]))

    def create(self) -> Path:
        answer = self.call("backup", "create", self.backups, "--json")
        assert answer.code == 0, answer.err
        return Path(json.loads(answer.out)["backup"])


@pytest.fixture
def site(tmp_path: Path, cli: Cli) -> Site:
    data = tmp_path / "data"
    store = FileBlobStore(data, 0)
    blobs = [store.put([bytes([number]) * 1000]).blob_id for number in range(3)]
    (tmp_path / "scanned.dcm").write_bytes(b"a file that stays where it is")
    store.refer(tmp_path / "scanned.dcm")
    (data / "spool").mkdir()
    (data / "spool" / "waiting").write_text("an arrival")
    with closing(open_database(f"sqlite:///{data / 'pacs_dedup.db'}", FakeClock())) as database:
        database.register.file(study(), database.arrivals.record(arrival()), arrival().blob_id, MORNING)
    return Site(cli, data, tmp_path / "backups", blobs)


def place(folder: Path, blob: str) -> Path:
    return folder / "blobs" / blob[:2] / blob[2:4] / blob


def test_a_backup_is_for_its_owner_only_whatever_the_umask(site: Site) -> None:
    before = os.umask(0o000)
    try:
        backup = site.create()
    finally:
        os.umask(before)
    for path in [site.backups, *site.backups.rglob("*")]:
        if not path.is_symlink():
            assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path
    assert (backup / "database.sqlite").is_file()


def test_a_second_backup_links_what_the_first_has(site: Site) -> None:
    first = site.create()
    time.sleep(1.1)  # backups are named by the second
    more = FileBlobStore(site.data, 0).put([b"new"]).blob_id
    second = site.create()
    assert place(first, site.blobs[0]).stat().st_ino == place(second, site.blobs[0]).stat().st_ino
    assert place(first, site.blobs[0]).stat().st_ino != place(site.data, site.blobs[0]).stat().st_ino
    assert place(second, more).is_file()
    assert json.loads((second / "manifest.json").read_text())["copied"] == 1
    shutil.rmtree(first)
    assert site.call("backup", "verify", second).code == 0


def test_everything_of_the_data_folder_comes_back_as_it_was(site: Site, tmp_path: Path) -> None:
    backup, new = site.create(), tmp_path / "new"
    answer = site.call("backup", "restore", backup, "--data", new)
    assert answer.code == 0, answer.err
    for blob in site.blobs:
        assert place(new, blob).read_bytes() == place(site.data, blob).read_bytes()
        assert stat.S_IMODE(place(new, blob).stat().st_mode) == 0o440
    assert (new / "spool" / "waiting").read_text() == "an arrival"
    (link,) = [path.relative_to(site.data) for path in (site.data / "references").rglob("*") if path.is_symlink()]
    assert (new / link).readlink() == (site.data / link).readlink()
    assert (new / link).lstat().st_mtime_ns == (site.data / link).lstat().st_mtime_ns
    with closing(open_database(f"sqlite:///{new / 'pacs_dedup.db'}", FakeClock())) as database:
        assert len(database.register.entries()) == 1


def test_who_made_or_restored_a_backup_is_in_the_audit_trail(site: Site, tmp_path: Path) -> None:
    backup, new = site.create(), tmp_path / "new"
    assert site.call("backup", "restore", backup, "--data", new).code == 0
    for data, reason in ((site.data, "a backup was made"), (new, "a backup was restored")):
        events = [waiting.event for waiting in FileAuditInbox(data).waiting(9)]
        assert reason in [dict(event.detail)["reason"] for event in events]
        assert all(event.alert is Alert.USE_OF_RESTRICTED_FUNCTION and event.actor.name for event in events)


def test_a_whole_backup_says_what_was_released_before_it_was_made(site: Site) -> None:
    answer = site.call("backup", "verify", site.create())
    assert answer.code == 0
    assert "is whole: 3 blobs" in answer.err
    assert "1 blobs that once arrived are not in it" in answer.err


@pytest.mark.parametrize("part", ["database.sqlite", "blobs.txt", "files.sha256", "files/spool/waiting", "blob"])
def test_a_single_changed_byte_is_found(site: Site, tmp_path: Path, part: str) -> None:
    backup, new = site.create(), tmp_path / "new"
    path = place(backup, site.blobs[1]) if part == "blob" else backup / part
    path.chmod(0o600)
    octets = bytearray(path.read_bytes())
    octets[len(octets) // 2] ^= 1
    path.write_bytes(octets)
    answer = site.call("backup", "verify", backup)
    assert (answer.code, "is not whole" in answer.err) == (4, True)
    answer = site.call("backup", "restore", backup, "--data", new)
    if part == "blob":
        assert (answer.code, site.blobs[1] in answer.err) == (3, True)
        assert place(new, site.blobs[0]).is_file()
        assert not place(new, site.blobs[1]).exists()
    else:
        assert (answer.code, new.exists()) == (4, False)


def test_a_missing_blob_is_found(site: Site) -> None:
    backup = site.create()
    place(backup, site.blobs[2]).unlink()
    answer = site.call("backup", "verify", backup)
    assert (answer.code, site.blobs[2] in answer.err) == (4, True)


def test_a_blob_that_is_damaged_in_the_data_folder_is_named_and_not_taken_along(site: Site) -> None:
    damaged = place(site.data, site.blobs[0])
    damaged.chmod(0o600)
    damaged.write_bytes(b"rot")
    answer = site.call("backup", "create", site.backups, "--json")
    assert (answer.code, f"blob {site.blobs[0]} is damaged" in answer.err) == (3, True)
    backup = Path(json.loads(answer.out)["backup"])
    assert not place(backup, site.blobs[0]).exists()
    assert site.call("backup", "verify", backup).code == 4


def test_a_restore_overwrites_nothing(site: Site) -> None:
    backup = site.create()
    answer = site.call("backup", "restore", backup)
    assert (answer.code, "is not empty" in answer.err) == (2, True)


def test_a_backup_of_a_newer_version_is_refused(site: Site, tmp_path: Path) -> None:
    backup = site.create()
    manifest = backup / "manifest.json"
    manifest.chmod(0o600)
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"schema": "9999"}))
    answer = site.call("backup", "restore", backup, "--data", tmp_path / "new")
    assert (answer.code, "newer version" in answer.err) == (2, True)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("verb", ["verify", "restore"])
def test_what_is_no_backup_is_told_so(site: Site, tmp_path: Path, verb: str) -> None:
    answer = site.call("backup", verb, tmp_path)
    assert (answer.code, "is no finished backup" in answer.err) == (2, True)


def test_a_backup_does_not_lie_in_what_it_copies(site: Site) -> None:
    answer = site.call("backup", "create", site.data / "inside")
    assert (answer.code, "another disk" in answer.err) == (2, True)


def test_a_backup_whose_place_can_not_be_written_is_none(site: Site) -> None:
    site.backups.write_text("a file where a folder should be")
    answer = site.call("backup", "create", site.backups)
    assert (answer.code, "could not be written" in answer.err) == (4, True)


def test_a_data_folder_that_is_not_there_is_told_so(site: Site, tmp_path: Path) -> None:
    answer = site.call("backup", "create", site.backups, "--data", tmp_path / "nowhere")
    assert (answer.code, "no data folder" in answer.err) == (2, True)


@pytest.mark.postgres
def test_a_copy_of_one_kind_of_database_is_not_restored_into_the_other(
    site: Site, tmp_path: Path, empty_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup = site.create()
    monkeypatch.setenv("PACS_DEDUP_STORAGE__DATABASE_URL", empty_postgres_url)
    answer = site.call("backup", "restore", backup, "--data", tmp_path / "new")
    assert (answer.code, "own kind" in answer.err) == (2, True)
    assert not (tmp_path / "new").exists()


@pytest.mark.postgres
def test_a_database_that_is_not_empty_is_not_restored_into(
    site: Site, tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACS_DEDUP_STORAGE__DATABASE_URL", postgres_url)
    backup = site.create()
    assert (backup / "database.dump").is_file()
    answer = site.call("backup", "restore", backup, "--data", tmp_path / "new")
    assert (answer.code, "not empty" in answer.err) == (2, True)


@pytest.mark.postgres
def test_without_the_programs_of_postgresql_the_message_says_what_to_install(
    site: Site, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACS_DEDUP_STORAGE__DATABASE_URL", postgres_url)
    monkeypatch.setenv("PATH", "/nowhere")
    answer = site.call("backup", "create", site.backups)
    assert (answer.code, "postgresql-client" in answer.err) == (2, True)
