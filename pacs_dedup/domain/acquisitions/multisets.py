"""Multisets of facts: how much of the smaller one the larger one holds."""

from collections import Counter
from typing import Final, TypeVar

T = TypeVar("T")

SHARE_FOR_EQUAL: Final = 0.9
"""Share of the smaller multiset from which two count as agreeing: a few instances may be lost or added on the way."""


def share(left: Counter[T], right: Counter[T]) -> float:
    """Share of the smaller multiset that the larger one contains, 0..1; neither may be empty."""
    return (left & right).total() / min(left.total(), right.total())
