"""What happens to a header between two hospitals: how the next one writes name, birth date, sex and identifier."""

import string
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from benchmarks.linkage_parts.hk_people import NameType, Person, Written, card_check

HANZI_SHARE = 0.4
"""Names that carry their Chinese characters as well."""
ENGLISH = ("PETER", "MARY", "JOHN", "GRACE", "DAVID", "AMY", "ERIC", "JOYCE", "KENNETH", "WINNIE", "RAYMOND", "KAREN")


@dataclass(frozen=True, slots=True)
class Header:
    """What a header says of a patient."""

    name: str
    patient_id: str
    issuer: str
    birth_date: str
    sex: str


def index_header(random: Random, person: Person) -> Header:
    """Write a person down as the archive's own hospital does: 93 % by card number, the rest by its own."""
    name = _with_hanzi(random, person, f"{_family(person)}^{' '.join(_given(person))}")
    if random.random() < 0.93:
        return Header(name, f"{person.card}({card_check(person.card)})", "", person.birth_date, person.sex)
    return Header(name, str(random.randrange(10**7, 10**8)), "HOSPA", person.birth_date, person.sex)


def incoming_header(random: Random, person: Person) -> tuple[Header, str]:
    """Write a person down as another hospital does, and say what happened to the name."""
    change = random.choices(list(NAME_CHANGES), [share for share, _ in NAME_CHANGES.values()])[0]
    name = NAME_CHANGES[change][1](random, person)
    number, issuer = _identifier(random, person)
    return Header(name, number, issuer, _birth_date(random, person.birth_date), _sex(random, person.sex)), change


def _family(person: Person) -> str:
    return " ".join(_latin(person.family, person.name_type))


def _given(person: Person) -> tuple[str, ...]:
    return _latin(person.given, person.name_type)


def _latin(written: Written, name_type: NameType) -> tuple[str, ...]:
    return (written.pinyin,) if name_type is NameType.PINYIN else written.chosen


def _with_hanzi(random: Random, person: Person, latin: str) -> str:
    if not person.family.hanzi or random.random() >= HANZI_SHARE:
        return latin
    return f"{latin}={person.family.hanzi}^{person.given.hanzi}"


def _reformatted(random: Random, person: Person) -> str:
    family, given = _family(person), _given(person)
    return _with_hanzi(random, person, _one_format(random, family, given))


def _one_format(random: Random, family: str, given: tuple[str, ...]) -> str:
    spaced, hyphened = " ".join(given), "-".join(given).capitalize()
    forms = {
        f"{family}^{spaced}": 50,
        f"{family}^{''.join(given)}": 12,
        f"{family} {spaced}": 12,
        f"{spaced} {family}": 5,
        f"{family.capitalize()}, {hyphened}": 11,
        f"{family} {hyphened}": 10,
    }
    return random.choices(list(forms), list(forms.values()))[0]


def _english(random: Random, person: Person) -> str:
    family, given, english = _family(person), " ".join(_given(person)), random.choice(ENGLISH)
    forms = (f"{family}^{given}^{english}", f"{english.capitalize()} {family} {given.capitalize()}",
             f"{family}^{english} {given}")  # fmt: skip
    return random.choice(forms)


def _other_spelling(random: Random, person: Person) -> str:
    """Spell at least one character as others do; a typing error where nobody spells it otherwise."""
    if person.name_type is not NameType.HONG_KONG:
        return _typo(random, person)
    written = [list(person.family.chosen), list(person.given.chosen)]
    spellings = [[each.spellings for each in name.characters] for name in (person.family, person.given)]
    free = [(n, m) for n in (0, 1) for m, each in enumerate(spellings[n]) if len(each) > 1]
    if not free:
        return _typo(random, person)
    for n, m in random.sample(free, random.randint(1, len(free))):
        written[n][m] = random.choice([each for each in spellings[n][m] if each != written[n][m]])
    return _one_format(random, " ".join(written[0]), tuple(written[1]))


