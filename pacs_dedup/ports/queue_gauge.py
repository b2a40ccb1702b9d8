"""How much waits, for those who must know whether more can be taken."""

from typing import Protocol

from pacs_dedup.ports.journal import Step


class QueueGauge(Protocol):
    """Counts work that waits to be done soon."""

    def waiting(self, step: Step, at_most: int) -> int:
        """Count the work of a step that is due, or was tried in vain and is tried again within the hour.

        What is put off on purpose does not count: a study that is held, an instance that a destination has refused.
        Counting ends at ``at_most``, so that its cost is bounded.
        """
        ...
