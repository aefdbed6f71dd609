"""What a runner does to itself before it opens a stranger's model: less to lose, less to reach.

Linux only, by the plain system calls, so that nothing need be installed; each step is tried on
its own, and `Confinement` says in words what holds. Elsewhere a runner is a plain process.
Sources: prctl(2), unshare(2), capset(2), capabilities(7), landlock(7) up to ABI 6.
"""

import contextlib
import ctypes
import os
import pwd
import resource
import struct
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bearhug.inference.engines import groups, syscalls

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_KEEPCAPS, PR_SET_NO_NEW_PRIVS = 1, 4, 8, 38
SIGKILL = 9
CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWNET = 0x08000000, 0x10000000, 0x40000000
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446  # one number on every machine
CAPABILITY_VERSION_3 = 0x20080522
DAC_OVERRIDE, DAC_READ_SEARCH = 1, 2
# Users nobody has: systemd takes its dynamic ones there, and a container maps them too.
FIRST_USER, USERS = 61184, 4336

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
REMOVE_DIR, REMOVE_FILE, MAKE_DIR, MAKE_REG = 1 << 4, 1 << 5, 1 << 7, 1 << 8
MAKE_SOCK, REFER, TRUNCATE, IOCTL_DEV = 1 << 9, 1 << 13, 1 << 14, 1 << 15
READ = READ_FILE | READ_DIR
WRITE = WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | REFER | TRUNCATE
# How many rights each Landlock ABI knows: refer came with 2, truncate with 3, ioctl with 5.
KNOWN_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
TRUNCATES = 3
MOST_THREADS = 8192  # of its user, who may be the hub's: a machine has an end of them
ALL_TCP = 0b11
ALL_SCOPES = 0b11  # abstract sockets, signals

SYSTEM = (
    *("/usr", "/lib", "/lib64", "/opt/rocm", "/opt/cuda"),
    *("/etc/ld.so.cache", "/proc", "/sys/devices/system"),
)
# The rest of /dev is the machine's: disks, terminals, others' shared memory.
DEVICES = ("null", "zero", "full", "random", "urandom", "nvidia*", "nvidia-caps", "dri", "kfd")


@dataclass
class Confinement:
    """What holds a runner. `str()` says it in words, for people."""

    offline: bool = False
    hidden: bool = False
    """No file of the hub's is seen but the model's, and none can be written."""
    alone: bool = False
    """It runs as a user nobody else is."""
    filtered: bool = False
    """It can start no program, reach no process, open no connection."""
    bounded: bool = False
    """A control group of its own holds its memory."""

    @property
    def sealed(self) -> bool:
        """Whether code of a stranger could do no harm here: no file, no network, no program."""
        return self.offline and self.hidden and self.filtered

    def seal(self, *, spared: Iterable[str] = ()) -> None:
        """Give up the system calls that were needed to import our own libraries, at the latest
        before the model's first file is opened; all but those `spared`, by name.
        """
        if sys.platform == "linux":
            libc = _libc()
            shortens = _abi(libc) < TRUNCATES
            self.filtered = syscalls.filtered(libc, shortens=shortens, spared=spared)
            self.offline = self.offline or self.filtered

    def settle(self) -> None:
        """The model is loaded: the right to read its files, kept so far, goes too.

        Unless Python itself is its owner's alone (as in root's home): it imports more later.
        """
        ours = (sys.prefix, sys.base_prefix)
        if self.alone and all(os.access(place, os.R_OK | os.X_OK) for place in ours):
            _capabilities(_libc(), 0)

    def __str__(self) -> str:
        said = {
            "without network": self.offline,
            "seeing none of the hub's files but the model's": self.hidden,
            "as a user of its own": self.alone,
            "unable to start programs": self.filtered,
            "with bounded memory": self.bounded,
        }
        return ", ".join(
            ["a process of its own", *(words for words, holds in said.items() if holds)]
        )


