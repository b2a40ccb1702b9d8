"""What a process gives up, and keeps to itself: capabilities(7), and its memory."""

import ctypes
from typing import Final

_PR_SET_DUMPABLE: Final = 4
_CAPABILITIES_VERSION: Final = 0x20080522  # _LINUX_CAPABILITY_VERSION_3 of linux/capability.h
_DAC_READ_SEARCH: Final = 1 << 2
_SETS: Final = 3  # effective, permitted, inheritable; each in two words, low ones first

_Sets = ctypes.c_uint32 * (2 * _SETS)


def keep_own_memory(libc: ctypes.CDLL | None = None) -> bool:
    """Let no other process of this account read this one's memory or environment, nor trace it (PR_SET_DUMPABLE).

    Both may hold the database's password and what patients' images show. A crash leaves no core file any more.
    Only a process with CAP_SYS_PTRACE can still look. Returns False where the system refuses.
    """
    libc = libc or ctypes.CDLL(None)
    return bool(libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0)


def keep_only_reading(libc: ctypes.CDLL) -> bool:
    """Drop every capability of this thread but that of reading any file, which a scan by root needs.

    Without capabilities, as a service runs, nothing changes. Returns False where the system refuses.
    """
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_VERSION, 0)
    sets = _Sets()
    if libc.capget(header, sets) != 0:
        return False
    effective, permitted = (sets[index] & _DAC_READ_SEARCH for index in range(2))
    return bool(libc.capset(header, _Sets(effective, permitted)) == 0)
