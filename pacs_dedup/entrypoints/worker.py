"""The worker: one thread for each step loop, until it is told to stop."""

import ctypes
import functools
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta
from multiprocessing.connection import Connection

from pacs_dedup import wiring
from pacs_dedup.config import Settings
from pacs_dedup.domain.errors import PacsDedupError
from pacs_dedup.entrypoints.audited_run import audited_run
from pacs_dedup.entrypoints.folder_lock import FolderLock
from pacs_dedup.entrypoints.operations import Instruments, observed, relayed, watched
from pacs_dedup.entrypoints.operations.instruments import Tell
from pacs_dedup.log import configure_logging, describe_error, get_logger
from pacs_dedup.pipeline.leases import KeptLeases
from pacs_dedup.pipeline.transfers import Transfers
from pacs_dedup.wiring.associations import check_peers_tls
from pacs_dedup.wiring.audit import audit_receiver, audit_steps
from pacs_dedup.wiring.commitment import commitment_steps
from pacs_dedup.wiring.forwarding import forwarding_steps
from pacs_dedup.wiring.transfers import FORWARDED_WHEN_QUIET_FOR, open_transfers

_log = get_logger(__name__)

WORKER_LOCK = "worker.lock"
_IDLE_S = 0.2  # how long a loop without work waits before it looks again
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 30.0
_MOST_DOUBLINGS = 16
_PREDECESSOR_ENDS_WITHIN = timedelta(seconds=10)  # the kernel ends a worker whose parent was killed
_PR_SET_PDEATHSIG = 1  # prctl(2)


@dataclass(frozen=True, slots=True)
class StepLoop:
    """One thread of the worker.

    Attributes:
        name: the step's name, for logs.
        step: does one piece of work that is due; returns False where there was none.
        close: ends the child process that the step uses; called once, when the loop has ended.
    """

    name: str
    step: Callable[[], bool]
    close: Callable[[], None] | None = None


def work(settings: Settings, stop: threading.Event, tell: Tell | None = None) -> None:
    """Run the steps until ``stop`` is set; return when each thread has finished the piece it was at.

    Args:
        settings: what the site chose.
        stop: set by whoever wants it to end.
        tell: takes what is worth counting; None where this process is watched by itself, not through a listener's.

    Raises:
        BadConfiguration: another worker uses the data folder, or the database can not be used.
    """
    check_peers_tls(settings)
    embedded = not settings.storage.database_url
    with (
        FolderLock(settings, WORKER_LOCK, within=_PREDECESSOR_ENDS_WITHIN),
        wiring.open_services(settings, sole_owner=embedded) as services,
        audited_run(services) if tell is None else nullcontext(),
        open_transfers(services) as transfers,
    ):
        if tell is None:
            instruments = Instruments(settings)
            with watched(services, instruments):
                turn(tuple(_kept_loops(observed(services, instruments.note), transfers)), stop)
        else:
            turn(tuple(_kept_loops(observed(services, tell), transfers)), stop)


def worker_process(settings: Settings, log_key: bytes, telling: Connection, parent: int) -> None:
    """Run `work` in this process until SIGTERM: the main function of the child that the service watches over.

    Args:
        settings: those of the service.
        log_key: secret under which UIDs are hashed in the logs.
        telling: takes what is worth counting to the service.
        parent: process id of the service, which this process does not outlive. SIGINT is the service's to handle.
    """
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # Linux: end with the parent, however that ends
    if os.getppid() != parent:  # it ended before the kernel was asked
        return
    configure_logging(key=log_key, log_uids=settings.operations.log_uids)
    stop = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it began with it blocked
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    try:
        work(settings, stop, relayed(telling))
    except PacsDedupError as error:
        _log.error("the worker can not run", **describe_error(error))
        sys.exit(error.exit_code)


def turn(loops: Sequence[StepLoop], stop: threading.Event) -> None:
    """Turn every loop in a thread of its own until ``stop`` is set; return when the last one has ended."""
    threads = [threading.Thread(target=_turn_one, args=(loop, stop), name=loop.name) for loop in loops]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _kept_loops(services: wiring.Services, transfers: Transfers) -> Iterator[StepLoop]:
    """Return the loops, and one that renews what they have claimed."""
    leases = KeptLeases(services.journal, services.leases, services.clock)
    for loop in _loops(replace(services, journal=leases), transfers):
        yield replace(loop, step=leases.kept(loop.step))
    yield StepLoop("leases", leases.renew_due)


def _loops(services: wiring.Services, transfers: Transfers) -> Iterator[StepLoop]:
    settings = services.settings
    for _ in range(settings.workers.decoders):
        examiner = wiring.isolated_examine(settings)
        yield StepLoop("fingerprint", wiring.fingerprint_step(services, examiner), examiner.close)
    receiver = audit_receiver(settings)
    for name, step in audit_steps(settings, services.audit, services.audit_log, services.clock, receiver).items():
        yield StepLoop(name, step)
    verifier = wiring.isolated_verify(settings)
    yield StepLoop("judge", _each_once(wiring.judging_steps(services, verifier)), verifier.close)
    for forward in forwarding_steps(services, transfers):
        yield StepLoop("forward", forward)
    yield StepLoop("transfers", functools.partial(transfers.end_quiet, FORWARDED_WHEN_QUIET_FOR))
    yield from (StepLoop(name, step) for name, step in commitment_steps(services))


def _each_once(steps: Sequence[Callable[[], bool]]) -> Callable[[], bool]:
    return lambda: any([step() for step in steps])  # noqa: C419 - a list, so that no step waits for another


def _turn_one(loop: StepLoop, stop: threading.Event) -> None:
    failures = 0
    try:
        while not stop.is_set():
            outcome = _try(loop)
            failures = failures + 1 if outcome is None else 0
            if not outcome:
                stop.wait(_pause_s(failures))
    finally:
        if loop.close is not None:
            loop.close()


def _try(loop: StepLoop) -> bool | None:
    """Do one step; None says that it failed. `KeptLeases` gives its row back."""
    try:
        return loop.step()
    except Exception as error:  # noqa: BLE001 - the worker loop is one of the three edges
        _log.error("step failed, it will be tried again", step=loop.name, **describe_error(error))
        return None


def _pause_s(failures: int) -> float:
    if not failures:
        return _IDLE_S
    return min(_FIRST_PAUSE_S * (1 << min(failures - 1, _MOST_DOUBLINGS)), _LONGEST_PAUSE_S)
