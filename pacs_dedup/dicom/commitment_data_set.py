"""The data sets of storage commitment: Action Information and Event Information (PS3.4 Tables J.3-1 and J.3-2)."""

from collections.abc import Iterable
from io import BytesIO
from typing import Final

from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset
from pydicom.uid import UID, generate_uid

from pacs_dedup.dicom.elements import number, text, value_of
from pacs_dedup.dicom.open_dataset import PARSE_ERRORS
from pacs_dedup.domain.commitment import CommitmentAnswer, Failed, Reference, TransactionUid, once_each
from pacs_dedup.domain.errors import Unreadable
from pacs_dedup.domain.identifiers import SopClassUid, SopInstanceUid, is_valid_uid

PUSH_MODEL: Final = "1.2.840.10008.1.20.1"
"""Storage Commitment Push Model SOP Class (PS3.4 J.3.6)."""

PUSH_MODEL_INSTANCE: Final = "1.2.840.10008.1.20.1.1"
"""Its well-known SOP Instance (PS3.4 J.3.5)."""

REQUEST_ACTION: Final = 1
"""Action Type ID of a request for storage commitment (PS3.4 Table J.3-1)."""

ALL_COMMITTED, FAILURES_EXIST = 1, 2
"""Event Type IDs of a result (PS3.4 Table J.3-2)."""

_MAX_VR_US: Final = 0xFFFF


def new_uid() -> TransactionUid:
    """Make a UID that nobody ever used: from a random UUID (PS3.5 B.2)."""
    return TransactionUid(str(generate_uid(prefix=None)))


def action_information(transaction_uid: TransactionUid, references: Iterable[Reference]) -> Dataset:
    """Return what an N-ACTION asks for."""
    data_set = Dataset()
    data_set.TransactionUID = transaction_uid
    data_set.ReferencedSOPSequence = [_item(reference) for reference in references]
    return data_set


def event_information(answer: CommitmentAnswer) -> tuple[int, Dataset]:
    """Return Event Type ID and Event Information of an answer.

    Retrieve AE Title (0008,0054) is left out: it would promise that the instances can be retrieved from us, and we are
    no Query/Retrieve SCP.
    """
    data_set = Dataset()
    data_set.TransactionUID = answer.transaction_uid
    if answer.committed or not answer.failed:
        data_set.ReferencedSOPSequence = [_item(reference) for reference in answer.committed]
    if answer.failed:
        data_set.FailedSOPSequence = [_item(each.reference, each.reason) for each in answer.failed]
    return (FAILURES_EXIST if answer.failed else ALL_COMMITTED), data_set


def read_request(data: bytes, transfer_syntax: str) -> tuple[TransactionUid, tuple[Reference, ...]]:
    """Read Action Information: Transaction UID and references, each once.

    Raises:
        Unreadable: it can not be decoded, names no valid Transaction UID or no instance, or one by an invalid UID.
    """
    data_set = _decoded(data, transfer_syntax)
    references = tuple(_reference(item) for item in _items(data_set, "ReferencedSOPSequence"))
    if not references:
        raise Unreadable("the request names no instance (Referenced SOP Sequence)")
    return _transaction_uid(data_set), once_each(references)


def read_answer(data: bytes, transfer_syntax: str) -> CommitmentAnswer:
    """Read Event Information. The sequences say what is committed, whatever the Event Type says of all together.

    Raises:
        Unreadable: it can not be decoded, names no valid Transaction UID, or an instance by an invalid UID.
    """
    data_set = _decoded(data, transfer_syntax)
    failed = tuple(Failed(_reference(item), _reason(item)) for item in _items(data_set, "FailedSOPSequence"))
    refused = {each.reference for each in failed}
    named = once_each([_reference(item) for item in _items(data_set, "ReferencedSOPSequence")])
    committed = tuple(reference for reference in named if reference not in refused)  # in doubt, it is not committed
    return CommitmentAnswer(_transaction_uid(data_set), committed, failed)


def _item(reference: Reference, reason: int | None = None) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID = reference.sop_class_uid
    item.ReferencedSOPInstanceUID = reference.sop_instance_uid
    if reason is not None:
        item.FailureReason = reason
    return item


def _decoded(data: bytes, transfer_syntax: str) -> Dataset:
    syntax = UID(transfer_syntax)
    try:
        if syntax.is_deflated:
            raise Unreadable("the data set is deflated, which was not agreed")
        return read_dataset(BytesIO(data), syntax.is_implicit_VR, syntax.is_little_endian)
    except PARSE_ERRORS as error:
        raise Unreadable(f"the data set can not be parsed ({type(error).__name__})") from None


def _items(data_set: Dataset, keyword: str) -> list[Dataset]:
    value = value_of(data_set, keyword)
    return [item for item in value if isinstance(item, Dataset)] if isinstance(value, Iterable) else []


def _transaction_uid(data_set: Dataset) -> TransactionUid:
    uid = text(data_set, "TransactionUID")
    if not is_valid_uid(uid):
        raise Unreadable("there is no valid Transaction UID")
    return TransactionUid(uid)


def _reference(item: Dataset) -> Reference:
    sop_class, sop_instance = text(item, "ReferencedSOPClassUID"), text(item, "ReferencedSOPInstanceUID")
    if not (is_valid_uid(sop_class) and is_valid_uid(sop_instance)):
        raise Unreadable("an instance is not named by a valid SOP class and SOP instance UID")
    return Reference(SopClassUid(sop_class), SopInstanceUid(sop_instance))


def _reason(item: Dataset) -> int:
    reason = number(item, "FailureReason")
    return int(reason) if reason is not None and 0 <= reason <= _MAX_VR_US else 0
