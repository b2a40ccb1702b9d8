"""The signals that end the service, at the moments that matter."""

import os
import signal
import subprocess
from pathlib import Path

from pacs_dedup.entrypoints.signals import sigint_waits, stop_on_signals


def signals(of: str, which: str) -> int:
    """Return a set of signals of a process, as /proc shows it: bit n - 1 is signal n."""
    lines = Path(f"/proc/{of}/status").read_text(encoding="ascii").splitlines()
    (line,) = (line for line in lines if line.startswith(f"{which}:"))
    return int(line.split()[1], 16)


def test_a_signal_sets_the_event_and_the_handlers_of_before_come_back() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    for which in (signal.SIGINT, signal.SIGTERM):
        with stop_on_signals() as stop:
            os.kill(os.getpid(), which)
            assert stop.wait(5)
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_ctrl_c_while_a_child_is_started_is_not_lost() -> None:
    with stop_on_signals() as stop:
        with sigint_waits():
            os.kill(os.getpid(), signal.SIGINT)
            assert not stop.is_set()
        assert stop.wait(5)


def test_a_child_begins_with_ctrl_c_blocked_and_we_go_on_without() -> None:
    bit = 1 << (signal.SIGINT - 1)
    with sigint_waits(), subprocess.Popen(["/bin/sleep", "30"]) as child:
        assert signals(str(child.pid), "SigBlk") & bit
        child.kill()
    assert not signals("thread-self", "SigBlk") & bit
