"""Everything that a run stands on: the service, its database and disk, the senders' line, the archives."""

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from benchmarks.torture.commitments import Asker, asker
from benchmarks.torture.destinations import Archive, Recorder, archives, peer_of
from benchmarks.torture.disk import SmallDisk, small_disk
from benchmarks.torture.failing_calls import FailingCalls, can_compile
from benchmarks.torture.instances import Studio
from benchmarks.torture.ledger import Ledger
from benchmarks.torture.observed import Observer
from benchmarks.torture.proxy import FAIR, Proxy
from benchmarks.torture.service import Service
from pacs_dedup.config import Settings
from tests.integration.support import free_port
from tests.stoppable_postgres import StoppablePostgres, stoppable_postgres

MAX_HOLD_S = 40.0
"""Short, so that holds run out while the run goes on; some are always held."""


class Deployment(StrEnum):
    """How the service is set up."""

    SQLITE = "sqlite"
    POSTGRES = "postgres"


@dataclass(slots=True)
class World:
    """One service and all its peers.

    Attributes:
        line: between senders and listener; what senders connect to.
        recorder: the archive that can be told to fail.
        calls: system calls that can be made to fail; None without a C compiler.
        disk: the data folder's own small disk; None where this account may mount none.
        asker: the modality that asks for storage commitment.
        postgres: the database server; None where the database is a file.
        kills: processes killed so far.
    """

    deployment: Deployment
    service: Service
    line: Proxy
    archives: Sequence[Archive]
    recorder: Recorder
    observer: Observer
    studio: Studio
    ledger: Ledger
    asker: Asker
    calls: FailingCalls | None
    disk: SmallDisk | None
    postgres: StoppablePostgres | None
    kills: int = 0
    frozen: list[int] = field(default_factory=list)

    def heal(self) -> None:
        """Mend everything; what is well stays as it is."""
        if self.calls:
            self.calls.end()
        if self.disk:
            self.disk.relieve()
        self.service.thaw(self.frozen)
        if self.postgres:
            self.postgres.thaw()
            self.postgres.ensure()
        self.recorder.mood()
        for proxy in (self.line, *(archive.proxy for archive in self.archives)):
            proxy.weather = FAIR


@contextmanager
def built(
    folder: Path, deployment: Deployment, chance: random.Random, *, one_archive: bool = False, own_disk: bool = True
) -> Iterator[World]:
    """Set a world up in a folder, and take it down; the folder stays.

    Args:
        folder: where everything lies; made here.
        deployment: how the service is set up.
        chance: what instances are drawn from.
        one_archive: forward to the recorder alone.
        own_disk: put the data folder on a small disk, where this account may.
    """
    folder.mkdir(parents=True)
    with ExitStack() as stack:
        disk = stack.enter_context(small_disk(folder / "disk")) if own_disk else None
        data = (disk.folder if disk else folder) / "data"
        calls = FailingCalls(folder / "calls", data) if can_compile() else None
        postgres = stack.enter_context(stoppable_postgres()) if deployment is Deployment.POSTGRES else None
        port = free_port()
        recorder = Recorder(folder / "recorder")
        peers: list[Archive] = [recorder] if one_archive else [recorder, *archives(folder, port)]
        for peer in peers:
            stack.callback(peer.close)
        asking = stack.enter_context(asker(random.Random(chance.random())))
        sections = _sections(data, postgres.url if postgres else "", [*map(peer_of, peers), asking.modality.peer()])
        service = Service(data, _roles(deployment), sections, calls.environment if calls else {}, port)
        stack.callback(service.destroy)
        line = Proxy(service.port)
        stack.callback(line.close)
        sent = folder / "sent"
        sent.mkdir()
        url = Settings(storage=sections["storage"]).database_url
        yield World(
            deployment=deployment,
            service=service,
            line=line,
            archives=peers,
            recorder=recorder,
            observer=Observer(data, url),
            studio=Studio(sent, chance),
            ledger=Ledger(),
            asker=asking,
            calls=calls,
            disk=disk,
            postgres=postgres,
        )


def _roles(deployment: Deployment) -> tuple[str, ...]:
    match deployment:
        case Deployment.SQLITE:
            return ("all",)
        case Deployment.POSTGRES:
            return ("scp", "worker")


def _sections(data: Path, url: str, peers: Sequence[Mapping[str, object]]) -> dict[str, object]:
    return {
        "storage": {"path": str(data), "low_water_mb": 0, "database_url": url},
        "mode": {"action": "quarantine", "judge_within_s": 20, "max_hold_s": MAX_HOLD_S},
        "completion": {"quiet_s": 0.5, "force_s": 10},
        "workers": {"count": 1},
        "limits": {"record_within_s": 1},
        "peers": list(peers),
        "commitment": {"same_association_s": 1, "quiet_s": 1, "force_s": 5, "answer_within_s": 8},
    }
