"""The process that holds one GGUF model: llama.cpp's own server on a Unix socket.

Started by the supervisor, as `engines.base` says. llama.cpp speaks HTTP there itself, so no
Python stands between it and the hub, and it sees at once when a client has gone.
"""

import argparse
import json
import os
import sys
from pathlib import Path

import xllamacpp  # type: ignore[import-untyped]

from bearhug.inference.engines.base import SOCKET
from bearhug.inference.engines.confine import confine

LOG_WARNINGS = 2


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+")
    parser.add_argument("--name", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    for name in ("slots", "context", "threads", "memory", "parent"):
        parser.add_argument(f"--{name}", type=int, required=True)
    return parser.parse_args()


def parameters(args: argparse.Namespace) -> xllamacpp.CommonParams:
    """llama.cpp's settings. Each cache that could outgrow the estimate is off."""
    params = xllamacpp.CommonParams()
    params.model.path = args.models[0]
    params.model_alias = {args.name}  # else answers would tell the file's path
    params.hostnames = [SOCKET]  # a name that ends in .sock is a Unix socket
    params.n_parallel = args.slots
    params.n_ctx = args.context
    params.kv_unified = True  # conversations share it: one may take what others leave
    params.n_threads_http = args.slots + 4
    params.cpuparams.n_threads = args.threads
    params.cpuparams_batch.n_threads = args.threads
    params.use_jinja = True
    params.offline = True
    params.ui = False
    params.endpoint_slots = False
    params.fit_params = False  # the supervisor has chosen; asking again costs 0.2 s
    params.cache_ram_mib = 0
    params.cache_idle_slots = False
    params.sse_ping_interval = 5
    params.verbosity = LOG_WARNINGS
    return params


def main() -> None:
    args = arguments()
    os.umask(0o177)
    hub = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # whatever a library prints is log, not a word to the hub
    os.chdir(args.folder)
    confined = confine(
        map(Path, args.models), args.folder, parent=args.parent, memory_bytes=args.memory
    )
    confined.seal()
    print(json.dumps({"isolation": str(confined)}), file=hub)
    server = xllamacpp.Server(parameters(args))
    print(json.dumps({"ready": True}), file=hub)
    sys.stdin.buffer.read()  # until the hub lets go of us, or ends
    del server
    os._exit(0)


if __name__ == "__main__":
    main()
