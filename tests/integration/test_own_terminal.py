"""Ctrl-C asks the service alone to stop, so that make, which started it, can pass its exit code on."""

import os
import pty
import sys
import time

import pytest

from tests.integration.running import ROOT

OWN_TERMINAL = [sys.executable, str(ROOT / "scripts" / "own_terminal.py")]
STOPS_WELL = "import signal, sys; signal.signal(2, lambda *_: sys.exit(0)); print('ready', flush=True); signal.pause()"
CTRL_C = b"\x03"


def in_a_terminal(command):
    """Run a shell that runs the command, as make does; send Ctrl-C when it is ready; return the shell's wait status."""
    child, terminal = pty.fork()
    if not child:
        # the shell waits beside the command, in the terminal's first group, and passes its exit code on
        os.execvp("/bin/sh", ["/bin/sh", "-c", '"$@"; exit $?', "sh", *command])  # noqa: S606 - fixed words
    said, deadline = b"", time.monotonic() + 30
    while b"ready" not in said:
        assert time.monotonic() < deadline, said
        said += os.read(terminal, 1024)
    os.write(terminal, CTRL_C)
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    return status


@pytest.mark.parametrize("wrapper", [[], OWN_TERMINAL], ids=["without", "with"])
def test_only_with_a_terminal_of_its_own_does_the_starter_outlive_ctrl_c(wrapper):
    status = in_a_terminal([*wrapper, sys.executable, "-c", STOPS_WELL])
    assert os.WIFEXITED(status) == bool(wrapper)
    if wrapper:
        assert os.WEXITSTATUS(status) == 0


def test_the_exit_code_of_the_command_is_kept():
    failing = STOPS_WELL.replace("sys.exit(0)", "sys.exit(4)")
    assert os.waitstatus_to_exitcode(in_a_terminal([*OWN_TERMINAL, sys.executable, "-c", failing])) == 4
