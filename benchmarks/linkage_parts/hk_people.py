"""People for HK-synth: names by frequency, birth dates by age, identity card numbers with their check digit."""

import csv
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from random import Random

from pacs_dedup.dicom.patient_ids import hkid_check

NAMES = Path(__file__).with_name("names.csv")
TODAY = date(2026, 1, 1)
MEAN_AGE, AGE_SPREAD, OLDEST = 55, 24, 100
OLD_REGISTRATION = 1960
"""Who was born before may be registered under the first of January: 8 %."""
FIRST_SPELLING = 0.8
"""Share of characters that their bearers spell as most do; the others choose among all."""
CARD_LETTERS = "ABCDEFGHKMPRSVYZ"


class NameType(StrEnum):
    """How the identity card spells a name; error rates are given for each."""

    HONG_KONG = "Hong Kong spelling"
    PINYIN = "Pinyin"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Character:
    """One character of a name, or a whole foreign name.

    Attributes:
        hanzi, simplified: empty for foreign names.
        spellings: Cantonese spellings in use, the likeliest first.
        pinyin: the Mandarin syllable; empty for foreign names.
    """

    hanzi: str
    simplified: str
    spellings: tuple[str, ...]
    pinyin: str


@dataclass(frozen=True, slots=True)
class Written:
    """A family or given name, and how this person's card spells each of its characters."""

    characters: tuple[Character, ...]
    chosen: tuple[str, ...] = ()

    @property
    def hanzi(self) -> str:
        """The name in the characters of Hong Kong."""
        return "".join(character.hanzi for character in self.characters)

    @property
    def simplified(self) -> str:
        """The name in the characters of the mainland."""
        return "".join(character.simplified for character in self.characters)

    @property
    def pinyin(self) -> str:
        """The name in Pinyin, as one word."""
        return "".join(character.pinyin for character in self.characters)


@dataclass(frozen=True, slots=True)
class Person:
    """One person of the population."""

    name_type: NameType
    family: Written
    given: Written
    birth_date: str
    sex: str
    card: str


@dataclass(frozen=True, slots=True)
class _Pool:
    names: tuple[Written, ...]
    weights: tuple[float, ...]

    def draw(self, random: Random) -> Written:
        return random.choices(self.names, self.weights)[0]


def source(seed: int) -> Random:
    """Return where all that is drawn comes from; one seed draws one world."""
    return Random(seed)


def make_person(random: Random, shares: dict[NameType, float]) -> Person:
    """Draw one person.

    Args:
        random: the source of everything drawn.
        shares: of the population by type of name.
    """
    name_type = random.choices(list(shares), list(shares.values()))[0]
    sex = random.choice("MF")
    pools = _pools()
    if name_type is NameType.OTHER:
        family, given = pools["other_surname"].draw(random), pools[f"other_{sex.lower()}"].draw(random)
    else:
        family, given = pools["surname"].draw(random), _given(random, pools[f"given_{sex.lower()}"])
    card = make_card(random)
    return Person(name_type, _spelt(random, family), _spelt(random, given), _birth_date(random), sex, card)


def make_sibling(random: Random, of: Person) -> Person:
    """Return another child of one birth: same family name and date, another given name, the next card number."""
    other = of
    while other.given.chosen == of.given.chosen:
        drawn = make_person(random, {of.name_type: 1.0})
        other = replace(of, given=drawn.given, sex=drawn.sex)
    body = f"{of.card[:-6]}{(int(of.card[-6:]) + 1) % 1_000_000:06d}"
    return replace(other, card=body)


def make_namesake(random: Random, of: Person) -> Person:
    """Return a stranger of the same name and sex who was born on the same day of the year before or after."""
    year = int(of.birth_date[:4]) + random.choice((-1, 1))
    day = "0228" if of.birth_date[4:] == "0229" else of.birth_date[4:]
    return replace(of, birth_date=f"{year}{day}", card=make_card(random))


def make_card(random: Random) -> str:
    """Return the letter and six digits of an identity card number, without its check digit."""
    return f"{random.choice(CARD_LETTERS)}{random.randrange(1_000_000):06d}"


def card_check(card: str) -> str:
    """Return the check digit of a card number."""
    return hkid_check(card[:-6], card[-6:])


def _given(random: Random, pool: _Pool) -> Written:
    """Return a given name: half of them whole from the list, half of the first and last characters of two."""
    first, second = pool.draw(random), pool.draw(random)
    if len(first.characters) + len(second.characters) == 2 or random.random() < 0.5:
        return first
    return Written(first.characters[:1] + second.characters[-1:])


def _spelt(random: Random, written: Written) -> Written:
    """Choose how this person's card spells each character: mostly as most do."""
    chosen = (
        each.spellings[0] if random.random() < FIRST_SPELLING else random.choice(each.spellings)
        for each in written.characters
    )
    return replace(written, chosen=tuple(chosen))


def _birth_date(random: Random) -> str:
    age = min(max(random.gauss(MEAN_AGE, AGE_SPREAD), 0), OLDEST)
    year = TODAY.year - 1 - int(age)
    if year < OLD_REGISTRATION and random.random() < 0.08:
        return f"{year}0101"
    # The day is drawn by itself: who is cut off at either end of the ages was not born on one day.
    born = date(year, 1, 1) + timedelta(days=random.randrange(365))
    return born.strftime("%Y%m%d")


@cache
def _pools() -> dict[str, _Pool]:
    """Read names.csv once: names and weights by their role."""
    with NAMES.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    return {
        role: _Pool(
            tuple(_read(row) for row in rows if row["role"] == role),
            tuple(float(row["weight"]) for row in rows if row["role"] == role),
        )
        for role in sorted({row["role"] for row in rows})
    }


def _read(row: dict[str, str]) -> Written:
    spellings = [tuple(each.upper().split("/")) for each in row["spellings"].split(" ")]
    if not row["hanzi"]:
        return Written(tuple(Character("", "", each, "") for each in spellings))
    columns = zip(row["hanzi"], row["simplified"], spellings, row["pinyin"].upper().split(), strict=True)
    return Written(tuple(Character(*column) for column in columns))