def confine(
    model: Iterable[Path], folder: Path, *, parent: int, memory_bytes: int, file_bytes: int = 0
) -> Confinement:
    """Give up what a model has no need of, and say what was given up; `seal` gives up the rest.

    `folder` stays writable for the socket and, if `file_bytes` is not 0, for files of at most
    so many bytes each; `model` may name folders too. `parent` is whose death ends us. Call it
    before any thread starts: a user namespace may not be entered later, and Landlock binds only
    one thread.
    """
    confinement = Confinement(bounded=_limit(memory_bytes, file_bytes))
    if sys.platform != "linux":
        return confinement
    libc = _libc()
    confinement.offline = _leave_network(libc)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    held = _landlock(libc, [*model], folder, WRITE if file_bytes else 0)
    confinement.hidden = held and _apart(folder)
    # Who is not the owner of the files needs a right to read them, which Landlock must bound.
    confinement.alone = held and _become_nobody(libc, folder)
    _die_with(libc, parent)
    return confinement


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _limit(memory_bytes: int, file_bytes: int) -> bool:
    """No core dumps, no large file written, no runaway: twice the estimate leaves room for error.

    The limit on data holds whatever a process maps for itself, as torch does; a control group,
    where we may make one, also what it touches of the kernel's.
    """
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, file_bytes)
    _lower(resource.RLIMIT_NOFILE, 256)
    _lower(resource.RLIMIT_NPROC, MOST_THREADS)
    bounded = False
    if sys.platform == "linux":
        most = 2 * memory_bytes + 1024**3
        bounded = groups.enter(most)
        if not _has_cuda():  # which maps the card's memory, far more than the machine's, as data
            _lower(resource.RLIMIT_DATA, most)
        with contextlib.suppress(OSError):  # when memory ends, a model goes before the hub does
            Path("/proc/self/oom_score_adj").write_text("500")
    os.nice(5)
    return bounded


def _has_cuda() -> bool:
    return Path("/dev/nvidiactl").exists()


def _lower(kind: int, wanted: int) -> None:
    _, hard = resource.getrlimit(kind)
    limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(kind, (limit, limit))


def _leave_network(libc: ctypes.CDLL) -> bool:
    """Enter a network namespace with no way out. A socket in the file system still reaches us.

    Root may; anyone else by way of a user namespace, whose capabilities are then dropped.
    """
    if os.geteuid() == 0 and libc.unshare(CLONE_NEWNET | CLONE_NEWIPC) == 0:
        return True
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC) != 0:
        return False
    _capabilities(libc, 0)
    return True


def _become_nobody(libc: ctypes.CDLL, folder: Path) -> bool:
    """If we are root, become a user nobody is, who may read any file Landlock shows, no more."""
    reading = next(
        (one for one in (DAC_READ_SEARCH, DAC_OVERRIDE) if _permitted() >> one & 1), None
    )
    if os.geteuid() != 0 or reading is None:
        return False
    user = _unused()
    try:
        os.chown(folder, user, user)
        libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    except OSError:  # a container may forbid it
        return False
    _capabilities(libc, 1 << reading)
    return True


def _unused() -> int:
    taken = {person.pw_uid for person in pwd.getpwall()}
    free = [one for one in range(FIRST_USER, FIRST_USER + USERS) if one not in taken]
    return free[os.getpid() % len(free)]


def _permitted() -> int:
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.split("CapPrm:", 1)[1].split()[0], 16)


def _capabilities(libc: ctypes.CDLL, kept: int) -> None:
    header = struct.pack("=Ii", CAPABILITY_VERSION_3, 0)
    libc.capset(header, struct.pack("=6I", kept, kept, 0, 0, 0, 0))


def _die_with(libc: ctypes.CDLL, parent: int) -> None:
    """Set late: a change of credentials, as above, clears the signal (prctl(2))."""
    libc.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
    libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)  # so that the hub may measure us
    if os.getppid() != parent:
        sys.exit("The hub ended before its runner began.")


def _abi(libc: ctypes.CDLL) -> int:
    """Of Landlock; less than 1 where there is none."""
    return int(libc.syscall(LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1))


def _landlock(libc: ctypes.CDLL, model: list[Path], folder: Path, more: int) -> bool:
    abi = _abi(libc)
    if abi < 1:
        return False
    handled = (1 << KNOWN_RIGHTS.get(abi, 16)) - 1
    attributes = struct.pack("=QQQ", handled, ALL_TCP, ALL_SCOPES)
    size = 8 if abi < 4 else 16 if abi < 6 else 24
    rules = libc.syscall(LANDLOCK_CREATE, attributes, ctypes.c_size_t(size), 0)
    if rules < 0:
        return False
    try:
        for path, rights in _allowed(model, folder, more):
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


def _allowed(model: list[Path], folder: Path, more: int) -> Iterable[tuple[Path, int]]:
    for path in _programs():
        yield path, READ | EXECUTE
    for name in DEVICES:
        for device in Path("/dev").glob(name):
            yield device, READ | WRITE_FILE | IOCTL_DEV
    # torch makes itself a folder for a cache when it is imported; it stays empty.
    yield folder, READ | MAKE_DIR | MAKE_SOCK | REMOVE_FILE | more
    for path in model:
        yield path, READ


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
