"""Forwarding, as the site configured it: a lane for each destination, and what its threads do."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from pacs_dedup.domain.identifiers import ArrivalId
from pacs_dedup.pipeline.forward import Acknowledged, Forwarder, forward_once
from pacs_dedup.pipeline.lane import BackOff, Lane
from pacs_dedup.pipeline.repeats import Repeats
from pacs_dedup.pipeline.transfers import Transfers
from pacs_dedup.ports.arrival_book import Arrival
from pacs_dedup.wiring.commitment import acknowledged
from pacs_dedup.wiring.transfers import told_when_acknowledged

if TYPE_CHECKING:
    from pacs_dedup.wiring import Services

_LEASE = timedelta(minutes=10)  # longer than the largest instance takes on a slow line


def forwarding_steps(services: "Services", transfers: Transfers) -> Iterator[Callable[[], bool]]:
    """Return the steps that forward: one for each thread, as many for each destination as it may have associations."""
    forwarding = services.settings.forwarding
    forwarder = _forwarder(services, transfers)
    rest = BackOff(forwarding.first_retry, forwarding.longest_rest)
    for peer in services.settings.destinations:
        lane = Lane(
            services.destinations[peer.name],
            back_off=rest,
            instances_per_s=forwarding.instances_per_s_to(peer.forwarding),
            bytes_per_s=forwarding.bytes_per_s_to(peer.forwarding),
        )
        for _ in range(forwarding.associations_to(peer.forwarding)):
            yield partial(forward_once, lane, forwarder)


def _forwarder(services: "Services", transfers: Transfers) -> Forwarder:
    forwarding = services.settings.forwarding
    return Forwarder(
        journal=services.journal,
        arrivals=services.arrivals,
        blobs=services.blobs,
        book=services.forwards,
        clock=services.clock,
        came_from=services.gate.came_from,
        lease=_LEASE,
        back_off=BackOff(forwarding.first_retry, forwarding.longest_retry),
        strikes=forwarding.strikes,
        retry_dead_letters=forwarding.retry_dead_letters,
        repeats=Repeats(forwarding.repeats_per_day, forwarding.versions_per_day),
        acknowledged=_both(acknowledged(services), told_when_acknowledged(transfers, services)),
    )


def _both(first: Acknowledged, second: Acknowledged) -> Acknowledged:
    def tell(name: str, arrival_id: ArrivalId, arrival: Arrival, attempts: int) -> None:
        first(name, arrival_id, arrival, attempts)
        second(name, arrival_id, arrival, attempts)

    return tell
