"""The listener's side of the database: recorded in time, or spooled and recorded later; and what waits, counted."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from pacs_dedup import wiring
from pacs_dedup.domain.errors import OutOfStorage, StorageDamaged
from pacs_dedup.domain.policy import Action
from pacs_dedup.log import describe_error, get_logger
from pacs_dedup.pipeline.back_pressure import BackPressure
from pacs_dedup.pipeline.patience import PatientCalls
from pacs_dedup.pipeline.receive import Reception
from pacs_dedup.pipeline.record import Recorder
from pacs_dedup.ports.arrival_spool import ArrivalSpool

_log = get_logger(__name__)

_MEET_WITHIN = timedelta(seconds=10)
_LOOK_EVERY_S = 0.5
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 10.0
_MOST_DOUBLINGS = 8
_COUNT_EVERY_S = 1.0
_COUNT_SHARE = 0.05  # of the time at most: counting must not be what keeps the database busy
_ENDS_WITHIN_S = 2.0


@contextmanager
def recording(services: wiring.Services, spool: ArrivalSpool) -> Iterator[Reception]:
    """Return what receiving needs; beside it, threads record what was spooled and count what waits.

    Nobody waits for a database that is away or stuck: the threads are daemons, and what they leave undone is on disk.

    Raises:
        BadConfiguration: the database can not be used, and will not be able to by itself.
        StorageDamaged: it can not be read.
    """
    settings = services.settings
    recorder = Recorder(services.arrivals, spool, settings.limits.record_within)
    pressure = BackPressure(
        gauge=services.gauge,
        spool=spool,
        most_queued=settings.limits.queued,
        most_unexamined=settings.limits.unexamined,
    )
    _meet_database(services, recorder.calls)
    stop = threading.Event()
    threads = [
        threading.Thread(target=_keep_draining, args=(recorder, stop), name="drain", daemon=True),
        threading.Thread(target=_keep_counting, args=(pressure, stop), name="count", daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield Reception(
            blobs=services.blobs,
            arrivals=recorder,
            clock=services.clock,
            forward_to=tuple(services.destinations),
            judge_within=settings.mode.judge_within if settings.mode.action is Action.QUARANTINE else None,
            pressure=pressure,
        )
    finally:
        stop.set()
        deadline = time.monotonic() + _ENDS_WITHIN_S
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))


def _meet_database(services: wiring.Services, calls: PatientCalls) -> None:
    """Bring its schema up to date if it answers in time; else say that it is away."""
    cause = f"no answer within {_MEET_WITHIN.total_seconds():g} s"
    try:
        calls.call(services.prepare, _MEET_WITHIN)
    except StorageDamaged:
        raise
    except OutOfStorage as error:
        cause = str(error)
    except TimeoutError:
        pass
    else:
        return
    _log.error("the database is away at the start, arrivals wait in the spool", cause=cause)


def _keep_draining(recorder: Recorder, stop: threading.Event) -> None:
    failures = 0
    while not stop.wait(_pause_s(failures)):
        failures = 0 if _is_done(recorder.drain_once) else failures + 1


def _keep_counting(pressure: BackPressure, stop: threading.Event) -> None:
    pause_s = 0.0
    while not stop.wait(pause_s):
        began = time.monotonic()
        _is_done(pressure.count)
        pause_s = max(_COUNT_EVERY_S, (time.monotonic() - began) / _COUNT_SHARE)


def _is_done(step: Callable[[], object]) -> bool:
    """Do one step; False says that it failed and should be tried again later."""
    try:
        step()
    except OutOfStorage:  # the circuit has told of it
        return False
    except Exception as error:  # noqa: BLE001 - a loop of the service is one of the edges; it must go on
        _log.error("step failed, it will be tried again", step="record", **describe_error(error))
        return False
    return True


def _pause_s(failures: int) -> float:
    if not failures:
        return _LOOK_EVERY_S
    return min(_FIRST_PAUSE_S * (1 << min(failures - 1, _MOST_DOUBLINGS)), _LONGEST_PAUSE_S)
