import os
import signal
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pacs_dedup.adapters.isolated import IsolatedCall
from pacs_dedup.domain.errors import DecoderAway, OutOfStorage, Unreadable

MEMORY = 1 << 30


def behave(how: str) -> int:
    """Stand in for a decoder: do what the name says, and return this process's id."""
    match how:
        case "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "leave":
            os._exit(3)
        case "hang":
            time.sleep(60)
        case "eat":
            np.ones(MEMORY, np.uint8)
        case "unreadable":
            raise Unreadable("the palette is missing")
        case "full":
            raise OutOfStorage("the disk is full")
        case "bug":
            raise ZeroDivisionError("CHAN^TAI MAN")
    return os.getpid()


@pytest.fixture(scope="module")
def call() -> Iterator[Callable[[str], Any]]:
    isolated = IsolatedCall(behave, memory_bytes=MEMORY, timeout=timedelta(seconds=2))
    yield isolated
    isolated.close()


def test_it_runs_in_one_other_process(call: Callable[[str], int]) -> None:
    first, second = call("well"), call("well")
    assert first == second != os.getpid()


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("crash", "SIGSEGV"),
        ("leave", "exit code 3"),
        ("hang", "within 2 s"),
        ("eat", "1024 MiB"),
        ("bug", "ZeroDivisionError"),
    ],
)
def test_a_decoder_that_fails_is_replaced_and_its_cause_told(call: Callable[[str], int], how: str, words: str) -> None:
    before = call("well")
    with pytest.raises(Unreadable, match=words) as raised:
        call(how)
    assert "CHAN" not in str(raised.value)
    assert call("well") != before


@pytest.mark.parametrize(("how", "kind"), [("unreadable", Unreadable), ("full", OutOfStorage)])
def test_our_own_errors_come_back_as_themselves(call: Callable[[str], int], how: str, kind: type[Exception]) -> None:
    before = call("well")
    with pytest.raises(kind, match=r"missing|full"):
        call(how)
    assert call("well") == before


def test_the_child_ends_when_it_is_closed() -> None:
    isolated = IsolatedCall(behave, memory_bytes=MEMORY, timeout=timedelta(seconds=2))
    child = isolated("well")
    isolated.close()
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
    isolated.close()


def test_a_child_killed_from_outside_is_replaced(call: Callable[[str], int]) -> None:
    os.kill(call("well"), signal.SIGKILL)
    time.sleep(0.1)
    assert call("well") > 0


class Stillborn:
    """A function that no child lives to be given."""

    def __call__(self) -> None: ...

    def __reduce__(self) -> tuple[object, ...]:
        return os._exit, (4,)


def stay_free() -> tuple[str, ...]:
    """Stand in for the jail, in which no file can be written."""
    return ()


def die_some_times(file: Path, times: int) -> int:
    """Be killed in the middle of a call, so many times; then return how often it was begun."""
    begun = len(file.read_bytes()) + 1
    file.write_bytes(b"." * begun)
    if begun <= times:
        os.kill(os.getpid(), signal.SIGKILL)
    return begun


def test_a_call_whose_child_is_killed_from_outside_is_made_again(tmp_path: Path) -> None:
    file = tmp_path / "begun"
    file.touch()
    isolated = IsolatedCall(die_some_times, memory_bytes=MEMORY, timeout=timedelta(seconds=10), confine=stay_free)
    assert isolated(file, 2) == 3
    isolated.close()


def test_what_always_gets_its_child_killed_is_given_up(tmp_path: Path) -> None:
    file = tmp_path / "begun"
    file.touch()
    isolated = IsolatedCall(die_some_times, memory_bytes=MEMORY, timeout=timedelta(seconds=10), confine=stay_free)
    with pytest.raises(Unreadable, match="killed, 3 times"):
        isolated(file, 100)
    assert len(file.read_bytes()) == 3
    isolated.close()


def test_where_no_child_can_be_started_the_bytes_are_not_blamed() -> None:
    isolated = IsolatedCall(Stillborn(), memory_bytes=MEMORY, timeout=timedelta(seconds=2))
    with pytest.raises(DecoderAway, match="exit code 4") as raised:
        isolated()
    assert raised.value.retriable
