"""Every relation, disposition, band and fact has one name that a reader meets everywhere."""

from datetime import UTC, datetime

import pytest

from pacs_dedup.domain.evidence import Fact
from pacs_dedup.domain.verdict import Disposition, Relation
from pacs_dedup.reports import words


def test_everything_that_can_be_said_has_words() -> None:
    assert set(words.RELATIONS) == set(Relation)
    assert set(words.DISPOSITIONS) == set(Disposition)
    assert set(words.FACTS) == set(Fact)


def test_no_two_relations_share_their_words() -> None:
    assert len(set(words.RELATIONS.values())) == len(Relation)


@pytest.mark.parametrize(
    ("bits", "said"),
    [
        (22.0, "very strongly for"),
        (-12.0, "very strongly against"),
        (5.0, "strongly for"),
        (-2.0, "moderately against"),
        (0.5, "slightly for"),
        (0.0, "no weight"),
    ],
)
def test_a_weight_is_said_in_words(bits: float, said: str) -> None:
    assert words.strength(bits) == said


@pytest.mark.parametrize(("bits", "shown"), [(19.84, "+19.8"), (-3.0, "\N{MINUS SIGN}3.0"), (0.0, "0"), (-0.01, "0")])
def test_bits_carry_their_sign(bits: float, shown: str) -> None:
    assert words.signed(bits) == shown


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, "0 bytes"), (999, "999 bytes"), (73_482_112, "73.5 MB"), (310_000_000, "310 MB"), (2 * 10**16, "20000 TB")],
)
def test_sizes_are_read_by_people(count: int, shown: str) -> None:
    assert words.size(count) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("CHAN^TAI MAN=陳^大文", "CHAN, TAI MAN  陳大文"),
        ("CHAN^TAI^MAN", "CHAN, TAI MAN"),
        ("陳大文", "陳大文"),
        ("=陳^大文", "陳大文"),
        ("", ""),
    ],
)
def test_names_are_shown_as_people_write_them(name: str, shown: str) -> None:
    assert words.person(name) == shown


def test_counts_dates_and_moments() -> None:
    assert [words.count(n, "study") for n in (1, 2)] == ["1 study", "2 studies"]
    assert words.count(1200, "instance") == "1,200 instances"
    assert (words.date("20260309"), words.date("2026"), words.date("")) == ("2026-03-09", "2026", "")
    assert words.moment(datetime(2026, 3, 9, 8, 15, tzinfo=UTC)) == "2026-03-09 08:15 UTC"
    assert words.moment(None) == ""


@pytest.mark.parametrize(
    ("fact", "text", "shown"),
    [
        (Fact.ACQUISITION_TIME, "20260318080747 to 20260318080748", "2026-03-18 08:07:47 to 2026-03-18 08:07:48"),
        (Fact.BIRTH_DATE, "19621215", "1962-12-15"),
        (Fact.PATIENT_NAME, "MAK^CHI KEUNG=麥^志強", "MAK, CHI KEUNG  麥志強"),
        (Fact.PATIENT_ID, "19621215", "19621215"),
    ],
)
def test_values_of_facts_are_shown_as_people_write_them(fact: Fact, text: str, shown: str) -> None:
    assert words.value(fact, text) == shown


@pytest.mark.parametrize(
    ("source", "shown"),
    [("QEHPACS", "QEHPACS"), ("scan:/a/b/c/d", "…/c/d"), ("scan:/a/b", "/a/b"), ("scan:/a", "/a")],
)
def test_a_scanned_folder_is_shown_by_its_end(source: str, shown: str) -> None:
    assert words.source(source) == shown


def test_a_sender_is_shown_with_its_hospital_where_that_is_known() -> None:
    assert words.source("QEHPACS", {"QEHPACS": "Queen Elizabeth"}) == "QEHPACS (Queen Elizabeth)"
    assert words.source("PMHPACS", {"QEHPACS": "Queen Elizabeth"}) == "PMHPACS"
