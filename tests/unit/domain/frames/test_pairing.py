"""Which frame of one study is which frame of the other."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.frames.pairing import FrameRef, Pairing, distinct_instances, frame_items, pair
from tests.builders import (
    JPEG_BASELINE,
    STRANGER,
    again,
    digest_of,
    make_frame,
    make_geometry,
    make_instance,
    make_report,
    make_slices,
    make_study,
    renewed,
)
from tests.strategies import stacks


def paired(incoming: list[InstanceFingerprint], prior: list[InstanceFingerprint]) -> Pairing:
    return pair(distinct_instances(make_study(*incoming)), distinct_instances(make_study(*prior)))


@given(stacks, stacks)
def test_no_frame_is_used_twice(incoming: list[InstanceFingerprint], prior: list[InstanceFingerprint]) -> None:
    pairing = paired(incoming, prior)
    pairs = (*pairing.exact, *pairing.value)
    left = [i.ref for i, _ in pairs] + [item.ref for item in pairing.left_incoming]
    right = [p.ref for _, p in pairs] + [item.ref for item in pairing.left_prior]
    assert max(Counter(left).values(), default=1) == 1
    assert max(Counter(right).values(), default=1) == 1


@given(stacks, stacks)
def test_every_informative_frame_is_paired_or_left(
    incoming: list[InstanceFingerprint], prior: list[InstanceFingerprint]
) -> None:
    pairing = paired(incoming, prior)
    for study, left in ((incoming, pairing.left_incoming), (prior, pairing.left_prior)):
        items = frame_items(distinct_instances(make_study(*study)))
        informative = [item.ref for item in items if item.fingerprint.informative]
        speaking = [item for item in left if item.fingerprint.informative]
        assert len(informative) == pairing.equal_frames + len(pairing.turned) + len(speaking)


@given(stacks, stacks)
def test_every_frame_is_paired_left_or_silent(
    incoming: list[InstanceFingerprint], prior: list[InstanceFingerprint]
) -> None:
    pairing = paired(incoming, prior)
    told = (
        pairing.exact,
        pairing.value,
        pairing.turned,
        pairing.silent,
        pairing.left_incoming,
        pairing.silent_incoming,
    )
    assert sum(map(len, told)) == len(frame_items(distinct_instances(make_study(*incoming))))


POOR = make_frame("squeezed", informative=False)


@pytest.mark.parametrize(
    ("changes", "looked_at"),
    [
        ({}, True),
        ({"acquired_at": "20260101093001"}, False),
        ({"acquired_at": ""}, False),
        ({"instance_number": 7}, False),
        ({"geometry": make_geometry(5.0)}, False),
        ({"modality": "MR"}, False),
    ],
)
def test_a_frame_that_lost_its_greys_is_left_where_the_header_names_a_speaking_one(
    changes: dict[str, object], looked_at: bool
) -> None:
    rich = make_instance("1")
    poor = make_instance("2", frames=(POOR,), acquisition=replace(rich.acquisition, **changes))
    for pairing, left in ((p := paired([poor], [rich]), p.left_incoming), (q := paired([rich], [poor]), q.left_prior)):
        assert [item.fingerprint for item in left] == [POOR] * looked_at
        assert len(pairing.silent_incoming) == (pairing is p and not looked_at)


def test_what_many_share_is_not_left_though_it_stands_in_place_of_a_speaking_frame() -> None:
    poor = make_instance("2", frames=(POOR,))
    pairing = pair((poor,), (make_instance("1"),), frozenset({POOR.stored_digest}))
    assert (pairing.left_incoming, len(pairing.silent_incoming)) == ((), 1)


@given(stacks)
def test_a_study_has_every_frame_of_itself(instances: list[InstanceFingerprint]) -> None:
    pairing = paired(instances, instances)
    assert not pairing.left_incoming
    assert not pairing.silent_incoming
    assert not pairing.renewed


@given(stacks, stacks, st.frozensets(st.sampled_from([digest_of(name) for name in "abcdef"]), max_size=3))
def test_the_few_common_frames_of_a_template_never_count(
    incoming: list[InstanceFingerprint], prior: list[InstanceFingerprint], common: frozenset
) -> None:
    pairing = pair(incoming, prior, common)
    assert not {i.fingerprint.stored_digest for i, _ in pairing.exact} & common


def test_equal_frames_need_as_many_partners_as_they_are() -> None:
    twice = [make_instance("1", "a"), make_instance("2", "a")]
    pairing = paired(twice, [make_instance("8", "a")])
    assert (len(pairing.exact), len(pairing.left_incoming)) == (1, 1)


def test_frames_of_one_multi_frame_instance_pair_with_single_frame_instances() -> None:
    enhanced = make_instance("1", frames=(make_frame("a"), make_frame("b")))
    pairing = paired([enhanced], [make_instance("8", "b"), make_instance("9", "a")])
    assert [i.ref for i, _ in pairing.exact] == [FrameRef(enhanced.blob_id, n) for n in (0, 1)]
    assert not pairing.left_prior


def test_a_rescaled_frame_pairs_by_its_value() -> None:
    value = digest_of("v", "aid1")
    pairing = paired(
        [make_instance("1", frames=(make_frame("a", value_digest=value),))],
        [make_instance("2", frames=(make_frame("b", value_digest=value),))],
    )
    assert (len(pairing.exact), len(pairing.value)) == (0, 1)


def test_a_frame_without_a_value_digest_pairs_by_no_value() -> None:
    pairing = paired([make_instance("1", "a")], [make_instance("2", "b")])
    assert not pairing.value


def test_reports_pair_by_content_and_new_ones_are_counted() -> None:
    pairing = paired([make_report("1", "same"), make_report("2", "new")], [make_report("3", "same"), make_report("4")])
    assert (pairing.content, pairing.new_content, pairing.prior_only_content) == (1, 1, 1)


def test_a_report_that_many_patients_share_does_not_count_but_a_new_one_does() -> None:
    template = make_report("1", "normal")
    pairing = pair(
        [template, make_report("2", "new")], [make_report("3", "normal")], frozenset([digest_of("normal", "cnt1")])
    )
    assert (pairing.content, pairing.uninformative, pairing.new_content) == (0, 1, 1)


def test_blank_frames_that_only_the_incoming_study_has_are_counted() -> None:
    blank, page = (make_frame(name, informative=False) for name in ("blank", "page"))
    pairing = paired(
        [make_instance("1", frames=(blank,)), make_instance("2", frames=(page,))], [make_instance("8", frames=(blank,))]
    )
    assert (pairing.uninformative, len(pairing.silent_incoming)) == (1, 1)


def test_what_gave_no_digest_was_not_examined() -> None:
    broken = make_instance("1", frames=(), unreadable="the code stream ends early")
    silent = make_instance("2", frames=())
    pairing = paired([broken, silent, make_instance("3")], [make_report("4", text=None)])
    assert (pairing.unreadable_incoming, pairing.unreadable_prior) == (2, 1)


def test_matches_under_new_uids_are_counted_apart_from_those_under_known_ones() -> None:
    known = [*make_slices(2), make_report("9")]
    assert paired(known, known).renewed == 0
    assert paired([*known[:1], *renewed(known[1:])], known).renewed == 2


def test_one_instance_in_two_encodings_is_one_instance() -> None:
    plain = make_instance("1")
    study = make_study(plain, again(plain, transfer_syntax_uid=JPEG_BASELINE), make_instance("2"))
    assert len(distinct_instances(study)) == 2


def test_two_contents_under_one_uid_are_two_instances() -> None:
    assert len(distinct_instances(make_study(make_instance("1", "a"), make_instance("1", "b")))) == 2


def test_the_header_that_came_last_speaks_for_an_instance() -> None:
    first = make_instance("1")
    corrected = again(first, patient=STRANGER)
    assert distinct_instances(make_study(first, corrected)) == (corrected,)


def test_a_palette_image_meets_the_same_colours_without_one() -> None:
    indexed = make_instance("1", frames=(make_frame("indices", colour_digest=digest_of("colours")),))
    coloured = make_instance("2", frames=(make_frame("colours"),))
    assert paired([indexed], [coloured]).equal_frames == 1
    assert paired([coloured], [indexed]).equal_frames == 1


def test_equal_indices_with_other_colours_are_no_pair() -> None:
    frames = [make_frame("indices", colour_digest=digest_of(colours)) for colours in ("red", "blue")]
    red, blue = (make_instance(str(n), frames=(frame,)) for n, frame in enumerate(frames))
    assert paired([red], [blue]).equal_frames == 0
    assert paired([red, blue], [blue, red]).equal_frames == 2


@given(st.permutations(range(4)))
def test_frames_with_equal_pixels_pair_by_what_is_drawn_over_them(order: list[int]) -> None:
    captures = [make_instance(str(n), pixels="page", overlay_digest=digest_of(f"text {n}")) for n in range(4)]
    joined = paired(list(renewed(captures[n] for n in order)), captures).exact
    assert len(joined) == 4
    assert all(here.instance.overlay_digest == there.instance.overlay_digest for here, there in joined)


def test_equal_masks_of_another_segment_are_new_content() -> None:
    mask = make_frame("mask", informative=False)
    liver, kidney = (make_instance(name, frames=(mask,), content_digest=digest_of(name, "cnt2")) for name in "12")
    pairing = paired([liver], [kidney])
    assert (pairing.content, pairing.new_content, len(pairing.silent)) == (0, 1, 1)


@pytest.mark.parametrize(("count", "speaking"), [(1, 0), (3, 0), (4, 4), (9, 9)])
def test_a_whole_study_that_many_share_does_not_fall_silent(count: int, speaking: int) -> None:
    known = make_slices(count)
    common = frozenset(frame.stored_digest for i in known for frame in i.frames)
    found = pair(renewed(known), known, common)
    assert (len(found.exact), len(found.silent)) == (speaking, count - speaking)


def test_many_rewritten_frames_that_many_share_do_not_fall_silent() -> None:
    known, anew = (
        [make_instance(f"{n}", frames=(make_frame(f"{way} {n}", value_digest=digest_of(f"{n}")),)) for n in range(5)]
        for way in ("known", "anew")
    )
    common = frozenset(digest_of(f"{n}") for n in range(5))
    assert len(pair(anew, known, common).value) == 5


def test_one_template_page_many_times_is_still_a_template() -> None:
    pages = [make_instance(f"{n}", "page") for n in range(9)]
    assert len(pair(pages, pages, frozenset([digest_of("page")])).silent) == 9


def test_a_still_that_repeats_a_frame_does_not_take_its_place_in_the_cine() -> None:
    cine = make_instance("1", frames=tuple(make_frame(name) for name in "abc"))
    still = make_instance("2", frames=(make_frame("b"),))
    squeezed = again(cine, frames=tuple(make_frame(f"squeezed {name}") for name in "abc"))
    pairing = paired([still, squeezed], [cine, still])
    ((incoming, prior),) = pairing.exact
    assert incoming.instance.sop_instance_uid == prior.instance.sop_instance_uid
    assert [item.ref.frame for item in pairing.left_prior] == [0, 1, 2]
