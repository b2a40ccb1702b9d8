"""Is it the same acquisition?"""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_dedup.domain.acquisitions.comparison import compare_acquisitions
from pacs_dedup.domain.acquisitions.facts import Acquisition, FrameFacts
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
    station=st.sampled_from(["", "CT1", "CT2"]),
    study_description=st.sampled_from(["", "CT CHEST", "外院 胸部CT", "CT HEAD"]),
    body_part=st.sampled_from(["", "CHEST", "THORAX", "HEAD"]),
    accession_number=st.sampled_from(["", "ACC1", "ACC2"]),
    accession_issuer=st.sampled_from(["", "QEH", "PMH"]),
    processing=st.sampled_from([(), (("ImageType", "M"),), (("ImageType", "P"),)]),
    procedure_codes=st.sampled_from([(), ("1@HA",), ("2@HA",)]),
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


def test_a_serial_number_counts_only_for_one_model() -> None:
    assert found(Fact.DEVICE, make_acquisition(), make_acquisition(model="Other")).level == "differs"
    assert found(Fact.DEVICE, make_acquisition(), make_acquisition(device_serial="000")).level == "model_equal"
    assert found(Fact.DEVICE, make_acquisition(), make_acquisition(manufacturer="A.C.M.E.")).level == "serial_equal"


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
        (tuple(make_acquisition(None, geometry=make_geometry(0.0, position=())) for _ in range(10)), "same_matrix"),
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


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ("CR", "DX", "equal"),
        ("CT", "SC", "converted"),
        ("OT", "SC", "equal"),
        ("CT", "MR", "differs"),
        ("CT", "", "missing"),
    ],
)
def test_modalities_are_compared_by_class(left: str, right: str, level: str) -> None:
    assert found(Fact.MODALITY, make_acquisition(modality=left), make_acquisition(modality=right)).level == level


def modulated(shift: float = 0.0) -> tuple[Acquisition, ...]:
    return tuple(
        make_acquisition(float(n), exposure=(("KVP", 120.0), ("XRayTubeCurrent", n + shift))) for n in range(10)
    )


def test_a_tube_current_that_varies_along_the_scan_is_its_finger_mark() -> None:
    assert found(Fact.EXPOSURE, modulated(), modulated()).level == "equal_vector"
    assert found(Fact.EXPOSURE, modulated()[:6], modulated()).level == "equal_vector"
    assert found(Fact.EXPOSURE, modulated(), modulated(0.5)).level == "differs"
    assert found(Fact.EXPOSURE, modulated()[:4], modulated()).level == "equal"


def test_an_exposure_parameter_that_only_one_side_knows_is_left_out() -> None:
    cut = tuple(replace(a, exposure=(("KVP", 120.0),)) for a in modulated())
    assert found(Fact.EXPOSURE, cut, modulated()).level == "equal"
    assert found(Fact.EXPOSURE, make_acquisition(exposure=(("EchoTime", 5.0),)), cut).level == "missing"


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ({"kernel": "A"}, {"kernel": ""}, "missing"),
        ({"kernel": "", "geometry": None}, {"kernel": "", "geometry": None}, "missing"),
        ({"kernel": ""}, {"kernel": ""}, "equal"),
        (
            {"processing": (("PresentationIntentType", "FOR PROCESSING"),)},
            {"processing": (("PresentationIntentType", "FOR PRESENTATION"),)},
            "differs",
        ),
        ({"processing": (("ReconstructionAlgorithm", "ITERATIVE"),)}, {}, "equal"),
    ],
)
def test_whatever_makes_another_image_of_the_raw_data_is_another_reconstruction(
    left: dict, right: dict, level: str
) -> None:
    assert found(Fact.KERNEL, make_acquisition(**left), make_acquisition(**right)).level == level


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ({"study_description": "OUTSIDE CT THORAX"}, {"study_description": "CT Chest"}, "equal"),
        ({"study_description": "CT HEAD"}, {"study_description": "CT Chest"}, "differs"),
        ({"study_description": "CT HEAD"}, {}, "missing"),
        ({"study_description": "EXTERNAL"}, {"study_description": "OUTSIDE"}, "missing"),
        ({"procedure_codes": ("1@HA",)}, {"procedure_codes": ("1@HA", "2@HA")}, "code_equal"),
        ({"procedure_codes": ("1@HA",)}, {"procedure_codes": ("2@HA",)}, "differs"),
        ({"procedure_codes": ("1@HA",)}, {}, "missing"),
    ],
)
def test_procedures_are_compared_by_code_then_by_description(left: dict, right: dict, level: str) -> None:
    assert found(Fact.PROCEDURE, make_acquisition(**left), make_acquisition(**right)).level == level


@pytest.mark.parametrize(("other", "level"), [("胸部", "equal"), ("HEAD", "differs"), ("", "missing")])
def test_body_parts_are_compared_by_their_meaning(other: str, level: str) -> None:
    assert found(Fact.BODY_PART, make_acquisition(body_part="CHEST"), make_acquisition(body_part=other)).level == level


@pytest.mark.parametrize(
    ("issuers", "other", "level"),
    [
        (("QEH", "QEH"), "ACC1", "equal_issuer"),
        (("QEH", ""), "acc 1", "equal"),
        (("", ""), "ACC1", "equal"),
        (("QEH", "PMH"), "ACC1", "differs"),
        (("", ""), "ACC2", "differs"),
        (("QEH", "QEH"), "N/A", "missing"),
    ],
)
def test_accession_numbers_count_under_their_issuer(issuers: tuple[str, str], other: str, level: str) -> None:
    left = make_acquisition(accession_number="ACC1", accession_issuer=issuers[0])
    right = make_acquisition(accession_number=other, accession_issuer=issuers[1])
    assert found(Fact.ACCESSION_NUMBER, left, right).level == level


def test_a_multi_frame_object_compares_as_its_slices() -> None:
    slices = tuple(replace(a, acquired_at=f"2026010109300{n}") for n, a in enumerate(modulated()))
    frames = tuple(FrameFacts(a.acquired_at, a.geometry, a.exposure) for a in slices)
    levels = {c.fact: c.level for c in compare_acquisitions((replace(slices[0], frames=frames),), slices)}
    told = (Fact.ACQUISITION_TIME, Fact.GEOMETRY, Fact.EXPOSURE, Fact.DESCRIPTION)
    assert [levels[fact] for fact in told] == ["equal", "equal", "equal_vector", "equal"]


@given(stacks, stacks, st.randoms())
def test_the_order_of_the_instances_does_not_matter(
    left: tuple[Acquisition, ...], right: tuple[Acquisition, ...], chance: Random
) -> None:
    shuffled = list(left)
    chance.shuffle(shuffled)
    assert compare_acquisitions(tuple(shuffled), right) == compare_acquisitions(left, right)
