"""Is it the same acquisition?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_dedup.domain.acquisition import Acquisition
from pacs_dedup.domain.acquisition_comparison import compare_acquisitions
from pacs_dedup.domain.evidence import Comparison, Fact
from tests.builders import make_acquisition, make_geometry

NOTHING = Acquisition()
STACK = tuple(make_acquisition(float(n)) for n in range(10))


def found(
    fact: Fact, incoming: tuple[Acquisition, ...] | Acquisition, prior: tuple[Acquisition, ...] | Acquisition
) -> Comparison:
    left = (incoming,) if isinstance(incoming, Acquisition) else incoming
    right = (prior,) if isinstance(prior, Acquisition) else prior
    return next(c for c in compare_acquisitions(left, right) if c.fact is fact)


acquisitions = st.builds(
    make_acquisition,
    st.sampled_from([None, 0.0, 1.0]),
    modality=st.sampled_from(["", "CT", "MR"]),
    device_serial=st.sampled_from(["", "4711", "4712"]),
    model=st.sampled_from(["", "Revolver"]),
    acquired_at=st.sampled_from(["", "20260101093000", "20260101094500", "20260101093007", "nonsense in here"]),
    event_uids=st.sampled_from([(), ("1.9",), ("1.8",)]),
    exposure=st.sampled_from([(), (("KVP", 120.0),), (("KVP", 80.0),)]),
    kernel=st.sampled_from(["", "STANDARD", "BONE"]),
)
stacks = st.lists(acquisitions, max_size=4).map(tuple)


@given(stacks, stacks)
def test_acquisitions_compare_alike_from_either_side(
    left: tuple[Acquisition, ...], right: tuple[Acquisition, ...]
) -> None:
    there, back = compare_acquisitions(left, right), compare_acquisitions(right, left)
    assert [(c.fact, c.level, c.weight_bits) for c in there] == [(c.fact, c.level, c.weight_bits) for c in back]


@given(stacks)
def test_what_is_missing_adds_no_bits(acquired: tuple[Acquisition, ...]) -> None:
    for silent in ((), (NOTHING,)):
        assert {c.weight_bits for c in compare_acquisitions(acquired, silent)} == {0.0}
        assert {c.level for c in compare_acquisitions(acquired, silent)} == {"missing"}


@given(acquisitions)
def test_an_acquisition_never_speaks_against_itself(acquired: Acquisition) -> None:
    assert min(c.weight_bits for c in compare_acquisitions((acquired,), (acquired,))) >= 0


@pytest.mark.parametrize(
    ("other", "level"),
    [
        ("20260101093000.5", "equal"),
        ("20260101014500", "shifted"),
        ("20260101093007", "same_day"),
        ("20260101093000"[:12], "missing"),
        ("20260102093000", "other_day"),
        ("20260101996000", "same_day"),
    ],
)
def test_times_reach_their_level(other: str, level: str) -> None:
    assert found(Fact.ACQUISITION_TIME, make_acquisition(), make_acquisition(acquired_at=other)).level == level


def test_a_time_zone_shifts_every_time_by_the_same_step() -> None:
    first, second = make_acquisition(), make_acquisition(acquired_at="20260101093020")
    later = tuple(make_acquisition(acquired_at=f"202601011730{seconds}") for seconds in ("00", "20"))
    assert found(Fact.ACQUISITION_TIME, (first, second), later).level == "shifted"
    assert found(Fact.ACQUISITION_TIME, first, later).level == "same_day"
    drifted = (later[0], make_acquisition(acquired_at="20260101173021"))
    assert found(Fact.ACQUISITION_TIME, (first, second), drifted).level == "same_day"


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({}, "serial_equal"),
        ({"device_serial": "4712"}, "differs"),
        ({"device_serial": ""}, "model_equal"),
        ({"device_serial": "", "model": "Other"}, "differs"),
        ({"device_serial": "", "model": ""}, "missing"),
    ],
)
def test_devices_reach_their_level(changes: dict, level: str) -> None:
    assert found(Fact.DEVICE, make_acquisition(), make_acquisition(**changes)).level == level


@pytest.mark.parametrize(("uids", "level"), [(("1.9", "1.8"), "shared"), (("1.7",), "differs"), ((), "missing")])
def test_irradiation_events_reach_their_level(uids: tuple[str, ...], level: str) -> None:
    assert (
        found(Fact.EVENT_UIDS, make_acquisition(event_uids=("1.9",)), make_acquisition(event_uids=uids)).level == level
    )


@pytest.mark.parametrize(
    ("incoming", "level"),
    [
        (STACK, "equal"),
        (STACK[:5], "contained"),
        (tuple(make_acquisition(n + 0.5) for n in range(10)), "differs"),
        (tuple(make_acquisition(None, geometry=make_geometry(0.0, position=())) for _ in range(10)), "missing"),
    ],
)
def test_slice_positions_reach_their_level(incoming: tuple[Acquisition, ...], level: str) -> None:
    assert found(Fact.GEOMETRY, incoming, STACK).level == level


def test_one_slice_position_counts_as_often_as_it_comes() -> None:
    assert found(Fact.GEOMETRY, (STACK[0],) * 10, STACK).level == "differs"


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({}, "equal"),
        ({"kernel": "BONE"}, "differs"),
        ({"geometry": make_geometry(0.0, slice_thickness=5.0)}, "differs"),
        ({"kernel": "", "geometry": None}, "missing"),
    ],
)
def test_kernel_and_thickness_are_one_fact(changes: dict, level: str) -> None:
    assert found(Fact.KERNEL, make_acquisition(), make_acquisition(**changes)).level == level


def test_a_set_that_holds_the_other_is_equal_to_it() -> None:
    two = (make_acquisition(series_description="head "), make_acquisition(series_description="NECK"))
    assert found(Fact.DESCRIPTION, two, make_acquisition()).level == "equal"
    assert found(Fact.DESCRIPTION, make_acquisition(series_description="CHEST"), two).level == "differs"


def test_values_are_shown_to_a_reviewer_in_few_words() -> None:
    many = tuple(make_acquisition(accession_number=f"ACC{n}") for n in range(1, 6))
    assert found(Fact.ACCESSION_NUMBER, many, many).incoming == "ACC1, ACC2, ACC3 and 2 more"
    assert found(Fact.EXPOSURE, many, many).incoming == "KVP 120"
    assert found(Fact.GEOMETRY, STACK, STACK).incoming == "10 slices, 0.0 to 9.0 mm"
    assert found(Fact.ACQUISITION_TIME, STACK, STACK).incoming == "20260101093000"
    later = (*STACK, make_acquisition(acquired_at="20260101093009"))
    assert found(Fact.ACQUISITION_TIME, later, NOTHING).incoming == "20260101093000 to 20260101093009"
    assert found(Fact.ACQUISITION_TIME, later, NOTHING).prior == ""
    flat = make_acquisition(geometry=make_geometry(0.0, orientation=()))
    assert found(Fact.GEOMETRY, flat, flat).incoming == ""
