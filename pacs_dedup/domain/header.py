"""Where two headers differ, element by element, as a reviewer wants to read it."""

from dataclasses import dataclass
from enum import StrEnum


class HeaderGroup(StrEnum):
    """Which part of the header an element belongs to, in the order a reviewer reads them."""

    PATIENT = "Patient"
    STUDY = "Study"
    SERIES = "Series"
    ACQUISITION = "Acquisition"
    PRIVATE = "Private"
    OTHER = "Other"


class DifferenceKind(StrEnum):
    """What a difference may mean.

    ``identity``: who the patient is. ``coercion``: what a receiving archive may rewrite (PS3.4 B.4.1.3: UIDs, order
    numbers, names of places). ``format``: the same content, carried or spelled in another way. ``vendor``: private
    elements. ``content``: what was acquired or how it is shown; none of the others accounts for it.
    """

    IDENTITY = "identity"
    COERCION = "coercion"
    FORMAT = "format"
    VENDOR = "vendor"
    CONTENT = "content"


@dataclass(frozen=True, slots=True)
class HeaderDifference:
    """One element whose values differ, or that only one side has.

    Attributes:
        keyword: of PS3.6; for a private element its tag; for a person name followed by its component group.
        tag: ``gggg,eeee``.
        incoming, prior: bounded text; empty where that side lacks the element. May be patient data.
    """

    keyword: str
    tag: str
    group: HeaderGroup
    kind: DifferenceKind
    incoming: str
    prior: str
