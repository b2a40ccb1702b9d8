"""Passcodes of User Identity negotiation, kept as salted hashes (scrypt, RFC 7914)."""

import base64
import binascii
import hashlib
import hmac
import secrets
import threading

_NAME = "scrypt"
_COST, _BLOCK, _LANES = 1 << 15, 8, 1  # 32 MiB and about 0.1 s for each check
_SALT_BYTES, _HASH_BYTES = 16, 32
_MEMORY_BYTES = 64 << 20
_MOST_COST = 1 << 15  # what a hash from elsewhere may ask for
_one_at_a_time = threading.Lock()


def hashed(passcode: bytes) -> str:
    """Return what the configuration keeps of a passcode: ``scrypt:cost:salt:hash``."""
    salt = secrets.token_bytes(_SALT_BYTES)
    return ":".join([_NAME, str(_COST), _text(salt), _text(_derived(passcode, salt, _COST))])


def is_passcode(passcode: bytes, kept: str) -> bool:
    """Tell whether this is the passcode of which ``kept`` is the hash; takes the same time either way.

    One check at a time, so that callers who guess can take no more than the memory of one.

    Raises:
        ValueError: ``kept`` is no such hash.
    """
    cost, salt, wanted = _parts(kept)
    with _one_at_a_time:
        return hmac.compare_digest(_derived(passcode, salt, cost), wanted)


def checked_hash(kept: str) -> str:
    """Return the hash if it is one.

    Raises:
        ValueError: it is not.
    """
    _parts(kept)
    return kept


def _parts(kept: str) -> tuple[int, bytes, bytes]:
    try:
        name, cost, salt, wanted = kept.split(":")
        parts = int(cost), base64.b64decode(salt, validate=True), base64.b64decode(wanted, validate=True)
    except (ValueError, binascii.Error):
        name, parts = "", (0, b"", b"")
    power_of_two = parts[0] > 1 and not parts[0] & (parts[0] - 1)
    if name != _NAME or not power_of_two or parts[0] > _MOST_COST or len(parts[2]) != _HASH_BYTES:
        raise ValueError("not the hash of a passcode; `pacs-dedup peers passcode` makes one")
    return parts


def _derived(passcode: bytes, salt: bytes, cost: int) -> bytes:
    return hashlib.scrypt(passcode, salt=salt, n=cost, r=_BLOCK, p=_LANES, maxmem=_MEMORY_BYTES, dklen=_HASH_BYTES)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