def _typo(random: Random, person: Person) -> str:
    """Replace, leave out, double or swap one letter."""
    name = f"{_family(person)}^{' '.join(_given(person))}"
    at = random.choice([n for n, letter in enumerate(name) if letter.isalpha()])
    kind, other = random.randrange(4), random.choice(string.ascii_uppercase)
    if kind == 0 or (kind == 3 and (at + 1 == len(name) or not name[at + 1].isalpha() or name[at] == name[at + 1])):
        return name[:at] + (other if other != name[at] else "X" if other != "X" else "Q") + name[at + 1 :]
    if kind == 1:
        return name[:at] + name[at + 1 :]
    return name[:at] + name[at] * 2 + name[at + 1 :] if kind == 2 else _swapped(name, at)


def _swapped(text: str, at: int) -> str:
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _mandarin(random: Random, person: Person) -> str:
    if person.name_type is not NameType.HONG_KONG:
        return _reformatted(random, person)
    return f"{person.family.pinyin}^{person.given.pinyin}"


def _characters(random: Random, person: Person) -> str:
    if not person.family.hanzi:
        return _reformatted(random, person)
    if random.random() < 0.5:
        return person.family.simplified + person.given.simplified
    return f"{person.family.hanzi}^{person.given.hanzi}"


def _initials(_: Random, person: Person) -> str:
    given = _given(person)
    return f"{_family(person)}^{' '.join(word[0] for word in given)}"


NAME_CHANGES: dict[str, tuple[float, Callable[[Random, Person], str]]] = {
    "as it is or reformatted": (0.80, _reformatted),
    "English name added": (0.06, _english),
    "other Cantonese spelling": (0.03, _other_spelling),
    "typing error": (0.03, _typo),
    "Pinyin": (0.05, _mandarin),
    "Chinese characters only": (0.02, _characters),
    "initials": (0.01, _initials),
}
"""Each change with its share and how it is made."""


def _identifier(random: Random, person: Person) -> tuple[str, str]:
    """60 % the card number in four formats, 4 % with one digit wrong, 31 % the other hospital's number, 5 % none."""
    kind = random.choices(("card", "wrong", "local", "none"), (60, 4, 31, 5))[0]
    card, check = person.card, card_check(person.card)
    if kind == "card":
        return random.choice((f"{card}({check})", f"{card}{check}", card, f"{card.lower()} ({check})")), ""
    if kind == "wrong":
        at = random.randrange(1, len(card))
        digit = str((int(card[at]) + random.randrange(1, 10)) % 10)
        return f"{card[:at]}{digit}{card[at + 1 :]}({check})", ""
    return (f"{random.randrange(10**6, 10**7)}", "HOSPB") if kind == "local" else ("", "")


def _birth_date(random: Random, born: str) -> str:
    """1 % first of January, 0.8 % day and month swapped, 1.2 % a digit wrong, 0.5 % missing, 0.3 % a year off."""
    kind = random.choices(("right", "january", "swap", "digit", "missing", "year"), (96.2, 1, 0.8, 1.2, 0.5, 0.3))[0]
    year, month, day = born[:4], born[4:6], born[6:]
    match kind:
        case "january":
            return f"{year}0101"
        case "swap":
            return year + day + month
        case "digit":
            at = random.randrange(2, len(born))
            return born[:at] + random.choice([d for d in string.digits if d != born[at]]) + born[at + 1 :]
        case "missing":
            return ""
        case "year":
            return f"{int(year) + random.choice((-1, 1))}{month}{day}"
        case _:
            return born


def _sex(random: Random, sex: str) -> str:
    """0.3 % wrong, 1.2 % missing."""
    kind = random.choices(("right", "wrong", "missing"), (98.5, 0.3, 1.2))[0]
    return {"right": sex, "wrong": "F" if sex == "M" else "M", "missing": ""}[kind]
