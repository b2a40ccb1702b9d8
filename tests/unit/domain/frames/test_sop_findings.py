"""What happened under SOP Instance UIDs that two studies share."""

from collections import Counter
from dataclasses import replace
from hashlib import shake_256

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


SERIES = KNOWN.series_instance_uid


def looks(*pairs: tuple[InstanceFingerprint, InstanceFingerprint], refuted: tuple = (), series: str = "") -> TwinLooks:
    copies, others = ([(a.blob_id, b.blob_id) for a, b in seen] for seen in (pairs, refuted))
    return TwinLooks(Counter(copies), frozenset(others), vouched_series=frozenset({series} if series else ()))


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
    assert compare_instances(TWIN, KNOWN, both) is SopFinding.REFUTED


def sketch(number: int, flipped: int = 0) -> bytes:
    """512 signs drawn by a number, of which some are flipped."""
    drawn = int.from_bytes(shake_256(str(number).encode()).digest(64))
    return (drawn ^ ((1 << flipped) - 1)).to_bytes(64)


def sketched(pixels: str, of: bytes | None, **changes: object) -> InstanceFingerprint:
    return make_instance(pixels.rpartition(" ")[2], frames=(make_frame(pixels, sketch=of),), **changes)


def lossy_study(count: int, *, other: int | None = None) -> tuple[tuple[InstanceFingerprint, ...], ...]:
    """Slices of which each has its sketch, and what compression made of them; one may show something else."""
    known = tuple(sketched(f"slice {n}", sketch(n)) for n in range(count))
    squeezed = tuple(
        sketched(f"squeezed {n}", sketch(n if n != other else 999, flipped=20), rendition=LOSSY) for n in range(count)
    )
    return squeezed, known


def counts(squeezed: tuple, known: tuple, seen: TwinLooks) -> tuple[int, int, int]:
    found = find(make_study(*squeezed), make_study(*known), seen)
    return found.lossy_twin, found.unsettled, found.conflicting


def test_what_only_a_look_refuted_is_counted_apart_from_what_digests_tell() -> None:
    squeezed, known = lossy_study(2)
    lossless = again(squeezed[1], rendition=known[1].rendition)
    seen = looks(refuted=((squeezed[0], known[0]),))
    found = find(make_study(squeezed[0], lossless), make_study(*known), seen)
    assert (found.conflicting, found.refuted) == (2, 1)


def test_the_looks_speak_for_the_lossy_twins_of_their_series_that_were_not_looked_at() -> None:
    squeezed, known = lossy_study(20)
    seen = looks((squeezed[3], known[3]), series=SERIES)
    assert counts(squeezed, known, seen) == (20, 0, 0)


def test_one_swapped_slice_among_twins_is_no_twin() -> None:
    squeezed, known = lossy_study(20, other=9)
    seen = looks((squeezed[3], known[3]), series=SERIES)
    assert counts(squeezed, known, seen) == (19, 1, 0)


def test_a_slice_that_resembles_its_neighbour_more_is_open_however_near_the_two_are() -> None:
    known = tuple(sketched(f"slice {n}", sketch(1, flipped=20 * n)) for n in range(9))
    squeezed = tuple(
        again(i, frames=(make_frame(f"s{n}", sketch=sketch(1, flipped=20 * n + 3)),)) for n, i in enumerate(known)
    )
    swapped = again(known[4], frames=(make_frame("s4", sketch=sketch(1, flipped=20 * 5 + 3)),), rendition=LOSSY)
    squeezed = tuple(again(i, rendition=LOSSY) for i in squeezed)
    seen = looks((squeezed[0], known[0]), series=SERIES)
    assert counts(squeezed, known, seen) == (9, 0, 0)
    assert counts((*squeezed[:4], swapped, *squeezed[5:]), known, seen) == (8, 1, 0)


def test_frames_of_one_object_are_told_from_those_beside_them() -> None:
    known = make_instance("1", frames=tuple(make_frame(f"{n}", sketch=sketch(1, flipped=20 * n)) for n in range(5)))
    for order, finding in (((0, 1, 2, 3, 4), SopFinding.LOSSY_TWIN), ((0, 2, 1, 3, 4), SopFinding.UNSETTLED)):
        frames = tuple(make_frame(f"s{n}", sketch=sketch(1, flipped=20 * n + 3)) for n in order)
        twin = again(known, frames=frames, rendition=LOSSY)
        twins, open_ones, _ = counts((twin,), (known,), looks(series=SERIES))
        assert (twins, open_ones) == ((1, 0) if finding is SopFinding.LOSSY_TWIN else (0, 1))


def test_the_looks_say_nothing_of_another_series() -> None:
    squeezed, known = lossy_study(20)
    moved = tuple(again(i, series_instance_uid="1.2.3.2") for i in squeezed[10:])
    seen = looks((squeezed[3], known[3]), series=SERIES)
    assert counts((*squeezed[:10], *moved), known, seen) == (10, 10, 0)


def test_one_refuted_look_leaves_what_was_not_looked_at_open() -> None:
    squeezed, known = lossy_study(20)
    seen = looks((squeezed[3], known[3]), refuted=((squeezed[9], known[9]),))
    assert counts(squeezed, known, seen) == (1, 18, 1)


