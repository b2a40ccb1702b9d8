"""What goes wrong. Each fault strikes, lasts for seconds and is over when its function returns."""

import errno
import random
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from benchmarks.torture.failing_calls import Call
from benchmarks.torture.proxy import FAIR, Proxy, Weather
from benchmarks.torture.service import Victim
from benchmarks.torture.world import World

T = TypeVar("T")
Strike = Callable[[World, random.Random], None]

_MOST_FAULTS, _SHARE_WITH_KILLS = 3, 0.9
_SHORT_S, _LONG_S = (0.3, 1.5), (1.5, 5.0)
_UP_TO_BYTES = 400_000  # within the first dozens of small instances, or in the middle of a large one


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of mishap.

    Attributes:
        group: what it befalls; the table is ordered by it.
        weight: how often it is drawn, relative to the others.
        lacks: tells what this world misses to suffer it; empty where it can.
    """

    name: str
    group: str
    strike: Strike
    weight: int = 2
    lacks: Callable[[World], str] = lambda _: ""


def draw(world: World, chance: random.Random, seen: Counter[str], groups: Collection[str] = ()) -> list[Fault]:
    """Draw one to three different faults that this world can suffer, mostly a kill among them.

    What was rarely ``seen`` is drawn more often, so that a run of some dozens of rounds leaves nothing out. Only faults
    of ``groups`` are drawn beside the kills; of all, if none is named.
    """
    possible = [fault for fault in FAULTS if not fault.lacks(world)]
    able = [fault for fault in possible if not groups or fault.group in groups]
    kills = [fault for fault in possible if fault.group == "kill"]
    chosen: dict[str, Fault] = {}
    for number in range(chance.randint(1, _MOST_FAULTS)):
        among = kills if number == 0 and chance.random() < _SHARE_WITH_KILLS else able
        fault = chance.choices(among, [each.weight / (1 + seen[each.name]) for each in among])[0]
        chosen[fault.name] = fault
    seen.update(list(chosen))
    return list(chosen.values())


def left_out(world: World) -> dict[str, str]:
    """Return the faults that this world can not suffer, with the reason."""
    return {fault.name: reason for fault in FAULTS if (reason := fault.lacks(world))}


def _kill(world: World, chance: random.Random, *, victim: Victim, times: int = 1) -> None:
    for _ in range(times):
        world.kills += world.service.kill(victim, chance)
        time.sleep(chance.uniform(*_SHORT_S))
        world.service.ensure()


def _kill_several(world: World, chance: random.Random) -> None:
    for _ in range(chance.randint(5, 7)):
        victim = chance.choice([Victim.LISTENER, Victim.WORKER, Victim.DECODER])
        world.kills += world.service.kill(victim, chance)
        time.sleep(chance.uniform(*_SHORT_S))
        world.service.ensure()
        time.sleep(chance.uniform(0.0, 2.0))


def _kill_on_the_wire(world: World, chance: random.Random) -> None:
    """The forwarder ends after it sent an instance and before it hears the answer."""
    world.recorder.mood(delay_s=1.0)
    time.sleep(chance.uniform(0.5, 3.0))
    world.kills += world.service.kill(Victim.WORKER, chance)
    time.sleep(chance.uniform(*_SHORT_S))
    world.recorder.mood()
    world.service.ensure()


def _freeze(world: World, chance: random.Random, *, victim: Victim) -> None:
    pids = world.service.freeze(victim)
    world.frozen += pids
    time.sleep(chance.uniform(*_LONG_S))
    world.service.thaw(pids)


def _fill_disk(world: World, chance: random.Random) -> None:
    _there(world.disk).fill()
    time.sleep(chance.uniform(*_LONG_S))
    _there(world.disk).relieve()


def _fail_calls(world: World, chance: random.Random, *, calls: Call, error: int) -> None:
    _there(world.calls).begin(calls, error=error, one_in=chance.choice([1, 2, 5, 20]))
    time.sleep(chance.uniform(*_LONG_S))
    _there(world.calls).end()


def _stop_postgres(world: World, chance: random.Random, *, how: signal.Signals) -> None:
    _there(world.postgres).stop(how)
    time.sleep(chance.uniform(*_LONG_S))
    _there(world.postgres).ensure()


def _freeze_postgres(world: World, chance: random.Random) -> None:
    _there(world.postgres).freeze()
    time.sleep(chance.uniform(*_LONG_S))
    _there(world.postgres).thaw()


def _lock_sqlite(world: World, chance: random.Random) -> None:
    file = world.observer.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(file, timeout=5, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:  # the disk is full, or another fault has hold of it
            return
        time.sleep(chance.uniform(*_LONG_S))


def _cut_senders(world: World, chance: random.Random, *, weather: Callable[[random.Random], Weather]) -> None:
    world.line.cut_all()  # so that the next associations come under this weather
    _under(world.line, weather(chance), chance)


def _cut_archives(world: World, chance: random.Random, *, weather: Callable[[random.Random], Weather]) -> None:
    proxy = chance.choice(list(world.archives)).proxy
    proxy.cut_all()
    _under(proxy, weather(chance), chance)


def _under(proxy: Proxy, weather: Weather, chance: random.Random) -> None:
    proxy.weather = weather
    time.sleep(chance.uniform(*_LONG_S))
    proxy.weather = FAIR


def _mood(world: World, chance: random.Random, **mood: object) -> None:
    world.recorder.mood(**mood)
    time.sleep(chance.uniform(*_LONG_S))
    world.recorder.mood()


def _restart_archive(world: World, chance: random.Random) -> None:
    chance.choice(list(world.archives)).restart()


def _archive_away(world: World, chance: random.Random) -> None:
    world.recorder.kill()
    time.sleep(chance.uniform(*_LONG_S))
    world.recorder.restart()


def _mid_association(chance: random.Random) -> Weather:
    return Weather(cut_after=partial(chance.randint, 1, _UP_TO_BYTES))


def _answer_lost(chance: random.Random) -> Weather:
    return Weather(cut_answer_after=partial(chance.randint, 200, 2_000))


def _after_command(chance: random.Random) -> Weather:
    del chance
    return Weather(cut_after_command=True)


def _slow(chance: random.Random) -> Weather:
    return Weather(delay_s=chance.uniform(0.02, 0.3))


def _gone(chance: random.Random) -> Weather:
    del chance
    return Weather(refuse=True)


def _there(part: T | None) -> T:
    """Return a part of the world that the fault's ``lacks`` asked for."""
    if part is None:
        raise ValueError("a fault was drawn that this world can not suffer")
    return part


