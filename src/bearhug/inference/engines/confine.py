"""What a runner does to itself before it opens a stranger's model: less to lose, less to reach.

Linux only, by the plain system calls, so that nothing need be installed; each step is tried on
its own, and `confine` says in words what holds. Elsewhere a runner is a plain process.
Sources: prctl(2), unshare(2), capset(2), landlock(7) up to ABI 6.
"""

import contextlib
import ctypes
import os
import resource
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
SIGKILL = 9
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446  # one number on every machine
CAPABILITY_VERSION_3 = 0x20080522

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
REMOVE_FILE, MAKE_SOCK, IOCTL_DEV = 1 << 5, 1 << 9, 1 << 15
READ = READ_FILE | READ_DIR
# How many rights each Landlock ABI knows: refer came with 2, truncate with 3, ioctl with 5.
KNOWN_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
ALL_TCP = 0b11
ALL_SCOPES = 0b11  # abstract sockets, signals

SYSTEM = (
    *("/usr", "/lib", "/lib64", "/opt/rocm", "/opt/cuda"),
    *("/etc/ld.so.cache", "/proc", "/sys/devices/system"),
)


def confine(model: Iterable[Path], folder: Path, *, parent: int, memory_bytes: int) -> str:
    """Give up what a model has no need of, and say what was given up.

    `folder` stays writable for the socket; `parent` is whose death ends us. Call it before any
    thread starts: a user namespace may not be entered later, and Landlock binds only one thread.
    """
    _limit(memory_bytes)
    if sys.platform != "linux":
        return "a process of its own"
    libc = ctypes.CDLL(None, use_errno=True)
    offline = _leave_network(libc)
    _die_with(libc, parent)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    hidden = _landlock(libc, [*model], folder) and _apart(folder)
    return ", ".join(
        ["a process of its own"]
        + ["without network"] * offline
        + ["seeing none of the hub's files but the model's"] * hidden
    )


def _limit(memory_bytes: int) -> None:
    """No core dumps, no file written, no runaway: twice the estimate leaves room for its error."""
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_NOFILE, 256)
    if sys.platform == "linux":
        _lower(resource.RLIMIT_DATA, 2 * memory_bytes + 1024**3)
        with contextlib.suppress(OSError):  # when memory ends, a model goes before the hub does
            Path("/proc/self/oom_score_adj").write_text("500")
    os.nice(5)


def _lower(kind: int, wanted: int) -> None:
    _, hard = resource.getrlimit(kind)
    limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(kind, (limit, limit))


def _leave_network(libc: ctypes.CDLL) -> bool:
    """Enter a network namespace with no way out. A socket in the file system still reaches us."""
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
        return False
    header = struct.pack("=Ii", CAPABILITY_VERSION_3, 0)
    libc.capset(header, bytes(24))  # the namespace gave us its capabilities: none is needed
    return True


def _die_with(libc: ctypes.CDLL, parent: int) -> None:
    """Set late: a change of credentials, as above, clears the signal (prctl(2))."""
    libc.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
    libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)  # so that the hub may measure us
    if os.getppid() != parent:
        sys.exit("The hub ended before its runner began.")


def _landlock(libc: ctypes.CDLL, model: list[Path], folder: Path) -> bool:
    abi = libc.syscall(LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)
    if abi < 1:
        return False
    handled = (1 << KNOWN_RIGHTS.get(abi, 16)) - 1
    attributes = struct.pack("=QQQ", handled, ALL_TCP, ALL_SCOPES)
    size = 8 if abi < 4 else 16 if abi < 6 else 24
    rules = libc.syscall(LANDLOCK_CREATE, attributes, ctypes.c_size_t(size), 0)
    if rules < 0:
        return False
    try:
        for path, rights in _allowed(model, folder):
            _allow(libc, rules, path, rights & handled)
        return bool(libc.syscall(LANDLOCK_RESTRICT, rules, 0) == 0)
    finally:
        os.close(rules)


def _programs() -> list[Path]:
    """Where the system's and Python's own files are."""
    interpreter = {sys.prefix, sys.base_prefix, *(entry for entry in sys.path if entry)}
    return [Path(name) for name in (*SYSTEM, *sorted(interpreter))]


def _apart(folder: Path) -> bool:
    """Whether the hub keeps its data where no program's files are."""
    place = folder.resolve()
    return not any(place.is_relative_to(programs.resolve()) for programs in _programs())


def _allowed(model: list[Path], folder: Path) -> Iterable[tuple[Path, int]]:
    for path in _programs():
        yield path, READ | EXECUTE
    yield Path("/dev"), READ | WRITE_FILE | IOCTL_DEV  # a graphics card is opened there
    yield folder, READ | MAKE_SOCK | REMOVE_FILE
    for path in model:
        yield path, READ_FILE


def _allow(libc: ctypes.CDLL, rules: int, path: Path, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not here need not be allowed
    try:
        if not path.is_dir():
            rights &= EXECUTE | WRITE_FILE | READ_FILE | IOCTL_DEV
        libc.syscall(LANDLOCK_ADD, rules, 1, struct.pack("=Qi", rights, place), 0)
    finally:
        os.close(place)
