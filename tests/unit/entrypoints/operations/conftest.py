"""A site in memory behind the operations port."""

from contextlib import closing, contextmanager

import pytest

from pacs_dedup.config import Settings
from pacs_dedup.entrypoints.operations.instruments import Instruments
from pacs_dedup.entrypoints.operations.observation import Observation
from tests.fakes import FakeClock, FakeDatabase
from tests.integration.support import free_port
from tests.unit.entrypoints.operations.asking import PEERS


@pytest.fixture
def site(tmp_path, fake_clock: FakeClock):
    """Return a context manager that opens the port over these figures."""

    @contextmanager
    def opened(figures=None, *, low_water_mb=0, **more):
        settings = Settings(
            operations={"port": free_port()},
            peers=PEERS,
            storage={"path": tmp_path, "low_water_mb": low_water_mb},
        )
        instruments = Instruments(settings)
        figures = figures or FakeDatabase(fake_clock).figures
        with closing(Observation(settings, figures, instruments, **{"echo": lambda: None, **more})) as observation:
            observation.start()
            yield observation, instruments

    return opened
