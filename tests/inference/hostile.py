# The plain system calls are what is tried.
# ruff: noqa: PTH101, PTH102, PTH104, PTH108, PTH123, PTH208, PTH211, SIM115
"""What a stranger's code would try, run inside a runner's confinement: `python hostile.py JSON`.

Writes a line of JSON: for each attempt "done", or the error that held it.
"""

import ctypes
import fcntl
import json
import mmap
import os
import pickle
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bearhug.inference.engines.confine import confine

GIB = 1024**3


class Payload:
    """Pickled, it runs any attempt when it is loaded."""

    def __init__(self, attempt: str) -> None:
        self.attempt = attempt

    def __reduce__(self) -> tuple[Any, ...]:
        return (_run, (self.attempt,))


def _run(attempt: str) -> str:
    ATTEMPTS[attempt]()
    return "done"


GIVEN: dict[str, Any] = {}


def _write(path: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write("bear")


def _call(number: int, *arguments: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _connect(kind: socket.AddressFamily, address: Any) -> None:
    with socket.socket(kind) as out:
        out.connect(address)


def _datagram() -> None:
    """Without ever connecting: each of a pair may name another receiver."""
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with one, other:
        one.sendto(b"READY=1", GIVEN["datagrams"])


def _own(command: int, value: int) -> None:
    one, other = socket.socketpair()
    with one, other:
        fcntl.fcntl(one, command, value)


def _own_socket() -> None:
    one, other = socket.socketpair()
    with one, other:
        fcntl.ioctl(one, 0x8901, struct.pack("i", os.getppid()))


def _watch() -> None:
    watching = ctypes.CDLL(None, use_errno=True).inotify_init1(0)
    _call(254, watching, ctypes.addressof(_text(GIVEN["hub"])), 0x100)


def _text(path: str) -> Any:
    return ctypes.create_string_buffer(path.encode())


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _listing() -> None:
    os.listdir(GIVEN["hub"])


def _allocate() -> None:
    with mmap.mmap(-1, 10 * GIB, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        memory[0] = 1


ATTEMPTS: dict[str, Callable[[], object]] = {
    "write to /tmp": lambda: _write("/tmp/bearhug-was-here"),
    "write beside the model": lambda: _write(GIVEN["folder"] + "/new"),
    "write to the model": lambda: _write(GIVEN["model"]),
    "write to the hub's file": lambda: _write(GIVEN["secret"]),
    "read the hub's file": lambda: Path(GIVEN["secret"]).read_text("ascii"),
    "list the hub's folder": _listing,
    "remove the hub's file": lambda: os.unlink(GIVEN["secret"]),
    "rename the hub's file": lambda: os.rename(GIVEN["secret"], GIVEN["secret"] + "x"),
    "change the hub's file's mode": lambda: os.chmod(GIVEN["secret"], 0o777),
    "change the model's mode": lambda: os.chmod(GIVEN["model"], 0o777),
    "change the model's time": lambda: os.utime(GIVEN["model"], (0, 0)),
    "make a folder": lambda: os.mkdir(GIVEN["folder"] + "/deep"),
    "make a link": lambda: os.symlink("/etc/passwd", GIVEN["folder"] + "/link"),
    "read the users": lambda: Path("/etc/shadow").read_text("ascii"),
    "read the parent's environment": lambda: Path(f"/proc/{os.getppid()}/environ").read_bytes(),
    "read the parent's memory": lambda: open(f"/proc/{os.getppid()}/mem", "rb"),
    "open a socket to the network": lambda: _connect(socket.AF_INET, ("127.0.0.1", GIVEN["port"])),
    "connect to a socket of the system": lambda: _connect(socket.AF_UNIX, GIVEN["socket"]),
    "send by a datagram": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM),
    "send by a pair of datagrams": _datagram,
    "own a file for the parent": lambda: _own(fcntl.F_SETOWN, os.getppid()),
    "choose the signal of a file": lambda: _own(10, signal.SIGKILL),
    "own a socket for the parent": _own_socket,
    "watch the hub's folder": _watch,
    "cut the hub's file short": lambda: os.truncate(GIVEN["secret"], 0),
    "cut the model short": lambda: os.truncate(GIVEN["model"], 0),
    "cut the model short by opening": lambda: os.open(GIVEN["model"], os.O_RDONLY | os.O_TRUNC),
    "open a raw socket": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW),
    "fork": _fork,
    "start a program": lambda: subprocess.run(["/bin/true"], check=True),
    "become a program": lambda: os.execv("/bin/true", ["true"]),
    "start by posix_spawn": lambda: os.posix_spawn("/bin/true", ["true"], {}),
    "signal the parent": lambda: os.kill(os.getppid(), 0),
    "signal everyone": lambda: os.kill(-1, signal.SIGCONT),
    "trace the parent": lambda: _call(101, 16, os.getppid(), 0, 0),
    "make a namespace": lambda: _call(272, 0x10000000),
    "mount": lambda: _call(165, 0, 0, 0, 0, 0),
    "load a program into the kernel": lambda: _call(321, 0, 0, 0),
    "open an io_uring": lambda: _call(425, 8, 0),
    "handle page faults": lambda: _call(323, 0),
    "read the keyring": lambda: _call(250, 0, 0),
    "become root": lambda: os.setuid(0),
    "limit the parent": lambda: _call(302, os.getppid(), 7, 0, 0),
    "allocate ten gigabytes": _allocate,
}


def main() -> None:
    GIVEN.update(json.loads(sys.argv[1]))
    model, folder = Path(GIVEN["model"]), Path(GIVEN["folder"])
    confined = confine([model], folder, parent=os.getppid(), memory_bytes=GIB // 2)
    confined.seal()
    found = {}
    for name in ATTEMPTS:
        try:
            found[name] = str(pickle.loads(pickle.dumps(Payload(name))))
        except (OSError, MemoryError, ValueError) as error:
            found[name] = f"{type(error).__name__}: {error}"
    thread = threading.Thread(target=lambda: found.update(threads="done"))
    thread.start()
    thread.join()
    found["most threads"] = resource.getrlimit(resource.RLIMIT_NPROC)[1]
    found["read the model"] = model.read_text("ascii")
    print(json.dumps({"said": str(confined), "sealed": confined.sealed, "found": found}))


if __name__ == "__main__":
    main()
