"""llama.cpp's own server, with the settings the hub gives it, on a port and with no hub around.

python -m bench.engine MODEL PORT THREADS
"""

import argparse
import sys
import threading

import xllamacpp  # type: ignore[import-untyped]

from bearhug.inference.engines.gguf import CONTEXTS, SLOTS
from bearhug.inference.engines.gguf_runner import parameters


def main(model: str, port: str, threads: str) -> None:
    given = argparse.Namespace(
        models=[model], name="smol", slots=SLOTS, context=CONTEXTS[0], threads=int(threads)
    )
    settings = parameters(given)
    settings.hostnames, settings.port = ["127.0.0.1"], int(port)
    server = xllamacpp.Server(settings)
    threading.Event().wait()  # until the bench ends this process
    del server


if __name__ == "__main__":
    main(*sys.argv[1:])
