"""Codes of storage commitment: what we answer, what we give as a reason, and when (PS3.4 Annex J, PS3.7 Annex C).

Each member carries its clause and the case in which this product uses it, so that the conformance statement is read
from here.
"""

from pacs_dedup.dicom.status_code import StatusCode


class ActionStatus(StatusCode):
    """What we answer to a request for commitment, an N-ACTION (PS3.7 10.1.4.1.10, PS3.4 J.3.2.1)."""

    SUCCESS = (0x0000, "Success", "PS3.7 Annex C", "the request is stored durably and will be answered")
    PROCESSING_FAILURE = (
        0x0110,
        "Processing failure",
        "PS3.7 Annex C",
        "it could not be stored, for no reason foreseen",
    )
    NO_SUCH_INSTANCE = (0x0112, "No such SOP Instance", "PS3.7 Annex C", "not the well-known instance of PS3.4 J.3.5")
    NO_SUCH_ARGUMENT = (0x0114, "No such argument", "PS3.7 Annex C", "there is no Action Information")
    INVALID_ARGUMENT = (
        0x0115,
        "Invalid argument value",
        "PS3.7 Annex C",
        "Action Information can not be read, or lacks a valid Transaction UID or any valid reference",
    )
    NO_SUCH_CLASS = (
        0x0118,
        "No such SOP Class",
        "PS3.7 Annex C",
        "of another class than the Storage Commitment Push Model",
    )
    NO_SUCH_ACTION = (0x0123, "No such action", "PS3.7 Annex C", "an Action Type other than 1")
    NOT_AUTHORIZED = (
        0x0124,
        "Refused: not authorized",
        "PS3.7 Annex C",
        "the caller is none of the configured peers, or asked over another context",
    )
    RESOURCE_LIMITATION = (
        0x0213,
        "Resource limitation",
        "PS3.7 Annex C",
        "the database is away, or the request names more instances than are taken at once; ask again",
    )


class EventStatus(StatusCode):
    """What we answer to a destination's report, an N-EVENT-REPORT (PS3.7 10.1.1.1.8, PS3.4 J.3.3.1)."""

    SUCCESS = (0x0000, "Success", "PS3.7 Annex C", "the report is stored durably, or said what was known")
    PROCESSING_FAILURE = (0x0110, "Processing failure", "PS3.7 Annex C", "it could not be stored; please send it again")
    NO_SUCH_INSTANCE = (0x0112, "No such SOP Instance", "PS3.7 Annex C", "not the well-known instance of PS3.4 J.3.5")
    NO_SUCH_CLASS = (
        0x0118,
        "No such SOP Class",
        "PS3.7 Annex C",
        "of another class than the Storage Commitment Push Model",
    )
    NO_SUCH_EVENT = (0x0113, "No such event type", "PS3.7 Annex C", "an Event Type other than 1 and 2")
    INVALID_ARGUMENT = (
        0x0115,
        "Invalid argument value",
        "PS3.7 Annex C",
        "Event Information can not be read, or its Transaction UID was not asked of this peer",
    )


class FailureReason(StatusCode):
    """Why an instance is not committed to: Failure Reason (0008,1197), a value of the data set (PS3.3 C.14.1.1)."""

    PROCESSING_FAILURE = (
        0x0110,
        "Processing failure",
        "PS3.3 C.14.1.1",
        "what the requester delivered is missing or damaged here, or it can not be told whether it was delivered",
    )
    NO_SUCH_OBJECT = (
        0x0112,
        "No such object instance",
        "PS3.3 C.14.1.1",
        "the requester delivered no such instance to us, or was told that it was not taken",
    )
    CLASS_INSTANCE_CONFLICT = (
        0x0119,
        "Class / Instance conflict",
        "PS3.3 C.14.1.1",
        "the requester delivered the instance under another SOP class",
    )
    DUPLICATE_TRANSACTION_UID = (
        0x0131,
        "Duplicate transaction UID",
        "PS3.3 C.14.1.1",
        "the requester used the Transaction UID before, for other instances",
    )
    CLASS_NOT_SUPPORTED = (
        0x0122,
        "Referenced SOP Class not supported",
        "PS3.3 C.14.1.1",
        "never given: what is not supported is not delivered, so that it is no such object",
    )
    RESOURCE_LIMITATION = (
        0x0213,
        "Resource limitation",
        "PS3.3 C.14.1.1",
        "never given: what was acknowledged is stored already",
    )


def reason_in_words(reason: int) -> str:
    """Return a Failure Reason as code and meaning; a peer's own code as the code alone."""
    known = {int(member): member.meaning for member in FailureReason}
    return f"{reason:04X} {known[reason]}" if reason in known else f"{reason:04X}"
