"""What a check of a component found, and what that means for the whole."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """How a component is."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found.

    Attributes:
        component: constant name of what was checked.
        description: one sentence without patient data.
        remedy: what to do next; empty where all is well.
    """

    component: str
    health: Health
    description: str
    remedy: str = ""


def worst(findings: Iterable[Finding]) -> Health:
    """Return how the whole is: as its worst component; well where nothing was checked."""
    order = tuple(Health)
    return max((finding.health for finding in findings), key=order.index, default=Health.OK)
