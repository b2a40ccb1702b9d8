"""A person is shown frames that correspond, and first of all those that should not differ but do."""

from pacs_dedup.domain.acquisitions.facts import Acquisition
from pacs_dedup.domain.fingerprint import ContentKind, FrameFingerprint, InstanceFingerprint, StudyFingerprint
from pacs_dedup.domain.frames.pairing import FrameRef
from pacs_dedup.domain.frames.representative import representative_frames
from pacs_dedup.domain.identifiers import (
    BlobId,
    Digest,
    SeriesInstanceUid,
    SopClassUid,
    SopInstanceUid,
    StudyInstanceUid,
    StudyKey,
    TransferSyntaxUid,
)
from pacs_dedup.domain.patients.identity import PatientIdentity


def an_instance(number: int, *digests: str, side: str = "a", sop: str = "") -> InstanceFingerprint:
    return InstanceFingerprint(
        blob_id=BlobId(f"{side}{number}"),
        study_instance_uid=StudyInstanceUid("1"),
        series_instance_uid=SeriesInstanceUid("1.1"),
        sop_instance_uid=SopInstanceUid(sop or f"{side}.{number}"),
        sop_class_uid=SopClassUid("1.2"),
        transfer_syntax_uid=TransferSyntaxUid("1.3"),
        content=ContentKind.IMAGE if digests else ContentKind.STRUCTURED_REPORT,
        patient=PatientIdentity(),
        acquisition=Acquisition(instance_number=number),
        dataset_digest=Digest(f"d:{side}{number}"),
        frames=tuple(FrameFingerprint(Digest(d), None, informative=not d.startswith("blank")) for d in digests),
    )


def a_study(*instances: InstanceFingerprint) -> StudyFingerprint:
    return StudyFingerprint(StudyKey(StudyInstanceUid("1"), "A"), 1, instances)


def test_of_equal_frames_the_middle_pair_is_shown() -> None:
    left = a_study(*(an_instance(n, f"x{n}") for n in range(1, 6)))
    right = a_study(*(an_instance(n, f"x{n}", side="b") for n in range(5, 0, -1)))

    assert representative_frames(left, right) == (FrameRef(BlobId("a3"), 0), FrameRef(BlobId("b3"), 0))


def test_one_uid_with_two_images_is_shown_before_what_is_equal() -> None:
    left = a_study(an_instance(1, "x", sop="9"), an_instance(2, "same"), an_instance(3, "same2"))
    right = a_study(an_instance(1, "y", side="b", sop="9"), an_instance(2, "same", side="b"))

    assert representative_frames(left, right) == (FrameRef(BlobId("a1"), 0), FrameRef(BlobId("b1"), 0))


def test_without_anything_equal_each_side_shows_its_middle() -> None:
    left, right = a_study(*(an_instance(n, f"x{n}") for n in (1, 2, 3))), a_study(an_instance(7, "y", side="b"))

    assert representative_frames(left, right) == (FrameRef(BlobId("a2"), 0), FrameRef(BlobId("b7"), 0))


def test_a_frame_of_a_multi_frame_instance_is_named_by_its_number() -> None:
    left, right = a_study(an_instance(1, "p", "q", "r")), a_study(an_instance(1, "q", side="b"))

    assert representative_frames(left, right) == (FrameRef(BlobId("a1"), 1), FrameRef(BlobId("b1"), 0))


def test_blank_frames_are_shown_only_where_there_are_no_others() -> None:
    right = a_study(an_instance(1, "y", side="b"))

    shown, _ = representative_frames(a_study(an_instance(1, "blank1"), an_instance(2, "x")), right)
    alone, _ = representative_frames(a_study(an_instance(1, "blank1")), right)

    assert shown is not None
    assert alone == FrameRef(BlobId("a1"), 0)


def test_the_same_uid_with_equal_blank_pixels_is_shown_as_a_pair() -> None:
    left, right = a_study(an_instance(1, "blank", sop="9")), a_study(an_instance(4, "blank", side="b", sop="9"))

    assert representative_frames(left, right) == (FrameRef(BlobId("a1"), 0), FrameRef(BlobId("b4"), 0))


def test_a_study_without_images_has_no_frame() -> None:
    report = a_study(an_instance(1))

    assert representative_frames(report, a_study(an_instance(1, "x", side="b")))[0] is None
    assert representative_frames(report, a_study()) == (None, None)
