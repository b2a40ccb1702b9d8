"""Opens the operations port: ``/livez``, ``/readyz``, ``/healthz`` and ``/metrics``."""

import json
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from http import HTTPStatus

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from pacs_dedup import __version__
from pacs_dedup.config import Settings
from pacs_dedup.domain.errors import OutOfStorage
from pacs_dedup.domain.health import Finding, Health, worst
from pacs_dedup.entrypoints.backup.create import LAST_BACKUP
from pacs_dedup.entrypoints.operations.bounded import Bounded
from pacs_dedup.entrypoints.operations.checks import (
    ANSWERED_WITHIN,
    Check,
    Checks,
    audit_check,
    database_check,
    disk_check,
    listener_check,
    queue_check,
    spool_check,
)
from pacs_dedup.entrypoints.operations.collector import Measures, SiteCollector, audit_measures
from pacs_dedup.entrypoints.operations.http import OperationsServer, Page
from pacs_dedup.entrypoints.operations.instruments import Instruments
from pacs_dedup.log import get_logger
from pacs_dedup.ports.arrival_spool import SpoolUsage
from pacs_dedup.ports.audit_trail import InboxUsage
from pacs_dedup.ports.site_figures import Figures, SiteFigures
from pacs_dedup.wiring.probes import free_bytes

_log = get_logger(__name__)

_TRY_AGAIN_S = 30.0
_LOOKS_UP_EVERY_S = 0.1  # how soon the port is closed when the service ends
_WAITED_ALREADY = timedelta(milliseconds=100)  # the checks of the same scrape have waited for it
_FIGURES_KEPT = timedelta(seconds=1)
_DATABASE = "database"
_GRAVITY = tuple(Health)
_LIVEZ = "/livez"
_PLAIN = "text/plain; charset=utf-8"


