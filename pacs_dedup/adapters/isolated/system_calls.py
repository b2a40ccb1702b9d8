"""Numbers of Linux system calls that a decoder has no use for, by machine.

From the kernel's own tables (x86: arch/x86/entry/syscalls/syscall_64.tbl, aarch64: include/uapi/asm-generic/unistd.h).
A machine that does not have a call has no number for it here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Machine:
    """What the filter has to know of a machine.

    Attributes:
        audit_arch: AUDIT_ARCH of linux/audit.h, by which the kernel names the calling convention.
        foreign_above: numbers from here on belong to another convention (x32); 0: there is none.
        numbers: of the calls below.
    """

    audit_arch: int
    foreign_above: int
    numbers: Mapping[str, int]


FORBIDDEN: Final = (
    # the network
    "socket", "connect", "bind", "listen", "accept", "accept4",
    # other programs and processes
    "execve", "execveat", "fork", "vfork", "ptrace", "process_vm_readv", "process_vm_writev", "tkill",
    "pidfd_open", "pidfd_getfd", "pidfd_send_signal", "kcmp", "rt_sigqueueinfo", "rt_tgsigqueueinfo",
    "setpriority", "sched_setparam", "sched_setscheduler", "sched_setattr", "sched_setaffinity", "ioprio_set",
    "migrate_pages", "move_pages", "shmget", "semget", "msgget", "mq_open",
    # changes to files
    "creat", "unlink", "unlinkat", "rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat",
    "mkdir", "mkdirat", "rmdir", "mknod", "mknodat", "truncate", "chmod", "fchmod", "fchmodat", "chown", "lchown",
    "fchown", "fchownat", "setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr",
    "utime", "utimes", "futimesat", "utimensat", "name_to_handle_at", "open_by_handle_at",
    # the machine
    "mount", "umount2", "pivot_root", "chroot", "unshare", "setns", "bpf", "perf_event_open", "userfaultfd",
    "io_uring_setup", "keyctl", "add_key", "request_key", "init_module", "finit_module", "kexec_load", "reboot",
    "personality", "setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid", "setgroups",
)  # fmt: skip
"""Refused with EPERM, whatever their arguments."""

NEWER: Final = 424
"""From here on every machine has the same numbers, in the order in which Linux 5.1 and its successors added calls."""

_X86_64: Final = {
    "open": 2, "openat": 257, "clone": 56, "clone3": 435, "openat2": 437, "kill": 62, "tgkill": 234, "seccomp": 317,
    "prlimit64": 302, "fcntl": 72, "ioctl": 16,
    "socket": 41, "connect": 42, "accept": 43, "bind": 49, "listen": 50, "accept4": 288,
    "execve": 59, "execveat": 322, "fork": 57, "vfork": 58, "ptrace": 101, "process_vm_readv": 310,
    "process_vm_writev": 311, "tkill": 200, "pidfd_open": 434, "pidfd_getfd": 438, "pidfd_send_signal": 424,
    "kcmp": 312, "rt_sigqueueinfo": 129, "rt_tgsigqueueinfo": 297, "setpriority": 141, "sched_setparam": 142,
    "sched_setscheduler": 144, "sched_setattr": 314, "sched_setaffinity": 203, "ioprio_set": 251,
    "migrate_pages": 256, "move_pages": 279, "shmget": 29, "semget": 64, "msgget": 68, "mq_open": 240,
    "creat": 85, "unlink": 87, "unlinkat": 263, "rename": 82, "renameat": 264, "renameat2": 316, "link": 86,
    "linkat": 265, "symlink": 88, "symlinkat": 266, "mkdir": 83, "mkdirat": 258, "rmdir": 84, "mknod": 133,
    "mknodat": 259, "truncate": 76, "chmod": 90, "fchmod": 91, "fchmodat": 268, "chown": 92, "lchown": 94,
    "fchown": 93, "fchownat": 260, "setxattr": 188, "lsetxattr": 189, "fsetxattr": 190, "removexattr": 197,
    "lremovexattr": 198, "fremovexattr": 199, "utime": 132, "utimes": 235, "futimesat": 261, "utimensat": 280,
    "name_to_handle_at": 303, "open_by_handle_at": 304,
    "mount": 165, "umount2": 166, "pivot_root": 155, "chroot": 161, "unshare": 272, "setns": 308, "bpf": 321,
    "perf_event_open": 298, "userfaultfd": 323, "io_uring_setup": 425, "keyctl": 250, "add_key": 248,
    "request_key": 249, "init_module": 175, "finit_module": 313, "kexec_load": 246, "reboot": 169,
    "personality": 135, "setuid": 105, "setgid": 106, "setreuid": 113, "setregid": 114, "setresuid": 117,
    "setresgid": 119, "setgroups": 116,
}  # fmt: skip

_AARCH64: Final = {
    "openat": 56, "clone": 220, "clone3": 435, "openat2": 437, "kill": 129, "tgkill": 131, "seccomp": 277,
    "prlimit64": 261, "fcntl": 25, "ioctl": 29,
    "socket": 198, "bind": 200, "listen": 201, "accept": 202, "connect": 203, "accept4": 242,
    "execve": 221, "execveat": 281, "ptrace": 117, "process_vm_readv": 270, "process_vm_writev": 271, "tkill": 130,
    "pidfd_open": 434, "pidfd_getfd": 438, "pidfd_send_signal": 424, "kcmp": 272,
    "rt_sigqueueinfo": 138, "rt_tgsigqueueinfo": 240, "setpriority": 140, "sched_setparam": 118,
    "sched_setscheduler": 119, "sched_setattr": 274, "sched_setaffinity": 122, "ioprio_set": 30,
    "migrate_pages": 238, "move_pages": 239, "shmget": 194, "semget": 190, "msgget": 186, "mq_open": 180,
    "unlinkat": 35, "renameat": 38, "renameat2": 276, "linkat": 37, "symlinkat": 36, "mkdirat": 34, "mknodat": 33,
    "truncate": 45, "fchmod": 52, "fchmodat": 53, "fchown": 55, "fchownat": 54, "setxattr": 5, "lsetxattr": 6,
    "fsetxattr": 7, "removexattr": 14, "lremovexattr": 15, "fremovexattr": 16, "utimensat": 88,
    "name_to_handle_at": 264, "open_by_handle_at": 265,
    "mount": 40, "umount2": 39, "pivot_root": 41, "chroot": 51, "unshare": 97, "setns": 268, "bpf": 280,
    "perf_event_open": 241, "userfaultfd": 282, "io_uring_setup": 425, "keyctl": 219, "add_key": 217,
    "request_key": 218, "init_module": 105, "finit_module": 273, "kexec_load": 104, "reboot": 142,
    "personality": 92, "setuid": 146, "setgid": 144, "setreuid": 145, "setregid": 143, "setresuid": 147,
    "setresgid": 149, "setgroups": 159,
}  # fmt: skip

MACHINES: Final = {
    "x86_64": Machine(audit_arch=0xC000003E, foreign_above=0x40000000, numbers=_X86_64),
    "aarch64": Machine(audit_arch=0xC00000B7, foreign_above=0, numbers=_AARCH64),
}
"""By the name that ``uname -m`` prints."""
