"""Invariants 1 and 3: what was acknowledged survives any crash, and nothing is doubled. The long form: make torture."""

import random
import time

import pytest

from benchmarks.torture.faults import Fault
from benchmarks.torture.rounds import Rounds
from benchmarks.torture.service import Victim
from benchmarks.torture.world import Deployment, World, built

KILLS = 20
ROUNDS = 2  # each time everything must come to rest, which takes longer than a kill
VICTIMS = (Victim.LISTENER, Victim.DECODER, Victim.WORKER, Victim.DECODER, Victim.ALL) * 2


def kill_one_after_the_other(world: World, chance: random.Random) -> None:
    for victim in VICTIMS:
        time.sleep(chance.uniform(0.0, 0.7))
        world.kills += world.service.kill(victim, chance)
        world.service.ensure()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # a sender's, when its peer dies
def test_killed_service_loses_no_acknowledged_instance(tmp_path):
    chance = random.Random(7)  # noqa: S311 - no secret
    fault = Fault("killed", "kill", kill_one_after_the_other)
    with built(tmp_path / "world", Deployment.SQLITE, chance, one_archive=True, own_disk=False) as world:
        rounds = Rounds(world, chance)
        outcomes = [rounds.play([fault]) for _ in range(ROUNDS)]
    assert [violation for outcome in outcomes for violation in outcome.violations] == []
    assert sum(outcome.kills for outcome in outcomes) >= KILLS
    assert all(outcome.acknowledged for outcome in outcomes)
