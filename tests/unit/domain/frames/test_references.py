"""Objects that say the same of different images are different objects."""

import pytest

from pacs_dedup.domain.decide import decide
from pacs_dedup.domain.evidence import Fact
from pacs_dedup.domain.fingerprint import ContentKind, InstanceFingerprint
from pacs_dedup.domain.frames.pairing import distinct_instances
from pacs_dedup.domain.frames.repeats import copy_groups
from pacs_dedup.domain.frames.sop_findings import SopFinding, compare_instances, same_pixels
from pacs_dedup.domain.identifiers import SopInstanceUid
from pacs_dedup.domain.policy import Action, Policy
from pacs_dedup.domain.verdict import Disposition, Relation, Verdict
from tests.builders import (
    JPEG_BASELINE,
    LOSSY,
    again,
    digest_of,
    evidence_of,
    make_acquisition,
    make_frame,
    make_instance,
    make_report,
    make_slices,
    make_study,
    renewed,
)

HOLDING = Policy(action=Action.QUARANTINE)
OLD, NEW = "1.2.3.1", "1.2.7.1"


def key_object(name: str, *images: str, root: str = OLD, **changes: object) -> InstanceFingerprint:
    """A key object that says "of interest" of images whose SOP Instance UIDs end so."""
    named = tuple(SopInstanceUid(f"{root}.{image}") for image in images)
    about = {"content": ContentKind.KEY_OBJECTS, "referenced_sop_instance_uids": named}
    return make_report(name, "of interest", **{**about, **changes})


def copies(prior: tuple[InstanceFingerprint, ...], *images: str, root: str = NEW) -> tuple[InstanceFingerprint, ...]:
    """The images of a study under new UIDs, with a key object that names some of them."""
    return renewed([*prior, key_object("9", *images, root=root)])


def verdict_on(incoming: tuple[InstanceFingerprint, ...], prior: tuple[InstanceFingerprint, ...]) -> Verdict:
    return decide(evidence_of(incoming, prior), HOLDING)


@pytest.mark.parametrize("root", [NEW, OLD])
def test_a_faithful_copy_names_the_copies_or_still_the_originals(root: str) -> None:
    prior = make_slices(3)
    verdict = verdict_on(copies(prior, "2", "3", root=root), (*prior, key_object("9", "2", "3")))
    assert verdict.relation is Relation.EXACT_COPY
    assert verdict.evidence.level(Fact.CONTENT_DIGESTS) == "equal"
    assert (verdict.disposition is Disposition.QUARANTINE) == (root == NEW)


@pytest.mark.parametrize("images", [("1",), ("3", "2"), ("2",), ("2", "3", "1")])
def test_a_copy_that_points_elsewhere_brings_something_new(images: tuple[str, ...]) -> None:
    prior = make_slices(3)
    verdict = verdict_on(copies(prior, *images), (*prior, key_object("9", "2", "3")))
    assert (verdict.relation, verdict.disposition) == (Relation.OVERLAP, Disposition.FLAG)
    assert any("1 of the new ones says what a known one says, of other images" in reason for reason in verdict.reasons)


def test_images_that_nobody_has_are_the_same_by_their_uid_alone() -> None:
    prior = (*make_slices(1), key_object("9", "77"))
    assert verdict_on(renewed(prior), prior).relation is Relation.EXACT_COPY
    repointed = copies(prior[:1], "77", root=NEW)
    assert evidence_of(repointed, prior).coverage.new_content == 1


def test_an_image_that_only_one_side_has_is_not_resolved() -> None:
    prior = (*make_slices(2), key_object("9", "2"))
    part = copies(prior[:1], "2")
    assert evidence_of(part, prior).coverage.new_content == 1


def test_a_rewritten_image_is_known_by_what_it_was_made_of() -> None:
    value = digest_of("value", "aid2")
    prior = make_instance("1", frames=(make_frame("stored", value_digest=value),))
    rescaled = again(prior, frames=(make_frame("rescaled", value_digest=value),))
    evidence = evidence_of(copies((rescaled,), "1"), (prior, key_object("9", "1")))
    assert evidence.level(Fact.CONTENT_DIGESTS) == "equal"


