import threading
from datetime import timedelta

import pytest

from pacs_dedup.config import Settings
from pacs_dedup.domain.errors import BadConfiguration
from pacs_dedup.entrypoints.folder_lock import FolderLock


@pytest.fixture
def settings(tmp_path):
    return Settings(storage={"path": tmp_path / "data"})


def test_only_one_holds_the_lock_and_the_other_is_told_what_to_do(settings):
    refused = pytest.raises(BadConfiguration, match=r"another pacs_dedup service uses.*storage\.path")
    with FolderLock(settings, "a.lock"), refused, FolderLock(settings, "a.lock"):
        pass


def test_after_it_was_freed_it_can_be_taken_again(settings):
    for _ in range(2):
        with FolderLock(settings, "a.lock"):
            pass


def test_different_parts_do_not_exclude_each_other(settings):
    with FolderLock(settings, "a.lock"), FolderLock(settings, "b.lock"):
        pass


def test_one_may_wait_for_the_other_to_end(settings):
    held, waiting = threading.Event(), threading.Event()

    def hold():
        with FolderLock(settings, "a.lock"):
            held.set()
            waiting.wait(5)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(5)
    threading.Timer(0.2, waiting.set).start()
    with FolderLock(settings, "a.lock", within=timedelta(seconds=10)):
        assert waiting.is_set()
    thread.join()


def test_services_that_share_a_database_server_share_the_folder(tmp_path):
    shared = Settings(storage={"path": tmp_path, "database_url": "postgresql+psycopg://u@h/d"})
    with FolderLock(shared, "a.lock"), FolderLock(shared, "a.lock"):
        pass
    assert not (tmp_path / "a.lock").exists()


def test_a_folder_that_can_not_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    settings = Settings(storage={"path": tmp_path / "file" / "data"})
    with pytest.raises(BadConfiguration, match="can not be written"), FolderLock(settings, "a.lock"):
        pass
