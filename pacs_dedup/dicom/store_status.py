"""Statuses of the C-STORE response that we answer with, and how we read those of others (PS3.4 B.2.3, PS3.7 C)."""

from enum import Enum, IntEnum, StrEnum

MAX_ERROR_COMMENT = 64
"""Characters of Error Comment (0000,0902), VR LO (PS3.5 6.2)."""

_OUT_OF_RESOURCES = range(0xA700, 0xA800)
_MEANINGS = {
    0x0000: "Success",
    0x0110: "Failure: processing failure",
    0x0122: "Refused: SOP class not supported",
    0x0124: "Refused: not authorized",
    0xA700: "Refused: out of resources",
    0xA900: "Error: data set does not match SOP class",
    0xC000: "Error: cannot understand",
}


class StoreStatus(int, Enum):
    """What the listener answers to a C-STORE request.

    Several members have one code and differ in what they say; ``is`` tells them apart, ``==`` compares codes.

    Attributes:
        comment: for Error Comment (0000,0902); constant, so that it can not hold patient data.
        when: in which case it is answered, for those who connect a sender.
    """

    comment: str
    when: str

    def __new__(cls, code: int, comment: str, when: str) -> "StoreStatus":
        """Attach comment and case to the code."""
        member = int.__new__(cls, code)
        member._value_ = (code, comment)  # else members of one code would be one member
        member.comment = comment
        member.when = when
        return member

    SUCCESS = (
        0x0000,
        "",
        "bytes and arrival record are durable; also for an identical re-send, which adds no bytes, and for what can "
        "not be examined or will be held back",
    )
    PROCESSING_FAILURE = (
        0x0110,
        "Internal failure, nothing acknowledged; please send again",
        "an internal error before the instance was durable",
    )
    NOT_NEGOTIATED = (
        0x0122,
        "No Storage SOP class was negotiated for this context",
        "the request names no Storage SOP class, or its presentation context was accepted for another service",
    )
    NOT_AUTHORIZED = (
        0x0124,
        "This peer may not send: its roles in [[peers]] lack 'source'",
        "the peer has the role destination alone; it may call for C-ECHO and for storage commitment",
    )
    OUT_OF_RESOURCES = (
        0xA700,
        "No room on the disk; please send again later",
        "free space is below storage.low_water_mb, or the disk did not take the bytes",
    )
    NOT_RECORDED = (
        0xA700,
        "Records can not be written; please send again later",
        "the database is damaged; while it is only away, arrivals wait in the spool",
    )
    SPOOL_FULL = (
        0xA700,
        "Too many instances wait to be recorded; send again later",
        "the database is away, and limits.spool_arrivals or limits.spool_mb is reached",
    )
    QUEUE_FULL = (
        0xA700,
        "Too many instances wait to be forwarded; send again later",
        "limits.queued is reached",
    )
    TOO_MUCH_AT_ONCE = (
        0xA700,
        "Too much is being received; please send again later",
        "what comes in on all associations would pass limits.receiving_mb, or what comes in from this peer its share, "
        "limits.receiving_share_per_peer",
    )
    DATA_SET_MISMATCH = (
        0xA900,
        "SOP class or instance UID of command and data set differ",
        "as the comment says; the bytes are kept and listed, and neither compared nor forwarded",
    )
    TOO_LARGE = (
        0xC000,
        "The instance is larger than this node takes",
        "the data set passes limits.instance_mb",
    )
    NO_DATA_SET = (
        0xC000,
        "The request holds no data set; nothing was stored",
        "the request says that no data set follows, or none of its bytes came",
    )

    def __repr__(self) -> str:
        return f"<{type(self).__name__}.{self.name}: 0x{int(self):04X}>"

    @property
    def meaning(self) -> str:
        """The standard's words for the code (PS3.4 Table B.2-1, PS3.7 C.5.21)."""
        return _MEANINGS[int(self)]


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