def _without_compiler(world: World) -> str:
    return "" if world.calls else "no C compiler (Debian package gcc)"


def _without_disk(world: World) -> str:
    return "" if world.disk else "this account may mount no small disk; the failing calls stand in for a full one"


def _without_postgres(world: World) -> str:
    return "" if world.postgres else "the database is a file"


def _with_postgres(world: World) -> str:
    return "the database is a server" if world.postgres else ""


_KILLS = (
    Fault("listener killed", "kill", partial(_kill, victim=Victim.LISTENER, times=2), 5),
    Fault("worker killed", "kill", partial(_kill, victim=Victim.WORKER, times=2), 5),
    Fault("decoder killed", "kill", partial(_kill, victim=Victim.DECODER, times=3), 5),
    Fault("every process killed", "kill", partial(_kill, victim=Victim.ALL), 4),
    Fault("one process killed after the other", "kill", _kill_several, 5),
    Fault("forwarder killed with an instance on the wire", "kill", _kill_on_the_wire, 4),
    Fault("listener frozen", "freeze", partial(_freeze, victim=Victim.LISTENER), 1),
    Fault("worker frozen", "freeze", partial(_freeze, victim=Victim.WORKER), 1),
)
_DISK = (
    Fault("disk full", "disk", _fill_disk, 4, _without_disk),
    Fault("fsync fails (EIO)", "disk", partial(_fail_calls, calls=Call.SYNC, error=errno.EIO), 3, _without_compiler),
    Fault(
        "rename and link fail (EIO)",
        "disk",
        partial(_fail_calls, calls=Call.RENAME | Call.LINK, error=errno.EIO),
        2,
        _without_compiler,
    ),
    Fault("write fails (EIO)", "disk", partial(_fail_calls, calls=Call.WRITE, error=errno.EIO), 2, _without_compiler),
    Fault(
        "write fails (ENOSPC)", "disk", partial(_fail_calls, calls=Call.WRITE, error=errno.ENOSPC), 2, _without_compiler
    ),
)
_DATABASE = (
    Fault("PostgreSQL crashes", "database", partial(_stop_postgres, how=signal.SIGQUIT), 4, _without_postgres),
    Fault("PostgreSQL restarts", "database", partial(_stop_postgres, how=signal.SIGINT), 3, _without_postgres),
    Fault("PostgreSQL frozen", "database", _freeze_postgres, 3, _without_postgres),
    Fault("SQLite locked by another", "database", _lock_sqlite, 3, _with_postgres),
)
_SENDERS = (
    Fault("sender cut inside a PDU or association", "sender", partial(_cut_senders, weather=_mid_association)),
    Fault("sender cut between command and data set", "sender", partial(_cut_senders, weather=_after_command)),
    Fault("answer to the sender lost", "sender", partial(_cut_senders, weather=_answer_lost)),
    Fault("slow line to the sender", "sender", partial(_cut_senders, weather=_slow), 1),
)
_ARCHIVES = (
    Fault("destination cut inside an association", "destination", partial(_cut_archives, weather=_mid_association)),
    Fault("destination's answer lost", "destination", partial(_cut_archives, weather=_answer_lost)),
    Fault("destination out of reach", "destination", partial(_cut_archives, weather=_gone)),
    Fault("destination slow", "destination", partial(_mood, delay_s=2.0), 1),
    Fault("destination out of resources (A700)", "destination", partial(_mood, status=0xA700, share=0.7)),
    Fault("destination refuses (C000)", "destination", partial(_mood, status=0xC000, share=0.5)),
    Fault("destination rejects associations", "destination", partial(_mood, reject=True)),
    Fault("destination says Success and is gone", "destination", partial(_mood, drop_after_success=True)),
    Fault("destination restarts", "destination", _restart_archive),
    Fault("destination killed, away, back", "destination", _archive_away),
)

FAULTS: Sequence[Fault] = (*_KILLS, *_DISK, *_DATABASE, *_SENDERS, *_ARCHIVES)
