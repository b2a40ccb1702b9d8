"""Invented patients, and how hospitals on either side of a border write one of them."""

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta

from pydicom import Dataset

from dicom_samples.maker.people import PMH, QEH, SZH, Hospital, Person, number_from

HOME, NEIGHBOUR, MAINLAND = QEH, PMH, SZH
"""Where a study is made; another hospital of the territory; one over the border."""

_UTF8 = "ISO_IR 192"

_SURNAMES = (
    "陳 陈 CHAN CHEN,黃 黄 WONG HUANG,李 李 LEE LI,梁 梁 LEUNG LIANG,林 林 LAM LIN,張 张 CHEUNG ZHANG,"
    "劉 刘 LAU LIU,"
    "吳 吴 NG WU,"
    "何 何 HO HE,鄭 郑 CHENG ZHENG,楊 杨 YEUNG YANG,周 周 CHOW ZHOU,葉 叶 YIP YE,鄧 邓 TANG DENG,"
    "許 许 HUI XU,馮 冯 FUNG FENG,蔡 蔡 CHOI CAI,謝 谢 TSE XIE,蘇 苏 SO SU,潘 潘 POON PAN,曾 曾 TSANG ZENG,余 余 YU YU"
)
_GIVEN = (
    "志 志 CHI ZHI,明 明 MING MING,偉 伟 WAI WEI,強 强 KEUNG QIANG,家 家 KA JIA,"
    "欣 欣 YAN XIN,美 美 MEI MEI,玲 玲 LING LING,"
    "文 文 MAN WEN,華 华 WAH HUA,"
    "國 国 KWOK GUO,榮 荣 WING RONG,慧 慧 WAI HUI,敏 敏 MAN MIN,俊 俊 CHUN JUN,傑 杰 KIT JIE,"
    "淑 淑 SHUK SHU,芬 芬 FAN FEN,嘉 嘉 KA JIA,豪 豪 HO HAO,詠 咏 WING YONG,詩 诗 SZE SHI,浩 浩 HO HAO,然 然 YIN RAN"
)


@dataclass(frozen=True, slots=True)
class Syllable:
    """One character of a name and what it becomes: folded, in Hong Kong spelling, in Pinyin."""

    hanzi: str
    simplified: str
    hong_kong: str
    pinyin: str


def _table(text: str) -> tuple[Syllable, ...]:
    return tuple(Syllable(*entry.split()) for entry in text.split(","))


SURNAMES, GIVEN = _table(_SURNAMES), _table(_GIVEN)
_BY_HANZI = {(is_given, s.hanzi): s for is_given, table in enumerate((SURNAMES, GIVEN)) for s in table}


@dataclass(frozen=True, slots=True)
class Spelling:
    """A person as a header writes them.

    Attributes:
        name: Patient's Name (0010,0010), component groups included.
        birth_date: DA, or empty.
        sex: CS, or empty.
        charset: Specific Character Set (0008,0005).
    """

    name: str
    birth_date: str
    sex: str
    charset: str = _UTF8


@dataclass(frozen=True, slots=True)
class Patient:
    """Somebody who does not exist, character by character."""

    surname: Syllable
    given: tuple[Syllable, ...]
    person: Person

    @property
    def usual(self) -> Spelling:
        """The spelling at home: ``CHAN^CHI MING=陳^志明``."""
        return Spelling(f"{self._latin()}={self._hanzi()}", self.person.birth_date, self.person.sex)

    def variants(self) -> dict[str, Spelling]:
        """Spellings of the same person that other hospitals use, by what is done to the name."""
        latin, given = self._latin(), [s.hong_kong for s in self.given]
        simplified = "".join(s.simplified for s in self.given)
        names = {
            "no_hanzi": latin,
            "joined": f"{self.surname.hong_kong}^{''.join(given)}",
            "family_last": f"{' '.join(given)} {self.surname.hong_kong}",
            "comma": f"{self.surname.hong_kong.title()}, {'-'.join(given).capitalize()}",
            "english_name": f"{latin} PETER={self._hanzi()}",
            "pinyin": self._pinyin(),
            "simplified": f"{self.surname.simplified}{simplified}",
            "pinyin_simplified": f"{self._pinyin()}={self.surname.simplified}^{simplified}",
        }
        spellings = {key: replace(self.usual, name=name) for key, name in names.items()}
        return spellings | self._in_old_character_sets()

    def _in_old_character_sets(self) -> dict[str, Spelling]:
        """Chinese by the mainland's standard, and in Big5 bytes that the header calls Latin, as old systems send."""
        simplified = self.surname.simplified + "^" + "".join(s.simplified for s in self.given)
        labelled = replace(self.usual, name=f"{self._pinyin()}={simplified}", charset="GB18030")
        misread = self._hanzi().encode("big5").decode("latin-1")
        unlabelled = replace(self.usual, name=f"{self._latin()}={misread}", charset="ISO_IR 100")
        return {"gb18030": labelled, "big5_unlabelled": unlabelled}

    def _latin(self) -> str:
        return f"{self.surname.hong_kong}^{' '.join(s.hong_kong for s in self.given)}"

    def _hanzi(self) -> str:
        return f"{self.surname.hanzi}^{''.join(s.hanzi for s in self.given)}"

    def _pinyin(self) -> str:
        return f"{self.surname.pinyin}^{''.join(s.pinyin for s in self.given)}"


def person_of(subject: str) -> Patient:
    """Invent the person behind a subject; the same one each time."""
    generator = random.Random(f"person {subject}")
    surname, given = generator.choice(SURNAMES), tuple(generator.sample(GIVEN, 2))
    born = date(1930, 1, 1) + timedelta(days=generator.randrange(27_000))
    latin = f"{surname.hong_kong}^{' '.join(s.hong_kong for s in given)} {subject}"
    hanzi = surname.hanzi + "".join(s.hanzi for s in given)
    return Patient(surname, given, Person(latin, hanzi, born.strftime("%Y%m%d"), generator.choice("FM")))


def patient_named(dataset: Dataset) -> Patient | None:
    """Find the invented patient whose usual name a header has; None where the name has been changed before."""
    hanzi = str(dataset.get("PatientName", "")).partition("=")[2].replace("^", "")
    found = [_BY_HANZI.get((place > 0, character)) for place, character in enumerate(hanzi)]
    if len(found) < 2 or None in found:
        return None
    person = Person("", hanzi, str(dataset.get("PatientBirthDate", "")), str(dataset.get("PatientSex", "")))
    return Patient(found[0], tuple(found[1:]), person)


def write_person(dataset: Dataset, patient: Patient, hospital: Hospital, spelling: Spelling | None = None) -> None:
    """Write a patient into a header as a hospital registers them, in place.

    The number is that of the identity card, which has no issuer; ``write_local_number`` replaces it.
    """
    spelling = spelling or patient.usual
    dataset.SpecificCharacterSet = spelling.charset
    dataset.PatientName = spelling.name
    dataset.PatientBirthDate, dataset.PatientSex = spelling.birth_date, spelling.sex
    dataset.PatientID = patient.person.hkid
    if "IssuerOfPatientID" in dataset:
        del dataset.IssuerOfPatientID
    dataset.InstitutionName = hospital.institution


def write_local_number(dataset: Dataset, patient: Patient, hospital: Hospital) -> None:
    """Replace the patient's number by one that only this hospital knows, in place."""
    dataset.PatientID = number_from(f"{hospital.issuer} {patient.person.latin}", 8)
    dataset.IssuerOfPatientID = hospital.issuer
