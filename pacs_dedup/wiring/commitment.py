"""Storage commitment, as the site configured it: who is told, who is asked, and the steps of both."""

from collections.abc import Callable, Collection

from pacs_dedup.adapters.dimse_commitment import DimseCommitmentPeer
from pacs_dedup.adapters.file_blob_store.transit import whereabouts_of
from pacs_dedup.config import CommitmentMode, Peer, Settings
from pacs_dedup.config.hosts import is_range
from pacs_dedup.dicom.commitment_data_set import new_uid
from pacs_dedup.domain.audit import Party
from pacs_dedup.domain.identifiers import AeTitle, ArrivalId, BlobId
from pacs_dedup.pipeline.ask_commitment import Asker, ask_once, collect_once, remember_sent
from pacs_dedup.pipeline.commit import Holdings, commit_once
from pacs_dedup.pipeline.commitment_audit import CommitmentAudit
from pacs_dedup.pipeline.forward import Acknowledged
from pacs_dedup.pipeline.lane import BackOff
from pacs_dedup.pipeline.report_commitment import Reporter, report_once
from pacs_dedup.ports.arrival_book import Arrival
from pacs_dedup.ports.commitment_peer import CommitmentPeer
from pacs_dedup.ports.commitment_requests import CommitmentRequest
from pacs_dedup.wiring import Services
from pacs_dedup.wiring.associations import peer_tls
from pacs_dedup.wiring.audit import this_program
from pacs_dedup.wiring.our_user import our_user
from pacs_dedup.wiring.spool import open_spool


def commitment_steps(services: Services) -> tuple[tuple[str, Callable[[], bool]], ...]:
    """Return the steps of storage commitment, each with its name; each needs a thread of its own."""
    settings = services.settings
    holdings = Holdings(
        journal=services.journal,
        requests=services.commitment_requests,
        arrivals=services.arrivals,
        spool=open_spool(settings),
        blobs=services.blobs,
        clock=services.clock,
        archived=lambda blob_ids: _archived(services, blob_ids),
        was_let_go=lambda blob_id: bool(whereabouts_of(settings.storage.path, blob_id)),
        same_association=settings.commitment.same_association,
    )
    reporter = Reporter(
        holdings=holdings,
        requester=lambda request: find_requester(request, settings),
        report_for=settings.commitment.report_for,
        back_off=BackOff(settings.forwarding.first_retry, settings.forwarding.longest_retry),
        audit=commitment_audit(services),
    )
    asker = _asker(services)
    return (
        ("commit", lambda: commit_once(holdings)),
        ("report", lambda: report_once(reporter)),
        ("ask", lambda: ask_once(asker) or collect_once(asker)),
    )


def commitment_audit(services: Services) -> CommitmentAudit:
    """Return what tells the audit trail of commitments."""
    destinations = {peer.name: Party(peer.ae_title, peer.host) for peer in services.settings.destinations}
    here = this_program(services.settings)
    return CommitmentAudit(trail=services.audit, clock=services.clock, here=here, destinations=destinations)


def acknowledged(services: Services) -> Acknowledged:
    """Return what forwarding tells when a destination has acknowledged an instance."""
    asked = {peer.name for peer in _asked(services.settings)}

    def remember(destination: str, arrival_id: ArrivalId, arrival: Arrival, _attempts: int) -> None:
        if destination in asked:
            remember_sent(services.commitments, destination, arrival_id, arrival, services.clock)

    return remember


def find_requester(request: CommitmentRequest, settings: Settings) -> CommitmentPeer | None:
    """Return the peer that made a request, if its configured address says where it listens.

    One host may run several applications of one AE title: the first of them with a port is taken. Of a peer with a
    range of addresses it is the one that called.
    """
    named = (peer for peer in settings.peers if peer.calls_as(request.requester, request.peer_address))
    peer = next((peer for peer in named if peer.host and peer.port), None)
    if peer is None:
        return None
    return commitment_peer(peer, settings, request.peer_address if is_range(peer.host) else peer.host)


def commitment_peer(peer: Peer, settings: Settings, host: str = "") -> CommitmentPeer:
    """Return the other end of storage commitment at a peer, or at another host of it; nothing is opened yet."""
    return DimseCommitmentPeer(
        peer.name,
        called_ae=peer.ae_title,
        host=host or peer.host,
        port=peer.port,
        calling_ae=AeTitle(settings.dicom.ae_title),
        tls=peer_tls(peer, settings),
        user=our_user(peer),
    )


def _asker(services: Services) -> Asker:
    settings, chosen = services.settings, services.settings.commitment
    return Asker(
        journal=services.journal,
        book=services.commitments,
        arrivals=services.arrivals,
        clock=services.clock,
        peers={peer.name: commitment_peer(peer, settings) for peer in _asked(settings)},
        new_uid=new_uid,
        quiet=chosen.quiet_period,
        force=chosen.force_after,
        at_most=chosen.batch,
        same_association=chosen.same_association,
        answer_within=chosen.answer_within,
        forwards=services.forwards,
        send_again=chosen.send_again,
        back_off=BackOff(settings.forwarding.first_retry, settings.forwarding.longest_retry),
        audit=commitment_audit(services),
    )


def _asked(settings: Settings) -> tuple[Peer, ...]:
    return tuple(peer for peer in settings.destinations if peer.commitment is CommitmentMode.REQUEST)


def _archived(services: Services, blob_ids: Collection[BlobId]) -> frozenset[BlobId]:
    """Return which contents some destination has committed to."""
    found = (services.commitments.committed(peer.name, blob_ids) for peer in services.settings.destinations)
    return frozenset().union(*found)
