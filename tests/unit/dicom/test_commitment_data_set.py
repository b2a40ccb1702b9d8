"""Requests and answers of storage commitment as data sets."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom.dsutils import encode

from pacs_dedup.dicom.commitment_data_set import (
    ALL_COMMITTED,
    FAILURES_EXIST,
    action_information,
    event_information,
    new_uid,
    read_answer,
    read_request,
)
from pacs_dedup.dicom.commitment_status import ActionStatus, EventStatus, FailureReason, reason_in_words
from pacs_dedup.domain.commitment import CommitmentAnswer, Failed, TransactionUid
from pacs_dedup.domain.errors import Unreadable
from pacs_dedup.domain.identifiers import is_valid_uid
from tests.commitments import MR, named

SYNTAXES = [ImplicitVRLittleEndian, ExplicitVRLittleEndian]
TRANSACTION = TransactionUid("2.25.1")


def encoded(data_set: Dataset, syntax: UID = ImplicitVRLittleEndian) -> bytes:
    return encode(data_set, syntax.is_implicit_VR, syntax.is_little_endian) or b""


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_request_is_read_as_it_was_written(syntax: UID) -> None:
    references = (named(2), named(1, MR))
    data = encoded(action_information(TRANSACTION, references), syntax)
    assert read_request(data, syntax) == (TRANSACTION, references)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_an_answer_is_read_as_it_was_written(syntax: UID) -> None:
    answer = CommitmentAnswer(TRANSACTION, (named(1), named(3)), (Failed(named(2), FailureReason.NO_SUCH_OBJECT),))
    event_type, information = event_information(answer)
    assert event_type == FAILURES_EXIST
    assert read_answer(encoded(information, syntax), syntax) == answer


def test_an_answer_without_failures_is_of_the_first_type_and_names_no_retrieve_ae() -> None:
    event_type, information = event_information(CommitmentAnswer(TRANSACTION, (named(1),)))
    assert event_type == ALL_COMMITTED
    assert "FailedSOPSequence" not in information
    assert "RetrieveAETitle" not in information


def test_an_answer_of_failures_alone_has_no_empty_sequence() -> None:
    _, information = event_information(CommitmentAnswer(TRANSACTION, (), (Failed(named(1), 0x0110),)))
    assert "ReferencedSOPSequence" not in information


def test_what_is_named_twice_is_read_once() -> None:
    data = encoded(action_information(TRANSACTION, [named(1), named(2), named(1)]))
    assert read_request(data, ImplicitVRLittleEndian)[1] == (named(1), named(2))


def test_what_is_committed_and_failed_at_once_has_failed() -> None:
    _, information = event_information(CommitmentAnswer(TRANSACTION, (named(1), named(2)), (Failed(named(1), 0x0110),)))
    assert read_answer(encoded(information), ImplicitVRLittleEndian).committed == (named(2),)


def test_a_failure_without_a_reason_is_a_failure() -> None:
    _, information = event_information(CommitmentAnswer(TRANSACTION, (), (Failed(named(1), 0x0110),)))
    del information.FailedSOPSequence[0].FailureReason
    assert read_answer(encoded(information), ImplicitVRLittleEndian).failed == (Failed(named(1), 0),)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda ds: delattr(ds, "TransactionUID"),
        lambda ds: setattr(ds, "TransactionUID", ""),
        lambda ds: delattr(ds, "ReferencedSOPSequence"),
        lambda ds: setattr(ds, "ReferencedSOPSequence", []),
        lambda ds: delattr(ds.ReferencedSOPSequence[0], "ReferencedSOPClassUID"),
        lambda ds: setattr(ds.ReferencedSOPSequence[0], "ReferencedSOPInstanceUID", "1." * 40 + "1"),
    ],
)
@pytest.mark.filterwarnings("ignore:.*VR UI")
def test_a_request_that_lacks_something_is_unreadable(spoil: object) -> None:
    data_set = action_information(TRANSACTION, [named(1)])
    spoil(data_set)
    with pytest.raises(Unreadable):
        read_request(encoded(data_set), ImplicitVRLittleEndian)


def test_a_deflated_request_is_refused() -> None:
    with pytest.raises(Unreadable, match="deflated"):
        read_request(b"\x00" * 100, DeflatedExplicitVRLittleEndian)


@pytest.mark.filterwarnings("ignore:Expected explicit VR")
@given(st.data())
def test_garbage_is_unreadable_and_nothing_worse(data: st.DataObject) -> None:
    whole = encoded(action_information(TRANSACTION, [named(1), named(2)]))
    garbage = bytearray(data.draw(st.one_of(st.binary(max_size=300), st.just(whole))))
    for _ in range(data.draw(st.integers(0, 4))):
        if garbage:
            garbage[data.draw(st.integers(0, len(garbage) - 1))] = data.draw(st.integers(0, 255))
    for read in (read_request, read_answer):
        for syntax in SYNTAXES:
            with suppress(Unreadable):
                read(bytes(garbage), syntax)


def test_a_sequence_nested_without_end_is_unreadable() -> None:
    item = b"\x08\x00\x99\x11" + b"\xff" * 4 + b"\xfe\xff\x00\xe0" + b"\xff" * 4
    with pytest.raises(Unreadable):
        read_request(item * 5000, ImplicitVRLittleEndian)


def test_new_uids_are_valid_and_never_the_same() -> None:
    uids = {new_uid() for _ in range(100)}
    assert len(uids) == 100
    assert all(is_valid_uid(uid) for uid in uids)


def test_every_code_says_what_it_means_and_when_it_is_used() -> None:
    for code in (*ActionStatus, *EventStatus, *FailureReason):
        assert code.meaning
        assert code.clause.startswith("PS3.")
        assert code.when


@pytest.mark.parametrize(
    ("reason", "words"), [(0x0131, "0131 Duplicate transaction UID"), (0xB123, "B123"), (0, "0000")]
)
def test_a_reason_is_said_in_code_and_words(reason: int, words: str) -> None:
    assert reason_in_words(reason) == words
