"""What is no xorb, or no shard of what is here, at the doors: the status, and nothing stored."""

import dataclasses
import hashlib
import json
import random
import struct
from collections.abc import Callable, Iterator

import lz4.frame
import pytest
from sqlalchemy import select, union_all
from starlette.testclient import TestClient

from bearhug.app import Application
from bearhug.db import statement
from bearhug.db.schema import objects, xet_files
from bearhug.hub import Hub
from bearhug.kit.xet import hashes
from bearhug.kit.xet.hashes import text
from bearhug.kit.xet.shard import TAG
from bearhug.kit.xet.xorb import MOST_BYTES
from tests.cas.sending import pack, repo_of

FILE = pack(random.Random(71).randbytes(300_000))
NAME = text(FILE.layout.hash)
KNOWN = statement(union_all(select(xet_files.c.size), select(objects.c.size)))
END = b"\xff" * 32 + bytes(16)


@pytest.fixture
def web(hub: Hub) -> Iterator[TestClient]:
    repo_of(hub, "mine")
    with TestClient(Application(hub), base_url="http://hub.test") as client:
        given = client.get(
            "/api/models/ada/mine/xet-write-token/main", headers={"Authorization": "Bearer hf_ada"}
        )
        client.headers["Authorization"] = f"Bearer {given.json()['accessToken']}"
        yield client


def stored(hub: Hub) -> list[str]:
    """All that is stored, half-received files too."""
    root = hub.settings.data_dir / "objects"
    return [str(path) for path in root.rglob("*") if path.is_file() and "packs" not in str(path)]


def flipped(at: int) -> bytes:
    return FILE.body[:at] + bytes([FILE.body[at] ^ 1]) + FILE.body[at + 1 :]


def header(stored: int, raw: int, scheme: int = 0) -> bytes:
    sizes = stored.to_bytes(3, "little"), raw.to_bytes(3, "little")
    return b"\0" + sizes[0] + bytes([scheme]) + sizes[1]


def bomb() -> bytes:
    frame = lz4.frame.compress(bytes(30 << 20))
    return header(len(frame), 131_072, scheme=1) + frame


XORBS: dict[str, bytes] = {
    "nothing": b"",
    "junk": random.Random(1).randbytes(5000),
    "a bit flipped in a chunk": flipped(1000),
    "a bit flipped in a header": flipped(0),
    "cut off": FILE.body[:-1],
    "a header cut off": FILE.body + header(5, 5)[:4],
    "something behind": FILE.body + b"x",
    "a false footer": FILE.body + b"XETBLOB nonsense",
    "another xorb": pack(b"another" * 5000).body,
    "an LZ4 bomb": bomb(),
    "no LZ4": header(5, 9, scheme=1) + b"12345",
    "an unknown scheme": header(1, 1, scheme=3) + b"x",
    "a chunk too long": header(1, 131_073) + b"x",
    "an empty chunk": header(0, 0),
    "8,193 chunks": (header(1, 1) + b"x") * 8193,
}


@pytest.mark.parametrize("what", XORBS)
def test_what_is_no_xorb_is_refused(web: TestClient, hub: Hub, what: str) -> None:
    for path in ("v1/xorbs", "xorbs", "xorb"):
        refused = web.post(f"/cas/g1/{path}/default/{NAME}", content=XORBS[what])
        assert refused.status_code == 422, (path, refused.text)
        assert refused.headers["x-error-message"]
    assert stored(hub) == []


def test_a_body_longer_than_any_is_refused_unread(web: TestClient, hub: Hub) -> None:
    headers = {"Content-Length": str(MOST_BYTES + 1)}
    refused = web.post(f"/cas/g1/v1/xorbs/default/{NAME}", content=b"x", headers=headers)
    assert refused.status_code == 413
    assert stored(hub) == []


