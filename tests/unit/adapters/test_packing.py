"""Fingerprints are packed small, and come back as they were."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_dedup.adapters.database.codec import FINGERPRINT
from pacs_dedup.adapters.database.packing import pack, unpack
from pacs_dedup.domain.acquisitions.facts import Acquisition
from pacs_dedup.domain.errors import Unreadable
from tests.builders import digest_of, make_acquisition, make_frame, make_instance

NOISE = bytes(range(64))


def text(number: int, **changes: object) -> str:
    frame = make_frame(
        f"{number}", value_digest=digest_of(f"{number}", "aid1"), sketch=bytes(b ^ number for b in NOISE)
    )
    acquired = make_acquisition(float(number), acquired_at=f"2026010109{number:04}.25", instance_number=number)
    return FINGERPRINT.dump(make_instance(str(number), **{"frames": (frame,), "acquisition": acquired, **changes}))


@given(st.text(), st.none() | st.text())
def test_any_text_comes_back_whatever_it_was_packed_against(whole: str, template: str | None) -> None:
    assert unpack(pack(whole, template), template) == whole


_tokens = st.one_of(
    st.from_regex(r'"[0-9a-f]{0,70}"', fullmatch=True),
    st.from_regex(r'"1\.2\.[0-9.]{0,40}"', fullmatch=True),
    st.from_regex(r'"[A-Za-z0-9_-]{2,8}={0,2}"', fullmatch=True),
    st.from_regex(r"-?[0-9]{1,5}(\.[0-9]{1,3})?", fullmatch=True),
    st.sampled_from(["null", "true", '"陳^大文"', '"a\\"b"', '""']),
)
_lists = st.lists(_tokens, min_size=6, max_size=6).map(lambda tokens: "[" + ",".join(tokens) + "]")


@given(_lists, _lists)
def test_lists_of_the_values_that_fingerprints_hold_come_back(whole: str, template: str) -> None:
    assert unpack(pack(whole, template), template) == whole


@given(st.from_type(Acquisition))
def test_every_fingerprint_comes_back(acquisition: Acquisition) -> None:
    whole = text(2, acquisition=acquisition)
    assert unpack(pack(whole)) == whole
    assert unpack(pack(whole, text(1)), text(1)) == whole


def test_a_slice_costs_little_more_than_its_digests_and_its_sketch() -> None:
    of_its_own = 3 * 32 + 32 + 64  # stored, value, data set and blob digest; the sketch
    assert len(pack(text(7), text(1))) < of_its_own + 50
    assert len(pack(text(7))) < len(text(7)) / 3


def test_an_instance_with_more_frames_is_packed_against_its_series_all_the_same() -> None:
    two = text(2, frames=(make_frame("a"), make_frame("b")))
    assert unpack(pack(two, text(1)), text(1)) == two
    assert len(pack(two, text(1))) < len(pack(two))


@pytest.mark.parametrize(
    ("packed", "template"),
    [
        (b"", None),
        (b"?of another form", None),
        (b"w\x00\x01", None),
        (b"d\x01", "[1]"),
        (b"d\x7f\x00", "[1]"),
        (b"d\x04" + b"\xff" * 12, '{"a": "1.2.840"}'),
        (pack(text(2), text(1)), None),
        (pack(text(2), text(1)), "[1]"),
    ],
)
def test_what_can_not_be_unpacked_is_said_to_be_unreadable(packed: bytes, template: str | None) -> None:
    with pytest.raises(Unreadable, match="fingerprint the study again"):
        unpack(packed, template)
