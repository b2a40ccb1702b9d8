"""What a decoder that was taken over still can not do; each thing is tried in a real child."""

import ctypes
import errno
import os
import pickle
import platform
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pacs_dedup.adapters.isolated import IsolatedCall
from pacs_dedup.adapters.isolated.system_calls import FORBIDDEN, MACHINES
from pacs_dedup.domain.errors import Unreadable

MEMORY = 2 << 30
LONG = timedelta(seconds=20)
HERE = pytest.mark.skipif(platform.machine() not in MACHINES, reason="no filter is written for this machine")


def attempt(how: str, where: str) -> int:
    """Try what the name says; return the error number, 0 where nothing kept it from happening."""
    try:
        TRICKS[how](Path(where))
    except OSError as error:
        return error.errno or -1
    return 0


def _pixels(_: Path) -> None:
    assert np.linalg.inv(np.eye(300) * 2)[0, 0] == 0.5


def _thread(_: Path) -> None:
    thread = threading.Thread(target=time.sleep, args=(0.01,))
    thread.start()
    thread.join()


def _memory(_: Path) -> None:
    """Change a file through the memory of this process."""
    fd = os.memfd_create("scratch")
    os.write(fd, b"x")


def _raw(name: str, *arguments: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    number = MACHINES[platform.machine()].numbers[name]
    if libc.syscall(ctypes.c_long(number), *map(ctypes.c_long, arguments)) == -1:
        raise OSError(ctypes.get_errno(), name)


TRICKS: dict[str, Callable[[Path], Any]] = {
    "compute": _pixels,
    "start a thread": _thread,
    "read": lambda path: (path / "image").read_bytes(),
    "connect": lambda _: socket.create_connection(("127.0.0.1", 9)),
    "open a socket": lambda _: socket.socket(socket.AF_UNIX),
    "listen": lambda _: socket.create_server(("127.0.0.1", 0)),
    "run a program": lambda _: os.execv("/bin/true", ["true"]),  # noqa: S606
    "run a child": lambda _: subprocess.run(["/bin/true"], check=True),
    "fork": lambda _: os.fork(),
    "write a file": lambda path: (path / "new").write_bytes(b"x"),
    "change a file": lambda path: (path / "image").open("r+b"),
    "append to a file": lambda path: (path / "image").open("ab"),
    "empty a file": lambda path: os.truncate(path / "image", 0),
    "remove a file": lambda path: (path / "image").unlink(),
    "rename a file": lambda path: (path / "image").rename(path / "other"),
    "link a file": lambda path: (path / "other").hardlink_to(path / "image"),
    "make a folder": lambda path: (path / "folder").mkdir(),
    "change a mode": lambda path: (path / "image").chmod(0o777),
    "write to memory as a file": _memory,
    "signal its parent": lambda _: os.kill(os.getppid(), 0),
    "trace its parent": lambda _: _raw("ptrace", 16, os.getppid(), 0, 0),
    "become another user": lambda _: os.setuid(65534),
    "call what can not be looked into": lambda _: _raw("openat2", -1, 0, 0, 0),
}
ALLOWED = {"compute", "start a thread", "read"}


@pytest.fixture(scope="module")
def call() -> Iterator[IsolatedCall[[str, str], int]]:
    isolated = IsolatedCall(attempt, memory_bytes=MEMORY, timeout=LONG)
    yield isolated
    isolated.close()


@HERE
@pytest.mark.parametrize("how", [how for how in TRICKS if how not in ALLOWED])
def test_what_no_decoder_needs_is_refused(call: IsolatedCall[[str, str], int], how: str, tmp_path: Path) -> None:
    (tmp_path / "image").write_bytes(b"DICM")
    refused = {errno.EPERM, errno.EACCES, errno.ENOSYS, errno.EFBIG}
    assert call(how, str(tmp_path)) in refused
    assert (tmp_path / "image").read_bytes() == b"DICM"
    assert [path.name for path in tmp_path.iterdir()] == ["image"]


@pytest.mark.parametrize("how", sorted(ALLOWED))
def test_what_a_decoder_needs_is_possible(call: IsolatedCall[[str, str], int], how: str, tmp_path: Path) -> None:
    (tmp_path / "image").write_bytes(b"DICM")
    assert call(how, str(tmp_path)) == 0


@HERE
def test_a_machine_has_a_number_for_every_call_or_lacks_the_call() -> None:
    """The calls that aarch64 never had; everything else must be in the table."""
    old = {"fork", "vfork", "creat", "unlink", "rename", "link", "symlink", "mkdir", "rmdir", "mknod"}
    old |= {"chmod", "chown", "lchown", "utime", "utimes", "futimesat"}
    assert {name for name in FORBIDDEN if name not in MACHINES["x86_64"].numbers} == set()
    assert {name for name in FORBIDDEN if name not in MACHINES["aarch64"].numbers} == old
    for machine in MACHINES.values():
        assert len(set(machine.numbers.values())) == len(machine.numbers)


def end(how: str) -> None:
    """End this process as a codec may."""
    if how == "abort":
        os.abort()
    os.kill(os.getpid(), signal.SIGSEGV)


@pytest.mark.parametrize("how", ["abort", "crash"])
def test_a_crash_inside_the_jail_is_still_told_as_one(how: str) -> None:
    isolated = IsolatedCall(end, memory_bytes=MEMORY, timeout=LONG)
    with pytest.raises(Unreadable, match=r"SIGABRT|SIGSEGV"):
        isolated(how)
    isolated.close()


def spin() -> None:
    """Never end, and ignore whoever has hung up."""
    while True:
        pass


def test_a_decoder_whose_parent_is_gone_ends_by_itself() -> None:
    isolated = IsolatedCall(spin, memory_bytes=MEMORY, timeout=timedelta(seconds=0.2))
    assert isolated._started()
    child = isolated._child
    assert child is not None
    assert isolated._connection is not None
    isolated._connection.send(((), {}))
    pid, deadline = child.pid, time.monotonic() + 60
    while child.is_alive() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert pid
    assert child.exitcode == -signal.SIGXCPU
    isolated.close()


def environment() -> bytes:
    """Return what this process was started with; its memory is its own, so that only itself can say."""
    return b"\n".join(name + b"=" + value for name, value in os.environb.items())


def test_a_decoder_is_not_told_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PACS_DEDUP_STORAGE__DATABASE_URL", "postgresql://user:secret@db/x")
    isolated = IsolatedCall(environment, memory_bytes=MEMORY, timeout=LONG)
    assert b"secret" not in isolated()
    assert os.environ["PACS_DEDUP_STORAGE__DATABASE_URL"].endswith("/x")
    isolated.close()


def half_a_jail() -> tuple[str, ...]:
    """Stand in for a system that refuses a layer."""
    return ("filter of system calls",)


def test_where_a_layer_is_refused_work_goes_on_and_it_is_told(caplog: pytest.LogCaptureFixture) -> None:
    isolated = IsolatedCall(os.getpid, memory_bytes=MEMORY, timeout=LONG, confine=half_a_jail)
    assert isolated() != os.getpid()
    assert isolated.jail_gaps() == half_a_jail()
    isolated.close()
    assert "filter of system calls" in caplog.text


def lie(how: str) -> int:
    """Answer otherwise than this function declares."""
    match how:
        case "pickle":
            return pickle.dumps(os.mkdir)  # type: ignore[return-value]
        case "text":
            return "1; import os"  # type: ignore[return-value]
        case _:
            return {"a": [1]}  # type: ignore[return-value]


@pytest.mark.parametrize("how", ["pickle", "text", "structure"])
def test_a_child_that_returns_something_else_than_it_declares_has_failed(how: str) -> None:
    isolated = IsolatedCall(lie, memory_bytes=MEMORY, timeout=LONG)
    with pytest.raises(Unreadable, match="the decoder"):
        isolated(how)
    isolated.close()


def say(octets: bytes) -> int:
    """Take over the pipe to the parent, as a codec that was taken over would."""
    for link in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            if int(link.name) > 2 and str(link.readlink()).startswith("socket:"):
                os.write(int(link.name), octets)
    return 1


def framed(octets: bytes) -> bytes:
    """Write a message as multiprocessing frames it."""
    return len(octets).to_bytes(4, "big") + octets


@pytest.mark.parametrize(
    "octets",
    [
        framed(b""),
        framed(b"=[]"),
        framed(b'="x"'),
        framed(b"![1]"),
        framed(b"!" + b"[" * 100_000),
        framed(b"?[1]"),
        framed(pickle.dumps((True, 1))),
        b"\x7f\xff\xff\xff" + b"=",
        b"\xff\xff\xff\xff" + b"\x7f" * 8,
        framed(b"=[1]")[:6],
    ],
)
def test_bytes_that_are_no_result_cost_the_child_and_nothing_else(octets: bytes) -> None:
    isolated = IsolatedCall(say, memory_bytes=MEMORY, timeout=timedelta(seconds=2))
    with pytest.raises(Unreadable, match="the decoder"):
        isolated(octets)
    assert isolated._child is None
    isolated.close()


@dataclass(frozen=True, slots=True)
class Everything:
    """One of each kind of value that results are made of."""

    text: str
    number: float
    octets: bytes
    several: tuple[int, ...]
    some: frozenset[str]
    at: datetime
    perhaps: int | None = None


def echo(value: Everything) -> Everything:
    """Return what it was given."""
    return value


def test_values_come_back_as_they_were() -> None:
    isolated = IsolatedCall(echo, memory_bytes=MEMORY, timeout=LONG)
    at = datetime(2026, 1, 1, 8, 30, tzinfo=timezone(timedelta(hours=8)))
    value = Everything("陳大文", 0.1, bytes(range(256)), (1, 2), frozenset({"x"}), at)
    assert isolated(value) == value
    assert isolated(replace(value, number=float("inf"), text="")) == replace(value, number=float("inf"), text="")
    assert isolated(replace(value, text="\udc80")).text == "?"
    isolated.close()
