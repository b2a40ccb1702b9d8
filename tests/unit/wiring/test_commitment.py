"""Where a requester of storage commitment is told its answer."""

import pytest

from pacs_dedup.config import Settings
from pacs_dedup.domain.commitment import TransactionUid
from pacs_dedup.domain.identifiers import AeTitle
from pacs_dedup.ports.commitment_requests import CommitmentRequest
from pacs_dedup.wiring.commitment import find_requester
from tests.commitments import named
from tests.fakes.clock import NEW_YEAR


@pytest.mark.parametrize(
    ("address", "called_from", "host"),
    [
        ("EAST@192.0.2.7:104", "192.0.2.7", "192.0.2.7"),
        ("EAST@192.0.2.0/24:104", "192.0.2.9", "192.0.2.9"),
        ("EAST@192.0.2.7", "192.0.2.7", None),
        ("EAST", "192.0.2.7", None),
        ("EAST@192.0.2.8:104", "192.0.2.7", None),
        ("WEST@192.0.2.7:104", "192.0.2.7", None),
    ],
)
def test_it_is_the_host_and_port_of_the_peer_that_called(address: str, called_from: str, host: str | None) -> None:
    settings = Settings(peers=({"name": "peer", "address": address},))
    request = CommitmentRequest(TransactionUid("2.25.1"), AeTitle("EAST"), called_from, NEW_YEAR, (named(1),))
    found = find_requester(request, settings)
    assert (found and (found._host, found._port)) == (host and (host, 104))
