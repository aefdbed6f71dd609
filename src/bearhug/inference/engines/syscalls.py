"""A filter of system calls: what a process that computes has no need of is refused.

By seccomp(2) and classic BPF, for every thread at once. It asks for no right and no package, and
holds where namespaces and Landlock are not to be had. Refused calls fail with EPERM, so that a
library that merely tries one goes on. Numbers as in Linux's unistd_64.h and asm-generic/unistd.h.
"""

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterable, Iterator

# (x86-64, arm64); None where that machine has no such call.
REFUSED: dict[str, tuple[int | None, int | None]] = {
    # other programs
    **{"execve": (59, 221), "execveat": (322, 281), "fork": (57, None), "vfork": (58, None)},
    # other processes
    **{"ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271)},
    **{"process_madvise": (440, 440), "pidfd_open": (434, 434), "pidfd_getfd": (438, 438)},
    **{"pidfd_send_signal": (424, 424), "kcmp": (312, 272), "tkill": (200, 130)},
    **{"rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240)},
    **{"setpriority": (141, 140), "ioprio_set": (251, 30), "sched_setscheduler": (144, 119)},
    **{"sched_setattr": (314, 274), "sched_setparam": (142, 118)},
    **{"migrate_pages": (256, 238), "move_pages": (279, 239)},
    # a way out by a socket there already, in the file system or in shared memory
    **{"connect": (42, 203), "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195)},
    **{"msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180), "mq_unlink": (241, 181)},
    # files' rights and times, which Landlock does not watch
    **{"chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452)},
    **{"chown": (92, None), "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54)},
    **{"setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7)},
    **{"removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16)},
    **{"setxattrat": (463, 463), "removexattrat": (466, 466), "utime": (132, None)},
    **{"utimes": (235, None), "futimesat": (261, None), "utimensat": (280, 88)},
    **{"mkdir": (83, None), "mkdirat": (258, 34), "mknod": (133, None), "mknodat": (259, 33)},
    **{"truncate": (76, 45), "creat": (85, None), "file_setattr": (469, 469)},
    **{"inotify_init": (253, None), "inotify_init1": (294, 26), "inotify_add_watch": (254, 27)},
    **{"name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265)},
    # the kernel's large doors
    **{"mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51)},
    **{"move_mount": (429, 429), "open_tree": (428, 428), "fsopen": (430, 430)},
    **{"fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433)},
    **{"mount_setattr": (442, 442), "setns": (308, 268), "unshare": (272, 97)},
    **{"bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282)},
    **{"keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218)},
    **{"io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427)},
    **{"init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106)},
    **{"kexec_load": (246, 104), "kexec_file_load": (320, 294), "reboot": (169, 142)},
    **{"swapon": (167, 224), "swapoff": (168, 225), "acct": (163, 89), "syslog": (103, 116)},
    **{"quotactl": (179, 60), "quotactl_fd": (443, 443), "fanotify_init": (300, 262)},
    **{"settimeofday": (164, 170), "clock_settime": (227, 112), "clock_adjtime": (305, 266)},
    **{"adjtimex": (159, 171), "sethostname": (170, 161), "setdomainname": (171, 162)},
    **{"iopl": (172, None), "ioperm": (173, None), "modify_ldt": (154, None)},
    **{"personality": (135, 92), "vhangup": (153, 58)},
}
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
SECCOMP = (317, 277)
CLONE, CLONE3 = (56, 220), (435, 435)
KILL, TGKILL, PRLIMIT = (62, 129), (234, 131), (302, 261)
SOCKET, SOCKETPAIR = (41, 198), (53, 199)
FCNTL, IOCTL = (72, 25), (16, 29)
OPEN, OPENAT, OPENAT2 = (2, None), (257, 56), (437, 437)
X32 = 0x40000000

SET_MODE_FILTER, ALL_THREADS = 1, 1
CLONE_THREAD = 0x00010000
AF_UNIX, SOCK_STREAM, SOCK_KINDS = 1, 1, 0xF
O_TRUNC = 0o1000
OWNERS = (8, 10, 15)
"""F_SETOWN, F_SETSIG, F_SETOWN_EX: whom to signal, and how, when a file is ready."""

SOCKETS_OWNERS = (0x8901, 0x8902)
"""FIOSETOWN, SIOCSPGRP: the same, of a socket."""

LOAD, EQUAL, AT_LEAST, ANY_BIT, AND, RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
ALLOW, KILL_PROCESS, FAIL = 0x7FFF0000, 0x80000000, 0x00050000
NUMBER, ARCHITECTURE, FIRST, SECOND, THIRD = 0, 4, 16, 24, 32
"""Where struct seccomp_data has them; of an argument, its lower half."""

Instruction = tuple[int, int, int, int]
"""Code, jump if true, jump if false, constant: struct sock_filter."""


def filtered(libc: ctypes.CDLL, *, shortens: bool = False, spared: Iterable[str] = ()) -> bool:
    """Put the filter on; there is no way back. False where the machine or kernel has none.

    `shortens`: no file may be cut short by opening it either, which Landlock before its third
    ABI (Linux 6.2) lets a file's owner do. `spared` names calls that stay allowed.
    """
    if platform.machine() not in MACHINES:
        return False
    column, architecture = MACHINES[platform.machine()]
    cutting = [*_cutting(column)] if shortens else []
    refused = [numbers[column] for name, numbers in REFUSED.items() if name not in set(spared)]
    program_of = _program(column, architecture, refused, cutting)
    code = b"".join(struct.pack("=HBBI", *one) for one in program_of)
    kept = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("@HP", len(code) // 8, ctypes.addressof(kept))
    done = libc.syscall(SECCOMP[column], SET_MODE_FILTER, ALL_THREADS, program)
    return bool(done == 0)


def _program(
    column: int,
    architecture: int,
    refused: Iterable[int | None],
    cutting: Iterable[Instruction],
) -> Iterable[Instruction]:
    yield (LOAD, 0, 0, ARCHITECTURE)
    yield from _unless(EQUAL, architecture, KILL_PROCESS)
    yield (LOAD, 0, 0, NUMBER)
    if column == 0:
        yield from _when(AT_LEAST, X32, FAIL | errno.EPERM)
    for number in refused:
        if number is not None:
            yield from _when(EQUAL, number, FAIL | errno.EPERM)
    # glibc falls back to clone, whose flags can be read here: threads, yes; processes, no.
    yield from _when(EQUAL, CLONE3[column], FAIL | errno.ENOSYS)
    yield from _only(CLONE[column], [*_unless(ANY_BIT, CLONE_THREAD, FAIL | errno.EPERM)])
    # No signal but to ourselves, and no limits but our own.
    for call in (KILL, TGKILL):
        yield from _only(call[column], [*_unless(EQUAL, os.getpid(), FAIL | errno.EPERM)])
    yield from _only(PRLIMIT[column], [*_unless(EQUAL, 0, FAIL | errno.EPERM)])
    # Nor by a file that signals whoever is said to own it.
    yield from _but(FCNTL[column], SECOND, EQUAL, OWNERS)
    yield from _but(IOCTL[column], SECOND, EQUAL, SOCKETS_OWNERS)
    # The one socket a runner needs is the one it listens on. A pair of datagrams would do to
    # write to any socket of the system, without ever connecting to it.
    unix = [*_unless(EQUAL, AF_UNIX, FAIL | errno.EPERM), (LOAD, 0, 0, SECOND)]
    stream: list[Instruction] = [(AND, 0, 0, SOCK_KINDS)]
    stream += _unless(EQUAL, SOCK_STREAM, FAIL | errno.EPERM)
    for call in (SOCKET, SOCKETPAIR):
        yield from _only(call[column], unix + stream)
    yield from cutting
    yield (RETURN, 0, 0, ALLOW)


def _cutting(column: int) -> Iterator[Instruction]:
    """No file is opened to be cut short; by the call whose flags cannot be read, none at all."""
    for call, argument in ((OPEN, SECOND), (OPENAT, THIRD)):
        if (number := call[column]) is not None:
            yield from _but(number, argument, ANY_BIT, (O_TRUNC,))
    yield from _when(EQUAL, OPENAT2[column], FAIL | errno.ENOSYS)


def _when(test: int, value: int, verdict: int) -> Iterator[Instruction]:
    yield (test, 0, 1, value)
    yield (RETURN, 0, 0, verdict)


def _unless(test: int, value: int, verdict: int) -> Iterator[Instruction]:
    yield (test, 1, 0, value)
    yield (RETURN, 0, 0, verdict)


def _but(number: int, argument: int, test: int, values: Iterable[int]) -> Iterator[Instruction]:
    """If it is this call, refuse it where its argument is one of these, or has such a bit."""
    checks = [each for value in values for each in _when(test, value, FAIL | errno.EPERM)]
    yield (EQUAL, 0, len(checks) + 2, number)
    yield (LOAD, 0, 0, argument)
    yield from checks
    yield (RETURN, 0, 0, ALLOW)


def _only(number: int, checks: list[Instruction]) -> Iterator[Instruction]:
    """If it is this call, look at its first argument by `checks`, and allow what passes them."""
    yield (EQUAL, 0, len(checks) + 2, number)
    yield (LOAD, 0, 0, FIRST)
    yield from checks
    yield (RETURN, 0, 0, ALLOW)
