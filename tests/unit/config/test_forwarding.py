"""How destinations are sent to: the section, and what a peer differs in."""

import pytest
from pydantic import ValidationError

from pacs_dedup.config import Peer, Settings
from pacs_dedup.config.forwarding import Forwarding, PeerForwarding

ADDRESS = "ARCHIVE@192.0.2.1:104"


def peer(**more: object) -> Peer:
    return Peer(name="archive", address=ADDRESS, **({"roles": ["destination"]} | more))


def test_a_peer_that_says_nothing_is_sent_to_as_the_section_says() -> None:
    section = Forwarding(associations=3, instances_per_s=7, mib_per_s=2)
    same = PeerForwarding()
    assert section.associations_to(same) == 3
    assert section.instances_per_s_to(same) == 7
    assert section.bytes_per_s_to(same) == 2 * 1024 * 1024


def test_a_peer_may_differ_also_by_having_no_limit() -> None:
    section = Forwarding(associations=3, instances_per_s=7, mib_per_s=2)
    own = PeerForwarding(associations=1, instances_per_s=0, mib_per_s=0)
    assert (section.associations_to(own), section.instances_per_s_to(own), section.bytes_per_s_to(own)) == (1, 0, 0)


@pytest.mark.parametrize("own", [{"associations": 0}, {"associations": 17}, {"mib_per_s": -1}, {"asociations": 2}])
def test_what_can_not_be_is_refused(own: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        peer(forwarding=own)


def test_a_source_has_nothing_to_differ_in() -> None:
    with pytest.raises(ValidationError, match="forwarding is for a destination"):
        peer(roles=["source"], forwarding={"associations": 2})
    assert peer(roles=["source"]).forwarding == PeerForwarding()


def test_the_first_wait_is_not_longer_than_the_longest() -> None:
    with pytest.raises(ValidationError, match="first_retry_s must not be longer"):
        Forwarding(first_retry_s=90)


def test_received_instances_stay_for_a_day_at_least() -> None:
    with pytest.raises(ValidationError):
        Settings(storage={"keep_days": 0.5})
    assert Settings().storage.keep_for.days == 30
