"""What the pixels say, as weighed comparisons."""

from dataclasses import replace

import pytest

from pacs_dedup.domain.evidence import Comparison, Coverage, Fact
from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.frames.alignment import LookAt, Looked
from pacs_dedup.domain.frames.comparison import compare_pixels
from pacs_dedup.domain.frames.pairing import FrameRef, distinct_instances, pair
from pacs_dedup.domain.frames.verification import FrameVerification
from pacs_dedup.domain.identifiers import Digest
from tests.builders import (
    NO_ANSWER,
    blob_of,
    digest_of,
    make_frame,
    make_instance,
    make_report,
    make_slices,
    make_study,
)

Instances = tuple[InstanceFingerprint, ...]


def findings(
    incoming: Instances, prior: Instances, coverage: Coverage | None = None, looked: tuple[Looked, ...] = ()
) -> dict[Fact, Comparison]:
    pairing = pair(distinct_instances(make_study(*incoming)), distinct_instances(make_study(*prior)))
    return {c.fact: c for c in compare_pixels(pairing, coverage or Coverage(), looked)}


def look(correlation: float, refused: str = "") -> Looked:
    ref = FrameRef(blob_of("any"), 0)
    return Looked(LookAt(ref, ref), FrameVerification(correlation, refused=refused))


@pytest.mark.parametrize(
    ("incoming", "prior", "level", "bits"),
    [
        (1, 1, "all", 19.8),
        (8, 8, "all", 158.4),
        (9, 9, "all", 158.4),
        (2, 3, "some", 39.6),
    ],
)
def test_further_equal_frames_of_one_study_soon_add_nothing(incoming: int, prior: int, level: str, bits: float) -> None:
    found = findings(make_slices(incoming), make_slices(prior))[Fact.FRAME_DIGESTS]
    assert (found.level, found.weight_bits) == (level, pytest.approx(bits))


def test_no_equal_frame_speaks_against_a_copy() -> None:
    found = findings((make_instance("1", "a"),), (make_instance("2", "b"),))[Fact.FRAME_DIGESTS]
    assert (found.level, found.weight_bits) == ("none", -3.3)


def test_a_side_without_images_says_nothing_about_pixels() -> None:
    assert Fact.FRAME_DIGESTS not in findings((make_report(),), make_slices(1))


def test_equal_values_are_weighed_apart() -> None:
    one, other = (make_instance("1", frames=(make_frame(p, value_digest=digest_of("v")),)) for p in "ab")
    assert findings((one,), (other,))[Fact.VALUE_DIGESTS].weight_bits == 19.8


@pytest.mark.parametrize(
    ("coverage", "level", "bits"),
    [
        (Coverage(tried=3, confirmed=2, rejected=1), "same_noise", 7.6),
        (Coverage(tried=3, confirmed=3, settled=2), "same_noise", 7.6),
        (Coverage(tried=3, confirmed=3, settled=3), "alike", 0.0),
        (Coverage(tried=3, confirmed=1, rejected=2), "other_noise", -12.0),
        (Coverage(tried=3, reconstructed=2, rejected=1), "reconstructed", 0.0),
        (Coverage(tried=3), "unclear", 0.0),
    ],
)
def test_looks_at_noise_are_summed_up(coverage: Coverage, level: str, bits: float) -> None:
    found = findings((), (), coverage, (look(0.9), look(0.8), look(0.1)))[Fact.RESIDUAL_NOISE]
    assert (found.level, found.weight_bits) == (level, bits)
    assert "0.80" in found.sentence


def test_what_the_headers_settled_is_not_told_as_noise() -> None:
    mixed = findings((), (), Coverage(tried=3, confirmed=3, settled=1), (look(0.9), look(0.8), look(0.1)))
    assert "2 of 3 frames looked at show the same noise; 1 of 3" in mixed[Fact.RESIDUAL_NOISE].sentence
    flat = findings((), (), Coverage(tried=1, confirmed=1, settled=1), (look(0.0, "only 3 pixels"),))
    assert "headers that name one image (of noise there is none left)" in flat[Fact.RESIDUAL_NOISE].sentence
    assert "same noise" not in flat[Fact.RESIDUAL_NOISE].sentence


@pytest.mark.parametrize(
    ("found", "compared"),
    [(FrameVerification(0.9), True), (FrameVerification(overall=0.9, refused="x"), True), (NO_ANSWER, False)],
)
def test_frames_may_be_compared_as_a_whole_though_no_noise_is_left(found: FrameVerification, compared: bool) -> None:
    assert found.compared is compared


def test_looks_that_were_refused_say_nothing() -> None:
    assert Fact.RESIDUAL_NOISE not in findings((), (), Coverage(tried=1), (look(0.0, "the decoder was killed"),))


