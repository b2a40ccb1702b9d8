import threading
import time

from pacs_dedup.entrypoints.listener.repeats import Repeats


def collecting(**more):
    told = []
    return told, Repeats(lambda what, again: told.append((what, again)), told.append, **more)


def test_the_first_of_a_kind_is_told_at_once_and_the_others_in_a_number():
    told, repeats = collecting()
    for what in ("a1", "a2", "b1", "a3"):
        repeats.take(what, what[0])
    assert told == [("a1", 0), ("b1", 0)]
    repeats.tell_repeats()
    assert told[2:] == [("a1", 2)]
    repeats.take("a4", "a")
    assert told[3:] == [("a4", 0)], "a new minute has begun"
    repeats.tell_repeats()


def test_kinds_beyond_the_most_are_told_as_one_number():
    told, repeats = collecting(most=2)
    for what in ("a", "b", "c", "d", "d", "a"):
        repeats.take(what, what)
    repeats.tell_repeats()
    assert told == [("a", 0), ("b", 0), ("a", 1), 3]


def test_where_no_thread_can_be_started_the_next_one_opens_the_minute(monkeypatch):
    told, repeats = collecting(window_s=0.05)

    def no_more_threads(_):
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", no_more_threads)
        repeats.take("a", "a")
    repeats.take("a", "a")
    deadline = time.monotonic() + 5
    while len(told) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert told == [("a", 0), ("a", 1)]
