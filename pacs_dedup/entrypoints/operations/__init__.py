"""How the service is watched: health and metrics over HTTP, without patient data.

`instruments` are counted in this process, or told to it by the worker (`relay`); figures are counted in the database;
`observation` opens the port.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from pacs_dedup import wiring
from pacs_dedup.config import Settings
from pacs_dedup.dicom.store_status import StoreStatus
from pacs_dedup.domain.identifiers import AeTitle
from pacs_dedup.entrypoints.listener import Listener, Receive
from pacs_dedup.entrypoints.listener.refusals import RefusedCall, ReportRefusal
from pacs_dedup.entrypoints.operations.instruments import Instruments
from pacs_dedup.entrypoints.operations.observation import Observation
from pacs_dedup.entrypoints.operations.observed import observed
from pacs_dedup.entrypoints.operations.relay import open_relay, relayed
from pacs_dedup.pipeline.receive import IncomingInstance, Reception, receive_instance
from pacs_dedup.ports.arrival_spool import ArrivalSpool
from pacs_dedup.wiring.associations import check_tls_of_listener
from pacs_dedup.wiring.probes import echo

__all__ = [
    "Instruments",
    "Observation",
    "Receiving",
    "counted",
    "observed",
    "open_relay",
    "own_echo",
    "refusals_counted",
    "relayed",
    "watched",
]

_ECHO_WITHIN = timedelta(seconds=1.5)
_LOOPBACK = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}  # noqa: S104 - where to ask, if it listens on all


@dataclass(frozen=True, slots=True)
class Receiving:
    """What a process that listens has besides its services."""

    listener: Listener
    spool: ArrivalSpool


def counted(reception: Reception, instruments: Instruments) -> Receive:
    """Return what receives an instance, counting and timing every one that gets an answer."""

    def receive_counted(incoming: IncomingInstance) -> StoreStatus:
        began, status = time.monotonic(), StoreStatus.PROCESSING_FAILURE
        try:
            status = receive_instance(incoming, reception)
        finally:
            instruments.received(incoming, status, time.monotonic() - began)
        if status is StoreStatus.SUCCESS and reception.pressure is not None and reception.pressure.analysis_is_behind:
            instruments.let_go()
        return status

    return receive_counted


def refusals_counted(report: ReportRefusal, instruments: Instruments) -> ReportRefusal:
    """Return the same, counting every refusal."""

    def report_counted(call: RefusedCall) -> None:
        instruments.refused(call)
        report(call)

    return report_counted


@contextmanager
def watched(
    services: wiring.Services,
    instruments: Instruments,
    receiving: Receiving | None = None,
) -> Iterator[Observation]:
    """Open the operations port for as long as the context lasts.

    Args:
        services: opened, and kept open as long.
        instruments: the counters of this process.
        receiving: its listener is asked for a C-ECHO, its spool for how full it is; None where this process does not
            listen.
    """
    settings = services.settings
    if receiving is None:
        observation = Observation(settings, services.figures, instruments, audit=services.audit.usage)
    else:
        listener, usage = receiving.listener, receiving.spool.usage
        instruments.watch_associations(lambda: listener.associations)
        observation = Observation(
            settings,
            services.figures,
            instruments,
            echo=own_echo(settings, listener),
            is_full=lambda: listener.associations >= settings.dicom.max_associations,
            spool=usage,
            audit=services.audit.usage,
        )
    observation.start()
    try:
        yield observation
    finally:
        observation.close()


def own_echo(settings: Settings, listener: Listener) -> Callable[[], object]:
    """Return what asks our own listener, without TLS where that is listened to, else as TLS asks for it."""
    dicom = settings.dicom
    return partial(
        echo,
        called_ae=AeTitle(dicom.ae_title),
        host=_LOOPBACK.get(dicom.bind, dicom.bind),
        port=listener.port if dicom.plain else listener.tls_port,
        calling_ae=AeTitle(listener.check_ae),
        within=_ECHO_WITHIN,
        tls=None if dicom.plain else check_tls_of_listener(settings),
    )
