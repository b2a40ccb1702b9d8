"""Fingerprints and the blocking keys by which candidates are found: look-ups only, never a scan."""

from collections.abc import Collection, Mapping
from typing import Protocol

from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.identifiers import BlobId, BlockingKey, StudyKey


class FingerprintIndex(Protocol):
    """Everything that was ever fingerprinted."""

    def put(self, fingerprint: InstanceFingerprint) -> None:
        """Keep one instance's fingerprint, durable on return; putting it again replaces it."""
        ...

    def get(self, blob_ids: Collection[BlobId]) -> tuple[InstanceFingerprint, ...]:
        """Return the fingerprints of these blobs that are known, in the order asked for."""
        ...

    def put_keys(self, study: StudyKey, patient: str, keys: Collection[BlockingKey]) -> None:
        """Make a study findable by its blocking keys; ``patient`` groups studies that name the same patient.

        Keys of earlier generations stay.
        """
        ...

    def candidates(self, keys: Collection[BlockingKey], limit: int = 200) -> Mapping[StudyKey, frozenset[BlockingKey]]:
        """Return studies that share at least one key, with the keys shared; most shared first, at most ``limit``.

        A key that more than 2,000 studies share is left out: it would say nothing.
        """
        ...

    def patients_sharing(self, keys: Collection[BlockingKey]) -> Mapping[BlockingKey, int]:
        """Count how many different patients have each key: a digest that many share identifies nobody.

        Of a key that more than 2,000 studies share only 2,001 are counted.
        """
        ...
