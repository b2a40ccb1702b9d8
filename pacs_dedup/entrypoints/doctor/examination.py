"""All checks, side by side, each waited for a bounded time."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from functools import partial

from pacs_dedup.config import PeerRole, Settings
from pacs_dedup.domain.errors import PacsDedupError
from pacs_dedup.domain.health import Finding, Health
from pacs_dedup.entrypoints.doctor import machine, storage, surroundings
from pacs_dedup.entrypoints.operations.bounded import Bounded

Question = Callable[[], Iterable[Finding]]

_WITHIN = timedelta(seconds=30)


def examine(settings: Settings, within: timedelta = _WITHIN) -> Iterator[Finding]:
    """Ask everything at once; yield the findings in a fixed order as they come.

    Nothing is changed, except for small files in the data folder that are gone afterwards, and one write to the
    database that writes what is there. What gives no answer in time has failed.
    """
    asked = [(name, Bounded(partial(_listed, ask), keep_for=within)) for name, ask in _questions(settings)]
    for _, bounded in asked:
        bounded.start()
    for name, bounded in asked:
        yield from _answer(name, bounded, within)


def _questions(settings: Settings) -> list[tuple[str, Question]]:
    destinations = [peer for peer in settings.peers if PeerRole.DESTINATION in peer.roles]
    return [
        ("disk", partial(storage.disk, settings)),
        ("folder modes", partial(storage.modes, settings)),
        ("backup", partial(storage.backup, settings)),
        ("database", partial(storage.database, settings)),
        ("audit", partial(storage.audit, settings)),
        ("decoders", partial(machine.decoders, settings)),
        ("character sets", machine.character_sets),
        ("fonts", machine.fonts),
        ("limits", partial(machine.limits, settings)),
        ("clock", partial(surroundings.clock, settings)),
        ("certificates", partial(surroundings.certificates, settings)),
        *((f"peer {peer.name}", partial(surroundings.peer, peer, settings)) for peer in destinations),
    ]


def _listed(ask: Question) -> list[Finding]:
    return list(ask())


def _answer(name: str, bounded: Bounded[list[Finding]], within: timedelta) -> Iterable[Finding]:
    try:
        return bounded.result(within)
    except TimeoutError:
        words = f"no answer within {within.total_seconds():g} s"
        return [Finding(name, Health.FAILED, words, "see whether the disk, the database or the network stands still")]
    except PacsDedupError as error:
        cause, _, remedy = str(error).partition("; ")
        return [Finding(name, Health.FAILED, cause, remedy)]
    except OSError as error:
        return [Finding(name, Health.FAILED, error.strerror or type(error).__name__, "see that this account may do it")]
