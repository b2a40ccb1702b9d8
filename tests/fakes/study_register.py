"""Studies and their members in memory."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from threading import RLock

from pacs_dedup.domain.identifiers import ArrivalId, BlobId, StudyKey
from pacs_dedup.ports.study_register import Member, StudyEntry, StudyState

_ORDER = tuple(StudyState)


class MemoryStudyRegister:
    """`StudyRegister` in memory."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._entries: dict[StudyKey, StudyEntry] = {}
        self._members: dict[ArrivalId, tuple[StudyKey, Member]] = {}

    def file(self, key: StudyKey, arrival_id: ArrivalId, blob_id: BlobId, received_at: datetime) -> StudyEntry:
        with self._lock:
            known = self._entries.get(key)
            if arrival_id in self._members and known is not None:
                return known
            if known is None:
                entry = StudyEntry(key, 1, StudyState.RECEIVING, received_at)
            elif known.state is StudyState.RECEIVING:
                entry = replace(known, opened_at=min(known.opened_at, received_at))
            else:
                entry = StudyEntry(key, known.generation + 1, StudyState.RECEIVING, received_at)
            self._members[arrival_id] = (key, Member(arrival_id, blob_id, entry.generation))
            instances = len({member.blob_id for member in self.members(key)})
            self._entries[key] = replace(entry, instances=instances)
            return self._entries[key]

    def entry(self, key: StudyKey) -> StudyEntry | None:
        return self._entries.get(key)

    def settle(self, key: StudyKey, generation: int) -> None:
        self.advance(key, generation, StudyState.SETTLED)

    def advance(self, key: StudyKey, generation: int, state: StudyState) -> None:
        with self._lock:
            known = self._entries.get(key)
            if known and known.generation == generation and _ORDER.index(known.state) < _ORDER.index(state):
                self._entries[key] = replace(known, state=state)

    def members(self, key: StudyKey) -> tuple[Member, ...]:
        own = (member for study, member in self._members.values() if study == key)
        return tuple(sorted(own, key=lambda member: (member.generation, member.arrival_id)))

    def entries(self, states: Collection[StudyState] = ()) -> tuple[StudyEntry, ...]:
        named = (entry for entry in self._entries.values() if not states or entry.state in states)
        return tuple(sorted(named, key=lambda entry: entry.opened_at))
