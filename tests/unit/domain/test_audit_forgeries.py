"""Whatever somebody writes into a stored entry, walking along the chain tells it, and never fails over it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from pacs_dedup.domain.audit_chain import AuditEntry, Verification, canonical, digest_of, verify
from tests.unit.domain.test_audit_chain import KEY, chain, rewritten

ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=40)
"""Lone surrogates too: JSON can spell them."""

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=8,
)
WHOLE = chain()
NUMBERS = st.integers(0, len(WHOLE) - 1)
Path = tuple[str | int, ...]


def paths(value: Any, before: Path = ()) -> Iterator[Path]:
    """Name every place inside a JSON value."""
    inside = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inside:
        yield (*before, name)
        yield from paths(each, (*before, name))


def edited(value: Any, path: Path, new: Any) -> Any:
    """Return a copy with another value in one place."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, Mapping) else list(value)
    copy[path[0]] = edited(copy[path[0]], path[1:], new)
    return copy


def found(entries: list[AuditEntry]) -> Verification:
    """Verify, and see that it is told: as a break in the chain, or as an entry without our seal."""
    verified = verify(entries, KEY)
    assert verified.broken or verified.unsealed
    return verified


@given(NUMBERS, st.data(), ANY_JSON)
def test_any_edit_of_any_field_of_a_record_is_found_at_its_entry(at: int, data: st.DataObject, new: Any) -> None:
    record = dict(WHOLE[at].record)
    forged = edited(record, data.draw(st.sampled_from(list(paths(record)))), new)
    assume(canonical(forged) != canonical(record))
    assert found([*WHOLE[:at], replace(WHOLE[at], record=forged), *WHOLE[at + 1 :]]).head.sequence == at


@given(NUMBERS, st.data())
def test_a_field_that_was_taken_out_is_found_at_its_entry(at: int, data: st.DataObject) -> None:
    record = dict(WHOLE[at].record)
    del record[data.draw(st.sampled_from(sorted(record)))]
    assert found([*WHOLE[:at], replace(WHOLE[at], record=record), *WHOLE[at + 1 :]]).head.sequence == at


@given(NUMBERS, ANY_TEXT)
def test_any_other_digest_is_found_at_its_entry(at: int, digest: str) -> None:
    assume(digest != WHOLE[at].digest)
    assert found([*WHOLE[:at], replace(WHOLE[at], digest=digest), *WHOLE[at + 1 :]]).head.sequence == at


@given(NUMBERS, ANY_TEXT | ANY_TEXT.map(lambda text: f"{KEY.key_id}:{text}"))
def test_any_other_seal_is_false_or_none_of_ours(at: int, seal: str) -> None:
    assume(seal != WHOLE[at].seal)
    verified = found([*WHOLE[:at], replace(WHOLE[at], seal=seal), *WHOLE[at + 1 :]])
    ours = seal.partition(":")[0] == KEY.key_id
    assert verified.broken == (f"entry {at + 1} bears a false seal" if ours else "")
    assert verified.unsealed == (0 if ours else 1)


def test_a_seal_of_other_letters_than_ascii_is_false() -> None:
    forged = replace(WHOLE[1], seal=f"{KEY.key_id}:gefälscht\ud800")
    assert verify([WHOLE[0], forged], KEY).broken == "entry 2 bears a false seal"


@given(st.lists(ANY_JSON.map(lambda said: {"sequence": 1, "previous_hash": "0" * 64, "said": said}), max_size=3))
def test_what_was_never_an_entry_is_no_reason_to_fail(records: list[dict[str, Any]]) -> None:
    entries = [AuditEntry(record, digest_of(record), "") for record in records]
    assert verify(entries, KEY).head.sequence == min(len(entries), 1)


def test_a_record_that_is_nested_without_end_is_another_than_was_written() -> None:
    nested: Any = "deep"
    for _ in range(100_000):
        nested = [nested]
    forged = replace(WHOLE[0], record={**WHOLE[0].record, "detail": nested})
    assert verify([forged]).broken == "entry 1 was changed: its digest is another"


def test_what_stands_for_a_number_is_not_quoted() -> None:
    forged = replace(WHOLE[1], record={**WHOLE[1].record, "sequence": "\x1b[2J CHAN^TAI MAN"})
    assert verify([WHOLE[0], forged]).broken == "entry 2 is missing; an entry without a number is in its place"


def test_a_chain_that_was_made_anew_with_forged_seals_is_found() -> None:
    forged = [replace(entry, seal=f"{KEY.key_id}:" + "0" * 64) for entry in rewritten(chain(), 0, subject="another")]
    assert verify(forged, KEY).broken == "entry 1 bears a false seal"
