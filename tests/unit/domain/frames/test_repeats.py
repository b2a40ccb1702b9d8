"""Images that one study holds more than once."""

from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.frames.repeats import copy_groups, repeats_within
from tests.builders import (
    JPEG_BASELINE,
    again,
    digest_of,
    make_frame,
    make_instance,
    make_report,
    make_slices,
    make_study,
)


def valued(name: str, pixels: str, value: str) -> InstanceFingerprint:
    return make_instance(name, frames=(make_frame(pixels, value_digest=digest_of(value)),))


def test_images_with_the_same_pixels_form_a_group() -> None:
    one, two, other = make_instance("1", "a"), make_instance("2", "a"), make_instance("3", "b")
    assert copy_groups([one, two, other]) == ((one, two),)


def test_a_rescaled_copy_joins_the_group_of_its_original() -> None:
    group = (valued("1", "a", "v"), valued("2", "b", "v"), valued("3", "b", "w"))
    assert copy_groups(group) == (group,)


def test_equal_reports_form_a_group_and_what_has_no_content_does_not() -> None:
    one, two = make_report("1"), make_report("2")
    broken = [make_instance(name, frames=()) for name in "56"]
    assert copy_groups([one, two, make_report("3", "other"), *broken]) == ((one, two),)


def test_blank_and_common_frames_form_no_group() -> None:
    blanks = [make_instance(name, frames=(make_frame("blank", informative=False),)) for name in "12"]
    assert copy_groups(blanks) == ()
    pages = [make_instance(name, "page") for name in "34"]
    assert copy_groups(pages, frozenset([digest_of("page")])) == ()


def test_a_study_without_repeats_has_none() -> None:
    assert repeats_within(make_study(*make_slices(3))) is None


def test_what_repeats_is_set_against_what_came_first() -> None:
    first, second, alone = make_instance("1", "a"), make_instance("2", "a"), make_instance("3", "b")
    split = repeats_within(make_study(first, second, alone))
    assert split is not None
    repeats, originals = split
    assert (repeats.instances, originals.instances) == ((second,), (first, alone))
    assert repeats.key == originals.key


def test_two_images_under_one_uid_are_set_against_each_other_though_the_first_repeats_another() -> None:
    alone, one, other = make_instance("2", "b"), make_instance("1", "b"), make_instance("1", "a")
    split = repeats_within(make_study(alone, one, other))
    assert split is not None
    assert [part.instances for part in split] == [(other,), (alone, one)]
    squeezed = again(one, transfer_syntax_uid=JPEG_BASELINE)
    split = repeats_within(make_study(alone, one, squeezed))
    assert split is not None
    assert [part.instances for part in split] == [(one, squeezed), (alone,)]


def test_two_images_under_one_uid_are_set_against_each_other() -> None:
    one, other = make_instance("1", "a"), make_instance("1", "b")
    split = repeats_within(make_study(one, other))
    assert split is not None
    assert [part.instances for part in split] == [(other,), (one,)]
