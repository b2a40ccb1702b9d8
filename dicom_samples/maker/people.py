"""Invented people, invented hospitals, and UIDs that are the same in every run.

HKID numbers carry the prefix ZZ, of which we know no issued card, and a valid check digit, because software
must be able to tell a typing error from another person. Hospital numbers are derived from the name by a hash.
"""

import uuid
from dataclasses import dataclass
from hashlib import sha256

from pydicom.uid import UID

_UID_NAMESPACE = uuid.UUID("6f0d5f0c-3a50-5d0e-9b1e-7a1d0c5a3e11")
_CHECK_MODULUS = 11
_CHECK_WEIGHTS = range(9, 1, -1)


def make_uid(*roles: object) -> UID:
    """Derive a UID under 2.25 (PS3.5 B.2) from the roles alone."""
    return UID(f"2.25.{uuid.uuid5(_UID_NAMESPACE, '/'.join(map(str, roles))).int}")


def number_from(text: str, digits: int) -> str:
    """Derive a decimal number of fixed length from a text."""
    return str(int.from_bytes(sha256(text.encode()).digest()[:8], "big") % 10**digits).zfill(digits)


def hkid_check_digit(prefix: str, digits: str) -> str:
    """Compute the check digit of a Hong Kong identity card number with a two-letter prefix."""
    values = [ord(letter) - ord("A") + 10 for letter in prefix] + [int(digit) for digit in digits]
    remainder = -sum(w * v for w, v in zip(_CHECK_WEIGHTS, values, strict=True)) % _CHECK_MODULUS
    return "A" if remainder == _CHECK_MODULUS - 1 else str(remainder)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who does not exist: romanised Cantonese name, Chinese name, birth date and sex as in DICOM."""

    latin: str
    hanzi: str
    birth_date: str
    sex: str

    @property
    def hkid(self) -> str:
        """The identity card number as it is printed, with the check digit in brackets."""
        digits = number_from(f"hkid {self.latin}", 6)
        return f"ZZ{digits}({hkid_check_digit('ZZ', digits)})"


@dataclass(frozen=True, slots=True)
class Hospital:
    """A site with a PACS, an issuer of patient numbers, and its own form of number."""

    ae_title: str
    issuer: str
    institution: str
    number_form: str
    accession_form: str

    def number_of(self, person: Person) -> str:
        """Give the local patient number of a person."""
        return self.number_form.format(number_from(f"{self.issuer} {person.latin}", 7))

    def accession_of(self, text: str) -> str:
        """Give an accession number that depends on the text alone."""
        return self.accession_form.format(number_from(f"{self.issuer} accession {text}", 6))


QEH = Hospital("QEHPACS", "QEH", "QEH SAMPLE HOSPITAL", "Q{}", "QE26{}")
PMH = Hospital("PMHPACS", "PMH", "PMH SAMPLE HOSPITAL", "PM-{}-K", "P.{}.R")
SZH = Hospital("SZHPACS", "SZH", "SZH SAMPLE HOSPITAL", "000{}", "RIS{}")


@dataclass(frozen=True, slots=True)
class Identity:
    """How one hospital writes one person into a header.

    Attributes:
        charset: Specific Character Set (0008,0005) as it is declared.
        name_bytes_as: the Python codec that the name is really written in, where the declaration is wrong.
        other_ids: pairs of number and issuer for Other Patient IDs Sequence (0010,1002).
    """

    patient_id: str
    issuer: str
    name: str
    birth_date: str
    sex: str
    charset: str = "ISO_IR 192"
    name_bytes_as: str = ""
    other_ids: tuple[tuple[str, str], ...] = ()


def with_hkid(person: Person, charset: str = "ISO_IR 192") -> Identity:
    """Write a person as a hospital does that files under the identity card number."""
    name = f"{person.latin}={person.hanzi}"
    return Identity(person.hkid, "", name, person.birth_date, person.sex, charset)


def with_number(person: Person, hospital: Hospital, charset: str = "ISO_IR 192") -> Identity:
    """Write a person as a hospital does that files under its own number."""
    name = f"{person.latin}={person.hanzi}"
    return Identity(hospital.number_of(person), hospital.issuer, name, person.birth_date, person.sex, charset)


NOBODY = Identity("", "", "", "", "", "ISO_IR 100")

PEOPLE = tuple(
    Person(latin, hanzi, birth_date, sex)
    for latin, hanzi, birth_date, sex in (
        ("CHAN^SIU LUNG", "陳^小龍", "19520314", "M"),
        ("CHEUNG^WAI YEE", "張^慧儀", "19680922", "F"),
        ("WONG^KA FAI", "黃^家輝", "19750607", "M"),
        ("LEUNG^MEI LING", "梁^美玲", "19591130", "F"),
        ("HO^CHUN KIT", "何^俊傑", "19830219", "M"),
        ("TSANG^YUK LAN", "曾^玉蘭", "19440805", "F"),
        ("LAU^TSZ HIN", "劉^子軒", "20010117", "M"),
        ("SHEK^NGA MAN", "石^雅文", "19820616", "F"),
        ("KWOK^MAN HOI", "郭^文海", "19570912", "M"),
        ("YEUNG^PUI SHAN", "楊^佩珊", "19791023", "F"),
        ("SZETO^KWONG", "司徒^廣", "19480611", "M"),
        ("AU YEUNG^LAI KUEN", "歐陽^麗娟", "19650302", "F"),
        ("TANG^HOK LAM", "鄧^學林", "19710828", "M"),
        ("FUNG^SHUK CHING", "馮^淑貞", "19530704", "F"),
        ("MAK^CHI KEUNG", "麥^志強", "19621215", "M"),
        ("CHOW^OI LIN", "周^愛蓮", "19730520", "F"),
        ("SIU^PAK HO", "蕭^柏豪", "19900409", "M"),
        ("LUI^WING SZE", "呂^詠詩", "19860731", "F"),
        ("KONG^YAT SING", "江^日昇", "19550118", "M"),
        ("POON^HANG YI", "潘^杏兒", "19951106", "F"),
        ("TO^KIN CHEONG", "杜^建昌", "19490223", "M"),
        ("YIP^SUET MUI", "葉^雪梅", "19670913", "F"),
        ("LAM^TUNG PING", "林^東平", "19600128", "M"),
        ("NG^SAU FONG", "吳^秀芳", "19610426", "F"),
        ("CHIU^HON WAH", "趙^漢華", "19540810", "M"),
        ("MOK^LOK YAN", "莫^樂欣", "20030327", "F"),
        ("WAN^CHUNG TAK", "溫^仲德", "19460502", "M"),
        ("TAM^SIN YU", "譚^倩如", "19770219", "F"),
        ("CHENG^KWOK LEUNG", "鄭^國良", "19631109", "M"),
        ("HUNG^WAI CHU", "洪^慧珠", "19510625", "F"),
        ("LO^SZE KI", "羅^思琪", "19921012", "F"),
        ("PANG^TIN YAU", "彭^天佑", "19700903", "M"),
        ("KAM^HOI TONG", "金^海棠", "19580414", "F"),
        ("SO^MING FUNG", "蘇^明峰", "19850730", "M"),
        ("TSUI^YIN NEI", "徐^燕妮", "19560208", "F"),
        ("WU^SHING CHAK", "胡^承澤", "19740526", "M"),
        ("YIM^KIT WAH", "嚴^潔華", "19660119", "F"),
        ("KEUNG^TAK SANG", "姜^德生", "19430717", "M"),
        ("CHU^LAI HA", "朱^麗霞", "19721201", "F"),
        ("FAN^KAI MING", "范^啟明", "19640315", "M"),
    )
)
