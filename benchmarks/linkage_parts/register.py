"""Comparing records of a register by Fellegi and Sunter's model, without labels.

Levels and weights are the product's: `compare_birth_dates`, `compare_words`, `Weight` and the bound below which a name
can not pull. A register in English needs its own u, counted over random pairs; m is set by hand, and the prior comes
from rules. The second model, with the levels of common tutorials (Jaro-Winkler at 0.92 and 0.80), is a baseline.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import log2
from random import Random

from rapidfuzz.distance import OSA, JaroWinkler

from benchmarks.linkage_parts.febrl import NAMES, Dataset, Pair, Record
from pacs_dedup.domain.patients.birth_dates import BirthDateLevel, compare_birth_dates
from pacs_dedup.domain.patients.names import NameLevel
from pacs_dedup.domain.patients.names.words import WordLevel, compare_words
from pacs_dedup.domain.patients.weights import Weight, bits_of

RANDOM_PAIRS = 200_000
EXACT = frozenset({"exact", WordLevel.EXACT})
RAREST = 1e-5
"""Ten thousand records can not know that a value is rarer than this."""
SWAPPED = 0.03
"""Share of one person's pairs in which given name and family name are in each other's place."""
RULES_FIND = 0.8
"""Share of the true pairs that the rules behind the prior are taken to find."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """How one attribute is compared, and what share of one person's pairs reaches each level."""

    compare: Callable[[str, str], str]
    m: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Design:
    """A model before it has seen any record.

    Attributes:
        attributes: by name.
        least_name_bits: how far the two names together can pull down.
    """

    attributes: Mapping[str, Attribute]
    least_name_bits: float


@dataclass(frozen=True, slots=True)
class Model:
    """A design with the counts of one register."""

    design: Design
    attributes: tuple[str, ...]
    prior: float
    weights: Mapping[tuple[str, str], Weight]
    shares: Mapping[str, Mapping[str, float]]

    def bits(self, left: Record, right: Record) -> float:
        """Return log2 odds that two records are one person's; what is missing weighs nothing."""
        rest = [name for name in self.attributes if name not in NAMES]
        names = max(self._names(left, right), self.design.least_name_bits)
        return self.prior + names + sum(self._attribute(name, name, left, right) for name in rest)

    def _names(self, left: Record, right: Record) -> float:
        given, family = NAMES
        straight = log2(1 - SWAPPED) + sum(self._attribute(name, name, left, right) for name in NAMES)
        crossed = self._attribute(given, family, left, right) + self._attribute(family, given, left, right)
        return max(straight, log2(SWAPPED) + crossed)

    def _attribute(self, name: str, other: str, left: Record, right: Record) -> float:
        a, b = left[name], right[other]
        if not a or not b:
            return 0.0
        attribute = self.design.attributes[name]
        level = attribute.compare(a, b)
        if level not in EXACT or name not in NAMES:
            return self.weights[name, level].bits
        common = max(self.shares[name].get(a, 0.0), self.shares[other].get(b, 0.0), RAREST)
        return Weight(attribute.m[level], common).bits


def fit(design: Design, data: Dataset, attributes: tuple[str, ...], candidates: list[Pair]) -> Model:
    """Count u over random pairs, the shares of values over all records, and the prior by rules. Sees no label."""
    counts = {name: Counter(r[name] for r in data.records.values() if r[name]) for name in attributes}
    shares = {name: {value: n / found.total() for value, n in found.items()} for name, found in counts.items()}
    found = sum(_by_rule(data.records[a], data.records[b], attributes) for a, b in candidates)
    odds = found / RULES_FIND / data.pairs
    return Model(design, attributes, log2(odds / (1 - odds)), dict(_weights(design, data, attributes)), shares)


def _weights(design: Design, data: Dataset, attributes: tuple[str, ...]) -> list[tuple[tuple[str, str], Weight]]:
    random, (left, right) = Random(1), data.sides
    seen: dict[str, Counter[str]] = {name: Counter() for name in attributes}
    for _ in range(RANDOM_PAIRS):
        a, b = data.records[random.choice(left)], data.records[random.choice(right)]
        for name in attributes:
            if a is not b and a[name] and b[name]:
                seen[name][design.attributes[name].compare(a[name], b[name])] += 1
    return [
        ((name, level), Weight(m, (seen[name][level] + 0.5) / (seen[name].total() + 1)))
        for name in attributes
        for level, m in design.attributes[name].m.items()
    ]


