"""What archives write into descriptions, in one form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_dedup.domain.acquisitions.study_terms import (
    body_parts,
    description_terms,
    device_name,
    modality_class,
    serial_number,
)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("OUTSIDE CT CHEST", "CT Thorax"),
        ("外院 胸部CT平扫", "CT CHEST PLAIN"),
        ("轉院/外來: CT BRAIN", "ct head"),
        ("QEH-CT Thorax W/O contrast [C1234]", "CT chest non-contrast"),
        ("CXR", "Chest X-ray"),
        ("CT BRAIN C+", "CT Head with contrast"),
        ("PMH_CT ABD + PELVIS", "CT abdomen and pelvis (77012)"),
        ("IMPORTED: Outside - CT L-spine", "CT Lumbar Spine"),
        ("NON HA CT BRAIN (PLAIN)", "NCCT brain"),
        ("胸部低剂量CT", "CT 低剂量 胸部"),
        ("低剂量胸部CT", "CT 胸部 低剂量"),
        ("XR-KNEE", "KNEE XR"),
    ],
)
def test_descriptions_of_one_examination_say_the_same(text: str, same: str) -> None:
    assert description_terms(text) == description_terms(same)


@pytest.mark.parametrize(
    ("text", "other"),
    [("CT HEAD", "MR HEAD"), ("CT HEAD C+", "CT HEAD PLAIN"), ("LUNG NODULE", "LUNG"), ("CT-HEAD", "MR-HEAD")],
)
def test_descriptions_of_two_examinations_differ(text: str, other: str) -> None:
    assert description_terms(text) != description_terms(other)


@pytest.mark.parametrize("text", ["", "OUTSIDE", "外院:", "[12345]"])
def test_what_an_archive_adds_says_nothing(text: str) -> None:
    assert description_terms(text) == frozenset()


@given(st.text(max_size=30))
def test_a_description_says_the_same_however_it_is_capitalised_and_padded(text: str) -> None:
    assert description_terms(f"  {text.upper()} ") == description_terms(text.upper())


@pytest.mark.parametrize("text", ["THORAX", "胸部", "Lung"])
def test_a_body_part_has_one_name(text: str) -> None:
    assert body_parts(text) == {"CHEST"}


def test_several_body_parts_are_several() -> None:
    assert body_parts("CHEST/ABDOMEN") == {"CHEST", "ABDOMEN"}
    assert body_parts("SELLA") == {"SELLA"}


def test_radiographs_are_one_class_and_captures_another() -> None:
    assert {modality_class(m) for m in ("CR", "DX", "DR")} == {"DX"}
    assert {modality_class(m) for m in ("SC", "OT")} == {"OT"}
    assert modality_class("CT") == "CT"


def test_names_of_devices_do_not_hang_on_punctuation() -> None:
    assert device_name("Brilliance 64 ") == device_name("BRILLIANCE-64")


@pytest.mark.parametrize("text", ["", "0", "0000", "N/A", "none"])
def test_a_placeholder_is_no_serial_number(text: str) -> None:
    assert serial_number(text) == ""
