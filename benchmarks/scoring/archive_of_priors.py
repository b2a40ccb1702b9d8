"""The priors as an archive in memory, through which the product searches and judges as it does in a hospital."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from pacs_dedup.domain.blocking import index_keys, patient_group
from pacs_dedup.domain.fingerprint import StudyFingerprint
from pacs_dedup.domain.identifiers import ArrivalId, StudyKey
from pacs_dedup.ports.study_register import Member, StudyEntry, StudyState
from tests.fakes.fingerprint_index import MemoryFingerprintIndex

_OPENED = datetime(2026, 1, 1, tzinfo=UTC)


class ArchiveOfPriors(MemoryFingerprintIndex):
    """Index and register of settled studies; one incoming study at a time may join and leave again."""

    def __init__(self) -> None:
        super().__init__()
        self._studies: dict[StudyKey, StudyFingerprint] = {}
        self._arrivals: dict[StudyKey, int] = {}

    def add(self, study: StudyFingerprint) -> None:
        """File a settled study and make it findable."""
        self._arrivals.setdefault(study.key, 1_000_000 * len(self._arrivals))
        self._studies[study.key] = study
        for instance in study.instances:
            self.put(instance)
        self.put_keys(study.key, patient_group(study), index_keys(study))

    def remove(self, study: StudyFingerprint) -> None:
        """Forget a study: as a candidate, and as one of the patients that share a digest."""
        del self._studies[study.key]
        for key in index_keys(study):
            self._patients[key].pop(study.key, None)

    @contextmanager
    def joined_by(self, study: StudyFingerprint) -> Iterator[StudyFingerprint]:
        """Have a study here for a while, as the one that came last."""
        self.add(study)
        try:
            yield study
        finally:
            self.remove(study)

    def members(self, key: StudyKey) -> tuple[Member, ...]:
        first, study = self._arrivals.get(key, 0), self._studies.get(key)
        instances = study.instances if study else ()
        return tuple(Member(ArrivalId(first + n), i.blob_id, 1) for n, i in enumerate(instances))

    def entry(self, key: StudyKey) -> StudyEntry | None:
        return StudyEntry(key, 1, StudyState.SETTLED, _OPENED) if key in self._studies else None
