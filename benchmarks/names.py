"""How often the comparison of names knows one person again, and how often it takes two for one.

    .venv/bin/python benchmarks/names.py [--people 20000] [--pairs 150000] [--seed 1]

Twenty thousand invented people (`hong_kong_names`), each name changed as other systems change it. Recall is the share
that a level above nought knows again; u the share of pairs of different people, drawn at random, that reaches such a
level. The baselines compare the letters as they stand: equal, and Jaro-Winkler similarity of at least 0.92. Time is
processor time of a pair: of names never seen before, whose forms are worked out, and of names seen before.
"""

import argparse
import random
import time
from collections import Counter
from collections.abc import Iterator

from rapidfuzz.distance import JaroWinkler

from benchmarks.hong_kong_names import CHANGES, Person, in_hanzi, in_pinyin, people
from benchmarks.measure import table
from pacs_dedup.dicom.person_name import parse_person_name
from pacs_dedup.dicom.text import DecodedText
from pacs_dedup.domain.patients.identity import PersonNameParts
from pacs_dedup.domain.patients.names import NameLevel, compare_names
from pacs_dedup.domain.patients.names.forms import forms_of
from pacs_dedup.domain.patients.weights import bits_of

ALIKE = 0.92
OTHERS = {"as the hospital writes it": lambda person, _: person.header, "in Pinyin": in_pinyin, "in hanzi": in_hanzi}


def parsed(written: str) -> PersonNameParts:
    """The name as the product compares it."""
    return parse_person_name(DecodedText(written))


def changed(known: list[Person], change: str, rng: random.Random) -> Iterator[tuple[str, str]]:
    """The pairs of one person's names, before and after the change."""
    for person in known:
        other = CHANGES[change](person, rng)
        if other is not None:
            yield person.header, other


def strangers(known: list[Person], other: str, pairs: int, rng: random.Random) -> Iterator[tuple[str, str]]:
    """Pairs of names of different people; people who are written the same in hanzi are one and the same here."""
    for _ in range(pairs):
        a, b = rng.sample(known, 2)
        written = OTHERS[other](b, rng)
        if a.hanzi != b.hanzi:
            yield a.header, written


def measured(pairs: Iterator[tuple[str, str]]) -> tuple[list[str], Counter[NameLevel]]:
    """Return the shares that agree, by our levels, as equal, as alike, and the time of a pair; and our levels."""
    found = [(a, b, parsed(a), parsed(b)) for a, b in pairs]
    forms_of.cache_clear()
    first, _ = compared(found)
    again, levels = compared(found)
    equal = sum(a == b for a, b, _, _ in found)
    alike = sum(JaroWinkler.similarity(a, b) >= ALIKE for a, b, _, _ in found)
    agreeing = sum(number for level, number in levels.items() if bits_of(level) > 0)
    shares = [share(number, len(found)) for number in (agreeing, equal, alike)]
    return [*shares, f"{first * 1e6:.0f}", f"{again * 1e6:.0f}"], levels


def compared(
    found: list[tuple[str, str, PersonNameParts, PersonNameParts]],
) -> tuple[float, Counter[NameLevel]]:
    """Compare all pairs, and return the processor time of one in seconds, and the levels."""
    start = time.process_time()
    levels = Counter(compare_names(x, y)[0] for _, _, x, y in found)
    return (time.process_time() - start) / len(found), levels


def share(number: int, of: int) -> str:
    """A share as it is read best: near one with three digits, near nought as a power of ten."""
    value = number / of
    return f"{value:.3f}" if value >= 0.01 else f"{value:.1e}"


def described(levels: Counter[NameLevel]) -> str:
    """The levels that were reached, the most frequent first."""
    total = sum(levels.values())
    return ", ".join(f"{level} {share(number, total)}" for level, number in levels.most_common())


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--pairs", type=int, default=150_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    rng = random.Random(asked.seed)
    known = people(asked.people, rng)
    heads = ("ours", "equal", "Jaro-Winkler >= 0.92", "us, first", "us, again", "levels")
    compare_names(parsed("CHAN^TAI MAN=陳^大文"), parsed("CHEN^DAWEN"))  # loads the tables
    print("One person, two names: recall\n")
    rows = [(change, measured(changed(known, change, rng))) for change in CHANGES]
    print(table(("change", *heads), [(name, *cells, described(levels)) for name, (cells, levels) in rows]))
    print("\nTwo people: u\n")
    rows = [(other, measured(strangers(known, other, asked.pairs, rng))) for other in OTHERS]
    print(table(("the other's name", *heads), [(name, *cells, described(levels)) for name, (cells, levels) in rows]))


if __name__ == "__main__":
    main()
