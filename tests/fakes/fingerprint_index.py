"""Fingerprints and blocking keys in memory."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from itertools import islice

from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.identifiers import BlobId, BlockingKey, StudyKey

COMMON_KEY_STUDIES = 2_000


class MemoryFingerprintIndex:
    """`FingerprintIndex` in memory."""

    def __init__(self) -> None:
        self._fingerprints: dict[BlobId, InstanceFingerprint] = {}
        self._patients: dict[BlockingKey, dict[StudyKey, str]] = defaultdict(dict)
        self._order: dict[StudyKey, int] = {}

    def put(self, fingerprint: InstanceFingerprint) -> None:
        self._fingerprints[fingerprint.blob_id] = fingerprint

    def get(self, blob_ids: Collection[BlobId]) -> tuple[InstanceFingerprint, ...]:
        return tuple(self._fingerprints[blob_id] for blob_id in blob_ids if blob_id in self._fingerprints)

    def put_keys(self, study: StudyKey, patient: str, keys: Collection[BlockingKey]) -> None:
        self._order.setdefault(study, len(self._order))
        for key in keys:
            self._patients[key][study] = patient

    def candidates(self, keys: Collection[BlockingKey], limit: int = 200) -> Mapping[StudyKey, frozenset[BlockingKey]]:
        shared: dict[StudyKey, set[BlockingKey]] = defaultdict(set)
        for key in set(keys):
            studies = self._patients.get(key, {})
            if len(studies) <= COMMON_KEY_STUDIES:
                for study in studies:
                    shared[study].add(key)
        best = sorted(shared, key=lambda study: (-len(shared[study]), self._order[study]))[:limit]
        return {study: frozenset(shared[study]) for study in best}

    def patients_sharing(self, keys: Collection[BlockingKey]) -> Mapping[BlockingKey, int]:
        most = COMMON_KEY_STUDIES + 1
        return {key: len(set(islice(self._patients.get(key, {}).values(), most))) for key in keys}
