"""Carry the steps of a scan out: here, in several processes, or by the service that uses the data folder already."""

import threading
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing

from pacs_dedup import wiring
from pacs_dedup.domain.errors import BadConfiguration
from pacs_dedup.entrypoints.cli.output import counting
from pacs_dedup.entrypoints.folder_lock import FolderLock
from pacs_dedup.entrypoints.worker import WORKER_LOCK
from pacs_dedup.ports.journal import Step

_LOOK_AGAIN_S = 0.2


def run_steps(services: wiring.Services, sources: Collection[str], arrivals: int) -> None:
    """Return when everything that these sources queued is fingerprinted, settled, matched and acted on.

    Where a worker uses the data folder already, it does the work and this only waits.

    Args:
        services: opened on the data folder that the files were recorded in.
        sources: of the scanned files.
        arrivals: how many were queued at most.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(FolderLock(services.settings, WORKER_LOCK))
        except BadConfiguration:
            _wait(services, sources, arrivals)
        else:
            _fingerprint(services, arrivals)
            _judge(services, sources)


def _fingerprint(services: wiring.Services, arrivals: int) -> None:
    count, stop = services.settings.workers.decoders, threading.Event()
    with counting("fingerprinting", arrivals) as tell, ThreadPoolExecutor(count) as pool:
        try:
            loops = [pool.submit(_fingerprint_loop, services, stop) for _ in range(count)]
            while not all(loop.done() for loop in loops):
                tell(max(0, arrivals - services.journal.backlog()[Step.FINGERPRINT]))
                stop.wait(_LOOK_AGAIN_S)
        finally:
            stop.set()
        for loop in loops:
            loop.result()


def _fingerprint_loop(services: wiring.Services, stop: threading.Event) -> None:
    with closing(wiring.isolated_examine(services.settings)) as examine:
        step = wiring.fingerprint_step(services, examine)
        while not stop.is_set() and step():
            pass


def _judge(services: wiring.Services, sources: Collection[str]) -> None:
    pause, open_sources, studies = threading.Event(), set(sources), _unjudged(services)
    with counting("judging", studies) as tell, closing(wiring.isolated_verify(services.settings)) as verify:
        steps = wiring.judging_steps(services, verify)
        while open_sources:
            while any([step() for step in steps]):  # noqa: C419 - every step gets its turn
                tell(max(0, studies - _unjudged(services)))
            open_sources = _open_sources(services, open_sources)
            pause.wait(_LOOK_AGAIN_S if open_sources else 0)


def _unjudged(services: wiring.Services) -> int:
    backlog = services.journal.backlog()
    return backlog[Step.SETTLE] + backlog[Step.MATCH]


def _wait(services: wiring.Services, sources: Collection[str], arrivals: int) -> None:
    pause, open_sources = threading.Event(), set(sources)
    with counting("the service fingerprints", arrivals) as tell:
        while open_sources := _open_sources(services, open_sources):
            tell(max(0, arrivals - services.journal.backlog()[Step.FINGERPRINT]))
            pause.wait(_LOOK_AGAIN_S)


def _open_sources(services: wiring.Services, sources: Collection[str]) -> set[str]:
    """Return the sources that still have work to be done; forwarding is none of a scan's."""
    return {
        source
        for source in sources
        if any(count for step, count in services.journal.backlog(source=source).items() if step is not Step.FORWARD)
    }
