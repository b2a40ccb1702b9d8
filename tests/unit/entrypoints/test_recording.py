import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
from structlog.testing import capture_logs

from pacs_dedup.domain.errors import BadConfiguration, OutOfStorage, PacsDedupError, StorageDamaged
from pacs_dedup.entrypoints import recording
from pacs_dedup.pipeline.patience import PatientCalls


def meet(prepare):
    with capture_logs() as said:
        recording._meet_database(SimpleNamespace(prepare=prepare), PatientCalls("test"))
    return said


def raising(error):
    def prepare():
        raise error

    return prepare


def test_a_database_that_answers_at_the_start_is_nothing_to_tell_of():
    assert meet(lambda: None) == []


def test_one_that_is_away_at_the_start_is_an_alert_and_the_service_starts():
    (line,) = meet(raising(OutOfStorage("connection refused")))
    assert line["log_level"] == "error"
    assert line["cause"] == "connection refused"
    assert "arrivals wait in the spool" in line["event"]


def test_one_that_is_stuck_at_the_start_does_not_keep_the_service_from_starting(monkeypatch):
    monkeypatch.setattr(recording, "_MEET_WITHIN", timedelta(milliseconds=50))
    go_on = threading.Event()
    (line,) = meet(lambda: go_on.wait(20))
    go_on.set()
    assert "no answer" in line["cause"]


@pytest.mark.parametrize("error", [StorageDamaged("damaged"), BadConfiguration("a newer version wrote it")])
def test_one_that_can_not_be_used_ends_the_start(error):
    with pytest.raises(type(error)):
        meet(raising(error))


@pytest.mark.parametrize("error", [OutOfStorage("away"), PacsDedupError("refused"), ValueError("a defect")])
def test_a_loop_goes_on_after_a_step_that_failed_and_waits_longer_each_time(error):
    assert recording._is_done(raising(error)) is False
    assert recording._is_done(lambda: None) is True
    pauses = [recording._pause_s(failures) for failures in range(10)]
    assert pauses[1:] == sorted(pauses[1:])
    assert max(pauses) == 10
