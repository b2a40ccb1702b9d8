"""Words of names, compared letter by letter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_dedup.domain.patients.names.words import WordLevel, compare_words

words = st.text("ABCDEFG ", min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("BOWERMAN", "BOWERMAN", WordLevel.EXACT),
        ("BOWERMAN", "BOWEMRAN", WordLevel.ONE_LETTER),
        ("SAMUEL", "SAMUDL", WordLevel.ONE_LETTER),
        ("EVANGELIA", "EVANGE LIA", WordLevel.ONE_LETTER),
        ("VAN DER BERG", "VANDERBERG", WordLevel.ONE_LETTER),
        ("ALEXANDRA", "ALEXANDER", WordLevel.SIMILAR),
        ("WHITE", "HWTIE", WordLevel.TWO_LETTERS),
        ("HOLMYARD", "HOYLAND", WordLevel.RESEMBLING),
        ("TOM", "TIN", WordLevel.DIFF),
        ("LUCAS", "MASON", WordLevel.DIFF),
    ],
)
def test_words_reach_their_level(left: str, right: str, expected: WordLevel) -> None:
    assert compare_words(left, right) is expected


@given(words, words)
def test_it_does_not_matter_which_word_comes_first(left: str, right: str) -> None:
    assert compare_words(left, right) is compare_words(right, left)


@given(words, words)
def test_only_equal_words_are_exact(left: str, right: str) -> None:
    assert (compare_words(left, right) is WordLevel.EXACT) == (left == right)
