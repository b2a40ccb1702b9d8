"""How the text of a fingerprint becomes few bytes: what it shares with another one of its series is not stored again.

Instances of one series differ in some ten values: digests, sketches, UIDs, place and time. Where the text has as many
tokens as that of a template, only the tokens that differ are written, each after what it has in common with the
template's, hexadecimal digits and base64 as the bytes they stand for. Otherwise, and without a template, it is deflated
against the template or a dictionary. Bytes that were written once must be readable for ever: a change of any rule here
is a new form beside the old ones, and `DICTIONARY` never changes.
"""

import re
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from functools import lru_cache
from io import BytesIO
from typing import Final

from pacs_dedup.adapters.database.packing_dictionary import DICTIONARY
from pacs_dedup.domain.errors import Unreadable

_WHOLE, _DIFFERENCE, _DEFLATED = b"w", b"d", b"z"
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}:,]|[^"\[\]{}:,]+|"')
_PLAIN, _HEX, _BASE64, _QUOTED_NUMBER, _NUMBER = range(5)
_HEX_REST: Final = re.compile(r'[0-9a-f]+"')
_BASE64_REST: Final = re.compile(r'(?:[A-Za-z0-9_-]{4})+(?:[A-Za-z0-9_-]{2}==|[A-Za-z0-9_-]{3}=)?"')
_QUOTED_NUMBER_REST: Final = re.compile(r'[0-9.-]+"')
_NUMBER_REST: Final = re.compile(r"[0-9.-]+")
_NIBBLES: Final = {_HEX: "0123456789abcdef", _QUOTED_NUMBER: "0123456789.-", _NUMBER: "0123456789.-"}
_QUOTED: Final = frozenset({_HEX, _BASE64, _QUOTED_NUMBER})
_SAME_LENGTH, _PREFIX = 0x80, 0x0F
_KIND_SHIFT, _KIND = 4, 0x07
_MORE, _LOW = 0x80, 0x7F


def pack(text: str, template: str | None = None) -> bytes:
    """Return few bytes from which `unpack` makes the text again, given the same template."""
    if template is None:
        return _WHOLE + _deflated(text, DICTIONARY)
    tokens, known = _TOKEN.findall(text), _tokens(template)
    if len(tokens) != len(known):
        return _DEFLATED + _deflated(text, template.encode())
    return _DIFFERENCE + b"".join(_differences(tokens, known))


def unpack(packed: bytes, template: str | None = None) -> str:
    """Return the text.

    Raises:
        Unreadable: the bytes are damaged, or of a form that a newer version wrote.
    """
    form, body = packed[:1], packed[1:]
    try:
        if form == _WHOLE:
            return _inflated(body, DICTIONARY)
        if form == _DEFLATED and template is not None:
            return _inflated(body, template.encode())
        if form == _DIFFERENCE and template is not None:
            return "".join(_changed(BytesIO(body), _tokens(template)))
    except (zlib.error, ValueError, LookupError, OverflowError) as error:
        raise Unreadable(_DAMAGED) from error
    raise Unreadable(_DAMAGED)


_DAMAGED: Final = (
    "a stored fingerprint can not be unpacked; a newer version wrote it, or the database is damaged: "
    "run the newest version, or fingerprint the study again"
)


@lru_cache(maxsize=32)
def _tokens(template: str) -> Sequence[str]:
    """Cut a template into tokens; that of the series at hand is asked for again and again."""
    return tuple(_TOKEN.findall(template))


def _deflated(text: str, dictionary: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, 9, zlib.Z_DEFAULT_STRATEGY, dictionary)
    return packer.compress(text.encode()) + packer.flush()


def _inflated(body: bytes, dictionary: bytes) -> str:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS, dictionary)
    text = inflater.decompress(body).decode()
    if not inflater.eof:
        raise ValueError("the end is missing")
    return text


def _differences(tokens: Sequence[str], known: Sequence[str]) -> Iterator[bytes]:
    """Yield each token that differs: how many are equal before it, and the token in terms of the one it replaces."""
    at = 0
    for position, (token, replaced) in enumerate(zip(tokens, known, strict=True)):
        if token != replaced:
            yield _number(position - at) + _token(token, replaced)
            at = position + 1


def _changed(body: BytesIO, known: Sequence[str]) -> Iterator[str]:
    at = 0
    while (skipped := _read_number(body)) is not None:
        position = at + skipped
        yield from known[at:position]
        yield _read_token(body, known[position])
        at = position + 1
    yield from known[at:]


def _token(token: str, replaced: str) -> bytes:
    """Write one token: kind, length of the common beginning, length of the rest where it is another one, the rest."""
    common = next(
        (n for n, (a, b) in enumerate(zip(token, replaced, strict=False)) if a != b), min(len(token), len(replaced))
    )
    rest = token[common:]
    kind, payload, length = _payload(rest)
    same = kind != _BASE64 and length == len(replaced) - common - (kind in _QUOTED)
    head = (kind << _KIND_SHIFT) | (_SAME_LENGTH if same else 0) | min(common, _PREFIX)
    more = _number(common - _PREFIX) if common >= _PREFIX else b""
    return bytes([head]) + more + (b"" if same else _number(length)) + payload


def _payload(rest: str) -> tuple[int, bytes, int]:
    """Return the kind of what is left of a token, its bytes, and how many digits, or bytes, it has."""
    for kind, form in ((_HEX, _HEX_REST), (_QUOTED_NUMBER, _QUOTED_NUMBER_REST), (_NUMBER, _NUMBER_REST)):
        if form.fullmatch(rest):
            digits = rest.rstrip('"')
            return kind, _nibbles(digits, _NIBBLES[kind]), len(digits)
    if _BASE64_REST.fullmatch(rest):
        raw = urlsafe_b64decode(rest[:-1])
        if urlsafe_b64encode(raw).decode() == rest[:-1]:
            return _BASE64, raw, len(raw)
    plain = rest.encode()
    return _PLAIN, plain, len(plain)


def _read_token(body: BytesIO, replaced: str) -> str:
    head = body.read(1)[0]
    kind, common = (head >> _KIND_SHIFT) & _KIND, head & _PREFIX
    if common == _PREFIX:
        common += _read_number(body) or 0
    quote = '"' if kind in _QUOTED else ""
    length = len(replaced) - common - len(quote) if head & _SAME_LENGTH else _read_number(body) or 0
    if kind == _PLAIN:
        return replaced[:common] + body.read(length).decode()
    if kind == _BASE64:
        return replaced[:common] + urlsafe_b64encode(body.read(length)).decode() + quote
    return replaced[:common] + _from_nibbles(body.read((length + 1) // 2), length, _NIBBLES[kind]) + quote


def _nibbles(digits: str, alphabet: str) -> bytes:
    values = [alphabet.index(digit) for digit in digits] + [0] * (len(digits) % 2)
    return bytes(high << 4 | low for high, low in zip(values[::2], values[1::2], strict=True))


def _from_nibbles(packed: bytes, length: int, alphabet: str) -> str:
    return "".join(alphabet[value] for byte in packed for value in (byte >> 4, byte & 0x0F))[:length]


def _number(value: int) -> bytes:
    """Write a number in groups of seven bits, lowest first."""
    groups = bytearray()
    while value > _LOW:
        groups.append(value & _LOW | _MORE)
        value >>= 7
    return bytes(groups) + bytes([value])


def _read_number(body: BytesIO) -> int | None:
    value = shift = 0
    while byte := body.read(1):
        value |= (byte[0] & _LOW) << shift
        if not byte[0] & _MORE:
            return value
        shift += 7
    return None
