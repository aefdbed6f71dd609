"""Try every client that speaks Xet, each by its own wheels, against this Bearhug.

    tools/old_clients.py [HUB=XET …]        0.32.0=1.1.2, say; none: all of them, and npm's

Each uploads, edits, sends again and downloads, with a home and an environment of its own (kept
under .cache/clients). Needs the dev environment, and the package registries the first time.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bearhug.app import build_hub
from bearhug.config import from_environment
from tests.cas import clients
from tests.conftest import introduce, serving


def main(asked: list[str]) -> int:
    pairs = [tuple(each.split("=")) for each in asked] or list(clients.PAIRS)
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        hub = build_hub(from_environment(data_dir=data / "hub"))
        hub.write(introduce)
        with serving(hub) as server:
            for number, (huggingface_hub, xet) in enumerate(pairs):
                python = clients.python_with(huggingface_hub, xet)
                name = f"huggingface_hub {huggingface_hub}, hf_xet {xet}"
                failed += _tried(name, clients.run_python, python, server.url, number, data)
            if not asked:
                clients.node_scenario()
                failed += _tried(clients.NPM, clients.run_node, None, server.url, len(pairs), data)
            if any((data / "hub" / "objects" / "lfs").glob("*/*/*")):
                print("something was sent whole, and not in chunks")
                failed += 1
        hub.db.close()
    return failed


def _tried(name, run, python, url, number, data) -> int:  # type: ignore[no-untyped-def]
    begun = time.monotonic()
    given = [python] if python else []
    try:
        run(*given, url, f"ada/client{number}", data / f"home{number}")
    except subprocess.CalledProcessError:
        print(f"{name}: failed")
        return 1
    print(f"{name}: {time.monotonic() - begun:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