def test_frames_without_a_sketch_are_open_unless_neither_holds_a_picture() -> None:
    known = tuple(make_instance(n, frames=(make_frame(n, informative=n == "1"),)) for n in "12")
    squeezed = tuple(again(i, frames=(replace(i.frames[0], stored_digest=digest_of("s")),)) for i in known)
    squeezed = tuple(again(i, rendition=LOSSY) for i in squeezed)
    assert counts(squeezed, known, looks(series=SERIES)) == (1, 1, 0)


def test_a_look_at_one_frame_of_many_does_not_speak_for_frames_that_look_otherwise() -> None:
    known = make_instance("1", frames=tuple(make_frame(f"{n}", sketch=sketch(n)) for n in range(3)))
    for last, finding in ((2, SopFinding.LOSSY_TWIN), (999, SopFinding.UNSETTLED)):
        frames = tuple(make_frame(f"s{n}", sketch=sketch(n, flipped=9)) for n in (0, 1, last))
        twin = again(known, frames=frames, rendition=LOSSY)
        assert compare_instances(twin, known, looks((twin, known))) is finding
        cut = again(twin, frames=frames[:2])
        assert compare_instances(cut, known, looks((cut, known), series=SERIES)) is SopFinding.UNSETTLED


def test_a_look_that_left_it_open_is_not_outvoted_by_sketches() -> None:
    squeezed, known = lossy_study(3)
    seen = looks((squeezed[0], known[0]), series=SERIES)
    unclear = replace(seen, left_open=frozenset({(squeezed[1].blob_id, known[1].blob_id)}))
    assert counts(squeezed, known, seen) == (3, 0, 0)
    assert counts(squeezed, known, unclear) == (2, 1, 0)


def test_many_frames_are_a_twin_where_every_one_was_seen_to_be() -> None:
    known = make_instance("1", frames=tuple(make_frame(f"{n}") for n in range(3)))
    twin = again(known, frames=tuple(make_frame(f"s{n}") for n in range(3)), rendition=LOSSY)
    assert compare_instances(twin, known, looks(*[(twin, known)] * 3)) is SopFinding.LOSSY_TWIN
    assert compare_instances(twin, known, looks(*[(twin, known)] * 2)) is SopFinding.UNSETTLED


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


def test_equal_indices_under_another_palette_are_two_images() -> None:
    red, blue = (make_instance("1", frames=(make_frame("i", colour_digest=digest_of(c)),)) for c in ("red", "blue"))
    assert compare_instances(red, blue) is SopFinding.CONFLICTING


STREAM = digest_of("stream", "csd2")
VIDEO = make_instance("1", frames=(), unreadable="no decoder", rendition=None, code_stream_digest=STREAM)


@pytest.mark.parametrize(
    ("arrived", "finding"),
    [
        (again(VIDEO, patient=STRANGER), SopFinding.CORRECTED),
        (again(VIDEO, dataset_digest=VIDEO.dataset_digest), SopFinding.IDENTICAL),
        (again(VIDEO, code_stream_digest=digest_of("other", "csd2")), SopFinding.NOT_COMPARABLE),
        (again(VIDEO, code_stream_digest=None), SopFinding.NOT_COMPARABLE),
    ],
)
def test_a_stream_that_nobody_can_decode_is_known_by_its_bytes(
    arrived: InstanceFingerprint, finding: SopFinding
) -> None:
    assert compare_instances(arrived, VIDEO) is finding


def test_equal_content_of_what_could_not_be_examined_says_nothing() -> None:
    broken = make_report("1", unreadable="the pixels are missing")
    assert compare_instances(again(broken, patient=STRANGER), broken) is SopFinding.NOT_COMPARABLE


@pytest.mark.parametrize(("text", "equal"), [("no finding", True), ("a finding", False), (None, False)])
def test_reports_are_the_same_by_their_content(text: str | None, equal: bool) -> None:
    assert same_pixels(make_report(text=text), make_report(text=text if text is None else "no finding")) is equal


REPORT = make_report("9")


@pytest.mark.parametrize(
    ("arrived", "known", "objects"),
    [
        (again(REPORT, content_digest=digest_of("verified", "cnt3")), REPORT, 1),
        (
            again(KNOWN, content_digest=digest_of("liver", "cnt3")),
            again(KNOWN, content_digest=REPORT.content_digest),
            1,
        ),
        (again(KNOWN, frames=(), content_digest=REPORT.content_digest), KNOWN, 1),
        (again(KNOWN, frames=(make_frame("other"),)), KNOWN, 0),
    ],
)
def test_a_conflict_of_content_is_told_apart_from_one_of_pixels(
    arrived: InstanceFingerprint, known: InstanceFingerprint, objects: int
) -> None:
    for one, other in ((arrived, known), (known, arrived)):
        assert find(make_study(one), make_study(other)) == SopFindings(shared=1, conflicting=1, objects=objects)


def test_a_report_that_other_rules_digested_is_no_conflict() -> None:
    older = again(REPORT, content_digest=None, digest_version="older")
    for one, other in ((REPORT, older), (older, REPORT), (older, again(older, patient=STRANGER))):
        assert compare_instances(one, other) is SopFinding.NOT_COMPARABLE