def test_a_compressed_image_is_known_by_its_place_if_no_other_has_it() -> None:
    prior = make_slices(2)
    pressed = tuple(again(i, frames=(make_frame(f"pressed {i.sop_instance_uid}"),), rendition=LOSSY) for i in prior)
    known = (*prior, key_object("9", "2"))
    assert evidence_of(copies(pressed, "2"), known).level(Fact.CONTENT_DIGESTS) == "equal"
    assert evidence_of(copies(pressed, "1"), known).coverage.new_content == 1
    nowhere = [tuple(again(i, acquisition=make_acquisition(0.0)) for i in side) for side in (pressed, prior)]
    assert evidence_of(copies(nowhere[0], "2"), (*nowhere[1], known[-1])).coverage.new_content == 1
    timeless = make_acquisition(1.0, acquired_at="", instance_number=1)
    unplaced = [tuple(again(i, acquisition=timeless) for i in side[:1]) for side in nowhere]
    assert evidence_of(copies(unplaced[0], "1"), (*unplaced[1], key_object("9", "1"))).coverage.new_content == 1


def test_blank_pages_are_told_apart_by_what_is_drawn_over_them() -> None:
    pages = tuple(
        make_instance(name, frames=(make_frame("blank", informative=False),), overlay_digest=digest_of(name, "ovl1"))
        for name in "12"
    )
    known = (*make_slices(1, series_instance_uid="1.2.3.2"), *pages[1:], key_object("9", "2"))
    assert evidence_of(copies(pages, "2"), known).coverage.new_content == 0
    assert evidence_of(copies(pages, "1"), known).coverage.new_content == 1


def test_what_holds_nothing_is_known_by_its_uid() -> None:
    broken = make_instance("1", frames=(), unreadable="no decoder")
    known = (broken, key_object("9", "1"))
    assert evidence_of((again(broken, transfer_syntax_uid=JPEG_BASELINE), known[1]), known).coverage.new_content == 0
    assert evidence_of(copies((broken,), "1"), known).coverage.new_content == 1


def test_two_images_under_one_uid_are_not_one_of_them() -> None:
    prior = (make_instance("1", "a"), make_instance("1", "b"), key_object("9", "1"))
    assert evidence_of(copies(prior[:1], "1"), prior).coverage.new_content == 1
    assert evidence_of(copies(prior[:2], "1"), prior).coverage.new_content == 0


def test_other_images_under_one_uid_are_for_a_person() -> None:
    known, arrived = key_object("9", "2"), key_object("9", "3")
    assert same_pixels(arrived, known)
    assert compare_instances(arrived, known) is SopFinding.UNSETTLED
    verdict = verdict_on((arrived,), (known,))
    assert (verdict.relation, verdict.disposition) == (Relation.UNDECIDED, Disposition.ALERT)


def test_references_that_other_rules_read_are_not_compared() -> None:
    known, arrived = key_object("9", "2", digest_version="older"), key_object("9", "3")
    assert compare_instances(arrived, known) is SopFinding.CORRECTED


def test_the_sources_of_an_image_are_no_content() -> None:
    image = make_instance("1")
    other = again(image, referenced_sop_instance_uids=(SopInstanceUid("1.2.9"),))
    assert compare_instances(other, image) is SopFinding.CORRECTED
    assert distinct_instances(make_study(image, other)) == (other,)


def test_objects_about_other_images_are_two_instances_and_no_copies_within_a_study() -> None:
    images = (make_instance("1"), make_instance("2"), make_instance("3", "1"))
    of_one, of_two, of_its_copy = (key_object(name, image) for name, image in (("7", "1"), ("8", "2"), ("9", "3")))
    assert len(distinct_instances(make_study(key_object("9", "1"), key_object("9", "2")))) == 2
    groups = copy_groups([*images, of_one, of_two, of_its_copy])
    assert groups == ((images[0], images[2]), (of_one, of_its_copy))
