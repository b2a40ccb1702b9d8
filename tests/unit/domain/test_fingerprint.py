"""What is kept of a study."""

from tests.builders import make_frame, make_instance, make_report, make_study


def test_only_informative_frames_speak() -> None:
    blank = make_frame("blank", informative=False)
    study = make_study(make_instance("1", "a"), make_instance("2", frames=(blank,)))
    assert [f.stored_digest for f in study.informative_frames] == [make_frame("a").stored_digest]
    assert dict(study.stored_digests) == {make_frame("a").stored_digest: 1}


def test_two_contents_under_one_sop_instance_uid_stay_two() -> None:
    one, other = make_instance("1", "a"), make_instance("1", "b")
    study = make_study(one, make_instance("2"), other)
    assert study.by_sop_instance_uid[one.sop_instance_uid] == (one, other)


def test_a_report_is_no_image() -> None:
    image = make_instance()
    assert make_study(image, make_report()).images == (image,)
