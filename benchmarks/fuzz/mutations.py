"""Making bad input out of good input: what breaks parsers is mostly a length, a count or a name that is not so."""

from collections.abc import Sequence
from random import Random

_NUMBERS = (
    0,
    1,
    2,
    0x7F,
    0x80,
    0xFF,
    0x100,
    0x7FFF,
    0x8000,
    0xFFFE,
    0xFFFF,
    0x10000,
    0x7FFFFFFF,
    0xFFFFFFFE,
    0xFFFFFFFF,
)
_WORDS = (
    b"\0", b"\\", b"=", b"^", b"\x1b$B", b"\x1b$)C", b"\xfe\xff\x00\xe0", b"\xfe\xff\x0d\xe0", b"\xfe\xff\xdd\xe0",
    b"\xff\xff\xff\xff", b"1.2.840.10008.1.2.4.90", b"1.2.840.10008.1.2.1.99", b"SQ", b"UN", b"OW", b"US", b"DS", b"-1",
    b"1e999", b"NaN", b"../../etc/passwd", b"%s%n", b"\xed\xa0\x80", b"\xff\xd8", b"\xff\x4f\xff\x51",
)  # fmt: skip
_MOST_STEPS = 6
_LONGEST = 1 << 20


def mutated(data: bytes, others: Sequence[bytes], rng: Random) -> bytes:
    """Return ``data`` after a few random changes; ``others`` lend pieces."""
    found = bytearray(data)
    for _ in range(rng.randint(1, _MOST_STEPS)):
        _CHANGES[rng.randrange(len(_CHANGES))](found, others, rng)
    return bytes(found[:_LONGEST])


def _at(found: bytearray, rng: Random) -> int:
    return rng.randint(0, len(found))


def _flip(found: bytearray, _: Sequence[bytes], rng: Random) -> None:
    if found:
        found[rng.randrange(len(found))] ^= 1 << rng.randrange(8)


def _number(found: bytearray, _: Sequence[bytes], rng: Random) -> None:
    size, at = rng.choice((1, 2, 4)), _at(found, rng)
    order = "little" if rng.random() < 0.7 else "big"
    found[at : at + size] = (rng.choice(_NUMBERS) & ((1 << 8 * size) - 1)).to_bytes(size, order)


def _cut(found: bytearray, _: Sequence[bytes], rng: Random) -> None:
    del found[_at(found, rng) :]


def _drop(found: bytearray, _: Sequence[bytes], rng: Random) -> None:
    at = _at(found, rng)
    del found[at : at + rng.randint(1, 64)]


def _repeat(found: bytearray, _: Sequence[bytes], rng: Random) -> None:
    at = _at(found, rng)
    piece = found[at : at + rng.randint(1, 256)]
    found[at:at] = piece * rng.randint(1, 8)


def _word(found: bytearray, _: Sequence[bytes], rng: Random) -> None:
    at, word = _at(found, rng), rng.choice(_WORDS)
    found[at : at + rng.choice((0, len(word)))] = word


def _noise(found: bytearray, _: Sequence[bytes], rng: Random) -> None:
    at, size = _at(found, rng), rng.randint(1, 32)
    found[at : at + size] = rng.randbytes(size)


def _splice(found: bytearray, others: Sequence[bytes], rng: Random) -> None:
    other = rng.choice(others)
    start = rng.randint(0, len(other))
    at = _at(found, rng)
    found[at : at + rng.choice((0, 64, len(found)))] = other[start : start + rng.choice((16, 256, len(other)))]


_CHANGES = (_flip, _flip, _number, _number, _number, _cut, _drop, _repeat, _word, _word, _noise, _splice)
