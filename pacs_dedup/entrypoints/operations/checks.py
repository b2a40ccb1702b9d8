"""The checks behind ``/readyz``. Each may hang; whoever asks waits a bounded time for all of them together."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pacs_dedup.config import Settings
from pacs_dedup.domain.errors import BadConfiguration, PacsDedupError
from pacs_dedup.domain.health import Finding, Health
from pacs_dedup.entrypoints.operations.bounded import Bounded
from pacs_dedup.log import describe_error, get_logger
from pacs_dedup.ports.arrival_spool import SpoolUsage
from pacs_dedup.ports.audit_trail import InboxUsage
from pacs_dedup.ports.site_figures import Figures
from pacs_dedup.wiring.probes import free_bytes, try_durable_write

_log = get_logger(__name__)

ANSWERED_WITHIN = timedelta(seconds=2)
_KEPT = timedelta(seconds=1)
_KEPT_LONGER = timedelta(seconds=10)  # of what costs a place for an association, or a write
_MIB = 1 << 20

Ask = Callable[[], Finding]


@dataclass(frozen=True, slots=True)
class Check:
    """One component and how to find out about it; asking may hang or raise."""

    component: str
    ask: Ask
    keep_for: timedelta = _KEPT


@dataclass(slots=True)
class Checks:
    """Several checks, asked together; what changed since the last time is logged once."""

    checks: Sequence[Check]
    _asked: dict[str, Bounded[Finding]] = field(init=False)
    _known: dict[str, Health] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._asked = {check.component: Bounded(check.ask, keep_for=check.keep_for) for check in self.checks}

    def findings(self) -> tuple[Finding, ...]:
        """Ask all at once; whatever has not answered in time has failed."""
        deadline = time.monotonic() + ANSWERED_WITHIN.total_seconds()
        started = {component: bounded.start() for component, bounded in self._asked.items()}
        return tuple(self._finding(component, future, deadline) for component, future in started.items())

    def _finding(self, component: str, future: Future[Finding], deadline: float) -> Finding:
        told: dict[str, str] = {}
        try:
            finding = future.result(max(0.0, deadline - time.monotonic()))
        except TimeoutError:
            words = f"no answer within {ANSWERED_WITHIN.total_seconds():g} s"
            finding = Finding(component, Health.FAILED, words, "see the log and the guide to operations")
        except Exception as error:  # noqa: BLE001 - what a check raises is its answer to the HTTP request, an edge
            told = describe_error(error)
            finding = Finding(component, Health.FAILED, f"failed ({type(error).__name__})", "see the log")
        self._log_change(finding, told)
        return finding

    def _log_change(self, finding: Finding, told: dict[str, str]) -> None:
        before = self._known.get(finding.component, Health.OK)
        self._known[finding.component] = finding.health
        if finding.health is not before:
            log = _log.info if finding.health is Health.OK else _log.warning
            log("a component changed", component=finding.component, status=str(finding.health), **told)


def listener_check(echo: Callable[[], object], is_full: Callable[[], bool]) -> Check:
    """Return the check that the listener answers a C-ECHO of our own, for which it has a place beside all others."""

    def ask() -> Finding:
        try:
            echo()
        except BadConfiguration as error:
            _log.warning("the listener is not asked whether it answers", **describe_error(error))
            words = "is not asked: callers must show a certificate, and ours is none that a caller may show"
            return Finding("listener", Health.WARNING, words, "have dicom.tls.cert issued for servers and clients")
        if is_full():
            words = "all associations are in use; the next sender is told to come again"
            return Finding("listener", Health.WARNING, words, "raise dicom.max_associations, or send from fewer")
        return Finding("listener", Health.OK, "answers C-ECHO")

    return Check("listener", ask, _KEPT_LONGER)


def database_check(read: Callable[[], Figures]) -> Check:
    """Return the check that the database answers; ``read`` may hang."""

    def ask() -> Finding:
        try:
            read()
        except PacsDedupError as error:
            _log.warning("the database does not answer", **describe_error(error))
            return Finding("database", Health.FAILED, "does not answer", "see that it runs and that its disk has room")
        return Finding("database", Health.OK, "answers")

    return Check("database", ask)


def queue_check(read: Callable[[], Figures], limit: timedelta) -> Check:
    """Return the check that no queue entry has been due for longer than ``limit``; never a reason to send elsewhere."""

    def ask() -> Finding:
        try:
            queues = read().queues
        except PacsDedupError:
            return Finding("queue", Health.WARNING, "not known, for the database does not answer", "see the database")
        step, queue = max(queues.items(), key=lambda item: item[1].oldest)
        if queue.oldest <= limit:
            return Finding("queue", Health.OK, f"{sum(q.waiting for q in queues.values())} entries wait, none too long")
        minutes = queue.oldest.total_seconds() / 60
        return Finding(
            "queue",
            Health.WARNING,
            f"the oldest entry of {step} has been due for {minutes:.0f} min",
            "see the log for its cause: a destination that is away, or workers that do not keep up",
        )

    return Check("queue", ask)


def spool_check(usage: Callable[[], SpoolUsage], settings: Settings) -> Check:
    """Return the check that the spool, which keeps arrivals while the database is away, has room for more."""
    most, most_bytes = settings.limits.spool_arrivals, settings.limits.spool_bytes

    def ask() -> Finding:
        used = usage()
        words = f"{used.arrivals} arrivals of {used.size_bytes // _MIB} MiB wait for the database"
        if used.arrivals >= most or used.size_bytes >= most_bytes:
            return Finding(
                "spool", Health.FAILED, f"full: {words}", "bring the database back: senders are answered A700"
            )
        if used.set_aside:
            words = f"{used.set_aside} files could not be read; {words}"
            return Finding("spool", Health.WARNING, words, "look at spool/set-aside in the data folder")
        if used.arrivals:
            return Finding("spool", Health.WARNING, words, "bring the database back; they are recorded by themselves")
        return Finding("spool", Health.OK, "empty")

    return Check("spool", ask)


def audit_check(usage: Callable[[], InboxUsage], settings: Settings) -> Check:
    """Return the check that audit events go on into the database; never a reason to send elsewhere."""
    most, late = settings.audit.waiting_events, settings.operations.queue_age

    def ask() -> Finding:
        used = usage()
        words = f"{used.events} events wait for the database"
        if used.events >= most / 2:
            words += f", of {most} that may; what a network causes is counted and no longer kept one by one"
            return Finding("audit", Health.WARNING, words, "bring the database back; they are recorded by themselves")
        if used.oldest_at is not None and (age := datetime.now(UTC) - used.oldest_at) > late:
            words += f", the oldest for {age.total_seconds() / 60:.0f} min"
            return Finding("audit", Health.WARNING, words, "see that the database answers and that a worker runs")
        if used.set_aside:
            words = f"{used.set_aside} files could not be read; {words}"
            return Finding("audit", Health.WARNING, words, "look at *.unreadable in audit/ of the data folder")
        return Finding("audit", Health.OK, words)

    return Check("audit", ask)


def disk_check(settings: Settings) -> Check:
    """Return the check that the data folder takes durable writes and has room."""
    folder, low_water = settings.storage.path, settings.storage.low_water_bytes

    def ask() -> Finding:
        free = free_bytes(folder)
        words = f"{free // _MIB} MiB free, low water at {low_water // _MIB} MiB"
        if free < low_water:
            return Finding("disk", Health.FAILED, words, "make room: senders are answered A700, out of resources")
        try_durable_write(folder)
        if free < 2 * low_water:
            return Finding("disk", Health.WARNING, words, "make room soon: below low water nothing more is accepted")
        return Finding("disk", Health.OK, words)

    return Check("disk", ask, _KEPT_LONGER)
