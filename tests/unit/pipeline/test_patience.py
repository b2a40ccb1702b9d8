import threading
import time
from datetime import timedelta

import pytest

from pacs_dedup.pipeline.patience import PatientCalls

LONG, SHORT = timedelta(seconds=20), timedelta(milliseconds=50)


def raise_it(error):
    raise error


def test_a_call_gives_what_it_returns_and_raises_what_it_raises():
    calls = PatientCalls("test")
    assert calls.call(lambda: 7, LONG) == 7
    with pytest.raises(KeyError):
        calls.call(lambda: raise_it(KeyError("x")), LONG)


def test_nobody_waits_longer_than_agreed_and_the_call_goes_on():
    go, ended = threading.Event(), threading.Event()
    calls = PatientCalls("test")
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        calls.call(lambda: (go.wait(20), ended.set()), SHORT)
    assert time.monotonic() - began < 10
    assert calls.call(lambda: 7, LONG) == 7, "a call that is stuck keeps no other from being made"
    assert not ended.is_set()
    go.set()
    assert ended.wait(20)


def test_one_thread_serves_calls_that_come_one_after_the_other():
    calls = PatientCalls("test")
    assert len({calls.call(threading.get_ident, LONG) for _ in range(50)}) <= 2


def test_calls_that_come_at_once_are_made_at_once():
    calls, all_there = PatientCalls("test"), threading.Barrier(8)
    callers = [threading.Thread(target=calls.call, args=(lambda: all_there.wait(20), LONG)) for _ in range(8)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(20)
    assert not all_there.broken


def test_its_threads_keep_no_process_from_ending():
    calls = PatientCalls("its-threads")
    calls.call(lambda: None, LONG)
    threads = [thread for thread in threading.enumerate() if thread.name == "its-threads"]
    assert [thread.daemon for thread in threads] == [True]
