"""A jail for decoders: what a codec that somebody took over by a forged image may still do.

It may compute, and read files. It may not talk to the network, start programs or processes, touch other processes, or
write, rename or remove a file. The layers: no new privileges and no capability but reading (prctl(2), capset(2)),
memory that no other process reads, limits (setrlimit(2)), and a filter of system calls (seccomp(2)), which binds every
thread of the process and can not be taken off again.
"""

import ctypes
import os
import platform
import resource
from collections.abc import Iterator
from struct import pack
from typing import Final

from pacs_dedup.adapters.isolated.privileges import keep_only_reading, keep_own_memory
from pacs_dedup.adapters.isolated.system_calls import FORBIDDEN, MACHINES, NEWER, Machine

_PR_SET_NO_NEW_PRIVS: Final = 38
_SECCOMP_SET_MODE_FILTER: Final = 1
_ON_ALL_THREADS: Final = 1  # SECCOMP_FILTER_FLAG_TSYNC: libraries have started threads before
_MOST_OPEN_FILES: Final = 256

# Where struct seccomp_data (linux/seccomp.h) has what is looked at; low words of arguments, both machines being little
# endian.
_NUMBER, _ARCH, _ARGUMENTS = 0, 4, 16
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # linux/bpf_common.h
_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000 | 1  # SECCOMP_RET_ERRNO | EPERM
_UNKNOWN: Final = 0x00050000 | 38  # SECCOMP_RET_ERRNO | ENOSYS: the C library falls back to an older call
_CLONE_THREAD: Final = 0x00010000
_WRITING: Final = 0x1 | 0x2 | 0x40 | 0x200 | 0x400  # O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND
_WHO_IS_SIGNALLED: Final = (8, 10, 15)  # F_SETOWN, F_SETSIG, F_SETOWN_EX: readiness kills whoever is named
_WHO_IS_SIGNALLED_ALSO: Final = (0x8901, 0x8902)  # FIOSETOWN, SIOCSPGRP: the same by ioctl(2)


def enter_jail() -> tuple[str, ...]:
    """Confine this process for ever; return the layers that the system refused.

    Call it when everything is imported. Where a layer is refused (an old kernel, another machine, a container that
    forbids filters) the others still hold, and work goes on: an image that nobody looks at is worse than one that is
    looked at behind fewer walls.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    missing = []
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        missing.append("no new privileges")
    if not keep_only_reading(libc):
        missing.append("no capabilities")
    if not keep_own_memory(libc):
        missing.append("memory of its own")
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        hard = min(_MOST_OPEN_FILES, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (OSError, ValueError):
        missing.append("limits")
    machine = MACHINES.get(platform.machine())
    if machine is None or not _install(libc, machine):
        missing.append("filter of system calls")
    return tuple(missing)


def _install(libc: ctypes.CDLL, machine: Machine) -> bool:
    program = b"".join(_program(machine, os.getpid()))
    instructions = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: the number of instructions, and where they are
    address = ctypes.addressof(instructions)
    fprog = ctypes.create_string_buffer(pack("=HxxxxxxQ", len(program) // 8, address), 16)
    installed = libc.syscall(
        ctypes.c_long(machine.numbers["seccomp"]),
        ctypes.c_ulong(_SECCOMP_SET_MODE_FILTER),
        ctypes.c_ulong(_ON_ALL_THREADS),
        ctypes.byref(fprog),
    )
    return bool(installed == 0)


def _program(machine: Machine, own_pid: int) -> Iterator[bytes]:
    """Yield the instructions, 8 bytes each (struct sock_filter: code, jump if true, jump if false, constant)."""
    yield _step(_LOAD, _ARCH)
    yield _step(_EQUAL, machine.audit_arch, if_true=1)
    yield _step(_RETURN, _REFUSE)
    yield _step(_LOAD, _NUMBER)
    if machine.foreign_above:
        yield _step(_AT_LEAST, machine.foreign_above, if_false=1)
        yield _step(_RETURN, _REFUSE)
    for name in FORBIDDEN:
        if name in machine.numbers:
            yield _step(_EQUAL, machine.numbers[name], if_false=1)
            yield _step(_RETURN, _REFUSE)
    for name in ("clone3", "openat2"):  # their flags are behind a pointer, where no filter can look
        yield _step(_EQUAL, machine.numbers[name], if_false=1)
        yield _step(_RETURN, _UNKNOWN)
    yield _step(_AT_LEAST, NEWER, if_false=1)  # as on a kernel that does not have them: nobody needs them yet
    yield _step(_RETURN, _UNKNOWN)
    yield from _by_arguments(machine, own_pid)
    yield _step(_RETURN, _ALLOW)


def _by_arguments(machine: Machine, own_pid: int) -> Iterator[bytes]:
    for name, argument in (("open", 1), ("openat", 2)):
        if name in machine.numbers:
            yield from _where(machine.numbers[name], argument, _ANY_BIT, _WRITING, then=_REFUSE, otherwise=_ALLOW)
    yield from _where(machine.numbers["clone"], 0, _ANY_BIT, _CLONE_THREAD, then=_ALLOW, otherwise=_REFUSE)
    for name in ("kill", "tgkill"):  # its own end is its own affair: abort() needs it
        yield from _where(machine.numbers[name], 0, _EQUAL, own_pid, then=_ALLOW, otherwise=_REFUSE)
    yield from _where(machine.numbers["prlimit64"], 0, _EQUAL, 0, then=_ALLOW, otherwise=_REFUSE)
    for name, values in (("fcntl", _WHO_IS_SIGNALLED), ("ioctl", _WHO_IS_SIGNALLED_ALSO)):
        yield from _where(machine.numbers[name], 1, _EQUAL, *values, then=_REFUSE, otherwise=_ALLOW)


def _where(number: int, argument: int, test: int, *values: int, then: int, otherwise: int) -> Iterator[bytes]:
    """Yield the instructions that decide on one call by one of its arguments: whether it passes for any value."""
    yield _step(_EQUAL, number, if_false=2 + 2 * len(values))
    yield _step(_LOAD, _ARGUMENTS + 8 * argument)
    for value in values:
        yield _step(test, value, if_false=1)
        yield _step(_RETURN, then)
    yield _step(_RETURN, otherwise)


def _step(code: int, constant: int, *, if_true: int = 0, if_false: int = 0) -> bytes:
    return pack("=HBBI", code, if_true, if_false, constant)
