"""The ports of a worker, with an ear on those whose calls are counted."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pacs_dedup import wiring
from pacs_dedup.domain.errors import PacsDedupError, PeerResting
from pacs_dedup.domain.identifiers import ArrivalId, BlobId, StudyKey
from pacs_dedup.entrypoints.operations.instruments import Happening, Kind, Tell
from pacs_dedup.ports.clock import Clock
from pacs_dedup.ports.destination import Destination
from pacs_dedup.ports.study_register import Member, StudyEntry, StudyRegister, StudyState


def observed(services: wiring.Services, tell: Tell) -> wiring.Services:
    """Return the same services; what is worth counting is told of as it happens."""
    return replace(
        services,
        destinations=_observed_destinations(services.destinations, tell),
        register=ObservedRegister(services.register, services.clock, tell),
    )


def _observed_destinations(destinations: Mapping[str, Destination], tell: Tell) -> Mapping[str, Destination]:
    return {name: ObservedDestination(destination, tell) for name, destination in destinations.items()}


@dataclass(frozen=True, slots=True)
class ObservedDestination:
    """`pacs_dedup.ports.destination.Destination` that tells of every failure to send, but not of a peer at rest."""

    destination: Destination
    tell: Tell

    @property
    def name(self) -> str:
        """The peer's configured name."""
        return self.destination.name

    def send(self, path: Path) -> None:
        """Send one DICOM file as it is."""
        try:
            self.destination.send(path)
        except PacsDedupError as error:
            if not isinstance(error, PeerResting):  # nobody was asked
                self.tell(Happening(Kind.FORWARD_FAILED, self.name))
            raise

    def close(self) -> None:
        """End the association, if one is open."""
        self.destination.close()


@dataclass(frozen=True, slots=True)
class ObservedRegister:
    """`pacs_dedup.ports.study_register.StudyRegister` that tells how long a study took until it was acted on."""

    register: StudyRegister
    clock: Clock
    tell: Tell

    def file(self, key: StudyKey, arrival_id: ArrivalId, blob_id: BlobId, received_at: datetime) -> StudyEntry:
        """Put an arrival into the study's open generation."""
        return self.register.file(key, arrival_id, blob_id, received_at)

    def entry(self, key: StudyKey) -> StudyEntry | None:
        """Return where a study stands."""
        return self.register.entry(key)

    def settle(self, key: StudyKey, generation: int) -> None:
        """Close a generation."""
        self.register.settle(key, generation)

    def advance(self, key: StudyKey, generation: int, state: StudyState) -> None:
        """Record a later state; the first time that a generation is dispatched its age is told."""
        before = self.register.entry(key) if state is StudyState.DISPATCHED else None
        self.register.advance(key, generation, state)
        if before is not None and before.generation == generation and before.state is StudyState.JUDGED:
            age = self.clock.now() - before.opened_at
            self.tell(Happening(Kind.STUDY_COMPLETED, value=age.total_seconds()))

    def members(self, key: StudyKey) -> tuple[Member, ...]:
        """Return all members of a study."""
        return self.register.members(key)

    def entries(self, states: Collection[StudyState] = ()) -> tuple[StudyEntry, ...]:
        """Return every study in one of these states."""
        return self.register.entries(states)
