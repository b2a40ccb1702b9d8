"""After an upgrade: fingerprints and keys by the rules of today."""

from collections.abc import Collection
from dataclasses import replace

from pacs_dedup.domain.blocking import search_keys
from pacs_dedup.domain.fingerprint import DIGEST_VERSION, InstanceFingerprint
from pacs_dedup.domain.identifiers import BlobId, StudyKey
from pacs_dedup.pipeline.renew import renew
from tests.builders import make_slices, make_study
from tests.site import Site, exhaust


def before_the_upgrade(site: Site, instances: Collection[InstanceFingerprint]) -> tuple[StudyKey, tuple[BlobId, ...]]:
    """Receive and judge a study, then leave of its index what older rules would have left."""
    site.send_study(instances)
    (entry,) = site.database.register.entries()
    blob_ids = tuple(member.blob_id for member in site.database.register.members(entry.key))
    for known in site.database.index.get(blob_ids):
        site.database.index.put(replace(known, digest_version="spd0"))
    site.database.index._patients.clear()
    return entry.key, blob_ids


def versions(site: Site, blob_ids: tuple[BlobId, ...]) -> list[str]:
    return [known.digest_version for known in site.database.index.get(blob_ids)]


def test_what_is_held_is_fingerprinted_again_and_its_study_findable_again() -> None:
    site = Site()
    key, blob_ids = before_the_upgrade(site, make_slices(3))
    (done,) = renew(site.examiner)
    assert (done.key, done.renewed, done.outdated) == (key, 3, 0)
    assert versions(site, blob_ids) == [DIGEST_VERSION] * 3
    assert set(site.database.index.candidates(search_keys(make_study(*make_slices(3))))) == {key}


def test_a_second_time_nothing_is_left_to_do() -> None:
    site = Site()
    before_the_upgrade(site, make_slices(3))
    list(renew(site.examiner))
    site._examined.clear()
    (done,) = renew(site.examiner)
    assert (done.renewed, done.outdated) == (0, 0)


def test_what_is_no_longer_held_is_findable_by_what_was_kept_of_it() -> None:
    site = Site()
    key, blob_ids = before_the_upgrade(site, make_slices(3))
    site.blobs._bytes.clear()
    (done,) = renew(site.examiner)
    assert (done.renewed, done.outdated) == (0, 3)
    assert versions(site, blob_ids) == ["spd0"] * 3
    assert set(site.database.index.candidates(search_keys(make_study(*make_slices(3))))) == {key}


def test_nothing_is_judged_or_forwarded_again() -> None:
    site = Site()
    before_the_upgrade(site, make_slices(3))
    before = site.state()
    list(renew(site.examiner))
    site.run()
    assert site.state() == before


def test_a_study_that_is_still_being_received_is_not_findable_yet() -> None:
    site = Site()
    site.receive(*make_slices(2))
    exhaust([site.fingerprint])
    (done,) = renew(site.examiner)
    assert done.renewed == 0
    assert site.database.index.candidates(search_keys(make_study(*make_slices(2)))) == {}
