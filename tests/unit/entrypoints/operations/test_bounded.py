import threading
import time
from datetime import timedelta

import pytest

from pacs_dedup.entrypoints.operations.bounded import Bounded

A_WHILE = timedelta(seconds=60)
AT_ONCE = timedelta()
SOON = timedelta(seconds=0.05)


def test_an_answer_is_kept_for_a_while():
    asked = iter(range(9))
    bounded = Bounded(lambda: next(asked), keep_for=A_WHILE)
    assert [bounded.result(A_WHILE) for _ in range(3)] == [0, 0, 0]


def test_an_answer_that_is_no_longer_fresh_is_asked_for_again():
    asked = iter(range(9))
    bounded = Bounded(lambda: next(asked), keep_for=AT_ONCE)
    assert [bounded.result(A_WHILE) for _ in range(3)] == [0, 1, 2]


def test_an_error_is_an_answer():
    def ask():
        raise KeyError("x")

    with pytest.raises(KeyError):
        Bounded(ask, keep_for=A_WHILE).result(A_WHILE)


def test_what_hangs_is_waited_for_no_longer_than_told_and_asked_only_once():
    asked, free = [], threading.Event()

    def ask():
        asked.append(threading.current_thread())
        free.wait(60)
        return "at last"

    bounded = Bounded(ask, keep_for=AT_ONCE)
    began = time.monotonic()
    for _ in range(5):
        with pytest.raises(TimeoutError):
            bounded.result(SOON)
    assert time.monotonic() - began < 5
    assert len(asked) == 1
    free.set()
    asked[0].join(60)
    assert bounded.result(A_WHILE) == "at last"
    assert asked[0].daemon, "what hangs must not keep the process from ending"
