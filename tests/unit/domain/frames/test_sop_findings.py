"""What happened under SOP Instance UIDs that two studies share."""

import pytest

from pacs_dedup.domain.evidence import SopFindings
from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.frames.sop_findings import SopFinding, TwinLooks, compare_instances, find, same_pixels
from tests.builders import (
    JPEG_BASELINE,
    LOSSY,
    STRANGER,
    again,
    digest_of,
    make_frame,
    make_instance,
    make_report,
    make_slices,
    make_study,
    renewed,
)

KNOWN = make_instance("1")
TWIN = again(KNOWN, frames=(make_frame("squeezed"),), rendition=LOSSY, transfer_syntax_uid=JPEG_BASELINE)


def looks(*pairs: tuple[InstanceFingerprint, InstanceFingerprint], refuted: tuple = ()) -> TwinLooks:
    return TwinLooks(
        frozenset((a.blob_id, b.blob_id) for a, b in pairs), frozenset((a.blob_id, b.blob_id) for a, b in refuted)
    )


@pytest.mark.parametrize(
    ("arrived", "finding"),
    [
        (KNOWN, SopFinding.IDENTICAL),
        (again(KNOWN, dataset_digest=KNOWN.dataset_digest), SopFinding.IDENTICAL),
        (
            again(KNOWN, dataset_digest=KNOWN.dataset_digest, transfer_syntax_uid=JPEG_BASELINE),
            SopFinding.TRANSCODED,
        ),
        (again(KNOWN, patient=STRANGER), SopFinding.CORRECTED),
        (again(KNOWN, frames=(make_frame("other"),)), SopFinding.CONFLICTING),
        (again(KNOWN, frames=(), unreadable="the code stream ends early"), SopFinding.NOT_COMPARABLE),
        (TWIN, SopFinding.UNSETTLED),
    ],
)
def test_an_instance_that_comes_again_is_one_of_these(arrived: InstanceFingerprint, finding: SopFinding) -> None:
    assert compare_instances(arrived, KNOWN) is finding


def test_a_lossy_version_whose_noise_is_the_same_is_a_twin() -> None:
    assert compare_instances(TWIN, KNOWN, looks((TWIN, KNOWN))) is SopFinding.LOSSY_TWIN


def test_a_lossless_version_with_other_pixels_is_never_a_twin() -> None:
    other = again(KNOWN, frames=(make_frame("other"),))
    assert compare_instances(other, KNOWN, looks((other, KNOWN))) is SopFinding.CONFLICTING


def test_one_frame_with_other_noise_refutes_a_twin() -> None:
    both = looks((TWIN, KNOWN), refuted=((TWIN, KNOWN),))
    assert compare_instances(TWIN, KNOWN, both) is SopFinding.CONFLICTING


def lossy_study(count: int) -> tuple[tuple[InstanceFingerprint, ...], tuple[InstanceFingerprint, ...]]:
    known = make_slices(count)
    squeezed = tuple(again(i, frames=(make_frame(f"squeezed {i.sop_instance_uid}"),), rendition=LOSSY) for i in known)
    return squeezed, known


def test_the_looks_speak_for_the_lossy_twins_that_were_not_looked_at() -> None:
    squeezed, known = lossy_study(20)
    findings = find(make_study(*squeezed), make_study(*known), looks((squeezed[3], known[3])))
    assert (findings.lossy_twin, findings.conflicting) == (20, 0)


def test_one_refuted_look_leaves_what_was_not_looked_at_an_alarm() -> None:
    squeezed, known = lossy_study(20)
    seen = looks((squeezed[3], known[3]), refuted=((squeezed[9], known[9]),))
    findings = find(make_study(*squeezed), make_study(*known), seen)
    assert (findings.lossy_twin, findings.conflicting) == (1, 19)


def test_one_equal_version_among_those_known_is_enough() -> None:
    findings = find(make_study(KNOWN), make_study(again(KNOWN, frames=(make_frame("other"),)), KNOWN))
    assert findings == SopFindings(shared=1, identical=1)


def test_of_what_arrived_under_one_uid_the_gravest_counts() -> None:
    findings = find(make_study(KNOWN, again(KNOWN, frames=(make_frame("other"),))), make_study(KNOWN))
    assert findings == SopFindings(shared=1, conflicting=1)


def test_renewed_uids_are_not_shared() -> None:
    assert find(make_study(*renewed(make_slices(2))), make_study(*make_slices(2))) == SopFindings()


def test_equal_code_streams_have_equal_pixels_whatever_the_decoder_made_of_them() -> None:
    stream = digest_of("stream", "csd1")
    assert same_pixels(
        make_instance("1", "a", code_stream_digest=stream), make_instance("1", "b", code_stream_digest=stream)
    )


def test_another_number_of_frames_is_another_image() -> None:
    two = make_instance("1", frames=(make_frame("1"), make_frame("2")))
    assert not same_pixels(make_instance("1"), two)


def test_frames_in_another_order_are_another_image() -> None:
    a, b = make_frame("a"), make_frame("b")
    assert not same_pixels(make_instance("1", frames=(a, b)), make_instance("1", frames=(b, a)))


def test_equal_values_are_equal_pixels() -> None:
    value = digest_of("v", "aid1")
    one, other = (make_instance("1", frames=(make_frame(p, value_digest=value),)) for p in "ab")
    assert same_pixels(one, other)


@pytest.mark.parametrize(("text", "equal"), [("no finding", True), ("a finding", False), (None, False)])
def test_reports_are_the_same_by_their_content(text: str | None, equal: bool) -> None:
    assert same_pixels(make_report(text=text), make_report(text=text if text is None else "no finding")) is equal
