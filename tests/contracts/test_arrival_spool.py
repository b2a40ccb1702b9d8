"""What every `ArrivalSpool` promises."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pacs_dedup.adapters.file_arrival_spool import FileArrivalSpool
from pacs_dedup.domain.errors import SpoolFull
from pacs_dedup.ports.arrival_spool import ArrivalSpool, SpoolUsage, WaitingArrival
from tests.contracts.values import MINUTE, MORNING, arrival
from tests.fakes import MemoryArrivalSpool

Make = Callable[..., ArrivalSpool]


def waiting(number: int = 1, *, after: timedelta = timedelta(0), size_bytes: int = 1000) -> WaitingArrival:
    """An arrival that came in so long after the morning."""
    received = replace(arrival(number), receipt=f"{number:032x}", size_bytes=size_bytes, received_at=MORNING + after)
    return WaitingArrival(received, ("archive", "research"), MORNING + MINUTE)


class ArrivalSpoolContract:
    """Promises of `pacs_dedup.ports.arrival_spool.ArrivalSpool`; needs the fixture ``make``."""

    def test_an_arrival_waits_as_it_was_put(self, make: Make) -> None:
        spool, immediate = make(), replace(waiting(2, after=MINUTE), forward_to=(), forward_at=None)
        spool.put(waiting())
        spool.put(immediate)
        assert list(spool.waiting()) == [waiting(), immediate]

    def test_arrivals_wait_in_the_order_in_which_they_came_in(self, make: Make) -> None:
        spool = make()
        for number in (3, 1, 2):
            spool.put(waiting(number, after=number * MINUTE))
        assert list(spool.waiting()) == [waiting(number, after=number * MINUTE) for number in (1, 2, 3)]

    def test_one_that_is_put_again_waits_once(self, make: Make) -> None:
        spool = make(most_arrivals=1)
        for _ in range(2):
            spool.put(waiting())
        assert list(spool.waiting()) == [waiting()]
        assert spool.usage().arrivals == 1

    def test_one_that_is_removed_waits_no_more_however_often(self, make: Make) -> None:
        spool = make()
        spool.put(waiting(1))
        spool.put(waiting(2, after=MINUTE))
        for _ in range(2):
            spool.remove(waiting(1))
        assert list(spool.waiting()) == [waiting(2, after=MINUTE)]

    def test_it_can_be_emptied_while_it_is_read(self, make: Make) -> None:
        spool = make()
        for number in range(5):
            spool.put(waiting(number))
        for each in spool.waiting():
            spool.remove(each)
        assert list(spool.waiting()) == []
        assert spool.usage() == SpoolUsage()

    def test_its_usage_tells_number_size_and_the_oldest(self, make: Make) -> None:
        spool = make()
        spool.put(waiting(1, after=MINUTE, size_bytes=10))
        spool.put(waiting(2, size_bytes=20))
        assert spool.usage() == SpoolUsage(2, 30, MORNING)

    def test_no_more_wait_than_may(self, make: Make) -> None:
        spool = make(most_arrivals=2)
        spool.put(waiting(1))
        spool.put(waiting(2))
        with pytest.raises(SpoolFull):
            spool.put(waiting(3))
        spool.remove(waiting(1))
        spool.put(waiting(3))
        assert spool.usage().arrivals == 2

    def test_no_more_bytes_wait_than_may(self, make: Make) -> None:
        spool = make(most_bytes=100)
        spool.put(waiting(1, size_bytes=60))
        with pytest.raises(SpoolFull):
            spool.put(waiting(2, size_bytes=41))
        spool.put(waiting(3, size_bytes=40))
        assert spool.usage().size_bytes == 100


class TestFileArrivalSpool(ArrivalSpoolContract):
    """Files."""

    @pytest.fixture
    def make(self, tmp_path: Path) -> Make:
        limits = {"most_arrivals": 1000, "most_bytes": 1 << 40}
        return lambda **own: FileArrivalSpool(tmp_path, **limits | own)


class TestMemoryArrivalSpool(ArrivalSpoolContract):
    """The stand-in."""

    @pytest.fixture
    def make(self) -> Make:
        return MemoryArrivalSpool
