"""What every `FingerprintIndex` promises."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import Connection

from pacs_dedup.adapters.database import Database
from pacs_dedup.adapters.database.fingerprint_index import hash_of
from pacs_dedup.adapters.database.tables import blocking_keys, keyed_studies
from pacs_dedup.domain.fingerprint import DIGEST_VERSION
from pacs_dedup.domain.identifiers import BlockingKey, Digest
from tests.contracts.values import blob, fingerprint, keys, study
from tests.fakes import FakeClock, FakeDatabase


class FingerprintIndexContract:
    """Promises of `pacs_dedup.ports.fingerprint_index.FingerprintIndex`; needs the fixture ``database``."""

    def give_many_studies_one_key(self, database: Database, numbers: range, key: BlockingKey) -> None:
        for number in numbers:
            database.index.put_keys(study(number), f"p{number}", [key])

    def test_a_fingerprint_is_read_back_as_it_was_put(self, database: Database) -> None:
        database.index.put(fingerprint(3))
        assert database.index.get([blob(3)]) == (fingerprint(3),)

    def test_putting_a_fingerprint_again_replaces_it(self, database: Database) -> None:
        database.index.put(fingerprint(3, rows=512))
        database.index.put(fingerprint(3, rows=256))
        assert database.index.get([blob(3)]) == (fingerprint(3, rows=256),)

    def test_a_fingerprint_keeps_the_version_of_its_rules(self, database: Database) -> None:
        older = replace(fingerprint(3), digest_version=DIGEST_VERSION.replace("spd1", "spd0"))
        database.index.put(older)
        database.index.put(older)
        assert database.index.get([blob(3)]) == (older,)

    def test_fingerprints_come_in_the_order_asked_for_without_the_unknown(self, database: Database) -> None:
        for number in range(4):
            database.index.put(fingerprint(number))
        asked = [blob(3), blob(99), blob(0), blob(2), blob(0)]
        assert database.index.get(asked) == tuple(fingerprint(number) for number in (3, 0, 2, 0))

    def test_more_blobs_are_asked_for_than_one_statement_takes(self, database: Database) -> None:
        database.index.put(fingerprint(1_999))
        assert database.index.get([blob(number) for number in range(2_000)]) == (fingerprint(1_999),)

    def test_nothing_is_found_in_an_empty_index(self, database: Database) -> None:
        assert database.index.get([]) == ()
        assert database.index.get([blob(1)]) == ()
        assert database.index.candidates([]) == {}
        assert database.index.candidates(keys(1, 2)) == {}

    def test_studies_that_share_keys_are_candidates_most_shared_first(self, database: Database) -> None:
        database.index.put_keys(study(1), "p", keys(1, 9))
        database.index.put_keys(study(2), "p", keys(1, 2, 3))
        database.index.put_keys(study(3), "p", keys(2, 3, 8))
        database.index.put_keys(study(4), "p", keys(7))
        found = database.index.candidates(keys(1, 2, 3, 4))
        assert list(found.items()) == [
            (study(2), keys(1, 2, 3)),
            (study(3), keys(2, 3)),
            (study(1), keys(1)),
        ]

    def test_one_study_of_two_sources_is_two_candidates(self, database: Database) -> None:
        database.index.put_keys(study(1, "EAST"), "p", keys(1))
        database.index.put_keys(study(1, "WEST"), "p", keys(1))
        assert set(database.index.candidates(keys(1))) == {study(1, "EAST"), study(1, "WEST")}

    def test_at_most_as_many_candidates_as_asked_for(self, database: Database) -> None:
        for number in range(1, 6):
            database.index.put_keys(study(number), "p", keys(*range(number)))
        assert list(database.index.candidates(keys(*range(5)), limit=2)) == [study(5), study(4)]

    def test_keys_of_earlier_generations_stay(self, database: Database) -> None:
        database.index.put_keys(study(1), "p", keys(1))
        database.index.put_keys(study(1), "p", keys(2))
        assert database.index.candidates(keys(1, 2)) == {study(1): keys(1, 2)}

    def test_putting_keys_again_changes_nothing(self, database: Database) -> None:
        for _ in range(2):
            database.index.put_keys(study(1), "p", keys(1, 2))
        assert database.index.candidates(keys(1, 2)) == {study(1): keys(1, 2)}
        assert database.index.patients_sharing(keys(1)) == {BlockingKey("spd:1"): 1}

    def test_a_study_without_keys_is_nobodys_candidate(self, database: Database) -> None:
        database.index.put_keys(study(1), "p", [])
        assert database.index.candidates(keys(1)) == {}

    def test_a_key_that_everybody_has_proposes_nobody(self, database: Database) -> None:
        self.give_many_studies_one_key(database, range(2_000), BlockingKey("spd:0"))
        assert len(database.index.candidates(keys(0), limit=5_000)) == 2_000
        database.index.put_keys(study(2_000), "p", keys(0, 1))
        assert database.index.candidates(keys(0), limit=5_000) == {}
        assert database.index.candidates(keys(0, 1)) == {study(2_000): keys(1)}

    def test_a_study_may_have_twenty_thousand_keys(self, database: Database) -> None:
        many = keys(*range(20_000))
        database.index.put_keys(study(1), "p", many)
        assert database.index.candidates(many) == {study(1): many}

    def test_patients_are_counted_once_each(self, database: Database) -> None:
        database.index.put_keys(study(1), "anna", keys(1))
        database.index.put_keys(study(2), "anna", keys(1))
        database.index.put_keys(study(3), "ben", keys(1, 2))
        asked = [BlockingKey("spd:1"), BlockingKey("spd:2"), BlockingKey("spd:3")]
        assert database.index.patients_sharing(asked) == dict(zip(asked, (2, 1, 0), strict=True))

    def test_the_patients_of_a_common_key_are_counted_no_further_than_it_matters(self, database: Database) -> None:
        self.give_many_studies_one_key(database, range(3_000), BlockingKey("spd:0"))
        assert database.index.patients_sharing(keys(0)) == {BlockingKey("spd:0"): 2_001}
        self.give_many_studies_one_key(database, range(3_000, 3_010), BlockingKey("spd:1"))
        assert database.index.patients_sharing(keys(1)) == {BlockingKey("spd:1"): 10}

    def test_a_corrected_patient_is_counted_under_the_new_name(self, database: Database) -> None:
        database.index.put_keys(study(1), "anna", keys(1))
        database.index.put_keys(study(2), "ben", keys(1))
        database.index.put_keys(study(2), "anna", keys(1))
        assert database.index.patients_sharing(keys(1)) == {BlockingKey("spd:1"): 1}

    def test_threads_may_index_one_study_at_once(self, database: Database) -> None:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda number: database.index.put_keys(study(1), "p", keys(number, 100)), range(8)))
        assert database.index.candidates(keys(*range(101))) == {study(1): keys(*range(8), 100)}


class TestDatabaseFingerprintIndex(FingerprintIndexContract):
    """SQLite and PostgreSQL."""

    @pytest.mark.parametrize("kind", ["rsh", "cnt"])
    def test_a_sketch_or_a_content_by_other_rules_is_left_out_for_it_would_look_like_another_object(
        self, database: Database, kind: str
    ) -> None:
        report = replace(fingerprint(3), content_digest=Digest(f"{kind}0:7"))
        database.index.put(replace(report, digest_version=re.sub(rf"{kind}\d", f"{kind}0", DIGEST_VERSION)))
        (kept,) = database.index.get([blob(3)])
        assert [f.sketch is None for f in kept.frames] == [kind == "rsh"]
        assert (kept.content_digest is None) == (kind == "cnt")

    def give_many_studies_one_key(self, database: Database, numbers: range, key: BlockingKey) -> None:
        """Fill the tables directly: thousands of durable transactions would take long."""
        studies = [{"id": -n, "study_key": str(study(n)), "patient_hash": hash_of(f"p{n}")} for n in numbers]
        rows = [{"key_hash": hash_of(key), "keyed_study_id": -number} for number in numbers]

        def fill(connection: Connection) -> None:
            connection.execute(keyed_studies.insert(), studies)
            connection.execute(blocking_keys.insert(), rows)

        database.transactions.write(fill)


class TestMemoryFingerprintIndex(FingerprintIndexContract):
    """The stand-in."""

    @pytest.fixture
    def database(self, fake_clock: FakeClock) -> FakeDatabase:
        return FakeDatabase(fake_clock)
