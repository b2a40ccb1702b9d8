"""What a decoder that was taken over can not do to the process that started it, by ways that are easily forgotten."""

import ctypes
import errno
import fcntl
import os
import platform
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pacs_dedup.adapters.isolated import IsolatedCall
from pacs_dedup.adapters.isolated.reply import Reply
from pacs_dedup.adapters.isolated.system_calls import MACHINES, NEWER
from tests.integration.running import ROOT

HERE = pytest.mark.skipif(platform.machine() not in MACHINES, reason="no filter is written for this machine")
F_SETSIG, F_SETOWN_EX, FIOSETOWN, SIOCSPGRP = 10, 15, 0x8901, 0x8902
FCHMODAT2 = 452


def attempt(how: str, where: str) -> int:
    """Try what the name says; return the error number, 0 where nothing kept it from happening."""
    try:
        TRICKS[how](Path(where))
    except OSError as error:
        return error.errno or -1
    return 0


def _raw(number: int, *arguments: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(ctypes.c_long(number), *map(ctypes.c_long, arguments)) == -1:
        raise OSError(ctypes.get_errno(), "refused")


def _queue_a_signal(_: Path) -> None:
    information = (ctypes.c_int * 32)(signal.SIGWINCH, 0, -1)
    number = MACHINES[platform.machine()].numbers["rt_sigqueueinfo"]
    _raw(number, os.getppid(), signal.SIGWINCH, ctypes.addressof(information))


def _control(request: int) -> Callable[[Path], Any]:
    def own_signals(path: Path) -> None:
        with (path / "image").open("rb") as file:
            fcntl.ioctl(file, request, os.getppid().to_bytes(4, sys.byteorder))

    return own_signals


def _own_signals(command: int, value: int | None) -> Callable[[Path], Any]:
    def own_signals(path: Path) -> None:
        with (path / "image").open("rb") as file:
            fcntl.fcntl(file, command, os.getppid() if value is None else value)

    return own_signals


def _read_environment(_: Path) -> None:
    Path(f"/proc/{os.getppid()}/environ").read_bytes()


def _read_memory(_: Path) -> None:
    with Path(f"/proc/{os.getppid()}/mem").open("rb") as file:
        file.read(0)


TRICKS: dict[str, Callable[[Path], Any]] = {
    "queue a signal": _queue_a_signal,
    "name who is signalled": _own_signals(fcntl.F_SETOWN, None),
    "name who is signalled, by a structure": _own_signals(F_SETOWN_EX, 0),
    "choose the signal": _own_signals(F_SETSIG, signal.SIGKILL),
    "name who is signalled, by ioctl": _control(FIOSETOWN),
    "name who is signalled, by another ioctl": _control(SIOCSPGRP),
    "limit its processor time": lambda _: resource.prlimit(os.getppid(), resource.RLIMIT_CORE, (0, 0)),
    "ask for its limits": lambda _: resource.prlimit(os.getppid(), resource.RLIMIT_CORE),
    "slow it down": lambda _: os.setpriority(os.PRIO_PROCESS, os.getppid(), 19),
    "bind it to a processor": lambda _: os.sched_setaffinity(os.getppid(), {0}),
    "read its environment": _read_environment,
    "read its memory": _read_memory,
    "make a file look old": lambda path: os.utime(path / "image", (0, 0)),
    "change a mode by the newest call": lambda _: _raw(FCHMODAT2, -100, 0, 0o777, 0),
    "make a call that nobody knows yet": lambda _: _raw(NEWER + 500),
    "ask for nothing of it": lambda path: (path / "image").read_bytes(),
    "limit itself": lambda _: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)),
    "ask about a file": lambda path: fcntl.fcntl((path / "image").open("rb"), fcntl.F_GETFD),
}
ALLOWED = {"ask for nothing of it", "limit itself", "ask about a file"}


@pytest.fixture(scope="module")
def call() -> Iterator[IsolatedCall[[str, str], int]]:
    isolated = IsolatedCall(attempt, memory_bytes=2 << 30, timeout=timedelta(seconds=20))
    yield isolated
    isolated.close()


@HERE
@pytest.mark.parametrize("how", [how for how in TRICKS if how not in ALLOWED])
def test_a_decoder_does_not_reach_its_parent(call: IsolatedCall[[str, str], int], how: str, tmp_path: Path) -> None:
    (tmp_path / "image").write_bytes(b"DICM")
    assert call.jail_gaps() == ()
    assert call(how, str(tmp_path)) in {errno.EPERM, errno.EACCES, errno.ENOSYS}
    assert call("ask for nothing of it", str(tmp_path)) == 0


@HERE
@pytest.mark.parametrize("how", sorted(ALLOWED))
def test_a_decoder_may_still_mind_its_own_business(
    call: IsolatedCall[[str, str], int], how: str, tmp_path: Path
) -> None:
    (tmp_path / "image").write_bytes(b"DICM")
    assert call(how, str(tmp_path)) == 0


@pytest.mark.parametrize("octets", [b"", b"=", b"!", b"!2", b"![1]", b"!{}", b"!" + b"[" * 100_000])
def test_bytes_that_are_no_reply_are_told_by_one_kind_of_error(octets: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Reply(attempt).load(octets)


ANOTHER_PROCESS = """
import os, sys, time
from pacs_dedup.adapters.isolated.privileges import keep_own_memory
assert keep_own_memory()
sys.stdout.write("x"); sys.stdout.flush()
sys.stdin.read()
"""


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look into every process")
def test_no_process_of_the_same_account_reads_the_environment_of_ours() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", ANOTHER_PROCESS], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as ours:
        assert ours.stdout is not None
        assert ours.stdout.read(1) == b"x"
        with pytest.raises(PermissionError):
            Path(f"/proc/{ours.pid}/environ").read_bytes()
        ours.communicate()
