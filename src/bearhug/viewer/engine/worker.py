"""One worker of the viewer: confined before it imports a library, and then asked line by line.

Started by process.py with the folders it may read; a question is a line of JSON, an answer a line
of JSON with how many `bytes` follow it. Whose questions it answers, its desk, is a module with a
`Desk`: the engine's, or the SQL console's.
"""

import argparse
import importlib
import json
import os
import sys
import tempfile
from pathlib import Path

from bearhug.inference.engines.confine import confine

GROUPS = Path("/sys/fs/cgroup")
"""DuckDB looks there for how much memory there is, and falls over if it may not."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--desk", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--reading", type=Path, action="append", default=[])
    for name in ("parent", "memory", "file-bytes"):
        parser.add_argument(f"--{name}", type=int, required=True)
    args = parser.parse_args()
    os.umask(0o077)
    hub = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is log, not an answer
    os.chdir(args.folder)
    tempfile.tempdir = str(args.folder)
    confined = confine(
        [*args.reading, GROUPS],
        args.folder,
        parent=args.parent,
        memory_bytes=args.memory,
        file_bytes=args.file_bytes,
    )
    desk = importlib.import_module(args.desk).Desk()
    confined.seal()
    told = {"isolation": str(confined), "sealed": confined.sealed}
    hub.write(json.dumps(told).encode() + b"\n")
    hub.flush()
    for line in sys.stdin.buffer:
        answer, content = desk.answer(json.loads(line))
        written = json.dumps({**answer, "bytes": len(content)}, ensure_ascii=False)
        hub.write(written.encode("utf-8", "replace") + b"\n" + content)
        hub.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
