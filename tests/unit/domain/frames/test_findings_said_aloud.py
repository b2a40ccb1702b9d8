"""What pixels and UIDs say, word for word, of one frame and of several."""

import pytest

from pacs_dedup.domain.evidence import Comparison, Coverage, Fact, SopFindings
from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.frames.alignment import LookAt, Looked
from pacs_dedup.domain.frames.comparison import compare_pixels
from pacs_dedup.domain.frames.pairing import FrameRef, distinct_instances, pair
from pacs_dedup.domain.frames.uid_comparison import compare_uids
from pacs_dedup.domain.frames.verification import FrameVerification
from tests.builders import blob_of, digest_of, make_frame, make_instance, make_report, make_slices, make_study

Instances = tuple[InstanceFingerprint, ...]
ONE = make_instance()


def findings(
    incoming: Instances, prior: Instances, coverage: Coverage | None = None, looks: int = 0
) -> dict[Fact, Comparison]:
    ref = FrameRef(blob_of("any"), 0)
    looked = (Looked(LookAt(ref, ref), FrameVerification(0.9)),) * looks
    pairing = pair(distinct_instances(make_study(*incoming)), distinct_instances(make_study(*prior)))
    return {c.fact: c for c in compare_pixels(pairing, coverage or Coverage(), looked)}


@pytest.mark.parametrize(
    ("incoming", "prior", "sentence", "counts"),
    [
        (1, 1, "1 of 1 incoming frame has exactly the pixels of a prior frame", ("1 frame", "1 frame")),
        (2, 1, "1 of 2 incoming frames has exactly the pixels of a prior frame", ("2 frames", "1 frame")),
        (2, 2, "2 of 2 incoming frames have exactly the pixels of a prior frame", ("2 frames", "2 frames")),
    ],
)
def test_equal_frames(incoming: int, prior: int, sentence: str, counts: tuple[str, str]) -> None:
    found = findings(make_slices(incoming), make_slices(prior))[Fact.FRAME_DIGESTS]
    assert (found.sentence, (found.incoming, found.prior)) == (sentence, counts)


def test_no_equal_frame() -> None:
    found = findings((make_instance("1", "a"),), (make_instance("2", "b"),))[Fact.FRAME_DIGESTS]
    assert found.sentence == "0 of 1 incoming frame have exactly the pixels of a prior frame"


def _alike(number: int, side: str, **changes: object) -> Instances:
    """Instances whose frames differ by side, with one digest of another kind in common."""
    return tuple(
        make_instance(f"{side}{n}", frames=(make_frame(f"{side}{n}", **{k: v(n) for k, v in changes.items()}),))
        for n in range(1, number + 1)
    )


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (1, "1 more frame is equal once rescaling, inversion or an added border is undone"),
        (2, "2 more frames are equal once rescaling, inversion or an added border is undone"),
    ],
)
def test_equal_values(number: int, sentence: str) -> None:
    incoming, prior = (_alike(number, side, value_digest=lambda n: digest_of(f"v{n}")) for side in "34")
    assert findings(incoming, prior)[Fact.VALUE_DIGESTS].sentence == sentence


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (1, "1 frame is equal once rotated or reflected"),
        (2, "2 frames are equal once rotated or reflected"),
    ],
)
def test_turned_frames(number: int, sentence: str) -> None:
    incoming, prior = (_alike(number, side, orientation_digest=lambda n: digest_of(f"d{n}")) for side in "34")
    assert findings(incoming, prior)[Fact.ORIENTATION].sentence == sentence


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (1, "1 frame with equal values is shown black for white"),
        (2, "2 frames with equal values are shown black for white"),
    ],
)
def test_frames_shown_black_for_white(number: int, sentence: str) -> None:
    incoming, prior = (
        _alike(number, side, value_digest=lambda n: digest_of(f"v{n}", "aid2"), polarity=lambda _, p=polarity: p)
        for side, polarity in (("3", 1), ("4", -1))
    )
    assert findings(incoming, prior)[Fact.PRESENTATION].sentence == sentence


@pytest.mark.parametrize(
    ("coverage", "sentence"),
    [
        (Coverage(tried=1, confirmed=1), "1 of 1 frame looked at shows the same noise ({}): copies"),
        (Coverage(tried=2, confirmed=2), "2 of 2 frames looked at show the same noise ({}): copies"),
        (
            Coverage(tried=2, confirmed=1, settled=1),
            "1 of 2 frames looked at looks like a prior one, and what is left of its noise agrees with headers that "
            "name one image ({}): copies",
        ),
        (
            Coverage(tried=2, confirmed=2, settled=2),
            "2 of 2 frames looked at look like prior ones, and what is left of their noise agrees with headers that "
            "name one image ({}): copies",
        ),
        (Coverage(tried=1, reconstructed=1), "1 of 1 frame shows the same noise shaped differently ({})"),
        (Coverage(tried=2, reconstructed=2), "2 of 2 frames show the same noise shaped differently ({})"),
        (Coverage(tried=1, rejected=1), "1 of 1 frame looked at shows other noise ({}): another acquisition"),
        (Coverage(tried=2, rejected=2), "2 of 2 frames looked at show other noise ({}): another acquisition"),
        (Coverage(tried=1), "1 frame was looked at without a clear answer ({})"),
        (Coverage(tried=2), "2 frames were looked at without a clear answer ({})"),
    ],
)
def test_noise(coverage: Coverage, sentence: str) -> None:
    found = findings((), (), coverage, coverage.tried)[Fact.RESIDUAL_NOISE]
    assert found.sentence == sentence.format("median correlation of the noise 0.90")


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (1, "1 equal frame is blank, uniform or shared by many patients, and does not count"),
        (2, "2 equal frames are blank, uniform or shared by many patients, and do not count"),
    ],
)
def test_frames_that_do_not_count(number: int, sentence: str) -> None:
    blank = tuple(make_instance(str(n), frames=(make_frame(f"b{n}", informative=False),)) for n in range(number))
    assert findings(blank, blank)[Fact.UNINFORMATIVE_FRAMES].sentence == sentence


