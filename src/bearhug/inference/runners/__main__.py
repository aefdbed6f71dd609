"""One model in a process of its own: confined, loaded, and answering on a Unix socket.

Started by the supervisor, as `engines.base` says.
"""

import argparse
import asyncio
import contextlib
import json
import os
import pickle
import re
import socket
import sys
import tempfile
import threading
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from bearhug.inference import memory
from bearhug.inference.engines.base import SOCKET
from bearhug.inference.engines.confine import confine
from bearhug.inference.runners import brought, registry
from bearhug.inference.runners.server import Server, Service
from bearhug.inference.runners.task import AnyTask, Generating, Setup
from bearhug.inference.runners.working import Worker

TICK_SECONDS = 0.3
# What torch says of the first name in a pickle that is no tensor's.
FOREIGN = re.compile(r"GLOBAL ([\w.]+)")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("engine", "task", "name"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    for name in ("memory", "threads", "slots", "context", "parent"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--trust-code", action="store_true")
    return parser.parse_args()


def main() -> None:
    args = arguments()
    hub = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # whatever a library prints is log, not a word to the hub
    os.chdir(args.folder)
    if args.trust_code:
        brought.lay_out(Path("model"))
    os.umask(0o177)
    tempfile.tempdir = str(args.folder)  # libraries ask for one that they may write to: none is
    try:
        run(args, hub)
    except Exception as error:
        traceback.print_exception(error)
        raise SystemExit(_reason(error)) from None
    os._exit(0)


def run(args: argparse.Namespace, hub: TextIO) -> None:
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(SOCKET)
    model = Path("model").absolute()
    files = [path.resolve() for path in model.rglob("*") if path.is_file()]
    confined = confine(files, args.folder, parent=args.parent, memory_bytes=args.memory)
    tasks = registry.alike(args.engine, args.task)  # ours still; the model's own files come later
    loop = asyncio.new_event_loop()
    confined.seal()
    print(json.dumps({"isolation": str(confined)}), file=hub)
    setup = Setup(
        engine=args.engine,
        task=args.task,
        name=args.name,
        folder=model,
        threads=args.threads,
        slots=args.slots,
        context=args.context,
        trusted=args.trust_code,
        sealed=confined.sealed,
    )
    with _progress(hub, sum(path.stat().st_size for path in files)):
        service = opened(tasks, setup)
    confined.settle()
    listening.listen()
    print(json.dumps({"ready": True, "device": _device()}), file=hub)
    threading.Thread(target=_until_let_go, daemon=True).start()
    loop.run_until_complete(Server(service).serve(listening))


def opened(tasks: Mapping[str, AnyTask], setup: Setup) -> Service:
    task = tasks[setup.task]
    if isinstance(task, Generating):
        service: Service = task.open(setup)
        return service
    loaded: Any = task.load(setup)
    answering = {name: each for name, each in tasks.items() if not isinstance(each, Generating)}
    return Worker(answering, setup.task, loaded)


@contextlib.contextmanager
def _progress(hub: TextIO, weight_bytes: int) -> Iterator[None]:
    """Tell how much of the model is in memory, by how much we have grown."""
    before, over = memory.resident(os.getpid()), threading.Event()

    def tell() -> None:
        while not over.wait(TICK_SECONDS):
            grown = memory.resident(os.getpid()) - before
            done = round(min(0.99, max(0.0, grown / max(1, weight_bytes))), 2)
            print(json.dumps({"progress": done}), file=hub)

    telling = threading.Thread(target=tell, daemon=True)
    telling.start()
    try:
        yield
    finally:
        over.set()
        telling.join()


def _device() -> str:
    """What the model computes on."""
    torch = sys.modules.get("torch")  # ONNX Runtime and scikit-learn need none
    return "cuda" if torch is not None and torch.cuda.is_available() else "cpu"


def _until_let_go() -> None:
    """The hub holds our input open while it wants us."""
    sys.stdin.buffer.read()
    os._exit(0)


def _reason(error: BaseException) -> str:
    """One line: it is the last of the log, and what the asker is told."""
    words = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, pickle.UnpicklingError):
        named = FOREIGN.search(words)
        what = f" (it asks for {named[1]})" if named else ""
        words = f"Its pickled weights hold more than numbers{what}, and were not opened"
    return words[:290].rstrip(".")


if __name__ == "__main__":
    main()
