"""Run a command with the terminal to itself: ``python scripts/own_terminal.py COMMAND [ARGUMENT ...]``.

Ctrl-C signals every process in the terminal's foreground group, make included, which then dies of it whatever the
service answers. In a group of its own the service alone is asked to stop, and make passes its exit code on. It keeps
its process id, so a signal that make hands down still reaches it.
"""

import os
import signal
import sys


def main() -> None:
    """Become the command, as the terminal's foreground group where there is a terminal."""
    if sys.stdin.isatty():
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # taking the terminal from another group would stop us
        os.setpgid(0, 0)
        os.tcsetpgrp(sys.stdin.fileno(), os.getpgrp())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)
        signal.signal(signal.SIGTSTP, signal.SIG_IGN)  # Ctrl-Z would stop the service and leave the shell waiting
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606 - the command that the Makefile names


if __name__ == "__main__":
    main()
