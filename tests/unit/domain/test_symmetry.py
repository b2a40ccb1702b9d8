"""Whichever of two studies came first: what is said of the pair is the same."""

import pytest
from hypothesis import given

from pacs_dedup.domain.compare import compare_studies
from pacs_dedup.domain.decide import decide
from pacs_dedup.domain.fingerprint import InstanceFingerprint
from pacs_dedup.domain.policy import Policy
from pacs_dedup.domain.verdict import Relation
from tests.builders import make_study, renewed
from tests.strategies import policies, stacks

_MIRRORED = {Relation.SUBSET: Relation.SUPERSET, Relation.SUPERSET: Relation.SUBSET}


@given(stacks, stacks, policies)
def test_whichever_came_first_the_relation_is_the_same(
    incoming: list[InstanceFingerprint], prior: list[InstanceFingerprint], policy: Policy
) -> None:
    """Under UIDs of their own; what shared UIDs mean depends on which study came first."""
    a, b = (make_study(*side) for side in (renewed(incoming), prior))
    there, back = (decide(compare_studies(x, y), policy).relation for x, y in ((a, b), (b, a)))
    assert there is _MIRRORED.get(back, back)


@given(stacks, stacks)
def test_whichever_came_first_the_weights_are_the_same(
    incoming: list[InstanceFingerprint], prior: list[InstanceFingerprint]
) -> None:
    a, b = make_study(*renewed(incoming)), make_study(*prior)
    there, back = compare_studies(a, b), compare_studies(b, a)
    assert (there.total_bits, there.patient_bits) == pytest.approx((back.total_bits, back.patient_bits))
