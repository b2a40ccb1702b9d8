"""HK-synth: an index of people and the records that another hospital sends of some of them and of strangers."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from pydicom.dataset import Dataset

from benchmarks.linkage_parts.hk_errors import Header, incoming_header, index_header
from benchmarks.linkage_parts.hk_people import NameType, Person, make_namesake, make_person, make_sibling, source
from pacs_dedup.dicom.read_patient import read_patient
from pacs_dedup.domain.patients.identity import PatientIdentity

SEED = 11
INDEX_SIZE = 50_000
INCOMING_SIZE = 10_000
LOOK_ALIKES = 0.03
"""Of the incoming strangers so many are siblings of one birth, and as many namesakes, of people in the index."""
HONG_KONG = {NameType.HONG_KONG: 1.0}
MIXED = {NameType.HONG_KONG: 0.8, NameType.PINYIN: 0.12, NameType.OTHER: 0.08}
"""Shares of the population by how their cards spell names: the protocol's, and one for comparing the three."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One incoming record.

    Attributes:
        truth: place of the same person in the index, None for a stranger.
        change: what happened to the name on the way.
    """

    header: Header
    truth: int | None
    change: str
    name_type: NameType


@dataclass(frozen=True, slots=True)
class Population:
    """The index, and what comes in."""

    index: tuple[Header, ...]
    incoming: tuple[Incoming, ...]


def make_population(
    shares: dict[NameType, float], *, seed: int = SEED, size: int = INDEX_SIZE, incoming: int = INCOMING_SIZE
) -> Population:
    """Draw a population; the same arguments give the same one.

    Args:
        shares: of the population by type of name.
        seed: of all that is drawn.
        size: people in the index.
        incoming: records that arrive, half of them of people in the index.
    """
    random = source(seed)
    people = [make_person(random, shares) for _ in range(size)]
    index = tuple(index_header(random, person) for person in people)
    known = random.sample(range(size), incoming // 2)
    arriving = [(people[place], place) for place in known]
    arriving += [(stranger, None) for stranger in _strangers(random, people, incoming - len(known), shares)]
    random.shuffle(arriving)
    return Population(index, tuple(_arrive(random, person, place) for person, place in arriving))


def identity(header: Header) -> PatientIdentity:
    """Read a header as the product reads an arriving instance's."""
    return read_patient(as_dataset(header))


def as_dataset(header: Header) -> Dataset:
    """Return the patient module of an instance, names in UTF-8."""
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientName = header.name
    dataset.PatientID = header.patient_id
    if header.issuer:
        dataset.IssuerOfPatientID = header.issuer
    dataset.PatientBirthDate = header.birth_date
    dataset.PatientSex = header.sex
    return dataset


def changes(population: Population) -> Counter[str]:
    """Count what happened to the names of known people."""
    return Counter(record.change for record in population.incoming if record.truth is not None)


def _strangers(random: Random, people: list[Person], count: int, shares: dict[NameType, float]) -> Iterator[Person]:
    alike = round(LOOK_ALIKES * count)
    for _ in range(alike):
        yield make_sibling(random, random.choice(people))
        yield make_namesake(random, random.choice(people))
    for _ in range(count - 2 * alike):
        yield make_person(random, shares)


def _arrive(random: Random, person: Person, place: int | None) -> Incoming:
    header, change = incoming_header(random, person)
    return Incoming(header, place, change, person.name_type)
