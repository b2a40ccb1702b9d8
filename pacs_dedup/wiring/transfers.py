"""What is received and forwarded, told to the audit trail."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from pacs_dedup.dicom.peek import LOOK_AT, StudyNamed, peek_study, peek_study_of_file
from pacs_dedup.dicom.store_status import StoreStatus
from pacs_dedup.domain.audit import Party
from pacs_dedup.domain.errors import PacsDedupError
from pacs_dedup.domain.identifiers import ArrivalId
from pacs_dedup.pipeline.forward import Acknowledged
from pacs_dedup.pipeline.receive import IncomingInstance
from pacs_dedup.pipeline.transfers import Transfers, Way
from pacs_dedup.ports.arrival_book import Arrival
from pacs_dedup.wiring.audit import this_program

if TYPE_CHECKING:
    from pacs_dedup.wiring import Services

FORWARDED_WHEN_QUIET_FOR = timedelta(seconds=60)
"""Silence after which the forwarding of a study to a destination counts as ended."""


Receive = Callable[[IncomingInstance], StoreStatus]


@contextmanager
def open_transfers(services: "Services") -> Iterator[Transfers]:
    """Yield what counts transfers; whatever has not ended at the end of the context is told as ended then."""
    transfers = Transfers(services.audit, services.clock)
    try:
        yield transfers
    finally:
        transfers.end_quiet(timedelta())


def told(receive: Receive, transfers: Transfers, services: "Services") -> Receive:
    """Return what receives an instance and counts it for the audit trail, by what its first bytes say."""
    here = this_program(services.settings)

    def receive_told(incoming: IncomingInstance) -> StoreStatus:
        status = StoreStatus.PROCESSING_FAILURE
        try:
            status = receive(incoming)
        finally:
            way = Way(Party(incoming.calling_ae, incoming.peer_address), here)
            study = peek_study(incoming.data_set, incoming.transfer_syntax_uid)
            taken = status is StoreStatus.SUCCESS
            transfers.moved(incoming.association, way, study, incoming.sop_class_uid, taken=taken)
        return status

    return receive_told


def told_when_acknowledged(transfers: Transfers, services: "Services") -> Acknowledged:
    """Return what counts an instance that a destination has acknowledged."""
    here = this_program(services.settings)
    there = {peer.name: Party(peer.ae_title, peer.host) for peer in services.settings.destinations}

    def count(name: str, _arrival_id: ArrivalId, arrival: Arrival, _attempt: int) -> None:
        study = _study_of(arrival, services)
        conversation = f"{name} {study.study_instance_uid}"
        transfers.moved(conversation, Way(here, there[name]), study, arrival.sop_class_uid, taken=True)

    return count


def _study_of(arrival: Arrival, services: "Services") -> StudyNamed:
    try:
        with services.blobs.path(arrival.blob_id).open("rb") as file:
            return peek_study_of_file(file.read(LOOK_AT), arrival.transfer_syntax_uid)
    except (OSError, PacsDedupError):  # it was there a moment ago; that it was sent counts more than its name
        return StudyNamed()
