"""What every `ProblemList` promises."""

import pytest

from pacs_dedup.adapters.database import Database
from pacs_dedup.ports.problem_list import Problem
from tests.contracts.values import MORNING, arrival, blob
from tests.fakes import FakeClock, FakeDatabase


class ProblemListContract:
    """Promises of `pacs_dedup.ports.problem_list.ProblemList`; needs the fixture ``database``."""

    def test_arrivals_without_a_problem_are_not_listed(self, database: Database) -> None:
        database.journal.record_arrival(arrival())
        assert database.problems.problems() == ()

    def test_a_problem_is_listed_with_its_arrival(self, database: Database) -> None:
        arrival_id = database.journal.record_arrival(arrival(7))
        database.problems.add(arrival_id, "the code stream ends early")
        expected = Problem(arrival_id, blob(7), "EAST", MORNING, "the code stream ends early")
        assert database.problems.problems() == (expected,)

    def test_a_problem_noted_again_has_the_later_cause(self, database: Database) -> None:
        arrival_id = database.journal.record_arrival(arrival())
        database.problems.add(arrival_id, "the decoder took too long")
        database.problems.add(arrival_id, "the code stream ends early")
        assert [problem.cause for problem in database.problems.problems()] == ["the code stream ends early"]

    def test_a_refused_arrival_is_a_problem_by_itself(self, database: Database) -> None:
        arrival_id = database.journal.record_arrival(arrival(3, refused="another SOP class"))
        expected = Problem(arrival_id, blob(3), "EAST", MORNING, "another SOP class", refused=True)
        assert database.problems.problems() == (expected,)

    def test_problems_come_oldest_first(self, database: Database) -> None:
        ids = [database.journal.record_arrival(arrival(n, refused="x" if n == 1 else "")) for n in range(4)]
        for arrival_id in (ids[3], ids[0]):
            database.problems.add(arrival_id, "unreadable")
        assert [problem.arrival_id for problem in database.problems.problems()] == [ids[0], ids[1], ids[3]]


class TestDatabaseProblemList(ProblemListContract):
    """SQLite and PostgreSQL."""


class TestMemoryProblemList(ProblemListContract):
    """The stand-in."""

    @pytest.fixture
    def database(self, fake_clock: FakeClock) -> FakeDatabase:
        return FakeDatabase(fake_clock)
