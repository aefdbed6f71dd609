"""Cuts files in a process of its own: `xet.apart` says why, and starts it.

It is told on its standard input what to open and which objects to bring into chunks, and says on
its output what they came to. It imports little: it is started anew for every few files.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from bearhug.db.open import open_database
from bearhug.storage.open import open_objects
from bearhug.storage.sigv4 import Credentials
from bearhug.xet.ingest import Ingested, bring
from bearhug.xet.model import pack_runs, unpack_runs

NICENESS = 10


def main() -> None:
    os.nice(NICENESS)
    asked = json.load(sys.stdin)
    folder = Path(asked["folder"])
    credentials = Credentials(**asked["credentials"])
    objects = open_objects(asked["objects"], folder / "objects", credentials)
    database = open_database(asked["database"], folder, 1)
    try:
        came = bring(database, objects, asked["hashes"], asked["at"])
    finally:
        database.close()
    json.dump({sha256: told(each) for sha256, each in came.items()}, sys.stdout)


def told(file: Ingested) -> dict[str, Any]:
    packed = pack_runs(file.runs).hex()
    return {"hash": file.hash.hex(), "sha256": file.sha256, "size": file.size, "runs": packed}


def heard(told: dict[str, Any]) -> Ingested:
    runs = unpack_runs(bytes.fromhex(told["runs"]))
    return Ingested(bytes.fromhex(told["hash"]), told["sha256"], told["size"], runs)


if __name__ == "__main__":
    main()
