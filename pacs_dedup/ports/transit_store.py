"""The one way out of the transit store; whoever only keeps and reads blobs does not get this port."""

from datetime import datetime
from typing import Protocol

from pacs_dedup.domain.identifiers import BlobId


class TransitStore(Protocol):
    """Lets blobs go that are kept elsewhere by proof."""

    def holds(self, blob_id: BlobId) -> bool:
        """Tell whether the bytes of a blob are in the store; a file that it only refers to is not."""
        ...

    def part_with(self, blob_id: BlobId, untouched_since: datetime, whereabouts: str) -> bool:
        """Remove the bytes of one blob, and durably note where they are; whoever asks for them later is told.

        Returns False, removing nothing, where the same bytes came again at ``untouched_since`` or later: somebody may
        have been promised that they are held. What is gone already is gone: True. After a crash half-way the bytes can
        still be read, and doing it again completes it.

        Raises:
            OutOfStorage: the disk failed; the bytes may be there or not, and letting them go again tells.
        """
        ...
