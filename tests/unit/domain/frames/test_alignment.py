"""Which frames deserve a look, and what a look says."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_dedup.domain.acquisitions.facts import FrameFacts
from pacs_dedup.domain.fingerprint import InstanceFingerprint, Rendition
from pacs_dedup.domain.frames.alignment import SAMPLE, LookAt, nearest_sketches, plan, samples, sketch_distance
from pacs_dedup.domain.frames.pairing import FrameItem, FrameRef, frame_items
from pacs_dedup.domain.identifiers import SopInstanceUid
from tests.builders import (
    LOSSLESS,
    LOSSY,
    make_acquisition,
    make_frame,
    make_geometry,
    make_instance,
    make_slices,
    renewed,
)

sketches = st.binary(min_size=64, max_size=64)
NOISE, OTHER_NOISE = bytes(64), bytes([0b01010101] * 64)
NEAR_NOISE = bytes(60) + bytes([255] * 4)


@given(sketches, sketches)
def test_two_sketches_are_as_far_apart_from_either_side(left: bytes, right: bytes) -> None:
    distance = sketch_distance(left, right)
    assert distance == sketch_distance(right, left)
    assert distance is not None
    assert 0.0 <= distance <= 0.5


@given(sketches, sketches)
def test_a_sketch_is_blind_to_inversion(left: bytes, right: bytes) -> None:
    inverted = bytes(255 - byte for byte in left)
    assert sketch_distance(left, inverted) == 0.0
    assert sketch_distance(inverted, right) == sketch_distance(left, right)


def test_a_missing_sketch_is_no_distance() -> None:
    assert sketch_distance(None, NOISE) is None
    assert sketch_distance(NOISE, None) is None


def sketched(
    name: str, sketch: bytes | None = NOISE, place: float | None = None, **changes: object
) -> InstanceFingerprint:
    frame = make_frame(f"{name} {place}", sketch=sketch)
    return make_instance(name, frames=(frame,), acquisition=make_acquisition(place), **changes)


def planned(
    incoming: tuple[InstanceFingerprint, ...], prior: tuple[InstanceFingerprint, ...], *, wide: bool = False
) -> tuple[LookAt, ...]:
    return plan(frame_items(incoming), frame_items(prior), wide=wide)


def test_nothing_is_looked_at_where_a_side_has_nothing_left() -> None:
    assert planned((), make_slices(2), wide=True) == ()
    assert planned(make_slices(2), (), wide=True) == ()


@given(st.integers(1, 100))
def test_a_few_evenly_spread_frames_are_looked_at(count: int) -> None:
    incoming = make_slices(count)
    looks = planned(renewed(incoming), incoming, wide=True)
    assert len(looks) == min(count, SAMPLE) or (count > SAMPLE and len(looks) == SAMPLE)
    assert len({look.incoming for look in looks}) == len(looks)


def test_the_frame_under_the_same_uid_is_the_partner_whatever_its_noise() -> None:
    (look,) = planned((sketched("1"),), (sketched("8"), sketched("1", OTHER_NOISE)))
    assert look.prior.blob_id == sketched("1", OTHER_NOISE).blob_id


def test_a_frame_of_a_multi_frame_instance_meets_the_same_frame_or_the_first() -> None:
    frames = tuple(make_frame(name) for name in "abc")
    two, three = make_instance("1", frames=frames[:2]), make_instance("1", frames=frames)
    items = frame_items((three,))
    assert [look.prior.frame for look in plan(items, frame_items((two,)), wide=False)] == [0, 1, 0]


def test_where_a_copy_is_plausible_the_slice_at_the_same_place_is_the_partner() -> None:
    near = sketched("8", OTHER_NOISE, 10.0)
    (look,) = planned((sketched("1", NOISE, 10.0),), (near, sketched("9", NOISE, 20.0)), wide=True)
    assert look.prior.blob_id == near.blob_id


def test_a_frame_of_an_enhanced_object_lies_where_its_functional_groups_say() -> None:
    places = tuple(FrameFacts(geometry=make_geometry(place)) for place in (0.0, 10.0, 20.0))
    acquired = make_acquisition(0.0, frames=places)
    enhanced = make_instance("7", frames=tuple(make_frame(name) for name in "abc"), acquisition=acquired)
    (look,) = planned((sketched("1", None, 10.0),), (enhanced,), wide=True)
    assert look.prior.frame == 1
    assert {ref.frame for ref in look.neighbours} == {0, 2}


def test_a_slice_at_the_same_place_is_the_partner_even_where_no_noise_is_known() -> None:
    there = sketched("8", None, 10.0)
    (look,) = planned((sketched("1", None, 10.0),), (sketched("7", None), there), wide=True)
    assert look.prior.blob_id == there.blob_id


def test_without_a_place_the_nearest_noise_is_the_partner() -> None:
    nearest = sketched("9", NEAR_NOISE)
    (look,) = planned((sketched("1"),), (sketched("8", OTHER_NOISE), nearest))
    assert look.prior.blob_id == nearest.blob_id


@pytest.mark.parametrize("sketch", [OTHER_NOISE, None])
def test_frames_with_far_or_no_noise_are_looked_at_only_where_a_copy_is_plausible(sketch: bytes | None) -> None:
    pair = (sketched("1"),), (sketched("8", sketch),)
    assert planned(*pair) == ()
    assert len(planned(*pair, wide=True)) == 1


@pytest.mark.parametrize("wide", [False, True])
def test_neighbouring_slices_are_never_partners_however_alike_they_are(wide: bool) -> None:
    odd = tuple(sketched(str(n), NOISE, float(n)) for n in (1, 3, 5))
    even = tuple(sketched(str(n), NOISE, float(n)) for n in (2, 4, 6))
    assert planned(odd, even, wide=wide) == ()


def test_a_place_says_nothing_between_planes_or_where_a_side_has_none() -> None:
    sagittal = make_acquisition(None, geometry=make_geometry(7.0, orientation=(0.0, 1.0, 0.0, 0.0, 0.0, -1.0)))
    for other in (sketched("8"), make_instance("8", frames=(make_frame("x", sketch=NOISE),), acquisition=sagittal)):
        assert len(planned((sketched("1", NOISE, 1.0),), (other,))) == 1


def test_the_slices_beside_the_partner_are_looked_at_too() -> None:
    prior = renewed(make_slices(5))
    looks = planned(make_slices(5), prior, wide=True)
    by_blob = {i.blob_id: i.acquisition.geometry.position[2] for i in (*make_slices(5), *prior)}
    beside = [sorted(by_blob[ref.blob_id] for ref in look.neighbours) for look in looks]
    assert beside == [[2.0], [1.0, 3.0], [2.0, 4.0], [3.0, 5.0], [4.0]]


def test_another_moment_at_one_place_is_a_neighbour() -> None:
    later = sketched("9", NOISE, 1.0)
    (look,) = planned((sketched("1", NOISE, 1.0),), (sketched("8", NOISE, 1.0), later), wide=True)
    assert len(look.neighbours) == 1


def test_the_very_same_frame_stored_twice_is_no_neighbour() -> None:
    twice = (sketched("8", NOISE, 1.0), replace(sketched("9", NOISE, 1.0), frames=sketched("8", NOISE, 1.0).frames))
    (look,) = planned((sketched("1", NOISE, 1.0),), twice, wide=True)
    assert look.neighbours == ()


def test_frames_without_places_have_neighbours_by_number() -> None:
    prior = tuple(make_instance(n, acquisition=make_acquisition(None, instance_number=int(n))) for n in "579")
    (look,) = planned((make_instance("7", "x"),), prior, wide=True)
    assert set(look.neighbours) == {FrameRef(prior[0].blob_id, 0), FrameRef(prior[2].blob_id, 0)}


@pytest.mark.parametrize(("series", "looks"), [(5, 25), (12, 24), (40, 40)])
def test_every_series_is_sampled(series: int, looks: int) -> None:
    incoming = [replace(i, series_instance_uid=f"1.2.{n % series}") for n, i in enumerate(make_slices(120))]
    found = planned(tuple(incoming), make_slices(120), wide=True)
    assert {look.series for look in found} == {f"1.2.{n}" for n in range(series)}
    assert len(found) == looks


@given(st.integers(1, 300))
def test_a_sample_reaches_from_end_to_end(count: int) -> None:
    items = frame_items(make_slices(count))
    (sample,) = samples(items, items)
    places = [items.index(item) for item in sample]
    assert places == sorted(set(places))
    assert max(b - a for a, b in pairwise([-1, *places, count])) <= count / len(places) + 1


def test_a_picture_with_a_border_meets_its_original_by_the_trimmed_sketch() -> None:
    bordered = make_instance("1", frames=(make_frame("b", sketch=OTHER_NOISE, trimmed_sketch=NOISE),))
    (item,), (original,) = frame_items((bordered,)), frame_items((sketched("8"),))
    assert nearest_sketches(item, original) == nearest_sketches(original, item) == 0.0


def test_frames_are_named_by_blob_and_number() -> None:
    items: tuple[FrameItem, ...] = frame_items((make_instance("1", frames=(make_frame("a"), make_frame("b"))),))
    assert [item.ref.frame for item in items] == [0, 1]


@pytest.mark.parametrize(
    ("changes", "searched"),
    [({}, False), ({"rendition": replace(LOSSLESS, rows=480)}, True), ({"rendition": None}, True)],
)
def test_a_part_is_searched_for_only_where_the_matrices_differ(changes: dict, searched: bool) -> None:
    (look,) = planned((sketched("1", **changes),), (sketched("8"),), wide=True)
    assert look.search_region is searched


def test_a_part_is_searched_for_where_one_side_has_a_border() -> None:
    bordered = make_instance("1", frames=(make_frame("b", sketch=NOISE, trimmed_sketch=OTHER_NOISE),))
    (look,) = planned((bordered,), (sketched("8"),), wide=True)
    assert look.search_region
    assert not planned((bordered,), (sketched("8"),))[0].search_region


def test_volumes_of_one_run_that_share_a_time_are_not_of_one_moment() -> None:
    volumes = [
        make_instance(
            str(n), frames=(make_frame(str(n), sketch=NOISE),), acquisition=make_acquisition(1.0, instance_number=n)
        )
        for n in (1, 2)
    ]
    moments = [
        look.one_moment
        for other in volumes
        for look in plan(frame_items(volumes[:1]), frame_items((other,)), wide=True, one_moment=True)
    ]
    assert moments == [True, False]


@pytest.mark.parametrize(("one_time", "number"), [(True, 1), (False, 2)])
def test_of_volumes_at_one_place_the_one_of_its_number_is_the_partner_where_the_times_agree(
    one_time: bool, number: int
) -> None:
    first, second, arrived = (
        make_instance(
            name, frames=(make_frame(name, sketch=noise),), acquisition=make_acquisition(1.0, instance_number=n)
        )
        for name, noise, n in (("1", NEAR_NOISE, 1), ("2", NOISE, 2), ("8", NOISE, 1))
    )
    (look,) = plan(frame_items((arrived,)), frame_items((first, second)), wide=True, one_moment=one_time)
    assert look.prior.blob_id == (first if number == 1 else second).blob_id


@pytest.mark.parametrize(
    ("rendition", "named", "one"),
    [
        (LOSSY, ("1.2.3.1.8",), True),
        (LOSSY, ("1.2.3.1.7", "1.2.3.1.8"), True),
        (LOSSLESS, ("1.2.3.1.8",), False),
        (None, ("1.2.3.1.8",), False),
        (LOSSY, (), False),
        (LOSSY, ("1.2.3.1.9",), False),
        (LOSSY, ("1.2.3.1.8", "1.2.3.1.9"), False),
    ],
)
def test_what_names_one_source_and_lost_something_is_of_its_moment(
    rendition: Rendition | None, named: tuple[str, ...], one: bool
) -> None:
    topogram = (SopInstanceUid("1.2.3.1.7"),)
    copy = sketched("1", rendition=rendition, referenced_sop_instance_uids=tuple(map(SopInstanceUid, named)))
    source = sketched("8", referenced_sop_instance_uids=topogram)
    for sides in (((copy,), (source,)), ((source,), (copy,))):
        assert [(look.one_moment, look.declared) for look in planned(*sides, wide=True)] == [(one, one)]


def test_a_look_knows_whether_it_is_at_two_versions_under_one_uid() -> None:
    arrived, known = sketched("1"), sketched("8")
    assert [look.one_uid for look in planned((arrived,), (known,))] == [False]
    same = replace(known, sop_instance_uid=arrived.sop_instance_uid)
    assert [look.one_uid for look in planned((arrived,), (same,))] == [True]


def test_a_copy_has_two_modalities_and_the_smaller_matrix_counts() -> None:
    captured = sketched("1", rendition=replace(LOSSLESS, rows=1_000, columns=1_000))
    captured = replace(captured, acquisition=replace(captured.acquisition, modality="OT"))
    (look,) = planned((captured,), (sketched("8", rendition=replace(LOSSLESS, rows=64, columns=72)),), wide=True)
    assert look.modalities == {"CT", "OT"}
    assert look.least_matrix == 64 * 72


@pytest.mark.parametrize(
    ("exposure", "one"), [((("EchoTime", 80.0),), False), ((("EchoTime", 20.0), ("KVP", 1.0)), True), ((), True)]
)
def test_echoes_of_one_time_are_not_of_one_moment(exposure: tuple, one: bool) -> None:
    first, second = (
        make_instance(n, frames=(make_frame(n, sketch=NOISE),), acquisition=make_acquisition(1.0, exposure=told))
        for n, told in (("1", (("EchoTime", 20.0),)), ("2", exposure))
    )
    (look,) = plan(frame_items((first,)), frame_items((second,)), wide=True, one_moment=True)
    assert look.one_moment is one
