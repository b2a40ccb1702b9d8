"""What the kernel and an NTP server say about this machine's clock (RFC 5905; IHE ITI-1, Maintain Time)."""

import ctypes
import socket
import struct
import time
from datetime import timedelta

_ADJTIMEX_BYTES, _STATUS_OFFSET, _STA_UNSYNC = 208, 40, 0x0040  # struct timex of a 64-bit kernel
_NTP_PORT, _NTP_BYTES = 123, 48
_CLIENT_REQUEST = b"\x23" + 47 * b"\0"  # version 4, mode 3
_UNIX_EPOCH_IN_NTP = 2_208_988_800
_FRACTION = 1 << 32


def is_synchronised() -> bool | None:
    """Tell whether the kernel's clock is kept by a time service; None where the kernel does not say."""
    answer = ctypes.create_string_buffer(_ADJTIMEX_BYTES)
    try:
        code = ctypes.CDLL(None).adjtimex(answer)
    except (OSError, AttributeError):
        return None
    if code < 0:
        return None
    status: int = struct.unpack_from("i", answer.raw, _STATUS_OFFSET)[0]
    return not status & _STA_UNSYNC


def skew_to(host: str, within: timedelta, port: int = _NTP_PORT) -> float:
    """Ask an NTP server once; return its clock minus ours, in seconds.

    Raises:
        OSError: there was no answer, or none that can be understood.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
        connection.settimeout(within.total_seconds())
        sent = time.time()
        connection.sendto(_CLIENT_REQUEST, (host, port))
        answer, _ = connection.recvfrom(_NTP_BYTES)
        arrived = time.time()
    if len(answer) < _NTP_BYTES:
        raise OSError("the answer is too short")
    received, transmitted = (_moment(answer, offset) for offset in (32, 40))
    return ((received - sent) + (transmitted - arrived)) / 2


def _moment(answer: bytes, offset: int) -> float:
    seconds, fraction = struct.unpack_from("!II", answer, offset)
    return float(seconds - _UNIX_EPOCH_IN_NTP + fraction / _FRACTION)
