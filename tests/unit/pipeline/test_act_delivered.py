"""Step 5: a copy is held only where every destination has what it is a copy of."""

from pacs_dedup.domain.policy import Action
from tests.builders import make_slices, renewed
from tests.site import MAX_HOLD, Archive, Site, exhaust

STACK = make_slices(4)
COPY = renewed(STACK)


def test_a_copy_of_what_the_archive_does_not_have_yet_is_not_held() -> None:
    site = Site()
    site.receive(*STACK)
    site.judge()  # the prior is judged, and none of it has reached the archive
    site.send_study(COPY, source="PMHPACS")
    assert (site.sent, site.held) == (8, [])


def observing() -> Site:
    """A site that has no destination yet."""
    site = Site(Action.OBSERVE)
    site.destinations = {}
    return site


def becomes_a_gateway(site: Site) -> None:
    site.action, site.destinations = Action.QUARANTINE, {site.archive.name: site.archive}


def test_a_copy_of_what_was_only_observed_is_not_held() -> None:
    site = observing()
    site.send_study(STACK)
    becomes_a_gateway(site)
    site.send_study(COPY, source="PMHPACS")
    assert str(site.judgements()[-1].verdict.disposition) == "quarantine"
    assert (site.sent, site.held) == (4, [])


def test_a_copy_of_what_was_observed_at_the_archive_itself_is_held() -> None:
    site = observing()
    site.send_study(STACK, source="ARCHIVE")
    becomes_a_gateway(site)
    site.send_study(COPY, source="PMHPACS")
    assert (site.sent, site.held) == (0, [("PMHPACS", 1)])


def test_a_copy_of_what_a_new_destination_was_never_sent_is_not_held() -> None:
    site = Site()
    site.send_study(STACK)
    site.destinations["vna"] = vna = Archive("vna")
    site.send_study(COPY, source="PMHPACS")
    assert (site.sent, len(vna.received), site.held) == (8, 4, [])
    site.send_study(renewed(STACK, "1.2.8"), source="KWHPACS")
    assert (site.sent, len(vna.received), site.held) == (8, 4, [("KWHPACS", 1)])


def test_what_a_destination_that_was_added_meanwhile_was_not_sent_yet_is_held_for_it_too() -> None:
    site = Site()
    site.send_study(STACK, source="VNA")
    site.receive(*COPY, source="PMHPACS")
    site.destinations["vna"] = vna = Archive("vna")
    site.run()
    assert (site.sent, len(vna.received), site.held) == (4, 0, [("PMHPACS", 1)])
    site.clock.advance(MAX_HOLD)
    exhaust([site.expire, site.forward])
    assert (site.sent, len(vna.received), site.held) == (8, 4, [])
