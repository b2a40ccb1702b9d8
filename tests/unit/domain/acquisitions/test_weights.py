"""The table of weights is in order, and says where its figures come from."""

from math import log2

import pytest

from pacs_dedup.domain.acquisitions.weights import MISSING, WEIGHTS, Weight, weighed
from pacs_dedup.domain.compare import GROUP_CAPS
from pacs_dedup.domain.evidence import Fact

LEVELS = [(fact, level, weight) for fact, levels in WEIGHTS.items() for level, weight in levels.items()]


@pytest.mark.parametrize("fact", WEIGHTS)
def test_a_stronger_level_never_weighs_less(fact: Fact) -> None:
    bits = [weight.bits for weight in WEIGHTS[fact].values()]
    assert bits == sorted(bits, reverse=True)


@pytest.mark.parametrize(("fact", "level", "weight"), LEVELS)
def test_bits_follow_from_the_shares_where_those_are_known(fact: Fact, level: str, weight: Weight) -> None:
    assert (weight.m is None) == (weight.u is None), f"{fact} {level}"
    if weight.m is not None and weight.u is not None:
        assert weight.bits == pytest.approx(log2(weight.m / weight.u), abs=0.07)


@pytest.mark.parametrize(("fact", "level", "weight"), LEVELS)
def test_every_level_belongs_to_one_capped_group(fact: Fact, level: str, weight: Weight) -> None:
    assert weight.group in GROUP_CAPS
    assert weighed(fact, level, "a", "b").weight_bits == weight.bits
    assert len({w.group for w in WEIGHTS[fact].values()}) == 1


@pytest.mark.parametrize("fact", WEIGHTS)
def test_what_is_missing_weighs_nothing(fact: Fact) -> None:
    assert weighed(fact, MISSING, "a", "").weight_bits == 0.0
