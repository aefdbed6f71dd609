"""Who may have chunks: tokens, hashes, addresses, tried by those who may not."""

import hashlib
import random
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from bearhug.accounts import service as accounts
from bearhug.app import Application
from bearhug.hub import Hub
from bearhug.kit.xet import hashes
from bearhug.kit.xet.hashes import text
from bearhug.kit.xet.shard import TAG
from bearhug.repos import service as repos
from bearhug.repos.model import Repo, RepoKind, Visibility
from tests.cas.sending import Packed, pack, repo_of, send
from tests.conftest import person

END = b"\xff" * 32 + bytes(16)
SECRET, OPEN = (pack(random.Random(seed).randbytes(400_000)) for seed in (31, 32))


@dataclass
class Clock:
    now: int

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock(time.time_ns() // 1_000_000)


@pytest.fixture
def timed(hub: Hub, clock: Clock) -> Hub:
    return replace(hub, clock=clock)


@pytest.fixture
def web(timed: Hub) -> Iterator[TestClient]:
    with TestClient(Application(timed), base_url="http://hub.test") as client:
        yield client


def as_(who: str) -> dict[str, str]:
    return {"Authorization": f"Bearer hf_{who}"} if who else {}


def ask(web: TestClient, kind: str, name: str, who: str = "ada", rest: str = "main") -> Any:
    return web.get(f"/api/models/{name}/xet-{kind}-token/{rest}", headers=as_(who))


def token(web: TestClient, kind: str, name: str, who: str = "ada", rest: str = "main") -> str:
    given = ask(web, kind, name, who, rest)
    assert given.status_code == 200, given.text
    return str(given.json()["accessToken"])


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def reconstruct(web: TestClient, token: str, packed: Packed, version: int = 2) -> httpx.Response:
    address = f"/cas/g1/v{version}/reconstructions/{text(packed.hash)}"
    return web.get(address, headers=bearer(token))


def private(hub: Hub, name: str) -> Repo:
    ada = person(hub, "ada")
    return hub.write_as(ada, repos.create, RepoKind.MODEL, name, visibility=Visibility.PRIVATE)


def test_a_hash_opens_nothing_in_another_repo(web: TestClient, timed: Hub) -> None:
    send(timed, private(timed, "secret"), SECRET)
    send(timed, repo_of(timed, "open"), OPEN)
    theirs = token(web, "read", "ada/open", "linus")
    assert reconstruct(web, theirs, OPEN).status_code == 200
    for version in (1, 2):
        assert reconstruct(web, theirs, SECRET, version).status_code == 404
    size = web.head(f"/cas/g1/v1/files/{text(SECRET.hash)}", headers=bearer(theirs))
    assert size.status_code == 404


def test_who_may_not_read_gets_no_token(web: TestClient, timed: Hub) -> None:
    private(timed, "secret")
    for who in ("", "linus", "grace"):
        for kind in ("read", "write"):
            refused = ask(web, kind, "ada/secret", who)
            assert refused.status_code in (401, 404), (who, kind)
            assert "accessToken" not in refused.text


def test_a_gate_stands_before_chunks_too(web: TestClient, timed: Hub) -> None:
    send(timed, repo_of(timed, "gated"), SECRET)
    gate = web.put("/api/models/ada/gated/settings", json={"gated": "manual"}, headers=as_("ada"))
    assert gate.status_code == 200
    assert ask(web, "read", "ada/gated", "linus").status_code == 403
    assert ask(web, "read", "ada/gated", "").status_code == 401
    assert reconstruct(web, token(web, "read", "ada/gated"), SECRET).status_code == 200


def test_a_reading_token_writes_nothing(web: TestClient, timed: Hub) -> None:
    repo_of(timed, "open")
    reading = bearer(token(web, "read", "ada/open"))
    name = text(OPEN.layout.hash)
    for path, body in (
        (f"/cas/g1/v1/xorbs/default/{name}", OPEN.body),
        (f"/cas/g1/v1/xorb-grants/default/{name}", b"{}"),
        ("/cas/g1/v1/shards", OPEN.shard()),
        ("/cas/g1/v2/shards", OPEN.shard()),
    ):
        assert web.post(path, content=body, headers=reading).status_code == 403, path
        assert web.post(path, content=body).status_code == 401, path
        assert web.post(path, content=body, headers=as_("ada")).status_code == 401, "not the Hub's"


def test_whoever_reads_may_write_for_a_pull_request_only(web: TestClient, timed: Hub) -> None:
    repo_of(timed, "open")
    assert ask(web, "write", "ada/open", "linus").status_code == 403
    assert ask(web, "write", "ada/open", "", "None?create_pr=1").status_code == 401
    proposing = bearer(token(web, "write", "ada/open", "linus", "None?create_pr=1"))
    name = text(OPEN.layout.hash)
    sent = web.post(f"/cas/g1/v1/xorbs/default/{name}", content=OPEN.body, headers=proposing)
    assert sent.json() == {"was_inserted": True}
    told = web.post("/cas/g1/v1/shards", content=OPEN.shard(), headers=proposing)
    assert told.json() == {"result": 1}


def test_a_token_lives_its_hour_and_a_little(web: TestClient, timed: Hub, clock: Clock) -> None:
    send(timed, repo_of(timed, "open"), OPEN)
    held = token(web, "read", "ada/open")
    clock.now += 3_600_000 + 200_000
    assert reconstruct(web, held, OPEN).status_code == 200, "hf_xet would end at a 401"
    clock.now += 200_000
    assert reconstruct(web, held, OPEN).status_code == 401
    assert reconstruct(web, held[:-2] + "xx", OPEN).status_code == 401


def test_a_token_is_worth_what_its_holder_may_now(web: TestClient, timed: Hub) -> None:
    ada = person(timed, "ada")
    repo = timed.write_as(
        ada, repos.create, RepoKind.MODEL, "ours", owner="bears", visibility=Visibility.PRIVATE
    )
    send(timed, repo, SECRET)
    held = token(web, "read", "bears/ours", "grace")
    assert reconstruct(web, held, SECRET).status_code == 200
    timed.write_as(ada, accounts.remove_member, "bears", "grace")
    assert reconstruct(web, held, SECRET).status_code == 404
    timed.write_as(ada, repos.delete, RepoKind.MODEL, "bears/ours")
    assert reconstruct(web, held, SECRET).status_code == 404


MINE = 3
"""How many chunks of a xorb belong to the open file; the rest is the secret one's."""


def part(whole: Packed, *spans: tuple[int, int]) -> Packed:
    """The file of these of its chunks only, as a client tells it that packed more together."""
    layout, terms, proofs, data, leaves = whole.layout, b"", b"", b"", []
    for start, stop in spans:
        some = whole.data[layout.raw_end(start) : layout.raw_end(stop)]
        data += some
        leaves += list(layout.leaves(start, stop))
        terms += layout.hash + struct.pack("<IIII", 0, len(some), start, stop)
        proofs += hashes.range_hash(layout.chunk_hashes(start, stop)) + bytes(16)
    hash = hashes.file_hash(leaves)
    file = hash + struct.pack("<IIII", 0xC0000000, len(spans), 0, 0) + terms + proofs
    file += hashes.swapped(hashlib.sha256(data).digest()) + bytes(16)
    told = TAG + struct.pack("<QQ", 2, 0) + file + END + END
    return Part(data, layout, whole.body, told, hash)


@dataclass(frozen=True)
class Part(Packed):
    told: bytes
    own_hash: bytes

    @property
    def hash(self) -> bytes:
        return self.own_hash

    def shard(self) -> bytes:
        return self.told


@dataclass
class Address:
    """A data address of a file that shares its xorb with a secret one."""

    web: TestClient
    url: str
    stop: int
    body: bytes

    def get(self, *headers: tuple[str, str]) -> httpx.Response:
        return self.web.get(self.url, headers=list(headers))


@pytest.fixture
def address(web: TestClient, timed: Hub) -> Address:
    whole = pack(OPEN.data + SECRET.data)
    send(timed, private(timed, "secret"), whole)
    mine = part(whole, (0, MINE))
    send(timed, repo_of(timed, "open"), mine)
    told = reconstruct(web, token(web, "read", "ada/open", "linus"), mine).json()
    ((fetch,),) = told["xorbs"].values()
    return Address(web, fetch["url"], whole.layout.end(MINE), whole.body)


def test_an_address_opens_its_own_bytes(address: Address) -> None:
    whole = address.get(("Range", f"bytes=0-{address.stop - 1}"))
    assert (whole.status_code, whole.content) == (206, address.body[: address.stop])
    unasked = address.get()
    assert (unasked.status_code, unasked.content) == (206, address.body[: address.stop])
    some = address.get(("Range", "bytes=0-9, 20-29"))
    assert some.status_code == 206
    assert address.body[:10] in some.content
    assert address.body[20:30] in some.content


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=0-{stop}",
        "bytes={stop}-{more}",
        "bytes=0-",
        "bytes=-10",
        "bytes=0-9,{stop}-{more}",
        "bytes=0-{last},0-{last}",
        "bytes=9-0",
        "bytes=0-x",
        "chunks=0-9",
    ],
)
def test_and_no_byte_more(address: Address, asked: str) -> None:
    stop = address.stop
    spelled = asked.format(stop=stop, last=stop - 1, more=stop + 9)
    assert address.get(("Range", spelled)).status_code == 403