class Observation:
    """What is known about this process and its surroundings, and the port that tells it.

    Args:
        echo: asks our own listener for a C-ECHO; None where this process does not listen.
        is_full: whether as many associations are open as may be.
        spool: tells how full the spool is; with one, a database that is away is a warning and no reason to refuse.
        audit: tells how full the audit inbox is.
        more: further checks.
    """

    def __init__(
        self,
        settings: Settings,
        figures: SiteFigures,
        instruments: Instruments,
        *,
        echo: Callable[[], object] | None = None,
        is_full: Callable[[], bool] = lambda: False,
        spool: Callable[[], SpoolUsage] | None = None,
        audit: Callable[[], InboxUsage] | None = None,
        more: Sequence[Check] = (),
    ) -> None:
        self._settings = settings
        self._instruments = instruments
        self._figures = Bounded(figures.read, keep_for=_FIGURES_KEPT)
        self._disk = Bounded(partial(free_bytes, settings.storage.path), keep_for=_FIGURES_KEPT)
        self._spool = spool
        self._audit = Bounded(audit, keep_for=_FIGURES_KEPT) if audit else None
        receiving = [listener_check(echo, is_full)] if echo else []
        receiving += [spool_check(spool, settings)] if spool else []
        own = [database_check(self._read), queue_check(self._read, settings.operations.queue_age), disk_check(settings)]
        own += [audit_check(audit, settings)] if audit else []
        self._checks = Checks([*receiving, *own, *more])
        self._stopping = threading.Event()
        self._server: OperationsServer | None = None
        instruments.registry.register(SiteCollector(self._checks.findings, self._measures, self._known_figures))

    @property
    def port(self) -> int:
        """The port that is listened on; 0 where none is."""
        return int(self._server.server_address[1]) if self._server else 0

    def start(self) -> None:
        """Open the port; where that can not be done say so and try again: to be watched is no condition to receive."""
        if self._settings.operations.port and not self._open():
            threading.Thread(target=self._keep_trying, name="operations", daemon=True).start()

    def stop(self) -> None:
        """Tell from now on that no more is to be sent here."""
        self._stopping.set()

    def close(self) -> None:
        """Close the port."""
        self._stopping.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def _open(self) -> bool:
        where = self._settings.operations
        pages = {_LIVEZ: _alive, "/readyz": self._ready, "/healthz": self._health, "/metrics": self._metrics}
        try:
            self._server = OperationsServer((where.bind, where.port), pages, at_hand=[_LIVEZ])
        except OSError as error:
            _log.warning(
                "the operations port can not be opened; it is tried again, all else goes on",
                address=where.bind,
                port=where.port,
                reason=error.strerror or type(error).__name__,
            )
            return False
        serve = partial(self._server.serve_forever, poll_interval=_LOOKS_UP_EVERY_S)
        threading.Thread(target=serve, name="operations", daemon=True).start()
        _log.info("the operations port is open", address=where.bind, port=self.port)
        return True

    def _keep_trying(self) -> None:
        while not self._stopping.wait(_TRY_AGAIN_S) and not self._open():
            pass

    def _read(self) -> Figures:
        """Return the figures; a database that hangs is one that does not answer."""
        try:
            return self._figures.result(ANSWERED_WITHIN * 0.9)
        except TimeoutError:
            raise OutOfStorage("the database did not answer in time; see that it runs") from None

    def _known_figures(self) -> Figures | None:
        try:
            return self._figures.result(_WAITED_ALREADY)
        except Exception:  # noqa: BLE001 - the check has told it; a scrape shows what is known, and this is an edge
            return None

    def _measures(self) -> Measures:
        low_water = float(self._settings.storage.low_water_bytes)
        yield "disk_low_water_bytes", "Free space below which nothing is accepted.", low_water
        if self._spool is not None:
            used = self._spool()
            yield "spool_arrivals", "Arrivals that wait on the disk for the database.", used.arrivals
            yield "spool_bytes", "Size of the instances that they are about.", used.size_bytes
            yield "spool_set_aside", "Files of the spool that could not be read.", used.set_aside
        if self._audit is not None:
            yield from audit_measures(self._audit, _WAITED_ALREADY)
        with suppress(OSError):
            backed_up_at = (self._settings.storage.path / LAST_BACKUP).stat().st_mtime
            yield "last_backup_timestamp_seconds", "When the last backup was finished, Unix time.", backed_up_at
        try:
            free = self._disk.result(_WAITED_ALREADY)
        except (OSError, TimeoutError):
            return
        yield "disk_free_bytes", "Free space of the data folder.", free

    def _findings(self) -> tuple[Finding, ...]:
        found = self._checks.findings()
        if self._stopping.is_set():
            found = (*found, Finding("service", Health.FAILED, "is stopping"))
        return found

    def _health_of(self, found: tuple[Finding, ...]) -> Health:
        """Return how the whole is. What the spool keeps the database need not take at once."""
        spared = {_DATABASE} if self._spool is not None else frozenset()
        needed = worst(finding for finding in found if finding.component not in spared)
        return max(needed, Health.WARNING if worst(found) is not Health.OK else Health.OK, key=_GRAVITY.index)

    def _ready(self) -> Page:
        found = self._findings()
        health = self._health_of(found)
        words = {Health.OK: "ready", Health.WARNING: "ready, with warnings", Health.FAILED: "not ready"}[health]
        lines = [words, *(f"{f.component}: {f.health}: {f.description}" for f in found)]
        return Page(_status(health), _PLAIN, "".join(f"{line}\n" for line in lines))

    def _health(self) -> Page:
        found = self._findings()
        health = self._health_of(found)
        body = {"status": str(health), "version": __version__, "components": [_component(f) for f in found]}
        return Page(_status(health), "application/json", json.dumps(body, indent=2) + "\n")

    def _metrics(self) -> Page:
        return Page(HTTPStatus.OK, CONTENT_TYPE_LATEST, generate_latest(self._instruments.registry).decode())


def _alive() -> Page:
    return Page(HTTPStatus.OK, _PLAIN, "alive\n")


def _status(health: Health) -> HTTPStatus:
    return HTTPStatus.SERVICE_UNAVAILABLE if health is Health.FAILED else HTTPStatus.OK


def _component(finding: Finding) -> dict[str, str]:
    told = {"name": finding.component, "status": str(finding.health), "description": finding.description}
    return told | ({"remedy": finding.remedy} if finding.remedy else {})
