"""Statuses of the C-STORE response that we answer with, and how we read those of others (PS3.4 B.2.3, PS3.7 C)."""

from enum import Enum, IntEnum, StrEnum

MAX_ERROR_COMMENT = 64
"""Characters of Error Comment (0000,0902), VR LO (PS3.5 6.2)."""

_OUT_OF_RESOURCES = range(0xA700, 0xA800)


class StoreStatus(int, Enum):
    """What the listener answers to a C-STORE request.

    Several members have one code and differ in what they say; ``is`` tells them apart, ``==`` compares codes.

    Attributes:
        comment: for Error Comment (0000,0902); constant, so that it can not hold patient data.
        clause: where the standard defines the code.
    """

    comment: str
    clause: str

    def __new__(cls, code: int, comment: str, clause: str) -> "StoreStatus":
        """Attach comment and clause to the code."""
        member = int.__new__(cls, code)
        member._value_ = (code, comment)  # else members of one code would be one member
        member.comment = comment
        member.clause = clause
        return member

    SUCCESS = (0x0000, "", "PS3.4 B.2.3")
    PROCESSING_FAILURE = (0x0110, "Internal failure, nothing acknowledged; please send again", "PS3.7 C.5.21")
    OUT_OF_RESOURCES = (0xA700, "No room on the disk; please send again later", "PS3.4 Table B.2-1")
    NOT_RECORDED = (0xA700, "Records can not be written; please send again later", "PS3.4 Table B.2-1")
    SPOOL_FULL = (0xA700, "Too many instances wait to be recorded; send again later", "PS3.4 Table B.2-1")
    QUEUE_FULL = (0xA700, "Too many instances wait to be forwarded; send again later", "PS3.4 Table B.2-1")
    TOO_MUCH_AT_ONCE = (0xA700, "Too much is being received; please send again later", "PS3.4 Table B.2-1")
    DATA_SET_MISMATCH = (0xA900, "SOP class or instance UID of command and data set differ", "PS3.4 Table B.2-1")
    TOO_LARGE = (0xC000, "The instance is larger than this node takes", "PS3.4 Table B.2-1")


class Answer(StrEnum):
    """What a destination's status means for the instance that was sent to it."""

    STORED = "stored"
    TRY_LATER = "try_later"
    REFUSED = "refused"


class ForeignStatus(IntEnum):
    """Statuses of a destination that mean: stored (PS3.4 Table B.2-1)."""

    SUCCESS = 0x0000
    COERCED = 0xB000
    ELEMENTS_DISCARDED = 0xB006
    DATA_SET_MISMATCH = 0xB007


def read_answer(status: int) -> Answer:
    """Read a destination's status: warnings mean stored, A7xx means later, everything else is final."""
    if status in ForeignStatus.__members__.values():
        return Answer.STORED
    return Answer.TRY_LATER if status in _OUT_OF_RESOURCES else Answer.REFUSED
