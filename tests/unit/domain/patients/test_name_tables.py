"""The tables of readings are what the script makes, and nobody edited them."""

import hashlib
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from pacs_dedup.domain.patients.names.hanzi import (
    COMPOUND_SURNAMES,
    SURNAMES,
    Language,
    crossings,
    readings,
    surname_readings,
    surnames_by_sound,
    syllables,
)

ROOT = Path(__file__).parents[4]
TABLES = sorted((ROOT / "pacs_dedup/domain/patients/names").glob("tables_*.py"))
MAKERS = ("ToJyutping", "pypinyin")


def test_there_are_tables() -> None:
    assert len(TABLES) == 5


@pytest.mark.parametrize("table", TABLES, ids=lambda path: path.stem)
def test_a_table_has_the_digest_that_it_states(table: Path) -> None:
    head, _, body = table.read_text(encoding="utf-8").partition("from typing import Final\n\n")
    assert hashlib.sha256(body.encode()).hexdigest() in head


def test_the_script_makes_these_tables() -> None:
    missing = [maker for maker in MAKERS if importlib.util.find_spec(maker) is None]
    if missing:
        pytest.skip(f"the tables are made from packages that are not installed: {', '.join(missing)}")
    command = [sys.executable, "scripts/make_name_tables.py", "--check"]
    assert subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True).stderr == ""


def test_a_table_that_was_edited_is_found() -> None:
    head, _, body = TABLES[0].read_text(encoding="utf-8").partition("from typing import Final\n\n")
    assert hashlib.sha256(body.replace("a", "b", 1).encode()).hexdigest() not in head


@pytest.mark.parametrize(
    ("character", "cantonese", "mandarin"),
    [("陈", "can", "chen"), ("大", "daai", "da"), ("文", "man", "wen"), ("堃", "kwan", "kun"), ("峰", "fung", "feng")],
)
def test_characters_are_read_as_they_are_spoken(character: str, cantonese: str, mandarin: str) -> None:
    assert cantonese in readings(Language.CANTONESE)[character]
    assert mandarin in readings(Language.MANDARIN)[character]


@pytest.mark.parametrize(
    ("surname", "cantonese", "mandarin"),
    [
        ("曾", "zang", "zeng"),
        ("单", "sin", "shan"),
        ("仇", "kau", "qiu"),
        ("区", "au", "ou"),
        ("解", "haai", "xie"),
        ("查", "zaa", "zha"),
        ("翟", "zaak", "zhai"),
        ("覃", "cam", "qin"),
    ],
)
def test_family_names_are_read_as_families_read_them(surname: str, cantonese: str, mandarin: str) -> None:
    assert cantonese in surname_readings(Language.CANTONESE)[surname]
    assert mandarin in surname_readings(Language.MANDARIN)[surname]


def test_a_family_name_is_not_read_as_the_word_it_also_is() -> None:
    assert "ceng" not in surname_readings(Language.MANDARIN)["曾"]
    assert "曾" in surnames_by_sound(Language.MANDARIN)["zeng"]
    assert "曾" not in surnames_by_sound(Language.MANDARIN).get("ceng", frozenset())


def test_every_family_name_can_be_read_in_both_languages() -> None:
    for language in Language:
        assert {*SURNAMES, *(name[0] for name in COMPOUND_SURNAMES)} <= set(surname_readings(language))


def test_family_names_are_folded_to_simplified_and_stay_themselves() -> None:
    assert set("余范后岳丘邱钟佘陈黄") <= SURNAMES
    assert not set("陳黃餘後鍾") & SURNAMES


def test_a_cantonese_syllable_crosses_to_the_mandarin_of_its_characters() -> None:
    assert {"da"} <= crossings()["daai"]
    assert "wen" in crossings()["man"]
    assert set(crossings()) <= syllables(Language.CANTONESE) | {
        sound for sounds in readings(Language.CANTONESE).values() for sound in sounds
    }