@pytest.mark.parametrize(
    ("fact", "changes", "number", "same", "other"),
    [
        (
            Fact.PRESENTATION,
            {"presentation_digest": digest_of("other window", "prs1")},
            1,
            "the equal frame is shown alike",
            "1 frame with equal pixels is shown otherwise",
        ),
        (
            Fact.PRESENTATION,
            {"presentation_digest": digest_of("other window", "prs1")},
            2,
            "the equal frames are shown alike",
            "2 frames with equal pixels are shown otherwise",
        ),
        (
            Fact.OVERLAYS,
            {"overlay_digest": digest_of("an arrow", "ovl1")},
            1,
            "the equal frame carries the same overlays, or none",
            "1 frame with equal pixels carries other overlays",
        ),
        (
            Fact.OVERLAYS,
            {"overlay_digest": digest_of("an arrow", "ovl1")},
            2,
            "the equal frames carry the same overlays, or none",
            "2 frames with equal pixels carry other overlays",
        ),
    ],
)
def test_how_equal_frames_are_shown(fact: Fact, changes: dict, number: int, same: str, other: str) -> None:
    prior = make_slices(number)
    assert findings(make_slices(number), prior)[fact].sentence == same
    assert findings(make_slices(number, **changes), prior)[fact].sentence == other


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (1, "of 1 frame with equal pixels nothing tells whether it is shown alike"),
        (2, "of 2 frames with equal pixels nothing tells whether they are shown alike"),
    ],
)
def test_frames_of_which_nothing_tells_how_they_are_shown(number: int, sentence: str) -> None:
    unknown = make_slices(number, presentation_digest=None)
    assert findings(unknown, make_slices(number))[Fact.PRESENTATION].sentence == sentence


@pytest.mark.parametrize(
    ("number", "equal", "new"),
    [
        (
            1,
            "1 report or other object has equal content",
            "1 incoming report or other object is new, 0 of the prior did not come, 1 is equal",
        ),
        (
            2,
            "2 reports or other objects have equal content",
            "2 incoming reports or other objects are new, 0 of the prior did not come, 2 are equal",
        ),
    ],
)
def test_reports_and_other_objects(number: int, equal: str, new: str) -> None:
    known = tuple(make_report(str(n), f"r{n}") for n in range(number))
    more = tuple(make_report(f"9{n}", f"new{n}") for n in range(number))
    assert findings(known, known)[Fact.CONTENT_DIGESTS].sentence == equal
    assert findings((*known, *more), known)[Fact.CONTENT_DIGESTS].sentence == new


@pytest.mark.parametrize(
    ("incoming", "prior", "sentence"),
    [
        (1, 0, "1 incoming and 0 prior instances could not be examined"),
        (2, 1, "2 incoming and 1 prior instance could not be examined"),
        (1, 2, "1 incoming and 2 prior instances could not be examined"),
    ],
)
def test_instances_that_could_not_be_examined(incoming: int, prior: int, sentence: str) -> None:
    left, right = (
        tuple(make_instance(f"{side}{n}", frames=(), unreadable="the code stream ends early") for n in range(number))
        for side, number in (("3", incoming), ("4", prior))
    )
    assert findings((ONE, *left), (ONE, *right))[Fact.UNREADABLE].sentence == sentence


def test_sketches() -> None:
    ref = FrameRef(blob_of("any"), 0)
    gone = Looked(LookAt(ref, ref, sketch_distance=0.02), FrameVerification(0.0, refused="gone"), held=False)
    pairing = pair((), ())
    for looked, of in ((1, "1 of 1 frame agree"), (2, "2 of 2 frames agree")):
        coverage = Coverage(tried=looked, sketched=looked)
        found = {c.fact: c for c in compare_pixels(pairing, coverage, (gone,) * looked)}[Fact.RESIDUAL_NOISE]
        assert found.sentence.startswith(f"the noise sketches of {of}; ")


@pytest.mark.parametrize(
    ("number", "findings_of_uids", "sentence"),
    [
        (1, SopFindings(shared=1), "1 of 1 SOP Instance UID is known"),
        (2, SopFindings(shared=1), "1 of 2 SOP Instance UIDs is known"),
        (2, SopFindings(shared=2), "2 of 2 SOP Instance UIDs are known"),
        (
            2,
            SopFindings(shared=2, conflicting=1),
            "1 shared SOP Instance UID stands for other pixels or content: one UID, two versions",
        ),
        (
            2,
            SopFindings(shared=2, conflicting=2),
            "2 shared SOP Instance UIDs stand for other pixels or content: one UID, two versions",
        ),
    ],
)
def test_shared_uids(number: int, findings_of_uids: SopFindings, sentence: str) -> None:
    study = make_study(*make_slices(number))
    found = next(c for c in compare_uids(study, study, findings_of_uids) if c.fact is Fact.SOP_INSTANCE_UIDS)
    assert found.sentence == sentence
