"""Running one target: inputs in, findings and figures out."""

import hashlib
import json
import resource
import signal
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from types import FrameType

from benchmarks.fuzz.mutations import mutated
from pacs_dedup.domain.errors import PacsDedupError

HANG_S = 5.0
MEMORY_BYTES = 4 << 30
_KEPT = 400  # inputs that others are made from


@dataclass(frozen=True, slots=True)
class Target:
    """Something that reads what others wrote.

    Attributes:
        seeds: makes good inputs, from which bad ones are made.
        run: takes one input; returns a word for how it ended, or raises an error of the product's tree.
        check: called every ``check_every`` inputs and at the end; raises where the target does not work any more.
        close: ends what the target uses.
    """

    name: str
    seeds: Callable[[], Sequence[bytes]]
    run: Callable[[bytes], str]
    check: Callable[[], None] = lambda: None
    check_every: int = 500
    close: Callable[[], None] = lambda: None


@dataclass(slots=True)
class Figures:
    """What a run came to."""

    target: str
    engine: str
    seed: int
    inputs: int = 0
    seconds: float = 0.0
    slowest_s: float = 0.0
    peak_mib: int = 0
    endings: Counter[str] = field(default_factory=Counter)
    findings: dict[str, str] = field(default_factory=dict)

    def line(self) -> str:
        """Return the figures as one line of JSON."""
        return json.dumps(asdict(self) | {"endings": dict(self.endings)})


class Hang(BaseException):
    """An input took longer than any may."""


def _too_long(_signal: int, frame: FrameType | None) -> None:
    where = f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame else "?"
    raise Hang(where)


class Attempts:
    """Tries inputs on a target one by one, and keeps what went wrong."""

    def __init__(self, target: Target, figures: Figures, out: Path) -> None:
        """Limit this process's memory, and prepare to be stopped in time."""
        self._target, self.figures, self._out = target, figures, out
        self._began = time.monotonic()
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        signal.signal(signal.SIGALRM, _too_long)
        out.mkdir(parents=True, exist_ok=True)

    def attempt(self, data: bytes) -> bool:
        """Try one input; say whether it ended in a way that was not seen before."""
        began, ending = time.monotonic(), ""
        signal.setitimer(signal.ITIMER_REAL, HANG_S)
        try:
            ending = self._target.run(data)
        except PacsDedupError as error:
            ending = f"refused: {type(error).__name__}"
        except (Hang, Exception) as error:  # noqa: BLE001 - everything else is what is looked for
            ending = "finding"
            self._keep(data, error)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        self._count(ending, time.monotonic() - began)
        return self.figures.endings[ending] == 1

    def _count(self, ending: str, took_s: float) -> None:
        figures = self.figures
        figures.inputs += 1
        figures.endings[ending] += 1
        figures.slowest_s = round(max(figures.slowest_s, took_s), 3)
        if figures.inputs % self._target.check_every == 0:
            self.look()

    def look(self) -> None:
        """Check that the target still works, and bring the figures up to date."""
        try:
            self._target.check()
        except Exception as error:  # noqa: BLE001 - a target that stopped working is a finding
            self._keep(b"", error)
        usage = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        self.figures.peak_mib = usage // 1024
        self.figures.seconds = round(time.monotonic() - self._began, 1)
        (self._out / f"{self._target.name}.{self.figures.seed}.json").write_text(self.figures.line() + "\n")

    def _keep(self, data: bytes, error: BaseException) -> None:
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if "/pacs_dedup/" in frame.filename] or frames
        where = f"{type(error).__name__} at {Path(own[-1].filename).name}:{own[-1].lineno}"
        if where not in self.figures.findings:
            name = f"{self._target.name}-{hashlib.sha256(data).hexdigest()[:12]}"
            (self._out / name).write_bytes(data)
            (self._out / f"{name}.txt").write_text("".join(traceback.format_exception(error)))
            self.figures.findings[where] = name


def run_mutations(target: Target, *, inputs: int, minutes: float, seed: int, out: Path) -> Figures:
    """Try so many inputs, or for so long, whichever is over first."""
    attempts = Attempts(target, Figures(target.name, "mutations", seed), out)
    rng, pool = Random(seed), list(target.seeds())
    until = time.monotonic() + 60 * minutes
    try:
        for data in pool:
            attempts.attempt(data)
        while attempts.figures.inputs < inputs and time.monotonic() < until:
            data = mutated(rng.choice(pool), pool, rng)
            if attempts.attempt(data) or rng.random() < 0.002:
                pool.append(data)
                del pool[_KEPT:-1]
        attempts.look()
    finally:
        with suppress(Exception):
            target.close()
    return attempts.figures
