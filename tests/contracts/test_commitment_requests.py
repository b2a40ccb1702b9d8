"""What every `CommitmentRequests` promises."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from pacs_dedup.adapters.database import Database
from pacs_dedup.domain.commitment import CommitmentAnswer, Failed, Reference, TransactionUid
from pacs_dedup.domain.identifiers import AeTitle
from pacs_dedup.ports.commitment_requests import CommitmentRequest, Inquiry
from pacs_dedup.ports.journal import Step
from tests.contracts.values import MINUTE, MORNING, arrival, claimed_work
from tests.fakes import FakeClock, FakeDatabase

NO_SUCH_OBJECT = 0x0112
LATER = MORNING + MINUTE


class CommitmentRequestsContract:
    """Promises of `pacs_dedup.ports.commitment_requests.CommitmentRequests`; needs the fixture ``database``."""

    def test_a_request_is_read_back_as_it_came(self, database: Database) -> None:
        inquiry = database.commitment_requests.accept(_request(1, 2))
        assert inquiry == Inquiry(inquiry.inquiry_id, 1, _request(1, 2))
        assert database.commitment_requests.get(inquiry.subject) == inquiry

    def test_an_unknown_request_is_none(self, database: Database) -> None:
        assert database.commitment_requests.get("7.1") is None

    def test_a_request_queues_its_step(self, database: Database) -> None:
        inquiry = database.commitment_requests.accept(_request(1))
        work = claimed_work(database, Step.COMMIT)
        assert (work.subject, work.source) == (inquiry.subject, "EAST")
        assert database.journal.backlog()[Step.REPORT] == 0

    def test_an_answer_is_read_back_with_its_reasons(self, database: Database) -> None:
        inquiry = database.commitment_requests.accept(_request(1, 2, 3))
        answer = _answer(committed=[1, 3], failed=[2])
        database.commitment_requests.answer(inquiry.subject, answer, LATER)
        found = database.commitment_requests.get(inquiry.subject)
        assert found == replace(inquiry, answer=answer, answered_at=LATER)

    def test_a_later_answer_of_the_same_round_replaces_the_earlier(self, database: Database) -> None:
        inquiry = database.commitment_requests.accept(_request(1, 2))
        database.commitment_requests.answer(inquiry.subject, _answer(committed=[1], failed=[2]), MORNING)
        database.commitment_requests.answer(inquiry.subject, _answer(committed=[2], failed=[1]), LATER)
        found = database.commitment_requests.get(inquiry.subject)
        assert found is not None
        assert found.answer == _answer(committed=[2], failed=[1])

    def test_the_same_request_repeated_before_its_answer_is_one(self, database: Database) -> None:
        first = database.commitment_requests.accept(_request(1))
        moved = replace(_request(1), peer_address="192.0.2.9", received_at=LATER)
        assert database.commitment_requests.accept(moved) == replace(first, request=moved)
        assert database.journal.backlog()[Step.COMMIT] == 1

    def test_the_same_request_repeated_before_its_answer_was_taken_is_told_at_once(self, database: Database) -> None:
        inquiry = database.commitment_requests.accept(_request(1))
        database.commitment_requests.answer(inquiry.subject, _answer(committed=[1]), MORNING)
        again = database.commitment_requests.accept(_request(1))
        assert (again.round, again.answer) == (1, _answer(committed=[1]))
        assert claimed_work(database, Step.REPORT).subject == inquiry.subject

    def test_the_same_request_repeated_after_its_answer_is_looked_into_anew(self, database: Database) -> None:
        first = database.commitment_requests.accept(_request(1))
        database.journal.tick(claimed_work(database, Step.COMMIT))
        database.commitment_requests.answer(first.subject, _answer(failed=[1]), MORNING)
        database.commitment_requests.reported(first.subject, LATER)
        second = database.commitment_requests.accept(_request(1))
        assert second == replace(first, round=2)
        assert claimed_work(database, Step.COMMIT).subject == second.subject
        assert database.commitment_requests.get(first.subject) is None
        database.commitment_requests.answer(second.subject, _answer(committed=[1]), LATER)
        found = database.commitment_requests.get(second.subject)
        assert found is not None
        assert found.answer == _answer(committed=[1])

    def test_what_was_given_up_is_asked_anew(self, database: Database) -> None:
        first = database.commitment_requests.accept(_request(1))
        database.commitment_requests.answer(first.subject, _answer(committed=[1]), MORNING)
        database.commitment_requests.give_up(first.subject, LATER)
        assert [inquiry.given_up_at for inquiry in database.commitment_requests.untold()] == [LATER]
        assert database.commitment_requests.accept(_request(1)).round == 2

    def test_a_round_that_is_over_is_not_answered(self, database: Database) -> None:
        first = database.commitment_requests.accept(_request(1))
        database.commitment_requests.answer(first.subject, _answer(committed=[1]), MORNING)
        database.commitment_requests.reported(first.subject, LATER)
        database.commitment_requests.answer(first.subject, _answer(failed=[1]), LATER)
        found = database.commitment_requests.get(first.subject)
        assert found is not None
        assert found.answer == _answer(committed=[1])
        second = database.commitment_requests.accept(_request(1))
        database.commitment_requests.answer(first.subject, _answer(failed=[1]), LATER)
        database.commitment_requests.reported(first.subject, LATER)
        assert database.commitment_requests.get(second.subject) == second

    def test_other_references_under_a_used_uid_are_another_request_that_reuses_it(self, database: Database) -> None:
        first = database.commitment_requests.accept(_request(1))
        second = database.commitment_requests.accept(_request(1, 2))
        assert not first.reuses_uid
        assert second.reuses_uid
        assert second.inquiry_id != first.inquiry_id
        found = database.commitment_requests.get(first.subject)
        assert found is not None
        assert not found.reuses_uid

    def test_another_requester_may_use_the_same_uid(self, database: Database) -> None:
        database.commitment_requests.accept(_request(1))
        other = replace(_request(1, 2), requester=AeTitle("WEST"))
        assert not database.commitment_requests.accept(other).reuses_uid

    def test_what_was_told_is_not_untold(self, database: Database) -> None:
        first, second, third = (
            database.commitment_requests.accept(replace(_request(1), transaction_uid=TransactionUid(f"1.2.{n}")))
            for n in range(3)
        )
        database.commitment_requests.answer(second.subject, _answer(committed=[1]), MORNING)
        database.commitment_requests.reported(second.subject, LATER)
        assert database.commitment_requests.untold() == (first, third)

    def test_only_the_first_telling_counts(self, database: Database) -> None:
        inquiry = database.commitment_requests.accept(_request(1))
        database.commitment_requests.reported(inquiry.subject, MORNING)
        database.commitment_requests.reported(inquiry.subject, LATER)
        found = database.commitment_requests.get(inquiry.subject)
        assert found is not None
        assert found.reported_at == MORNING

    def test_threads_that_ask_the_same_at_once_make_one_inquiry(self, database: Database) -> None:
        with ThreadPoolExecutor(6) as pool:
            found = list(pool.map(lambda _: database.commitment_requests.accept(_request(1, 2)), range(12)))
        assert {inquiry.subject for inquiry in found} == {found[0].subject}
        assert len(database.commitment_requests.untold()) == 1


def _reference(number: int) -> Reference:
    described = arrival(number)
    return Reference(described.sop_class_uid, described.sop_instance_uid)


def _request(*numbers: int) -> CommitmentRequest:
    references = tuple(_reference(number) for number in numbers)
    return CommitmentRequest(TransactionUid("1.2.3"), AeTitle("EAST"), "192.0.2.7", MORNING, references)


def _answer(committed: tuple[int, ...] | list[int] = (), failed: tuple[int, ...] | list[int] = ()) -> CommitmentAnswer:
    return CommitmentAnswer(
        TransactionUid("1.2.3"),
        tuple(_reference(number) for number in committed),
        tuple(Failed(_reference(number), NO_SUCH_OBJECT) for number in failed),
    )


class TestDatabaseCommitmentRequests(CommitmentRequestsContract):
    """SQLite and PostgreSQL."""


class TestMemoryCommitmentRequests(CommitmentRequestsContract):
    """The stand-in."""

    @pytest.fixture
    def database(self, fake_clock: FakeClock) -> FakeDatabase:
        return FakeDatabase(fake_clock)