def test_blank_frames_are_named_without_weight() -> None:
    blank = make_instance("1", frames=(make_frame("blank", informative=False),))
    assert findings((blank,), (blank,))[Fact.UNINFORMATIVE_FRAMES].weight_bits == 0


@pytest.mark.parametrize(
    ("fact", "changes"),
    [
        (Fact.PRESENTATION, {"presentation_digest": digest_of("other window", "prs1")}),
        (Fact.OVERLAYS, {"overlay_digest": digest_of("an arrow", "ovl1")}),
    ],
)
def test_equal_pixels_that_are_shown_otherwise_are_named(fact: Fact, changes: dict) -> None:
    same = findings((make_instance(),), (make_instance(),))
    differs = findings((make_instance(**changes),), (make_instance(),))
    assert (same[fact].level, differs[fact].level) == ("equal", "differs")


@pytest.mark.parametrize("other", [digest_of("window", "prs0"), None])
def test_nothing_is_said_of_how_frames_are_shown_where_other_rules_digested_it(other: Digest | None) -> None:
    same, unknown = make_slices(2)
    unknown = replace(unknown, presentation_digest=other)
    found = findings((same, unknown), make_slices(2))[Fact.PRESENTATION]
    assert (found.level, found.weight_bits) == ("not_comparable", 0.0)
    assert found.sentence == "of 1 frame with equal pixels nothing tells whether it is shown alike"
    shown_otherwise = replace(same, presentation_digest=digest_of("other window", "prs1"))
    found = findings((shown_otherwise, unknown), make_slices(2))[Fact.PRESENTATION]
    assert (found.level, found.sentence) == ("differs", "1 frame with equal pixels is shown otherwise")


@pytest.mark.parametrize(("own", "level"), [("other window", "equal"), ("window", "differs")])
def test_a_frame_that_is_shown_in_its_own_way_is_compared_by_that(own: str, level: str) -> None:
    first, second = make_slices(2, presentation_digest=digest_of("window", "prs2"))
    single = replace(second, presentation_digest=digest_of("other window", "prs2"))
    frames = (*first.frames, replace(second.frames[0], presentation_digest=digest_of(own, "prs2")))
    found = findings((replace(first, frames=frames),), (first, single))[Fact.PRESENTATION]
    assert found.level == level


def test_reports_are_equal_or_what_is_new_is_named() -> None:
    equal = findings((make_report("1"),), (make_report("2"),))[Fact.CONTENT_DIGESTS]
    assert (equal.level, equal.weight_bits) == ("equal", 10.0)
    new = findings((make_report("1"), make_report("3", "new")), (make_report("2"),))[Fact.CONTENT_DIGESTS]
    assert (new.level, new.weight_bits) == ("differs", 0.0)


def test_what_could_not_be_examined_is_named() -> None:
    broken = make_instance("1", frames=(), unreadable="the code stream ends early")
    found = findings((broken,), make_slices(1))[Fact.UNREADABLE]
    assert (found.incoming, found.prior) == ("1", "0")
    assert Fact.UNREADABLE not in findings(make_slices(1), make_slices(1))


def test_sketches_stand_in_for_pixels_that_are_gone_and_weigh_less() -> None:
    gone = look(0.0, "gone")
    gone = replace(gone, held=False, at=replace(gone.at, sketch_distance=0.02))
    found = findings((), (), Coverage(tried=1, sketched=1), (gone,))[Fact.RESIDUAL_NOISE]
    seen = findings((), (), Coverage(tried=1, confirmed=1), (look(0.95),))[Fact.RESIDUAL_NOISE]
    assert (found.level, "no longer held" in found.sentence) == ("sketched", True)
    assert 0 < found.weight_bits < seen.weight_bits


def test_nothing_is_said_of_noise_that_nobody_could_see() -> None:
    assert Fact.RESIDUAL_NOISE not in findings((), (), Coverage(tried=1), (look(0.0, "gone"),))


def test_frames_that_are_equal_once_turned_are_told_apart_from_copies() -> None:
    turned = tuple(make_instance(n, frames=(make_frame(n, orientation_digest=digest_of("d8")),)) for n in "12")
    found = findings(turned[:1], turned[1:])
    assert (found[Fact.ORIENTATION].level, found[Fact.FRAME_DIGESTS].level) == ("turned", "none")


@pytest.mark.parametrize(("polarity", "level"), [(-1, "differs"), (1, ""), (0, "")])
def test_equal_values_of_opposite_polarity_are_shown_black_for_white(polarity: int, level: str) -> None:
    value = digest_of("v", "aid2")
    one, two = (
        make_instance(n, frames=(make_frame(n, value_digest=value, polarity=p),))
        for n, p in (("1", 1), ("2", polarity))
    )
    found = findings((one,), (two,)).get(Fact.PRESENTATION)
    assert (found.level if found else "") == level
