"""Invariant 12: a patient goes through the running service by every way that ends badly; nothing names the patient.

What she is called is in `canary`, what happens to her in `ordeal`. A new surface of the program is added there.
"""

import stat
from contextlib import closing

import pytest

from pacs_dedup.adapters.database import open_database
from tests.fakes import FakeClock
from tests.invariants.canary import FAMILY, PATIENT_ID, traces_in, uids_in
from tests.invariants.ordeal import Aftermath, causes, ordeal

pytestmark = pytest.mark.filterwarnings("ignore:.*:UserWarning")  # pydicom warns of what is miswritten on purpose

MAY_HOLD_HER = ("blobs/", "incoming/", "pacs_dedup.db", "audit/", "spool/", "references/")
"""What holds her by its purpose, for the owner of the data folder only."""


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory: pytest.TempPathFactory) -> Aftermath:
    return ordeal(tmp_path_factory.mktemp("patient"))


def innocent(told: bytes | str) -> None:
    assert not traces_in(told)
    assert not uids_in(told), "a UID appears as a keyed hash"


def test_the_patient_did_go_through_every_way(aftermath: Aftermath) -> None:
    told = " ".join(causes(aftermath.data))
    for cause in ("coding style", "60000", "is not a UID", "is missing", "differ", "no Pixel Data", "bytes, but"):
        assert cause in told, told
    assert "refused the instance" in told
    for event in (b"not forwarded", b"instance kept but refused", b"step failed", b"spooled arrivals are recorded"):
        assert event in aftermath.log, event
    assert any(b"serve" in title for title in aftermath.titles)
    assert any(b"spawn_main" in title for title in aftermath.titles)
    assert any(name.startswith("spool/") for name in aftermath.names)
    assert aftermath.syslog
    with closing(open_database(f"sqlite:///{aftermath.data / 'pacs_dedup.db'}", FakeClock())) as database:
        members = [m for entry in database.register.entries() for m in database.register.members(entry.key)]
        patients = repr([known.patient for known in database.index.get([member.blob_id for member in members])])
    assert FAMILY in patients
    assert PATIENT_ID in patients


def test_logs_do_not_name_the_patient(aftermath: Aftermath) -> None:
    innocent(aftermath.log)


def test_health_and_metrics_do_not_name_the_patient(aftermath: Aftermath) -> None:
    assert any(b"pacs_dedup_decode_failures_total" in page for page in aftermath.pages)
    for page in aftermath.pages:
        innocent(page)


def test_audit_messages_do_not_name_the_patient_where_the_site_says_so(aftermath: Aftermath) -> None:
    for message in aftermath.syslog:
        innocent(message)


def test_process_titles_do_not_name_the_patient(aftermath: Aftermath) -> None:
    for title in aftermath.titles:
        innocent(title)


def test_what_an_administrator_runs_does_not_name_the_patient(aftermath: Aftermath) -> None:
    for words, said in aftermath.commands.items():
        assert said, words
        assert b"Traceback" not in said, words
        innocent(said)


def test_causes_do_not_name_the_patient(aftermath: Aftermath) -> None:
    for cause in causes(aftermath.data):
        assert not traces_in(cause), cause


def test_file_names_do_not_name_the_patient(aftermath: Aftermath) -> None:
    assert any(name.startswith("blobs/") for name in aftermath.names)
    for name in aftermath.names:
        innocent(name)


def test_nothing_is_left_in_the_folder_for_temporary_files(aftermath: Aftermath) -> None:
    left = [path for path in aftermath.temporary.rglob("*") if path.is_file()]
    for path in left:
        innocent(path.read_bytes())


def test_of_the_data_folder_only_what_is_meant_to_holds_the_patient(aftermath: Aftermath) -> None:
    for path in aftermath.data.rglob("*"):
        name = path.relative_to(aftermath.data).as_posix()
        if path.is_file() and not name.startswith(MAY_HOLD_HER):
            innocent(path.read_bytes())


def test_a_backup_names_the_patient_in_its_copies_only(aftermath: Aftermath) -> None:
    (backup,) = aftermath.backup.iterdir()
    for path in backup.rglob("*"):
        innocent(path.relative_to(backup).as_posix())
    for name in ("manifest.json", "files.sha256", "blobs.txt"):
        innocent((backup / name).read_bytes())


def test_data_at_rest_is_for_its_owner_only_though_the_umask_lets_everybody_in(aftermath: Aftermath) -> None:
    for path in aftermath.data.rglob("*"):
        if path.is_symlink():
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        if path.is_dir():
            assert mode == 0o700, path
        elif path.relative_to(aftermath.data).parts[0] == "blobs":
            assert mode == 0o440, path
        else:
            assert mode & 0o177 == 0, path
