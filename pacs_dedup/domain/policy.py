"""What a site chooses: whether anything may be held, and the thresholds of judgement."""

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """How far the product may go. It starts harmless."""

    OBSERVE = "observe"
    FLAG = "flag"
    QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True)
class Policy:
    """Thresholds and permissions that decide a disposition.

    Attributes:
        action: observe and flag never hold anything back; quarantine may.
        complete_share: share of items that must be matched for a study to count as covered (0..1).
        common_patients: how many patients share a frame digest before it identifies nobody.
    """

    action: Action = Action.OBSERVE
    complete_share: float = 0.98
    common_patients: int = 5


DEFAULT_POLICY = Policy()
"""What holds where a site chose nothing."""
