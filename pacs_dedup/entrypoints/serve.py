"""The service: the listener in this process, the steps in a worker process that is watched over."""

import functools
import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from pacs_dedup import __version__, wiring
from pacs_dedup.config import Settings
from pacs_dedup.entrypoints.audited_run import audited_run
from pacs_dedup.entrypoints.folder_lock import FolderLock
from pacs_dedup.entrypoints.listener import Listener
from pacs_dedup.entrypoints.listener.commitment import commitment_desk
from pacs_dedup.entrypoints.listener.refusal_record import recorded_refusals
from pacs_dedup.entrypoints.operations import Instruments, Receiving, counted, open_relay, refusals_counted, watched
from pacs_dedup.entrypoints.recording import recording
from pacs_dedup.entrypoints.signals import sigint_waits, stop_on_signals
from pacs_dedup.entrypoints.worker import work, worker_process
from pacs_dedup.log import configure_logging, get_logger
from pacs_dedup.wiring.associations import check_tls, listener_tls
from pacs_dedup.wiring.secret_file import secret_in
from pacs_dedup.wiring.spool import open_spool
from pacs_dedup.wiring.transfers import open_transfers, told

_log = get_logger(__name__)

_LISTENER_LOCK = "scp.lock"
_LOG_KEY_FILE = "log.key"
_ASSOCIATIONS_FINISH_WITHIN = timedelta(seconds=30)
_WORKER_FINISHES_WITHIN_S = 30.0
_WATCH_EVERY_S = 0.2
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 60.0
_MOST_DOUBLINGS = 16
_WELL_AFTER_S = 60.0  # a worker that lived so long did not end because of how it was started


class Role(StrEnum):
    """Which part of the service a process takes."""

    ALL = "all"
    SCP = "scp"
    WORKER = "worker"


def serve(settings: Settings, role: Role = Role.ALL) -> int:
    """Run the service until SIGINT or SIGTERM; return the exit code.

    Then new associations are refused, the current ones may finish, and each worker thread finishes its step.

    Raises:
        BadConfiguration: it can not start: another service uses the data folder, the port is taken, or the database
            can not be used. A database that is only away is waited for: the listener keeps arrivals in the spool.
        OutOfStorage: the data folder can not be written.
        StorageDamaged: the database can not be read.
    """
    with stop_on_signals() as stop:
        if role is Role.WORKER:
            configure_logging(key=_log_key(settings), log_uids=settings.operations.log_uids)
            work(settings, stop)
        else:
            with FolderLock(settings, _LISTENER_LOCK):
                _listen(settings, stop, with_worker=role is Role.ALL)
    _log.info("stopped")
    return 0


def _listen(settings: Settings, stop: threading.Event, *, with_worker: bool) -> None:
    log_key = _log_key(settings)
    configure_logging(key=log_key, log_uids=settings.operations.log_uids)
    check_tls(settings)
    instruments, spool = Instruments(settings), open_spool(settings)
    with (
        wiring.open_services(settings, lazily=True) as services,
        audited_run(services),
        open_transfers(services) as transfers,
        recording(services, spool) as reception,
        recorded_refusals(services.audit, services.clock) as report,
    ):
        listener = Listener(
            settings,
            told(counted(reception, instruments), transfers, services),
            tls=listener_tls(settings),
            report=refusals_counted(report, instruments),
            commitment=commitment_desk(services),
            ended=transfers.end,
        )
        listener.start()
        _say_started(settings, listener)
        with watched(services, instruments, Receiving(listener, spool)) as observation:
            start = functools.partial(_start_worker, settings, log_key, open_relay(instruments.note))
            worker = _watch(start, stop, instruments.worker_restarted) if with_worker else None
            stop.wait()
            observation.stop()
            _log.info("stopping; current associations may finish", count=listener.associations)
            listener.stop(_ASSOCIATIONS_FINISH_WITHIN)
        if worker is not None:
            _end(worker)


def _say_started(settings: Settings, listener: Listener) -> None:
    dicom, data = settings.dicom, settings.storage.path.absolute()
    ports = [f"{dicom.bind}:{listener.port}"] if dicom.plain else []
    ports += [f"{dicom.bind}:{listener.tls_port} (TLS)"] if dicom.tls.enabled else []
    said = (
        f"pacs_dedup {__version__} listens on {' and '.join(ports)} as {dicom.ae_title}, mode {settings.mode.action}, "
        f"data in {data}"
    )
    facts: dict[str, object] = {"address": dicom.bind, "ae_title": dicom.ae_title}
    facts |= {"port": listener.port} if dicom.plain else {}
    facts |= {"tls_port": listener.tls_port} if dicom.tls.enabled else {}
    facts |= {"mode": str(settings.mode.action), "data": str(data)}
    _log.info(said, **({} if sys.stderr.isatty() else facts))  # a person reads the sentence, a program the keys


def _start_worker(settings: Settings, log_key: bytes, telling: Connection) -> BaseProcess:
    process = multiprocessing.get_context("spawn").Process(
        target=worker_process, args=(settings, log_key, telling, os.getpid()), name="pacs_dedup worker"
    )
    with sigint_waits():
        process.start()
    return process


def _watch(start: Callable[[], BaseProcess], stop: threading.Event, restarted: Callable[[], None]) -> BaseProcess:
    """Keep a worker running until ``stop`` is set, telling ``restarted`` of each new one; return the last one.

    Call it from the main thread: the kernel ends a worker when the thread that started it ends.
    """
    failures, worker, born = 0, start(), time.monotonic()
    while not stop.wait(_WATCH_EVERY_S):
        if worker.is_alive():
            continue
        failures = 1 if time.monotonic() - born > _WELL_AFTER_S else failures + 1
        pause = min(_FIRST_PAUSE_S * (1 << min(failures - 1, _MOST_DOUBLINGS)), _LONGEST_PAUSE_S)
        _log.error("the worker ended, another is started", exit_code=worker.exitcode, retry_in_s=pause)
        if not stop.wait(pause):
            worker, born = start(), time.monotonic()
            restarted()
    return worker


def _end(worker: BaseProcess) -> None:
    """Let the worker finish its steps; what takes too long is done again after the next start."""
    worker.terminate()
    worker.join(_WORKER_FINISHES_WITHIN_S)
    if worker.is_alive():
        _log.warning("the worker did not finish in time and is killed")
        worker.kill()
        worker.join()


def _log_key(settings: Settings) -> bytes:
    """Return the secret under which UIDs are hashed in the logs, made at the first start."""
    return secret_in(settings.storage.path / _LOG_KEY_FILE)
