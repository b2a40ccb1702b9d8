"""Invariant 1, as the kernel sees it: which system calls of the running service come before its answer, in which order.

The service runs under strace, and a real sender sends it one instance.
"""

import re
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing
from dataclasses import dataclass

import pytest

from tests.integration.running import start_service
from tests.integration.support import ct_instance, written
from tests.integration.test_service_process import send

CALLS = "write,pwrite64,writev,sendto,sendmsg,fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat"
ENDS_WITHIN_S = 20

pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None, reason="strace is not installed: apt-get install strace"
)


@dataclass
class Call:
    """One system call: what strace wrote of it, and on which lines of the trace it began and ended."""

    text: str
    begun: int
    ended: int | None


def parsed(trace):
    """Return the calls of a trace in the order in which they began; calls of several threads may overlap."""
    calls, open_calls = [], {}
    for number, line in enumerate(trace.read_text(errors="replace").splitlines()):
        pid, _, said = line.partition(" ")
        said = said.strip()
        if resumed := re.match(r"<\.\.\. \w+ resumed>(.*)", said):
            if (call := open_calls.pop(pid, None)) is not None:
                call.text, call.ended = call.text + resumed[1], number
        elif said.endswith("<unfinished ...>"):
            open_calls[pid] = Call(said.removesuffix("<unfinished ...>"), number, None)
            calls.append(open_calls[pid])
        else:
            calls.append(Call(said, number, number))
    return calls


def assert_in_order(calls, *patterns):
    """Each pattern's last call must have ended, and succeeded, before that of the next one begins."""
    before = None
    for pattern in patterns:
        found = [call for call in calls if re.match(pattern, call.text)]
        assert found, f"no call matches {pattern}"
        last = found[-1]
        assert last.ended is not None, f"it did not end: {last.text}"
        assert not re.search(r"= -1", last.text), last.text
        assert before is None or before.ended <= last.begun, f"{last.text} began before {before.text} had ended"
        before = last


@pytest.fixture
def traced(tmp_path):
    """Start the listener under strace, as our own child; yields the service and the file of the trace."""
    probe, trace = tmp_path / "probe", tmp_path / "trace"
    subprocess.run(["strace", "-D", "-o", probe, "true"], check=False, capture_output=True)
    if not probe.exists() or "exit_group" not in probe.read_text():
        pytest.skip("strace may trace nothing here; allow it with sysctl kernel.yama.ptrace_scope=0, or as root")
    under = ["strace", "-D", "-f", "-yy", "-s", "16", "-e", f"trace={CALLS}", "-o", str(trace)]
    service = start_service(tmp_path / "data", role="scp", under=under, limits={"record_within_s": 0.5})
    try:
        service.wait_until_it_listens()
        yield service, trace
    finally:
        service.process.kill()
        service.process.wait()


def until_the_answer(service, trace):
    """Return the calls up to the first P-DATA-TF (PS3.8 9.3.5) that the service sent: the answer to the C-STORE."""
    deadline = time.monotonic() + ENDS_WITHIN_S
    answer = rf"(sendto|sendmsg|write)\(\d+<TCP(v6)?:\[[^]]*:{service.port}->[^]]*\]>, \"\\4\\0"
    while time.monotonic() < deadline:
        calls = parsed(trace)
        said = next((number for number, call in enumerate(calls) if re.match(answer, call.text)), None)
        if said is not None:
            return answer, calls[: said + 1]
        time.sleep(0.1)
    raise AssertionError("the trace holds no answer")


def of_the_blob(data):
    """Patterns of the calls that make the bytes durable, under their name."""
    temporary, leaf = rf"{data}/incoming/[^>\"]*", rf"{data}/blobs/[0-9a-f]{{2}}/[0-9a-f]{{2}}"
    return (
        rf"write\(\d+<{temporary}>",
        rf"fsync\(\d+<{temporary}>",
        rf"link(at)?\(.*\"{temporary}.*\"",
        rf"fsync\(\d+<{leaf}>\)",
    )


def test_bytes_then_name_then_folder_then_commit_then_the_answer(traced, tmp_path):
    service, trace = traced
    assert send(service.port, written(tmp_path, ct_instance())) == 0
    answer, calls = until_the_answer(service, trace)
    log = rf"{service.data}/pacs_dedup\.db-wal"
    commit = (rf"pwrite64\(\d+<{log}>", rf"(fsync|fdatasync)\(\d+<{log}>")
    assert_in_order(calls, *of_the_blob(service.data), *commit, answer)


def test_while_the_database_is_away_the_spool_takes_the_place_of_the_commit(traced, tmp_path):
    service, trace = traced
    with closing(sqlite3.connect(service.data / "pacs_dedup.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert send(service.port, written(tmp_path, ct_instance())) == 0
        answer, calls = until_the_answer(service, trace)
        assert list((service.data / "spool").glob("[0-9]*"))
        other.execute("ROLLBACK")
    new = rf"{service.data}/spool/\.new-[^>\"]*"
    spooled = (
        rf"write\(\d+<{new}>",
        rf"fsync\(\d+<{new}>",
        rf"rename(at2?)?\(.*\"{service.data}/spool/\.new-.*\"{service.data}/spool/",
        rf"fsync\(\d+<{service.data}/spool>\)",
    )
    assert_in_order(calls, *of_the_blob(service.data), *spooled, answer)
