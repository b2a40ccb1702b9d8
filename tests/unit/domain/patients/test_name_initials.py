"""Initials: what may be one, and when names agree as far as initials go."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_dedup.domain.patients.names.initials import initials_agree, may_have_initials

WHOLE = ["CHAN", "TAI", "MAN", "PETER", "NG", "TSZ"]
whole_words = st.lists(st.sampled_from(WHOLE), min_size=1, max_size=4).map(tuple)
words = st.lists(st.sampled_from([*WHOLE, "T", "M", "TM", "TMP"]), min_size=1, max_size=4).map(tuple)


@pytest.mark.parametrize("word", ["T", "TM", "TMP", "A"])
def test_a_letter_and_short_words_without_a_vowel_may_be_initials(word: str) -> None:
    assert may_have_initials(["CHAN", word])


@pytest.mark.parametrize("word", ["TAI", "NG", "SZ", "SSZ", "TSZ", "TMPQ"])
def test_syllables_and_longer_words_are_no_initials(word: str) -> None:
    assert not may_have_initials(["CHAN", word])


@given(whole_words, whole_words)
def test_names_without_an_initial_agree_only_where_they_are_equal(
    left: tuple[str, ...], right: tuple[str, ...]
) -> None:
    assert initials_agree(left, right) == (left == right)


@given(words, words)
def test_initials_agree_in_both_directions(left: tuple[str, ...], right: tuple[str, ...]) -> None:
    assert initials_agree(left, right) == initials_agree(right, left)
