"""What every table of codes shares: a number, what the standard says of it, and when this product uses it."""

from enum import IntEnum


class StatusCode(IntEnum):
    """A code with what the standard and this product say about it.

    Attributes:
        meaning: the standard's words for it.
        clause: where the standard defines it.
        when: in which case this product uses it.
    """

    meaning: str
    clause: str
    when: str

    def __new__(cls, code: int, meaning: str, clause: str, when: str) -> "StatusCode":
        """Attach the words to the code."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.meaning, member.clause, member.when = meaning, clause, when
        return member


class OperationStatus(StatusCode):
    """What we answer whatever the service is (PS3.7 9.3, 10.3)."""

    SUCCESS = (0x0000, "Success", "PS3.7 Annex C", "a C-ECHO request is answered so, always")
    UNRECOGNISED_OPERATION = (
        0x0211,
        "Unrecognized operation",
        "PS3.7 Annex C",
        "none that this node serves for the SOP class that the request names: C-FIND, C-GET, C-MOVE, N-GET, N-SET, "
        "N-CREATE and N-DELETE always, C-ECHO of another class than Verification",
    )
