"""Step 2: an arrival is examined, indexed and filed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pacs_dedup.domain.errors import Unreadable
from pacs_dedup.domain.fingerprint import DIGEST_VERSION, InstanceFingerprint
from pacs_dedup.domain.patients.identity import SenderDefaults
from pacs_dedup.domain.verdict import Relation
from pacs_dedup.ports.journal import NewWork, Step
from tests.builders import make_instance, make_slices, renewed
from tests.site import FORCE, QUIET, Site, exhaust

NOT_DICOM = Unreadable("the preamble is missing")


def fingerprinted_by_old_rules(site: Site) -> InstanceFingerprint:
    """An instance that was received before the rules changed."""
    site.receive(make_instance())
    site.fingerprint()
    (entry,) = site.database.register.entries()
    (member,) = site.database.register.members(entry.key)
    (known,) = site.database.index.get([member.blob_id])
    old = replace(known, digest_version="spd0")
    site.database.index.put(old)
    return old


def settles_at(site: Site) -> timedelta:
    """How long from now until the next study is settled."""
    for minutes in range(200):
        if site.database.journal.claim(Step.SETTLE, timedelta(days=1)):
            return timedelta(minutes=minutes)
        site.clock.advance(timedelta(minutes=1))
    raise AssertionError("no study is waiting to be settled")


def test_nothing_waits_nothing_is_done() -> None:
    assert not Site().fingerprint()


def test_an_instance_is_indexed_and_filed_under_its_study() -> None:
    site = Site()
    (arrival,) = site.receive(make_instance())
    assert site.fingerprint()
    (entry,) = site.database.register.entries()
    (member,) = site.database.register.members(entry.key)
    assert (entry.key.source, entry.generation, member.arrival_id) == ("QEHPACS", 1, arrival)
    assert site.database.index.get([member.blob_id])


def test_a_study_settles_after_its_last_instance_was_quiet() -> None:
    site = Site()
    site.receive(*make_slices(2))
    exhaust([site.fingerprint])
    assert settles_at(site) == QUIET


def test_a_study_that_never_falls_quiet_is_settled_in_the_end() -> None:
    site = Site()
    site.receive(make_instance("1"))
    exhaust([site.fingerprint])
    site.clock.advance(FORCE - timedelta(seconds=30))
    site.receive(make_instance("2"))
    exhaust([site.fingerprint])
    assert settles_at(site) <= QUIET


def test_an_instance_sent_again_is_examined_once_and_filed_twice() -> None:
    site = Site()
    site.receive(make_instance(), make_instance())
    assert site.fingerprint()
    site._examined.clear()
    assert site.fingerprint()
    (entry,) = site.database.register.entries()
    assert (len(site.database.register.members(entry.key)), entry.instances) == (2, 1)


def test_an_instance_that_comes_again_is_examined_by_the_rules_of_today() -> None:
    site = Site()
    old = fingerprinted_by_old_rules(site)
    site.receive(make_instance())
    site.fingerprint()
    assert site.database.index.get([old.blob_id]) == (replace(old, digest_version=DIGEST_VERSION),)


@pytest.mark.parametrize("gone", [True, False])
def test_what_can_not_be_examined_again_keeps_its_fingerprint_and_the_version_of_it(gone: bool) -> None:
    site = Site()
    old = fingerprinted_by_old_rules(site)
    site.receive(make_instance())
    if gone:
        site.blobs._bytes.clear()
    else:
        site._examined[old.blob_id] = NOT_DICOM
    site.fingerprint()
    assert site.database.index.get([old.blob_id]) == (old,)
    assert not site.database.arrivals.problems()


def test_a_verdict_names_the_rules_of_the_fingerprints_that_it_was_made_from() -> None:
    site = Site()
    fingerprinted_by_old_rules(site)
    site.run()
    site.send_study(renewed([make_instance()]), "PMHPACS")
    (judgement,) = site.judgements()
    assert judgement.verdict.relation is Relation.EXACT_COPY
    assert judgement.verdict.digest_version == f"spd0+{DIGEST_VERSION}"


def test_what_can_not_be_examined_is_listed_with_its_cause_and_forwarded() -> None:
    site = Site()
    (arrival,) = site.receive(NOT_DICOM)
    site.run()
    assert [(p.arrival_id, p.cause) for p in site.database.arrivals.problems()] == [(arrival, str(NOT_DICOM))]
    assert site.sent == 1


def test_an_instance_whose_pixels_can_not_be_read_is_listed_and_filed_all_the_same() -> None:
    site = Site()
    site.receive(make_instance(frames=(), unreadable="the code stream ends early"))
    site.fingerprint()
    assert [p.cause for p in site.database.arrivals.problems()] == ["the code stream ends early"]
    assert len(site.database.register.entries()) == 1


def test_a_blob_that_is_gone_is_listed() -> None:
    site = Site()
    site.receive(make_instance())
    site.blobs._bytes.clear()
    assert site.fingerprint()
    assert len(site.database.arrivals.problems()) == 1


def test_the_character_set_that_a_site_knows_of_a_sender_reaches_its_headers() -> None:
    site = Site()
    site.senders["PMHPACS"] = SenderDefaults("PMH", "GB18030")
    site.receive(make_instance(), source="PMHPACS")
    site.fingerprint()
    assert site.defaults_asked == SenderDefaults(charset="GB18030")


def test_work_for_an_arrival_that_nobody_knows_is_ticked_off() -> None:
    site = Site()
    site.database.journal.queue([NewWork(Step.FINGERPRINT, "99", site.clock.now())])
    assert site.fingerprint()
    assert not site.fingerprint()