def _by_rule(a: Record, b: Record, attributes: tuple[str, ...]) -> bool:
    """Equal names and birth date, or an equal number."""
    named = all(a[name] == b[name] for name in NAMES) and a["date_of_birth"] == b["date_of_birth"] != ""
    return named or ("soc_sec_id" in attributes and a["soc_sec_id"] == b["soc_sec_id"] != "")


def compare_numbers(a: str, b: str) -> str:
    """Compare numbers that have no check digit by the errors between them."""
    if a == b:
        return "exact"
    return {1: "one error", 2: "two errors"}.get(OSA.distance(a, b), "differs")


def compare_short_numbers(a: str, b: str) -> str:
    """Compare house numbers and postcodes: two errors in four digits are another number."""
    return "exact" if a == b else "one error" if OSA.distance(a, b) == 1 else "differs"


def tutorial_names(a: str, b: str) -> str:
    """Compare as tutorials do."""
    if a == b:
        return "exact"
    similarity = JaroWinkler.similarity(a, b)
    return "0.92" if similarity >= 0.92 else "0.80" if similarity >= 0.80 else "differs"


def tutorial_dates(a: str, b: str) -> str:
    """Compare as tutorials do."""
    if a == b:
        return "exact"
    if OSA.distance(a, b) == 1 or a == b[:4] + b[6:] + b[4:6]:
        return "one error"
    return "two parts" if (a[:4] == b[:4]) + (a[4:6] == b[4:6]) + (a[6:] == b[6:]) == 2 else "differs"


_WORDS = Attribute(
    compare_words,
    {
        WordLevel.EXACT: 0.84,
        WordLevel.ONE_LETTER: 0.09,
        WordLevel.SIMILAR: 0.02,
        WordLevel.TWO_LETTERS: 0.015,
        WordLevel.RESEMBLING: 0.01,
        WordLevel.DIFF: 0.025,
    },
)
_DATES = Attribute(
    compare_birth_dates,
    {
        BirthDateLevel.EXACT: 0.85,
        BirthDateLevel.EXACT_DEFAULT: 0.85,
        BirthDateLevel.SWAP: 0.02,
        BirthDateLevel.NEAR: 0.06,
        BirthDateLevel.PART: 0.04,
        BirthDateLevel.YEAR: 0.01,
        BirthDateLevel.YEAR1: 0.005,
        BirthDateLevel.NULL: 0.01,
        BirthDateLevel.DIFF: 0.03,
    },
)
_ID = Attribute(compare_numbers, {"exact": 0.88, "one error": 0.06, "two errors": 0.02, "differs": 0.04})
_NUMBERS = Attribute(compare_short_numbers, {"exact": 0.85, "one error": 0.08, "differs": 0.07})
OURS = Design(
    {
        **dict.fromkeys(NAMES, _WORDS),
        "date_of_birth": _DATES,
        "soc_sec_id": _ID,
        "street_number": _NUMBERS,
        "postcode": _NUMBERS,
    },
    least_name_bits=bits_of(NameLevel.DIFF),
)
_TUTORIAL_ID = Attribute(compare_numbers, {"exact": 0.85, "one error": 0.08, "two errors": 0.04, "differs": 0.03})
TUTORIAL = Design(
    {
        **dict.fromkeys(NAMES, Attribute(tutorial_names, {"exact": 0.85, "0.92": 0.08, "0.80": 0.04, "differs": 0.03})),
        "date_of_birth": Attribute(
            tutorial_dates, {"exact": 0.85, "one error": 0.08, "two parts": 0.04, "differs": 0.03}
        ),
        "soc_sec_id": _TUTORIAL_ID,
        "street_number": _NUMBERS,
        "postcode": _NUMBERS,
    },
    least_name_bits=float("-inf"),
)
