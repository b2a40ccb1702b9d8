"""What every `CommitmentBook` takes for proven: what the destination commits to, and nothing casts doubt on."""

from dataclasses import replace

import pytest

from pacs_dedup.adapters.database import Database
from pacs_dedup.domain.identifiers import ArrivalId
from pacs_dedup.ports.journal import Step
from tests.contracts.commitments import (
    ARCHIVE,
    ask,
    collect,
    reference,
    send,
    sent,
    settle,
)
from tests.contracts.values import MINUTE, MORNING, arrival, blob, claimed_work
from tests.fakes import FakeClock, FakeDatabase


class CommitmentProofContract:
    """Promises of `CommitmentBook.committed`; needs the fixture ``database``."""

    def test_what_nobody_was_sent_is_not_committed(self, database: Database) -> None:
        assert database.commitments.committed(ARCHIVE, [blob(1)]) == frozenset()
        assert database.commitments.committed(ARCHIVE, []) == frozenset()

    def test_what_is_acknowledged_is_not_committed_yet(self, database: Database) -> None:
        send(database, 1)
        assert database.commitments.committed(ARCHIVE, [blob(1)]) == frozenset()

    def test_what_the_destination_commits_to_is_committed_there_alone(self, database: Database) -> None:
        for number in (1, 2):
            send(database, number)
        ask(database)
        assert settle(database, committed=[1])
        assert database.commitments.committed(ARCHIVE, [blob(1), blob(2), blob(3)]) == {blob(1)}
        assert database.commitments.committed("research", [blob(1)]) == frozenset()

    def test_what_is_committed_stays_so_when_it_is_sent_again(self, database: Database) -> None:
        send(database, 1)
        ask(database)
        settle(database, committed=[1])
        database.commitments.sent(replace(sent(1), arrival_id=ArrivalId(9)))
        assert database.commitments.committed(ARCHIVE, [blob(1)]) == {blob(1)}
        assert collect(database) is None

    def test_two_contents_sent_under_one_uid_are_proven_by_neither_commitment(self, database: Database) -> None:
        send(database, 1)
        database.commitments.sent(replace(sent(2), reference=reference(1)))
        ask(database)
        settle(database, committed=[1])
        assert database.commitments.committed(ARCHIVE, [blob(1), blob(2)]) == frozenset()

    def test_a_second_content_takes_the_proof_from_the_first(self, database: Database) -> None:
        send(database, 1)
        ask(database)
        settle(database, committed=[1])
        database.commitments.sent(replace(sent(2), reference=reference(1)))
        assert database.commitments.committed(ARCHIVE, [blob(1)]) == frozenset()

    def test_two_contents_at_two_destinations_are_not_ambiguous(self, database: Database) -> None:
        send(database, 1)
        ask(database)
        settle(database, committed=[1])
        database.commitments.sent(replace(sent(2), reference=reference(1), destination="research"))
        assert database.commitments.committed(ARCHIVE, [blob(1)]) == {blob(1)}

    def test_another_content_that_may_be_on_its_way_takes_the_proof(self, database: Database) -> None:
        send(database, 1)
        ask(database)
        settle(database, committed=[1])
        other = replace(arrival(2), sop_instance_uid=reference(1).sop_instance_uid)
        database.arrivals.record(other, [ARCHIVE])
        assert database.commitments.committed(ARCHIVE, [blob(1)]) == {blob(1)}
        work = claimed_work(database, Step.FORWARD)
        assert database.commitments.committed(ARCHIVE, [blob(1)]) == frozenset()
        database.journal.postpone(work, MORNING + 60 * MINUTE)
        assert database.commitments.committed(ARCHIVE, [blob(1)]) == frozenset()

    def test_another_content_that_the_destination_has_otherwise_takes_the_proof(self, database: Database) -> None:
        other = replace(arrival(2), sop_instance_uid=reference(1).sop_instance_uid)
        database.arrivals.record(other, [ARCHIVE])
        database.journal.tick(claimed_work(database, Step.FORWARD))
        send(database, 1)
        ask(database)
        settle(database, committed=[1])
        assert database.commitments.committed(ARCHIVE, [blob(1)]) == frozenset()

    def test_what_was_refused_or_goes_elsewhere_or_is_the_same_leaves_the_proof(self, database: Database) -> None:
        send(database, 1)
        ask(database)
        settle(database, committed=[1])
        uid = reference(1).sop_instance_uid
        database.arrivals.record(replace(arrival(2), sop_instance_uid=uid, refused="another class"), [ARCHIVE])
        database.arrivals.record(replace(arrival(3), sop_instance_uid=uid), ["research"])
        database.arrivals.record(replace(arrival(1), sop_instance_uid=uid), [ARCHIVE])
        while work := database.journal.claim(Step.FORWARD, MINUTE):
            database.journal.tick(work)
        assert database.commitments.committed(ARCHIVE, [blob(1)]) == {blob(1)}


class TestDatabaseCommitmentProof(CommitmentProofContract):
    """SQLite and PostgreSQL."""


class TestMemoryCommitmentProof(CommitmentProofContract):
    """The stand-in."""

    @pytest.fixture
    def database(self, fake_clock: FakeClock) -> FakeDatabase:
        return FakeDatabase(fake_clock)
