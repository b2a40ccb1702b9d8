"""Where words go: data to stdout, messages to stderr, colour only on a terminal that wants it."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from time import monotonic
from typing import Any, TextIO

from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from pacs_dedup.reports.plain import plain, visible

_PLAIN_WIDTH = 160
_SAY_EVERY_S = 5.0
_MINUTE_S = 60


def show(what: RenderableType) -> None:
    """Print data for a person to stdout."""
    _print(sys.stdout, what)


def show_json(value: Any) -> None:
    """Print data for a program to stdout."""
    _write(sys.stdout, json.dumps(plain(value), ensure_ascii=False, indent=2) + "\n")


def show_json_line(value: Any) -> None:
    """Print one of several values for a program to stdout, on a line of its own (JSON lines)."""
    _write(sys.stdout, json.dumps(plain(value), ensure_ascii=False) + "\n")


def say(message: str, *, error: bool = False) -> None:
    """Print a message to stderr."""
    words = f"error: {message}" if error else message
    _print(sys.stderr, words, style="bold red" if error else None, soft_wrap=True)


@contextmanager
def counting(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show progress with an estimate of the remaining time: a bar on a terminal, a line now and then elsewhere.

    Yields a function that takes how many are done.
    """
    if not sys.stderr.isatty():
        yield _Narrator(label, total).tell
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=_console(sys.stderr), transient=True) as progress:
        task = progress.add_task(label, total=total)
        yield lambda done: progress.update(task, completed=done)


def ticking(tell: Callable[[int], None]) -> Callable[[], None]:
    """Return a function to be called once for each thing that is done."""
    done = count(1)
    return lambda: tell(next(done))


class _Narrator:
    """Tells of progress in lines, at most one every few seconds."""

    def __init__(self, label: str, total: int) -> None:
        self._label, self._total = label, total
        self._began = self._told = monotonic()

    def tell(self, done: int) -> None:
        """Tell how many are done, if there was silence long enough."""
        now = monotonic()
        if now - self._told >= _SAY_EVERY_S and done:
            self._told = now
            left = (now - self._began) / done * (self._total - done)
            say(f"{self._label}: {done:,} of {self._total:,}, {_about(left)} left")


def _about(seconds: float) -> str:
    return f"about {seconds / _MINUTE_S:.0f} min" if seconds >= 2 * _MINUTE_S else f"about {seconds:.0f} s"


def _print(stream: TextIO, what: RenderableType, **options: Any) -> None:
    console = _console(stream)
    with console.capture() as printed:
        console.print(what, **options)
    _write(stream, printed.get())


def _write(stream: TextIO, text: str) -> None:
    """Write any text to any stream: what its encoding has no room for, file names above all, is escaped."""
    encoding = stream.encoding or "utf-8"
    stream.write(visible(text).encode(encoding, "backslashreplace").decode(encoding))


def _console(stream: Any) -> Console:
    """Return a console that writes plain text wherever there is no terminal; rich itself honours NO_COLOR."""
    width = None if stream.isatty() else _PLAIN_WIDTH
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False)
