"""What the Hub's own doors say of files in chunks: resolve, trees, LFS batches (XET §9)."""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from bearhug.app import JOBS, Application
from bearhug.cas.service import converting
from bearhug.files import service as files
from bearhug.files.model import AddLfs, Proposal
from bearhug.hub import Hub
from bearhug.kit.xet.hashes import text
from bearhug.repos.model import RepoKind
from bearhug.storage import lfs_key
from bearhug.worker import Worker
from tests.cas.sending import Packed, pack, repo_of, send
from tests.conftest import person

FILE = pack(random.Random(41).randbytes(700_000) + bytes(200_000))
WHOLE = random.Random(42).randbytes(300_000)
ADA = {"Authorization": "Bearer hf_ada"}
PLACE = "/ada/big/resolve/main/weights.bin"
XET_INFO = "application/vnd.xet-fileinfo+json"


@pytest.fixture
def web(hub: Hub) -> Iterator[TestClient]:
    """With ada/big, in which weights.bin is in chunks."""
    repo = repo_of(hub, "big")
    send(hub, repo, FILE)
    commit(hub, AddLfs("weights.bin", FILE.sha256, len(FILE.data)))
    with TestClient(Application(hub), base_url="http://hub.test") as client:
        yield client


def commit(hub: Hub, op: AddLfs) -> str:
    return files.commit_now(
        hub, person(hub, "ada"), RepoKind.MODEL, "ada/big", Proposal((op,), "Add")
    )


def head_of(web: TestClient) -> str:
    return str(web.get("/api/models/ada/big").json()["sha"])


def test_a_file_says_where_its_chunks_are(web: TestClient) -> None:
    for answer in (web.head(PLACE), web.get(PLACE)):
        assert answer.headers["x-xet-hash"] == text(FILE.hash)
        assert answer.headers["etag"] == f'"{FILE.sha256}"'
        assert answer.headers["x-linked-etag"] == f'"{FILE.sha256}"'
        assert answer.headers["x-linked-size"] == str(len(FILE.data))
        route = f"http://hub.test/api/models/ada/big/xet-read-token/{head_of(web)}"
        assert answer.links["xet-auth"]["url"] == route == answer.headers["x-xet-refresh-route"]
        chunks = answer.links["xet-reconstruction-info"]["url"]
        told = web.get(route, headers=ADA).json()
        assert chunks == f"{told['casUrl']}/v1/reconstructions/{text(FILE.hash)}"
        bearer = {"Authorization": f"Bearer {told['accessToken']}"}
        assert web.get(chunks, headers=bearer).status_code == 200


def test_whoever_asks_plainly_gets_the_same_bytes(web: TestClient) -> None:
    assert web.get(PLACE).content == FILE.data
    for first, last in ((0, 0), (5, 300_000), (699_990, 700_010), (899_999, 999_999)):
        got = web.get(PLACE, headers={"Range": f"bytes={first}-{last}"})
        assert (got.status_code, got.content) == (206, FILE.data[first : last + 1])
    assert web.get(PLACE, headers={"Range": "bytes=-7"}).content == FILE.data[-7:]
    assert web.get(PLACE, headers={"Range": "bytes=900000-"}).status_code == 416
    known = {"If-None-Match": f'"{FILE.sha256}"'}
    assert web.get(PLACE, headers=known).status_code == 304


def test_a_proxy_in_front_is_never_sent_for_chunks(web: TestClient, hub: Hub) -> None:
    settings = hub.settings.model_copy(update={"accel_prefix": "/stored"})
    behind = TestClient(Application(replace(hub, settings=settings)))
    assert behind.get(PLACE).content == FILE.data


def test_hub_js_may_ask_for_words_instead(web: TestClient) -> None:
    asked = {"Accept": f"{XET_INFO}, */*", "Range": "bytes=0-0"}
    told = web.get(PLACE, headers=asked)
    assert (told.status_code, told.headers["content-type"]) == (200, XET_INFO)
    assert told.json() == {
        "hash": text(FILE.hash),
        "size": len(FILE.data),
        "etag": FILE.sha256,
    }
    assert told.headers["x-linked-size"] == str(len(FILE.data))
    assert {"xet-auth", "xet-reconstruction-info"} <= told.links.keys()
    plain = web.get("/ada/big/resolve/main/.gitattributes", headers=asked)
    assert plain.headers["content-type"] != XET_INFO


def test_trees_tell_of_chunks(web: TestClient) -> None:
    listed = web.get("/api/models/ada/big/tree/main").json()
    (weights,) = [entry for entry in listed if entry["path"] == "weights.bin"]
    assert weights["xetHash"] == text(FILE.hash)
    assert weights["lfs"]["oid"] == FILE.sha256
    assert all("xetHash" not in entry for entry in listed if entry is not weights)
    asked = web.post("/api/models/ada/big/paths-info/main", json={"paths": ["weights.bin"]})
    assert asked.json()[0]["xetHash"] == text(FILE.hash)
    told = web.get("/api/models/ada/big", params={"expand": "xetEnabled"}).json()
    assert told["xetEnabled"] is True