@pytest.mark.parametrize("name", ["x", "0" * 63, "g" * 64, "0" * 65])
def test_what_is_no_hash_is_refused(web: TestClient, name: str) -> None:
    for refused in (
        web.post(f"/cas/g1/v1/xorbs/default/{name}", content=FILE.body),
        web.post(f"/cas/g1/v1/xorb-grants/default/{name}", json={}),
        web.get(f"/cas/g1/v1/chunks/default/{name}"),
        web.get(f"/cas/g1/v2/reconstructions/{name}"),
    ):
        assert refused.status_code == 400


@dataclasses.dataclass(frozen=True)
class Told:
    """What a shard says, to be said wrongly."""

    file: bytes = FILE.hash
    xorb: bytes = FILE.layout.hash
    flags: int = 0xC0000000
    entries: int = 1
    raw: int = FILE.layout.raw_bytes
    start: int = 0
    stop: int = FILE.layout.chunks
    proof: bytes = hashes.range_hash(FILE.layout.hashes)
    sha256: bytes = bytes.fromhex(FILE.sha256)
    chunks: bytes = FILE.layout.hashes
    listed: int = FILE.layout.chunks
    tag: bytes = TAG

    def shard(self) -> bytes:
        body = self.tag + struct.pack("<QQ", 2, 0)
        body += self.file + struct.pack("<IIII", self.flags, self.entries, 0, 0)
        body += self.xorb + struct.pack("<IIII", 0, self.raw, self.start, self.stop)
        if self.flags & 0x80000000:
            body += self.proof + bytes(16)
        if self.flags & 0x40000000:
            body += hashes.swapped(self.sha256) + bytes(16)
        body += END + FILE.layout.hash + struct.pack("<IIII", 0, self.listed, self.raw, 0)
        for chunk in hashes.split(self.chunks):
            body += chunk + bytes(16)
        return body + END


GOOD = Told()
SHARDS: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "junk": lambda: random.Random(2).randbytes(960),
    "another tag": lambda: Told(tag=bytes(32)).shard(),
    "cut off": lambda: GOOD.shard()[:-48],
    "an unknown xorb": lambda: Told(xorb=bytes(range(32))).shard(),
    "a range past the end": lambda: Told(stop=FILE.layout.chunks + 1).shard(),
    "an empty range": lambda: Told(start=1, stop=1).shard(),
    "a range turned round": lambda: Told(start=2, stop=1).shard(),
    "another length": lambda: Told(raw=FILE.layout.raw_bytes - 1).shard(),
    "no verification": lambda: Told(flags=0x40000000).shard(),
    "a wrong verification": lambda: Told(proof=bytes(32)).shard(),
    "another file's hash": lambda: Told(file=bytes(range(32))).shard(),
    "other chunks in its list": lambda: Told(chunks=FILE.layout.hashes[::-1]).shard(),
    "another sha256": lambda: Told(sha256=hashlib.sha256(b"theirs").digest()).shard(),
    "more entries than come": lambda: Told(entries=0xFFFFFFFF).shard(),
    "more chunks than come": lambda: Told(listed=8000).shard(),
    "more chunks than any has": lambda: Told(listed=0xFFFFFFFF).shard(),
}


@pytest.mark.parametrize("what", SHARDS)
def test_a_shard_that_does_not_fit_is_refused(web: TestClient, hub: Hub, what: str) -> None:
    assert web.post(f"/cas/g1/v1/xorbs/default/{NAME}", content=FILE.body).status_code == 200
    body = SHARDS[what]()
    refused = web.post("/cas/g1/v1/shards", content=body)
    assert refused.status_code == 422, refused.text
    told = web.post("/cas/g1/v2/shards", content=body)
    last = json.loads(told.text.splitlines()[-1])
    assert (told.status_code, last["type"], last["retryable"]) == (200, "error", False)
    assert last["message"], "its user reads it"
    assert hub.db.read(lambda db: db.all(KNOWN)) == []


def test_the_good_one_is_taken(web: TestClient) -> None:
    assert GOOD.shard()[:300] == FILE.shard()[:300]
    web.post(f"/cas/g1/v1/xorbs/default/{NAME}", content=FILE.body)
    assert web.post("/cas/g1/v1/shards", content=GOOD.shard()).json() == {"result": 1}
