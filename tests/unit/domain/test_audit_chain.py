"""The chain tells of every change, and of nothing else."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_dedup.domain.audit_chain import AuditEntry, Head, SealKey, Verification, digest_of, entry_after, verify
from pacs_dedup.domain.audit_json import from_json, moment, to_json
from tests.contracts.test_audit_inbox import DECISION, REFUSAL, TRANSFER
from tests.contracts.values import MORNING

KEY, OTHER_KEY = SealKey(b"1" * 32), SealKey(b"2" * 32)
EVENTS = (TRANSFER, DECISION, REFUSAL, TRANSFER)


def chain(key: SealKey | None = KEY) -> list[AuditEntry]:
    entries: list[AuditEntry] = []
    head = Head()
    for number, event in enumerate(EVENTS):
        entry = entry_after(head, f"{number:032x}", event, key)
        entries.append(entry)
        head = Head(entry.sequence, entry.digest)
    return entries


def rewritten(entries: Sequence[AuditEntry], at: int, **changes: object) -> list[AuditEntry]:
    """What somebody does who can compute digests and has no key: every entry from there on is made anew."""
    changed: list[AuditEntry] = []
    previous = entries[at - 1].digest if at else Head().digest
    for number, entry in enumerate(entries):
        record = dict(entry.record)
        if number >= at:
            record |= {"previous_hash": previous} | (changes if number == at else {})
        digest = digest_of(record)
        changed.append(AuditEntry(record, digest, entry.seal))
        previous = digest
    return changed


@pytest.mark.parametrize("event", EVENTS[:3], ids=lambda event: event.kind)
def test_an_event_can_be_written_as_json_and_read_back(event: object) -> None:
    assert from_json(json.loads(json.dumps(to_json(event)))) == event


def test_one_moment_has_one_spelling() -> None:
    assert moment(MORNING) == moment(MORNING.astimezone()) == "2026-01-01T08:00:00.000000+00:00"


def test_a_whole_chain_is_verified_to_its_head() -> None:
    entries = chain()
    assert verify(entries, KEY) == Verification(Head(4, entries[-1].digest))
    assert verify([]) == Verification()


def test_a_chain_can_be_verified_from_a_head_that_is_known() -> None:
    entries = chain()
    assert verify(entries[2:], start=Head(2, entries[1].digest)).broken == ""
    assert verify(entries[2:]).broken == "entry 1 is missing; entry 3 is in its place"


@given(st.integers(0, 3), st.sampled_from(["at", "kind", "actor", "event_id", "subject", "unheard_of"]))
def test_whatever_is_changed_in_an_entry_is_found_there(at: int, name: str) -> None:
    entries = chain()
    record = dict(entries[at].record) | {name: "changed"}
    entries[at] = replace(entries[at], record=record)
    found = verify(entries)
    assert found.head.sequence == at
    assert found.broken == f"entry {at + 1} was changed: its digest is another"


def test_a_missing_entry_is_found() -> None:
    entries = chain()
    assert verify(entries[:1] + entries[2:]).broken == "entry 2 is missing; entry 3 is in its place"


def test_an_entry_that_was_made_anew_alone_breaks_the_link_after_it() -> None:
    entries = chain()
    record = dict(entries[1].record) | {"subject": "case 18"}
    entries[1] = AuditEntry(record, digest_of(record))
    assert verify(entries).broken == "entry 3 does not follow entry 2: it names another digest"


def test_a_chain_made_anew_without_the_key_has_false_seals() -> None:
    forged = rewritten(chain(), 1, subject="case 18")
    assert verify(forged).broken == "", "the chain alone can not tell"
    assert verify(forged, KEY).broken == "entry 2 bears a false seal"


def test_a_chain_made_anew_does_not_hold_the_head_that_was_noted_outside() -> None:
    noted = chain()[2].digest
    assert verify(chain(), anchor=noted).anchored
    assert not verify(rewritten(chain(), 1, subject="case 18"), anchor=noted).anchored


def test_an_end_that_was_cut_off_is_seen_by_the_head_that_was_noted_outside() -> None:
    entries = chain()
    cut = verify(entries[:3], KEY, anchor=entries[3].digest)
    assert cut.broken == ""
    assert not cut.anchored


def test_entries_without_a_seal_of_this_key_are_counted() -> None:
    assert verify(chain(None), KEY).unsealed == 4
    assert verify(chain(OTHER_KEY), KEY) == replace(verify(chain(KEY), KEY), unsealed=4)
    assert verify(chain(None)).unsealed == 0


def test_a_key_is_named_without_being_told() -> None:
    assert KEY.key_id != OTHER_KEY.key_id
    assert KEY.secret.hex()[:8] != KEY.key_id


def test_an_exported_entry_is_read_back() -> None:
    entries = chain()
    lines = [json.dumps(entry.to_json()) for entry in entries]
    assert [AuditEntry.from_json(json.loads(line)) for line in lines] == entries
    assert verify([AuditEntry.from_json({})]).broken == "entry 1 is missing; entry None is in its place"
