"""Nouns and verbs agree with their number."""

import pytest

from pacs_dedup.domain.counting import agreeing, counted, noun_for


@pytest.mark.parametrize(
    ("number", "noun", "said"),
    [
        (0, "frame", "0 frames"),
        (1, "frame", "1 frame"),
        (2, "frame", "2 frames"),
        (1, "study", "1 study"),
        (2, "study", "2 studies"),
        (2, "series", "2 series"),
        (2, "SOP Instance UID", "2 SOP Instance UIDs"),
    ],
)
def test_a_noun_agrees_with_its_number(number: int, noun: str, said: str) -> None:
    assert counted(number, noun) == said
    assert said.endswith(f" {noun_for(number, noun)}")


@pytest.mark.parametrize(("number", "verb"), [(0, "are"), (1, "is"), (2, "are")])
def test_a_verb_agrees_with_its_number(number: int, verb: str) -> None:
    assert agreeing(number, "is", "are") == verb
