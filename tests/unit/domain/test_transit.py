"""When a content may leave the transit store."""

from dataclasses import fields, replace

import pytest

from pacs_dedup.domain.transit import Keep, TransitFacts, reasons_to_keep

NAMES = [field.name for field in fields(TransitFacts)]
FREE = TransitFacts(**dict.fromkeys(NAMES, False))


def test_a_content_may_go_when_nothing_speaks_against_it() -> None:
    assert reasons_to_keep(FREE) == ()


@pytest.mark.parametrize(("name", "reason"), list(zip(NAMES, Keep, strict=True)))
def test_each_reason_alone_keeps_it(name: str, reason: Keep) -> None:
    assert reasons_to_keep(replace(FREE, **{name: True})) == (reason,)


def test_all_reasons_are_told_at_once() -> None:
    assert reasons_to_keep(TransitFacts(**dict.fromkeys(NAMES, True))) == tuple(Keep)
