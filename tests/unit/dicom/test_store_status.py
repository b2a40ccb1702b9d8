import pytest

from pacs_dedup.dicom.store_status import MAX_ERROR_COMMENT, Answer, StoreStatus, read_answer


@pytest.mark.parametrize("status", StoreStatus)
def test_every_comment_fits_its_element_and_every_code_has_its_meaning_and_its_case(status):
    assert len(status.comment) <= MAX_ERROR_COMMENT
    assert status.comment.isascii()
    assert status.meaning
    assert status.when
    assert bool(status.comment) == (status is not StoreStatus.SUCCESS)


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        (0x0000, Answer.STORED),
        (0xB000, Answer.STORED),
        (0xB006, Answer.STORED),
        (0xB007, Answer.STORED),
        (0xA700, Answer.TRY_LATER),
        (0xA7FF, Answer.TRY_LATER),
        (0xA800, Answer.REFUSED),
        (0xA900, Answer.REFUSED),
        (0xC000, Answer.REFUSED),
        (0x0110, Answer.REFUSED),
        (0x0111, Answer.REFUSED),
        (0x0122, Answer.REFUSED),
        (0x0124, Answer.REFUSED),
    ],
)
def test_a_destinations_status_says_stored_later_or_never(code, answer):
    assert read_answer(code) is answer


def test_refusals_with_one_code_are_told_apart():
    assert StoreStatus.SPOOL_FULL == StoreStatus.QUEUE_FULL == 0xA700
    assert StoreStatus.SPOOL_FULL is not StoreStatus.QUEUE_FULL
    assert repr(StoreStatus.SPOOL_FULL) == "<StoreStatus.SPOOL_FULL: 0xA700>"
