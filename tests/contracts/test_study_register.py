"""What every `StudyRegister` promises."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from pacs_dedup.adapters.database import Database
from pacs_dedup.domain.identifiers import ArrivalId
from pacs_dedup.ports.study_register import Member, StudyEntry, StudyState
from tests.contracts.values import MINUTE, MORNING, blob, study
from tests.fakes import FakeClock, FakeDatabase


class StudyRegisterContract:
    """Promises of `pacs_dedup.ports.study_register.StudyRegister`; needs the fixture ``database``."""

    def test_an_unknown_study_has_no_entry_and_no_members(self, database: Database) -> None:
        assert database.register.entry(study()) is None
        assert database.register.members(study()) == ()
        assert database.register.entries() == ()

    def test_the_first_instance_opens_the_first_generation(self, database: Database) -> None:
        entry = _file(database, 1)
        assert entry == StudyEntry(study(), 1, StudyState.RECEIVING, MORNING, instances=1)
        assert database.register.entry(study()) == entry

    def test_instances_join_the_open_generation(self, database: Database) -> None:
        _file(database, 1)
        entry = _file(database, 2, minutes=1)
        assert (entry.generation, entry.opened_at, entry.instances) == (1, MORNING, 2)

    def test_an_arrival_is_filed_once(self, database: Database) -> None:
        first = _file(database, 1)
        database.register.settle(study(), 1)
        again = _file(database, 1, minutes=3)
        assert (again.generation, again.state, again.instances) == (1, StudyState.SETTLED, 1)
        assert again.opened_at == first.opened_at
        assert database.register.members(study()) == (Member(ArrivalId(1), blob(1), 1),)

    def test_the_same_bytes_again_are_a_member_and_no_further_instance(self, database: Database) -> None:
        database.register.file(study(), ArrivalId(1), blob(5), MORNING)
        entry = database.register.file(study(), ArrivalId(2), blob(5), MORNING)
        assert entry.instances == 1
        assert [member.arrival_id for member in database.register.members(study())] == [1, 2]

    def test_one_study_of_two_sources_is_two_studies(self, database: Database) -> None:
        _file(database, 1)
        database.register.file(study(1, "WEST"), ArrivalId(2), blob(2), MORNING)
        assert len(database.register.entries()) == 2
        assert database.register.members(study(1, "WEST")) == (Member(ArrivalId(2), blob(2), 1),)

    def test_the_earliest_reception_opened_the_generation(self, database: Database) -> None:
        """Workers file in any order."""
        _file(database, 2, minutes=5)
        assert _file(database, 1, minutes=2).opened_at == MORNING + 2 * MINUTE

    @pytest.mark.parametrize("state", [state for state in StudyState if state is not StudyState.RECEIVING])
    def test_a_late_instance_opens_the_next_generation(self, database: Database, state: StudyState) -> None:
        _file(database, 1)
        database.register.advance(study(), 1, state)
        late = _file(database, 2, minutes=9)
        assert late == StudyEntry(study(), 2, StudyState.RECEIVING, MORNING + 9 * MINUTE, instances=2)
        assert [member.generation for member in database.register.members(study())] == [1, 2]

    def test_settling_closes_the_generation_once(self, database: Database) -> None:
        _file(database, 1)
        database.register.settle(study(), 1)
        assert _state(database) is StudyState.SETTLED
        database.register.advance(study(), 1, StudyState.JUDGED)
        database.register.settle(study(), 1)
        assert _state(database) is StudyState.JUDGED

    def test_a_state_never_goes_back(self, database: Database) -> None:
        _file(database, 1)
        order = tuple(StudyState)
        for reached, state in enumerate(order):
            database.register.advance(study(), 1, state)
            for earlier in order[:reached]:
                database.register.advance(study(), 1, earlier)
            assert _state(database) is state

    def test_an_earlier_generation_does_not_touch_a_newer_one(self, database: Database) -> None:
        _file(database, 1)
        database.register.settle(study(), 1)
        _file(database, 2)
        database.register.advance(study(), 1, StudyState.DISPATCHED)
        database.register.settle(study(), 1)
        assert _state(database) is StudyState.RECEIVING

    def test_a_generation_that_is_not_there_yet_is_not_settled(self, database: Database) -> None:
        _file(database, 1)
        database.register.settle(study(), 2)
        database.register.settle(study(77), 1)
        assert _state(database) is StudyState.RECEIVING

    def test_members_come_by_generation_and_arrival(self, database: Database) -> None:
        for number in (3, 1):
            _file(database, number)
        database.register.settle(study(), 1)
        _file(database, 2)
        found = [(member.generation, member.arrival_id) for member in database.register.members(study())]
        assert found == [(1, 1), (1, 3), (2, 2)]

    def test_entries_are_listed_by_state_oldest_first(self, database: Database) -> None:
        for number, minutes in ((1, 3), (2, 1), (3, 2)):
            database.register.file(study(number), ArrivalId(number), blob(number), MORNING + minutes * MINUTE)
        database.register.settle(study(2), 1)
        assert [entry.key for entry in database.register.entries()] == [study(2), study(3), study(1)]
        assert [entry.key for entry in database.register.entries([StudyState.RECEIVING])] == [study(3), study(1)]
        assert [entry.key for entry in database.register.entries([StudyState.SETTLED])] == [study(2)]
        assert database.register.entries([StudyState.CLOSED]) == ()

    def test_threads_that_file_at_once_share_one_generation(self, database: Database) -> None:
        with ThreadPoolExecutor(6) as pool:
            entries = list(pool.map(lambda number: _file(database, number), range(1, 25)))
        assert {entry.generation for entry in entries} == {1}
        assert sorted(entry.instances for entry in entries) == list(range(1, 25))

    def test_late_threads_open_one_generation_between_them(self, database: Database) -> None:
        _file(database, 1)
        database.register.settle(study(), 1)
        with ThreadPoolExecutor(6) as pool:
            entries = list(pool.map(lambda number: _file(database, number), range(2, 14)))
        assert {entry.generation for entry in entries} == {2}


def _file(database: Database, number: int, *, minutes: int = 0) -> StudyEntry:
    return database.register.file(study(), ArrivalId(number), blob(number), MORNING + minutes * MINUTE)


def _state(database: Database) -> StudyState:
    entry = database.register.entry(study())
    assert entry is not None
    return entry.state


class TestDatabaseStudyRegister(StudyRegisterContract):
    """SQLite and PostgreSQL."""


class TestMemoryStudyRegister(StudyRegisterContract):
    """The stand-in."""

    @pytest.fixture
    def database(self, fake_clock: FakeClock) -> FakeDatabase:
        return FakeDatabase(fake_clock)
