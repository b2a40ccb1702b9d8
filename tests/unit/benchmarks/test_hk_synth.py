"""The generated register: one seed makes one register, and its errors have the shares that its tables claim."""

from collections import Counter

import pytest

from benchmarks.linkage_parts.hk_errors import ENGLISH, NAME_CHANGES, incoming_header
from benchmarks.linkage_parts.hk_peers import ordinary_name
from benchmarks.linkage_parts.hk_people import NameType, card_check, make_namesake, make_person, make_sibling, source
from benchmarks.linkage_parts.hk_synth import HONG_KONG, MIXED, changes, identity, make_population
from pacs_dedup.domain.patients.identity import CheckState, IdentifierKind

SMALL = make_population(MIXED, size=2_000, incoming=1_000)


def test_one_seed_makes_one_register() -> None:
    again, other = (make_population(MIXED, size=2_000, incoming=1_000, seed=seed) for seed in (11, 12))
    assert again == SMALL
    assert other != SMALL


def test_half_of_the_incoming_records_are_known_people() -> None:
    known = [record.truth for record in SMALL.incoming if record.truth is not None]
    assert len(known) == 500
    assert len(set(known)) == 500


def test_every_card_number_of_the_index_is_valid() -> None:
    numbers = [number for header in SMALL.index for number in identity(header).ids]
    cards = [number for number in numbers if number.kind is IdentifierKind.HKID]
    assert all(card.check is CheckState.VALID for card in cards)
    assert 0.9 < len(cards) / len(numbers) < 0.96


def test_the_population_is_shared_out_as_asked() -> None:
    random = source(5)
    counted = Counter(make_person(random, MIXED).name_type for _ in range(4_000))
    assert all(abs(counted[kind] / 4_000 - share) < 0.03 for kind, share in MIXED.items())
    assert {make_person(random, HONG_KONG).name_type for _ in range(50)} == {NameType.HONG_KONG}


def test_names_are_changed_as_often_as_their_table_says() -> None:
    population = make_population(HONG_KONG, size=10_000, incoming=8_000)
    counted = changes(population)
    for change, (share, _) in NAME_CHANGES.items():
        assert counted[change] / 4_000 == pytest.approx(share, abs=0.025)


def test_a_sibling_has_family_name_and_date_but_neither_given_name_nor_card() -> None:
    random = source(3)
    person = make_person(random, HONG_KONG)
    sibling = make_sibling(random, person)
    assert (sibling.family, sibling.birth_date) == (person.family, person.birth_date)
    assert sibling.given.chosen != person.given.chosen
    assert int(sibling.card[-6:]) - int(person.card[-6:]) == 1


def test_a_namesake_is_a_year_older_or_younger() -> None:
    random = source(4)
    person = make_person(random, HONG_KONG)
    other = make_namesake(random, person)
    assert abs(int(other.birth_date[:4]) - int(person.birth_date[:4])) == 1
    assert (other.family, other.given) == (person.family, person.given)
    assert other.card != person.card


@pytest.mark.parametrize("change", NAME_CHANGES)
def test_a_changed_name_still_names_somebody(change: str) -> None:
    random = source(9)
    for kind in NameType:
        name = NAME_CHANGES[change][1](random, make_person(random, {kind: 1.0}))
        assert name.strip("^ ")
        assert (change == "English name added") == any(english in name.upper() for english in ENGLISH)


def test_card_numbers_come_in_four_forms_and_mean_one_number() -> None:
    random = source(2)
    person = make_person(random, HONG_KONG)
    written = {incoming_header(random, person)[0].patient_id for _ in range(400)}
    right = {form for form in written if form.upper().startswith(person.card)}
    assert len(right) == 4
    assert f"{person.card}({card_check(person.card)})" in right


@pytest.mark.parametrize(
    ("name", "family", "given"),
    [
        ("CHAN^TAI MAN=陳^大文", "chan", "tai man"),
        ("Chan, Tai-man", "chan", "tai-man"),
        ("TAI MAN CHAN", "chan", "tai man"),
        ("CHAN^TAI MAN^PETER", "chan", "tai man peter"),
    ],
)
def test_the_ordinary_parser_is_ordinary(name: str, family: str, given: str) -> None:
    assert ordinary_name(name) == (family, given)
