"""Step 4: what repeats, and what conflicts, within one study."""

from pacs_dedup.domain.policy import Action
from tests.builders import JPEG_BASELINE, again, make_instance, make_slices
from tests.site import Site

STACK = make_slices(4)


def flagging() -> Site:
    return Site(Action.FLAG)


def test_a_study_that_holds_one_image_twice_is_judged_against_itself() -> None:
    site = flagging()
    site.send_study([*STACK, make_instance("99", "1")])
    (judgement,) = site.judgements()
    assert (judgement.incoming, str(judgement.verdict.relation)) == (judgement.prior, "subset")


def test_two_images_under_one_uid_within_a_study_are_a_conflict() -> None:
    site = flagging()
    site.send_study([make_instance("1", "a"), make_instance("1", "b")])
    assert site.verdicts() == [("QEHPACS", "uid_conflict", 1)]


def test_two_images_under_one_uid_that_come_later_are_a_conflict_too() -> None:
    site = flagging()
    site.send_study(STACK)
    site.send_study([make_instance("50", "a"), make_instance("50", "b")])
    assert site.verdicts() == [("QEHPACS", "continued", 2), ("QEHPACS", "uid_conflict", 2)]
    (case,) = site.database.case_book.cases()
    assert str(case.verdict.relation) == "uid_conflict"


def test_growth_that_brings_one_image_twice_is_growth_all_the_same() -> None:
    site = flagging()
    site.send_study(STACK)
    late = make_instance("50", "late")
    site.send_study([late, again(late, transfer_syntax_uid=JPEG_BASELINE, dataset_digest=late.dataset_digest)])
    assert site.verdicts() == [("QEHPACS", "continued", 2)]


def test_growth_does_not_close_the_alarm_of_a_conflict_that_came_before() -> None:
    site = flagging()
    site.send_study([make_instance("50", "a"), make_instance("50", "b")])
    site.send_study(STACK)
    assert site.verdicts()[-1] == ("QEHPACS", "continued", 2)
    (case,) = site.database.case_book.cases()
    assert str(case.verdict.relation) == "uid_conflict"