def test_no_condition_opens_the_whole(address: Address) -> None:
    for more in (("If-Range", '"other"'), ("If-Range", "Wed, 21 Oct 2015 07:28:00 GMT")):
        sent = address.get(("Range", "bytes=0-9"), more)
        assert (sent.status_code, sent.content) == (206, address.body[:10])
        assert len(address.get(more).content) == address.stop
    twice = address.get(("Range", "bytes=0-9"), ("Range", "bytes=0-99999999"))
    assert twice.content == address.body[:10]


def test_a_proxy_is_only_shown_what_it_will_send_exactly(address: Address, timed: Hub) -> None:
    behind = timed.settings.model_copy(update={"accel_prefix": "/stored"})
    there = replace(address, web=TestClient(Application(replace(timed, settings=behind))))
    way = "x-accel-redirect"
    assert "xorbs/" in there.get(("Range", "bytes=0-9")).headers[way]
    for headers in (
        [],
        [("Range", "bytes=0-9"), ("If-Range", '"x"')],
        [("Range", "bytes=0-9"), ("Range", "bytes=0-99999")],
        [("Range", "bytes=0-9, 20-29")],
    ):
        assert way not in there.get(*headers).headers, headers


def test_an_address_runs_out_and_cannot_be_changed(address: Address, clock: Clock) -> None:
    changed = replace(address, url=address.url[:-3] + "abc")
    assert changed.get(("Range", "bytes=0-9")).status_code == 403
    clock.now += 3_700_000
    assert address.get(("Range", "bytes=0-9")).status_code == 403, "so that clients ask again"


def test_older_clients_tell_ranges_apart_by_their_addresses(web: TestClient, timed: Hub) -> None:
    file = part(pack(OPEN.data), (0, 1), (2, 3))
    send(timed, repo_of(timed, "open"), file)
    told = reconstruct(web, token(web, "read", "ada/open"), file, version=1).json()
    ((one, other),) = told["fetch_info"].values()
    assert one["url"] != other["url"]
    for each in (one, other):
        first, last = each["url_range"]["start"], each["url_range"]["end"]
        got = web.get(each["url"], headers={"Range": f"bytes={first}-{last}"})
        assert got.content == file.body[first : last + 1]
