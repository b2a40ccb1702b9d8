"""What holds for all names: symmetry, that more agreement is never less evidence, one result in every process."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pacs_dedup.domain.patients.identity import PersonNameParts
from pacs_dedup.domain.patients.names import compare_names, compare_names_of, name_keys
from tests.strategies import names


def _latin(family: str, given_names: str, *, hanzi: str = "", known: bool = True) -> PersonNameParts:
    return PersonNameParts(tuple(family.split()), tuple(given_names.split()), hanzi, family_known=known)


def findings(names: list[PersonNameParts]) -> list[str]:
    levels = [str(compare_names(a, b)[0]) for a in names for b in names]
    return [*levels, *(", ".join(sorted(name_keys(name))) for name in names)]


def bits(left: PersonNameParts, right: PersonNameParts) -> float:
    return compare_names(left, right)[1]


SAMPLE = [
    _latin("CHAN", "TAI MAN"),
    _latin("CHEN", "DAWEN"),
    _latin("CHEN", "JIANAN"),
    _latin("", "LEE KAYAN PETER", known=False),
    _latin("AUYEUNG", "CHUN"),
    _latin("HSU", "CHIH LING"),
    _latin("SMITH", "JOHN", hanzi="陈大文"),
    PersonNameParts(hanzi="欧阳大文"),
]
WORDS = """
CHAN CHEN CHAU LEE LI AU YEUNG OUYANG TAI DAWEN MAN MEN TAIMAN KA YAN YAU T M TM PETER PETRE SMITH SMYTH TSZ
"""
words = st.lists(st.sampled_from(WORDS.split()), max_size=3).map(tuple)
any_names = st.builds(
    PersonNameParts,
    family=words,
    given=words,
    hanzi=st.sampled_from(["", "陈", "陈大文", "陈泰民", "陈大民", "李陈大文", "欧阳大文", "黄小明"]),
    family_known=st.booleans(),
)


@given(any_names, any_names)
def test_any_names_compare_alike_from_either_side(left: PersonNameParts, right: PersonNameParts) -> None:
    assert compare_names(left, right) == compare_names(right, left)


@given(any_names)
def test_a_name_agrees_with_itself(name: PersonNameParts) -> None:
    expected = "null" if not name else "han_exact" if name.hanzi else "lat_exact"
    assert compare_names(name, name)[0] == expected


@given(any_names)
def test_a_missing_name_weighs_nothing(name: PersonNameParts) -> None:
    assert compare_names(name, PersonNameParts())[:2] == ("null", 0)


@given(any_names, any_names)
def test_agreeing_hanzi_never_weaken_a_level(left: PersonNameParts, right: PersonNameParts) -> None:
    assert bits(left, replace(right, hanzi=left.hanzi)) >= bits(left, right) or not left.hanzi


@given(any_names, any_names)
def test_agreeing_words_never_weaken_a_level(left: PersonNameParts, right: PersonNameParts) -> None:
    same = replace(right, family=left.family, given=left.given, family_known=left.family_known)
    assert bits(left, same) >= bits(left, right) or not left.words


@given(any_names, any_names)
def test_a_further_name_never_weakens_a_level(left: PersonNameParts, right: PersonNameParts) -> None:
    assert compare_names_of((left, right), (right,))[1] >= compare_names_of((left,), (right,))[1]


def test_levels_do_not_depend_on_the_process() -> None:
    """Sets are walked in another order in every process."""
    program = (
        "from tests.unit.domain.patients.test_name_properties import SAMPLE, findings\n"
        "print(*findings(SAMPLE), sep='\\n')\n"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=Path(__file__).parents[4],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "77")
    }
    assert len(printed) == 1
    assert "rom_cross" in printed.pop()


@given(names, names)
def test_names_compare_alike_from_either_side(left: PersonNameParts, right: PersonNameParts) -> None:
    assert compare_names(left, right) == compare_names(right, left)


@given(names)
def test_a_name_never_speaks_against_itself(name: PersonNameParts) -> None:
    assert compare_names(name, name)[1] >= 0
