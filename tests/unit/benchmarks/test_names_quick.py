"""The figures of names, on fewer people: what the full benchmark shows, a change of the rules must not lose."""

import importlib.util
import random
from collections import Counter

import pytest

from pacs_dedup.domain.patients.names import NameLevel, compare_names
from pacs_dedup.domain.patients.weights import bits_of

SOURCES = ("cantoroman", "xpinyin", "opencc")
missing = [name for name in SOURCES if importlib.util.find_spec(name) is None]
if missing:
    pytest.skip(f"spellings come from packages that are not installed: {', '.join(missing)}", allow_module_level=True)

from benchmarks.hong_kong_names import CHANGES, people  # noqa: E402 - needs the packages
from benchmarks.names import OTHERS, changed, described, parsed, share, strangers  # noqa: E402 - likewise


def seeded(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - invents people, keeps no secret


PEOPLE = people(600, seeded(11))


def agreeing(pairs: list[tuple[str, str]]) -> float:
    """The share of pairs whose level speaks for one person."""
    return sum(bits_of(compare_names(parsed(a), parsed(b))[0]) > 0 for a, b in pairs) / len(pairs)


@pytest.mark.parametrize(
    ("change", "recall"),
    [
        ("order or spacing", 1.0),
        ("Western name added", 1.0),
        ("another Hong Kong spelling", 0.94),
        ("Pinyin instead", 0.97),
        ("simplified characters only", 0.97),
        ("one letter wrong", 0.97),
        ("initials", 0.99),
    ],
)
def test_one_person_is_known_again(change: str, recall: float) -> None:
    assert agreeing(list(changed(PEOPLE, change, seeded(12)))) >= recall


def test_every_change_has_its_recall_checked() -> None:
    marks = test_one_person_is_known_again.pytestmark
    assert {change for mark in marks for change, _ in mark.args[1]} == set(CHANGES)


@pytest.mark.parametrize("other", OTHERS)
def test_strangers_stay_strangers(other: str) -> None:
    assert agreeing(list(strangers(PEOPLE, other, 8_000, seeded(13)))) <= 1.5e-3


def test_nobody_is_a_stranger_to_a_namesake() -> None:
    assert list(strangers([PEOPLE[0], PEOPLE[0]], "in hanzi", 5, seeded(14))) == []


def test_shares_are_read_best() -> None:
    assert [share(1, 2), share(3, 10_000)] == ["0.500", "3.0e-04"]
    assert described(Counter({NameLevel.DIFF: 3, NameLevel.TYPO: 1})) == "diff 0.750, typo 0.250"
