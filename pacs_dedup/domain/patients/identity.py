"""Who the patient is, as far as a header says."""

from dataclasses import dataclass
from enum import StrEnum


class IdentifierKind(StrEnum):
    """What scheme an identifier belongs to; identifiers of different schemes are never compared."""

    HKID = "hkid"
    MAINLAND_ID = "mainland_id"
    LOCAL = "local"


class CheckState(StrEnum):
    """Whether a check digit was there and right."""

    VALID = "valid"
    ABSENT = "absent"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class PatientId:
    """One identifier of a patient.

    Attributes:
        value: canonical form: upper case, no spaces, no leading zeros, an HKID without its check digit.
        issuer: the assigning authority (universal entity ID, issuer, or what the site configured for the sender); empty
            where nobody knows. Two local numbers are compared only under the same issuer.
        previous: it came from Original Attributes or Other Patient IDs.
    """

    value: str
    issuer: str = ""
    kind: IdentifierKind = IdentifierKind.LOCAL
    check: CheckState = CheckState.ABSENT
    previous: bool = False


@dataclass(frozen=True, slots=True)
class SenderDefaults:
    """What the site knows of a sender and its headers may leave out.

    Attributes:
        issuer: assigning authority of a Patient ID that names none.
        charset: specific character set (PS3.3 C.12.1.1.2) of a data set that names none.
        pseudo_ids: regular expressions of the numbers it gives to people whom it can not identify; they are never
            compared.
    """

    issuer: str = ""
    charset: str = ""
    pseudo_ids: tuple[str, ...] = ()


NO_DEFAULTS = SenderDefaults()


@dataclass(frozen=True, slots=True)
class PersonNameParts:
    """A name in comparable form.

    Attributes:
        family, given: upper-case Latin words, without marks and honorifics.
        hanzi: Chinese characters of any component group, family name first, folded to simplified.
        family_known: the format told which word is the family name.
        unreadable: the characters were damaged beyond repair (the raw bytes are still in the blob).
        placeholder: the name stands for nobody in particular (UNKNOWN, BABY OF, TEST, ANON and their like).
        baby: a newborn's provisional name, often the mother's; always a placeholder too.
    """

    family: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    hanzi: str = ""
    family_known: bool = False
    unreadable: bool = False
    placeholder: bool = False
    baby: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """All Latin words, family first."""
        return self.family + self.given

    def __bool__(self) -> bool:
        words = self.family or self.given
        return bool(words or self.hanzi) and not (self.placeholder or (self.unreadable and not words))


@dataclass(frozen=True, slots=True)
class PatientIdentity:
    """Identity of the patient as one header gives it.

    Attributes:
        birth_date: ``YYYYMMDD``, ``YYYYMM`` or ``YYYY``; empty where absent or no date. A full date is
            kept as it was written, also where no calendar has it.
        sex: ``M``, ``F`` or empty.
        display_name: the name as a reviewer reads it, decoded and repaired; shown to people, never compared.
        display_id: the Patient ID as a reviewer reads it.
        repaired: the characters were declared wrongly and have been repaired.
        other_names: aliases, birth names and what the patient was called before (Other Patient Names, Original
            Attributes); compared where they agree better than ``name``.
        other_birth_dates: what stood in the header before it was corrected, in the form of ``birth_date``.
        number_damaged: the characters of the Patient ID are lost, or had to be repaired.
    """

    ids: tuple[PatientId, ...] = ()
    name: PersonNameParts = PersonNameParts()
    birth_date: str = ""
    sex: str = ""
    display_name: str = ""
    display_id: str = ""
    repaired: bool = False
    other_names: tuple[PersonNameParts, ...] = ()
    other_birth_dates: tuple[str, ...] = ()
    number_damaged: bool = False