def test_what_came_whole_tells_of_chunks_once_it_is_in_them(web: TestClient, hub: Hub) -> None:
    sha256 = hashlib.sha256(WHOLE).hexdigest()
    batch = ask(web, [{"oid": sha256, "size": len(WHOLE)}], ["basic"])
    sent = web.put(batch["objects"][0]["actions"]["upload"]["href"], content=WHOLE)
    assert sent.status_code == 200
    commit(hub, AddLfs("whole.bin", sha256, len(WHOLE)))
    place = "/ada/big/resolve/main/whole.bin"
    assert web.get(place).content == WHOLE, "at once"
    worker = Worker(hub, JOBS)
    while worker.step():
        pass
    converting.convert(hub, sha256)
    told = web.head(place)
    assert told.headers["x-xet-hash"] == text(pack(WHOLE).hash)
    converting.drop_whole(hub, sha256)
    assert hub.objects.path(lfs_key(sha256)) is None
    after = web.get(place)
    assert (after.content, after.headers["etag"]) == (WHOLE, told.headers["etag"])


def ask(
    web: TestClient,
    wanted: list[dict[str, Any]],
    transfers: list[str],
    operation: str = "upload",
    who: str = "ada",
    **more: Any,
) -> Any:
    body = {"operation": operation, "transfers": transfers, "objects": wanted, **more}
    headers = {"Authorization": f"Bearer hf_{who}"}
    answer = web.post("/ada/big.git/info/lfs/objects/batch", json=body, headers=headers)
    return answer.json() if answer.status_code == 200 else answer


NEW = pack(random.Random(43).randbytes(300_000))
WANTED = [
    {"oid": NEW.sha256, "size": len(NEW.data)},
    {"oid": FILE.sha256, "size": len(FILE.data)},
]


def test_a_client_that_sends_chunks_is_told_where(web: TestClient) -> None:
    told = ask(web, WANTED, ["basic", "multipart", "xet"], ref={"name": "main"})
    assert told["transfer"] == "xet"
    new, known = told["objects"]
    assert "actions" not in known, "the repo has it"
    upload = new["actions"]["upload"]
    assert upload["header"].keys() == {
        "X-Xet-Cas-Url",
        "X-Xet-Access-Token",
        "X-Xet-Token-Expiration",
        "X-Xet-Session-Id",
    }
    again = web.get(upload["href"], headers=ADA)
    assert again.json()["casUrl"] == upload["header"]["X-Xet-Cas-Url"]
    arrive(web, upload["header"], NEW)
    verify = new["actions"]["verify"]
    body = {"oid": NEW.sha256, "size": len(NEW.data)}
    assert web.post(verify["href"], json=body, headers=ADA).status_code == 200
    assert "actions" not in ask(web, WANTED, ["xet"])["objects"][0]


def arrive(web: TestClient, header: dict[str, str], packed: Packed) -> None:
    """As a client does with what a batch told it."""
    bearer = {"Authorization": f"Bearer {header['X-Xet-Access-Token']}"}
    place = httpx.URL(header["X-Xet-Cas-Url"]).path
    name = text(packed.layout.hash)
    for path, body in ((f"xorbs/default/{name}", packed.body), ("shards", packed.shard())):
        sent = web.post(f"{place}/v1/{path}", content=body, headers=bearer)
        assert sent.status_code == 200, sent.text


def test_a_reader_who_proposes_is_told_too(web: TestClient) -> None:
    upload = ask(web, WANTED[:1], ["xet"], who="linus")["objects"][0]["actions"]["upload"]
    again = web.get(upload["href"], headers={"Authorization": "Bearer hf_linus"})
    assert again.status_code == 200, "the token can be had anew"
    arrive(web, upload["header"], NEW)
    refused = ask(web, WANTED[:1], ["xet"], who="linus", ref={"name": "main"})
    assert refused.status_code == 403


def test_git_lfs_is_answered_as_ever(web: TestClient) -> None:
    for transfers in (["basic"], ["lfs-standalone-file", "basic", "ssh"]):
        told = ask(web, WANTED, transfers)
        assert told["transfer"] == "basic"
        assert told["objects"][0]["actions"]["upload"]["href"].startswith("http://hub.test/lfs/")
    told = ask(web, WANTED[1:], ["basic", "xet"], "download")
    assert told["transfer"] == "basic"
    href = told["objects"][0]["actions"]["download"]["href"]
    assert web.get(href).content == FILE.data, "put together from chunks"
    assert web.get(href, headers={"Range": "bytes=10-19"}).content == FILE.data[10:20]


def test_another_repo_may_be_lent_chunks(web: TestClient, hub: Hub) -> None:
    repo_of(hub, "other")
    body = {
        "target": {"type": "model", "name": "ada/other"},
        "files": [{"xetHash": text(FILE.hash), "sha256": FILE.sha256, "filename": "weights.bin"}],
    }
    lent = web.post("/api/models/ada/big/lfs-files/duplicate", json=body, headers=ADA)
    assert lent.json()["failed"] == []
    token = web.get("/api/models/ada/other/xet-read-token/main", headers=ADA).json()
    bearer = {"Authorization": f"Bearer {token['accessToken']}"}
    address = f"/cas/g1/v2/reconstructions/{text(FILE.hash)}"
    assert web.get(address, headers=bearer).status_code == 200
