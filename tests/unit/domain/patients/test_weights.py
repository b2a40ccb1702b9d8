"""What findings about two patients weigh."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from pacs_dedup.domain.patients.birth_dates import BirthDateLevel, SexLevel
from pacs_dedup.domain.patients.identifiers import ID_SENTENCES, STRONG, IdLevel
from pacs_dedup.domain.patients.names import CONTRADICTING, NameLevel
from pacs_dedup.domain.patients.weights import MODEL, MODEL_NAME, WEIGHTS, bits_of, common_name_bits

WEIGHED = [*IdLevel, *NameLevel, *BirthDateLevel, *SexLevel]
SILENT = {"id_null", "null", "dob_null", "dob_year1", "sex_null"}


def test_every_level_that_says_something_has_its_weight() -> None:
    assert set(WEIGHTS) == set(WEIGHED) - SILENT
    assert all(bits_of(level) == 0 for level in SILENT)
    assert set(ID_SENTENCES) == set(IdLevel)


@pytest.mark.parametrize(
    ("level", "bits"),
    [
        ("id_strong_exact", 20),
        ("id_crossref", 19),
        ("id_issuer_exact", 19),
        ("id_strong_nocheck", 18),
        ("id_strong_typo", 8),
        ("id_string_exact", 6),
        ("id_issuer_diff", -4),
        ("id_strong_conflict", -9),
        ("han_exact", 16),
        ("lat_exact", 14),
        ("lat_reorder", 13),
        ("xscript", 11),
        ("lat_subset", 10),
        ("rom_cross", 10),
        ("rom_variant", 9),
        ("typo", 9),
        ("lat_initials", 4),
        ("syl_diff1", 4),
        ("han_1diff", 3),
        ("han_conflict", -2),
        ("family_only", -3),
        ("diff", -7),
        ("dob_exact", 14),
        ("dob_exact_default", 9),
        ("dob_swap", 6),
        ("dob_month", 6),
        ("dob_near", 4),
        ("dob_part", 1),
        ("dob_year", 3),
        ("dob_diff", -8),
        ("sex_exact", 1),
        ("sex_diff", -6),
    ],
)
def test_weights_follow_from_m_and_u(level: str, bits: int) -> None:
    assert bits_of(level) == pytest.approx(bits, abs=0.7)


def test_a_stronger_level_never_weighs_less() -> None:
    agreeing = [level for level in IdLevel if bits_of(level) > 0]
    assert all(bits_of(a) >= bits_of(b) for a, b in pairwise(agreeing))
    assert min(map(bits_of, STRONG)) > max(bits_of(level) for level in IdLevel if level not in STRONG)
    assert all(bits_of(level) < 0 for level in CONTRADICTING)
    assert all(bits_of(level) >= 0 for level in set(NameLevel) - CONTRADICTING)
    assert all(bits_of(a) >= bits_of(b) for a, b in pairwise(NameLevel) if b is not NameLevel.NULL)


def test_weights_are_shares() -> None:
    assert all(0 < share < 1 for weight in WEIGHTS.values() for share in (weight.m, weight.u))


def test_only_a_name_that_agrees_can_be_common() -> None:
    assert {level for level, weight in WEIGHTS.items() if weight.common} == {
        "han_exact",
        "lat_exact",
        "lat_reorder",
        "lat_subset",
    }
    assert common_name_bits("diff", 0.5) == common_name_bits("null", 0.5) == 0
    assert common_name_bits("lat_exact", 1e-9) == 0


def test_the_model_is_named_with_the_digest_of_its_weights() -> None:
    name, _, digest = MODEL.partition("+")
    assert name == MODEL_NAME
    assert len(digest) == 16
    assert int(digest, 16)


def test_the_documentation_says_what_levels_weigh() -> None:
    text = (Path(__file__).resolve().parents[4] / "docs/concepts/patients.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.+?`) \| ([+\u22120-9, ]+) \|", text, re.MULTILINE)
    told = {}
    for levels, weights in rows:
        names, bits = re.findall(r"`(\w+)`", levels), [int(b.replace("\u2212", "-")) for b in weights.split(",")]
        told |= dict(zip(names, bits * len(names) if len(bits) == 1 else bits, strict=True))
    told |= {
        f"sex_{level}": int(b.replace("\u2212", "-")) for level, b in re.findall(r"`sex_(\w+)` ([+\u2212]?\d)", text)
    }
    assert set(told) == set(WEIGHED)
    assert {level: bits_of(level) for level in told} == pytest.approx(told, abs=0.7)
