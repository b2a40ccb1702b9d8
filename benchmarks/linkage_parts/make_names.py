"""Write names.csv: the names of which HK-synth makes people, spelt by dictionaries that the product does not use.

Characters and their frequencies are those of Faker (MIT), Cantonese spellings those of cantonese-romanisation (MIT, a
dictionary of Hong Kong Government and other romanisations), Pinyin that of pypinyin (MIT), simplified forms those of
OpenCC (Apache-2.0). None of them is needed to run the benchmark.

    pip install Faker cantonese-romanisation pypinyin opencc && python -m benchmarks.linkage_parts.make_names
"""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import opencc
import pypinyin
from faker.providers.person.en_GB import Provider as British
from faker.providers.person.en_IN import Provider as Indian
from faker.providers.person.id_ID import Provider as Indonesian
from faker.providers.person.zh_CN import Provider as Mainland
from faker.providers.person.zh_TW import Provider as Taiwan

TARGET = Path(__file__).with_name("names.csv")
COMMONEST = {"陳": 9.2, "黃": 8.1, "李": 6.8, "梁": 4.5, "林": 3.5, "張": 3.2, "劉": 3.1, "吳": 2.4}
"""Shares in percent among Hong Kong candidates for the District Councils of 2011."""
ELSEWHERE = 100 - sum(COMMONEST.values())
SURNAME_READINGS = dict(
    zip("曾單仇區解查翟覃任", ("zeng", "shan", "qiu", "ou", "xie", "zha", "zhai", "qin", "ren"), strict=True)
)
NOT_ON_CARDS = re.compile(r"^[jgdbz]|aa|oo[^nk]|ll|ick|r[nkmt]?$|[oe]h$|^s[ei]$")
"""Spellings of the dictionary that are Yale's or somebody's own, which no identity card carries."""
AS_ON_CARDS = (("^j", "ch"), ("^gw", "kw"), ("^g", "k"), ("^d", "t"), ("^b", "p"), ("aa", "a"), ("ooi", "ui"),
               ("ick", "ik"), ("r(?=[nkmt]?$)", ""), ("ll$", ""), ("(?<=[oe])h$", ""))  # fmt: skip
"""How cards write what a character's other spellings are, where the dictionary has no other."""
FIRST_CHOICE = {
    "陳": "chan", "李": "lee", "何": "ho", "羅": "law", "曾": "tsang", "徐": "tsui", "謝": "tse", "周": "chow",
    "葉": "yip", "蔡": "choi", "蘇": "so", "朱": "chu", "趙": "chiu", "高": "ko", "潘": "poon", "杜": "to",
}  # fmt: skip
OLD_SURNAMES = "鄧歐區馮關譚麥莫簡伍余袁鍾湯湛冼龐翁盧霍古石尹"


def main() -> None:
    """Write one row for each surname, given name and foreign name."""
    to_simplified = opencc.OpenCC("hk2s").convert
    roman = json.loads((files("cantoroman") / "data/charToRoman.json").read_text(encoding="utf-8"))
    with TARGET.open("w", encoding="utf-8", newline="") as target:
        out = csv.writer(target, lineterminator="\n")
        out.writerow(("role", "weight", "hanzi", "simplified", "spellings", "pinyin"))
        for role, weight, hanzi in (*surnames(), *given_names()):
            spelt = [_spellings(c, roman) for c in hanzi]
            if all(spelt):
                spellings = " ".join("/".join(each) for each in spelt)
                out.writerow((role, weight, hanzi, to_simplified(hanzi), spellings, _pinyin(hanzi, role)))
        out.writerows(foreign_names())


def surnames() -> Iterator[tuple[str, str, str]]:
    """Yield the commonest by their published shares, the rest in Faker's proportions."""
    for surname, share in COMMONEST.items():
        yield "surname", f"{share:.3f}", surname
    rest = {name: float(weight) for name, weight in Taiwan.last_names.items() if name not in COMMONEST}
    rest |= {name: 0.3 * max(rest.values()) for name in OLD_SURNAMES if rest.get(name, 0) < 0.3 * max(rest.values())}
    for name, weight in rest.items():
        yield "surname", f"{ELSEWHERE * weight / sum(rest.values()):.3f}", name


def given_names() -> Iterator[tuple[str, str, str]]:
    """Yield whole given names of two characters, in the traditional characters of Hong Kong."""
    to_hong_kong = opencc.OpenCC("s2hk").convert
    for role, taiwan, mainland in (
        ("given_m", Taiwan.first_names_male, Mainland.first_names_male),
        ("given_f", Taiwan.first_names_female, Mainland.first_names_female),
    ):
        counted = Counter(dict.fromkeys(taiwan, 2)) + Counter({to_hong_kong(name): 1 for name in mainland})
        for name, weight in counted.items():
            yield role, str(weight), name


def foreign_names() -> Iterator[tuple[str, ...]]:
    """Yield names without Chinese characters."""
    for provider in (British, Indian, Indonesian):
        lasts = list(dict.fromkeys(provider.last_names))[:150]
        firsts = [("other_m", n) for n in dict.fromkeys(_first(provider, "male"))][:80]
        firsts += [("other_f", n) for n in dict.fromkeys(_first(provider, "female"))][:80]
        for role, name in [("other_surname", name) for name in lasts] + firsts:
            yield role, "1", "", "", name.lower(), ""


def _first(provider: type, sex: str) -> list[str]:
    return list(getattr(provider, f"first_names_{sex}", ()) or provider.first_names)


def _spellings(character: str, roman: dict[str, list[str]]) -> list[str]:
    found = list(dict.fromkeys(roman.get(character, ())))
    likely = [spelling for spelling in found if not NOT_ON_CARDS.search(spelling)]
    likely = likely or list(dict.fromkeys(map(_as_on_cards, found)))
    first = FIRST_CHOICE.get(character)
    return sorted(likely, key=lambda spelling: spelling != first)


def _as_on_cards(spelling: str) -> str:
    for pattern, replacement in AS_ON_CARDS:
        spelling = re.sub(pattern, replacement, spelling)
    return spelling


def _pinyin(hanzi: str, role: str) -> str:
    if role == "surname" and hanzi in SURNAME_READINGS:
        return SURNAME_READINGS[hanzi]
    return " ".join(reading[0] for reading in pypinyin.pinyin(hanzi, style=pypinyin.Style.NORMAL)).replace("ü", "v")


if __name__ == "__main__":
    main()
