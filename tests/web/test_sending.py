"""Bytes out, over real sockets: what a client gets, and what the server keeps."""

import hashlib
import http.client
import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bearhug.storage import Credentials, Objects, lfs_key, open_objects
from bearhug.web.sending import BytesResponse, ObjectResponse
from bearhug.web.server import EXTENSION
from tests.seaweed import S3Server, s3_server
from tests.web.running import Running, connected, eventually, open_files, read_all

__all__ = ["s3_server"]

SIZE = 12 * 1024 * 1024 + 7
HONEY = random.Random(0).randbytes(SIZE)
SHA = hashlib.sha256(HONEY).hexdigest()
KEY = lfs_key(SHA)
MODIFIED = 1_741_350_258_657
ETAG = f'"{SHA}"'


class Plain:
    """An app asked by a server that knows nothing of files, as uvicorn alone or under TLS."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app({**scope, "extensions": {}}, receive, send)


def application(objects: Objects, **options: object) -> Starlette:
    async def weights(request: Request) -> Response:
        return ObjectResponse(
            objects,
            KEY,
            size=SIZE,
            etag=SHA,
            filename="weights/hönig.bin",
            modified=MODIFIED,
            headers={"X-Repo-Commit": "c" * 40},
            **options,  # type: ignore[arg-type]
        )

    async def blob(request: Request) -> Response:
        name, inline = request.query_params["name"], "inline" in request.query_params
        return BytesResponse(HONEY[:1000], etag="b", filename=name, inline=inline)

    async def note(request: Request) -> Response:
        return BytesResponse(b"a note\n", etag="n", filename="NOTE")

    async def empty(request: Request) -> Response:
        return BytesResponse(b"", etag="e", filename="empty.txt")

    async def advertised(request: Request) -> Response:
        return PlainTextResponse(str(EXTENSION in request.scope.get("extensions", {})))

    return Starlette(
        routes=[
            Route("/weights", weights),
            Route("/blob", blob),
            Route("/note", note),
            Route("/empty", empty),
            Route("/advertised", advertised),
        ]
    )


@pytest.fixture(scope="module")
def objects(tmp_path_factory: pytest.TempPathFactory) -> Objects:
    objects = open_objects(None, tmp_path_factory.mktemp("objects"), Credentials())
    objects.put(KEY, HONEY)
    return objects


@pytest.fixture(scope="module", params=["uvloop", "asyncio", "plain"])
def url(request: pytest.FixtureRequest, objects: Objects) -> Iterator[str]:
    """Each way out: the kernel on both loops, and our own reading."""
    app: ASGIApp = application(objects)
    if request.param == "plain":
        app = Plain(app)
    with Running(app, loop="asyncio" if request.param == "asyncio" else "uvloop") as url:
        yield url


@pytest.fixture(scope="module")
def kernel(objects: Objects) -> Iterator[str]:
    with Running(application(objects)) as url:
        yield url


@pytest.fixture
def web(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, trust_env=False) as client:
        yield client


def test_the_whole_file_arrives(web: httpx.Client) -> None:
    answer = web.get("/weights")
    assert answer.status_code == 200
    assert hashlib.sha256(answer.content).hexdigest() == SHA
    assert answer.headers["content-length"] == str(SIZE)
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["etag"] == ETAG
    assert answer.headers["x-repo-commit"] == "c" * 40
    assert answer.headers["last-modified"] == "Fri, 07 Mar 2025 12:24:18 GMT"
    assert "server" not in answer.headers
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=5-1048580", 5, 1_048_581),
        (f"bytes={SIZE - 3}-", SIZE - 3, SIZE),
        ("bytes=-9", SIZE - 9, SIZE),
        (f"bytes=-{SIZE * 2}", 0, SIZE),
        (f"bytes=7-{SIZE * 5}", 7, SIZE),
    ],
)
def test_a_range_arrives(web: httpx.Client, asked: str, start: int, stop: int) -> None:
    answer = web.get("/weights", headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.content == HONEY[start:stop]
    assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/{SIZE}"
    assert answer.headers["content-length"] == str(stop - start)


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "bytes=9-3", "bytes=-", "lines=1-2", "bytes=x"])
def test_a_range_that_is_several_or_none_gives_the_whole(web: httpx.Client, asked: str) -> None:
    answer = web.get("/weights", headers={"Range": asked})
    assert (answer.status_code, len(answer.content)) == (200, SIZE)


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", f"bytes={SIZE + 5}-{SIZE + 9}", "bytes=-0"])
def test_a_range_past_the_end_is_refused(web: httpx.Client, asked: str) -> None:
    answer = web.get("/weights", headers={"Range": asked})
    assert (answer.status_code, answer.content) == (416, b"")
    assert answer.headers["content-range"] == f"bytes */{SIZE}"


def test_an_interrupted_download_goes_on_only_with_the_same_file(web: httpx.Client) -> None:
    def resumed(condition: str) -> int:
        headers = {"Range": "bytes=9-99", "If-Range": condition}
        return web.get("/weights", headers=headers).status_code

    assert resumed(ETAG) == 206
    assert resumed("Fri, 07 Mar 2025 12:24:18 GMT") == 206
    assert resumed('"another"') == 200
    assert resumed(f"W/{ETAG}") == 200
    assert resumed("Fri, 07 Mar 2025 12:24:19 GMT") == 200
    assert resumed("yesterday") == 200


def test_head_tells_what_get_would(web: httpx.Client) -> None:
    head = web.head("/weights", headers={"Range": "bytes=0-0"})
    got = web.get("/weights")
    assert (head.status_code, head.content) == (200, b"")
    told = {name: value for name, value in head.headers.items() if name != "date"}
    assert told == {name: value for name, value in got.headers.items() if name != "date"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If-None-Match": ETAG}, 304),
        ({"If-None-Match": f'"x", W/{ETAG}'}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"x"', "If-Modified-Since": "Fri, 07 Mar 2025 12:24:18 GMT"}, 200),
        ({"If-Modified-Since": "Fri, 07 Mar 2025 12:24:18 GMT"}, 304),
        ({"If-Modified-Since": "Fri, 07 Mar 2025 12:24:17 GMT"}, 200),
        ({"If-Modified-Since": "once"}, 200),
    ],
)
def test_what_the_client_has_is_not_sent(
    web: httpx.Client, headers: dict[str, str], status: int
) -> None:
    for method in ("GET", "HEAD"):
        answer = web.request(method, "/weights", headers=headers)
        assert answer.status_code == status
        assert answer.headers["etag"] == ETAG
        assert status == 200 or not answer.content


def test_a_connection_is_used_again_after_a_file(url: str) -> None:
    connection = http.client.HTTPConnection(url.removeprefix("http://"))
    for _ in range(3):
        connection.request("GET", "/weights", headers={"Range": "bytes=1-5000000"})
        assert connection.getresponse().read() == HONEY[1:5000001]
        used = connection.sock
        connection.request("GET", "/note")
        assert connection.getresponse().read() == b"a note\n"
        assert connection.sock is used
    connection.close()


def test_pipelined_requests_are_answered_in_order(url: str) -> None:
    with connected(url) as client:
        client.sendall(b"GET /weights HTTP/1.1\r\nHost: x\r\nRange: bytes=0-3000000\r\n\r\n" * 2)
        client.sendall(b"GET /note HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answers = read_all(client)
    assert answers.count(HONEY[:3000001]) == 2
    assert answers.endswith(b"\r\n\r\na note\n")


def test_blobs_have_the_same_rules(web: httpx.Client) -> None:
    assert web.get("/blob?name=x.bin").content == HONEY[:1000]
    part = web.get("/blob?name=x.bin", headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, HONEY[10:20])
    assert web.get("/blob?name=x.bin", headers={"If-None-Match": '"b"'}).status_code == 304
    assert web.get("/blob?name=x.bin", headers={"Range": "bytes=1000-"}).status_code == 416


def test_an_empty_file_is_sent(web: httpx.Client) -> None:
    assert (web.get("/empty").status_code, web.get("/empty").content) == (200, b"")
    assert web.get("/empty", headers={"Range": "bytes=0-0"}).status_code == 416


@pytest.mark.parametrize(
    ("query", "content_type", "disposition"),
    [
        ("name=page.html", "text/plain; charset=utf-8", "inline"),
        ("name=page.html&inline", "text/plain; charset=utf-8", "inline"),
        ("name=page.xhtml&inline", "text/plain; charset=utf-8", "inline"),
        ("name=script.js", "text/plain; charset=utf-8", "inline"),
        ("name=config.json", "text/plain; charset=utf-8", "inline"),
        ("name=bear.png", "image/png", "attachment"),
        ("name=bear.png&inline", "image/png", "inline"),
        ("name=bear.svg&inline", "image/svg+xml", "attachment"),
        ("name=growl.mp3&inline", "audio/mpeg", "inline"),
        ("name=paper.pdf&inline", "application/pdf", "inline"),
        ("name=model.safetensors", "application/octet-stream", "attachment"),
        ("name=game.swf&inline", "application/octet-stream", "attachment"),
    ],
)
def test_untrusted_content_is_never_a_page_of_ours(
    kernel: str, query: str, content_type: str, disposition: str
) -> None:
    headers = httpx.get(f"{kernel}/blob?{query}", trust_env=False).headers
    assert headers["content-type"] == content_type
    assert headers["content-disposition"].startswith(f"{disposition}; filename=")
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "script-src" not in headers["content-security-policy"]
    assert "allow-scripts" not in headers["content-security-policy"]
    assert "pdf" in query or headers["content-security-policy"].startswith("sandbox")


def test_text_without_a_suffix_is_known_by_its_looks(kernel: str) -> None:
    answer = httpx.get(f"{kernel}/note", trust_env=False)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


def test_a_name_is_told_in_ascii_and_in_full(kernel: str) -> None:
    disposition = httpx.head(f"{kernel}/weights", trust_env=False).headers["content-disposition"]
    assert disposition == "attachment; filename=\"h_nig.bin\"; filename*=UTF-8''h%C3%B6nig.bin"
    query = httpx.QueryParams(name='a"; b=\\\r\nX: y%.bin')
    sly = httpx.head(f"{kernel}/blob", params=query, trust_env=False)
    assert "x" not in sly.headers
    assert 'filename="a__ b=___X: y_.bin"' in sly.headers["content-disposition"]


def test_clients_that_leave_take_their_descriptors_with_them(url: str) -> None:
    httpx.get(f"{url}/note", trust_env=False)
    before = open_files()
    for _ in range(30):
        with connected(url) as client:
            client.sendall(b"GET /weights HTTP/1.1\r\nHost: x\r\n\r\n")
            client.recv(1000)
    assert eventually(lambda: open_files() <= before), (before, open_files())


def test_slow_readers_do_not_hold_up_a_fast_one(url: str) -> None:
    slow = [connected(url, buffer=4096) for _ in range(50)]
    for client in slow:
        client.sendall(b"GET /weights HTTP/1.1\r\nHost: x\r\n\r\n")
        client.recv(100)
    started = time.monotonic()
    assert len(httpx.get(f"{url}/weights", trust_env=False).content) == SIZE
    assert httpx.get(f"{url}/note", trust_env=False).content == b"a note\n"
    assert time.monotonic() - started < 60
    for client in slow:
        client.close()


def test_a_slow_reader_gets_everything_in_the_end(url: str) -> None:
    with connected(url, buffer=4096) as client:
        client.sendall(b"GET /weights HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        time.sleep(0.3)
        assert read_all(client).endswith(HONEY[-1000:])


def test_a_file_that_is_gone_is_an_error_and_not_a_torso(tmp_path: Path) -> None:
    nothing = open_objects(None, tmp_path, Credentials())
    for app in (application(nothing), Plain(application(nothing))):
        with Running(app, lifespan="off") as url:
            assert httpx.get(f"{url}/weights", trust_env=False).status_code == 500


def test_a_file_that_is_too_short_breaks_the_connection(tmp_path: Path) -> None:
    objects = open_objects(None, tmp_path, Credentials())
    objects.put(KEY, HONEY[:-1])
    with Running(application(objects)) as url, pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{url}/weights", trust_env=False)


def test_tls_sends_by_itself(objects: Objects, tmp_path: Path) -> None:
    cert, key = tmp_path / "cert", tmp_path / "key"
    subprocess.run(
        "openssl req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -subj /CN=x "
        f"-keyout {key} -out {cert}",
        shell=True,
        check=True,
        capture_output=True,
    )
    with Running(application(objects), ssl_certfile=str(cert), ssl_keyfile=str(key)) as url:
        assert url.startswith("https://")
        with httpx.Client(base_url=url, verify=False, trust_env=False) as web:
            assert web.get("/advertised").text == "False"
            assert hashlib.sha256(web.get("/weights").content).hexdigest() == SHA


def test_a_proxy_in_front_may_send(objects: Objects) -> None:
    with Running(application(objects, accel_prefix="/objects/")) as url:
        answer = httpx.get(f"{url}/weights", headers={"Range": "bytes=0-1"}, trust_env=False)
        assert answer.status_code == 200
        assert answer.headers["x-accel-redirect"] == f"/objects/{KEY}"
        head = httpx.head(f"{url}/weights", trust_env=False)
        assert head.headers["content-length"] == str(SIZE)
        assert "x-accel-redirect" not in head.headers


def test_the_cloud_may_send(s3_server: S3Server, tmp_path: Path) -> None:
    objects = open_objects(s3_server.url + "/sending", tmp_path, s3_server.credentials)
    objects.put(KEY, HONEY)
    with Running(application(objects, redirect=True)) as url:
        answer = httpx.get(f"{url}/weights", trust_env=False)
        assert (answer.status_code, answer.headers["etag"]) == (302, ETAG)
        headers = {"Range": "bytes=3-9"}
        part = httpx.get(f"{url}/weights", headers=headers, trust_env=False, follow_redirects=True)
        assert (part.status_code, part.content) == (206, HONEY[3:10])
        head = httpx.head(f"{url}/weights", trust_env=False)
        assert (head.status_code, head.headers["content-length"]) == (200, str(SIZE))
    with Running(application(objects)) as url:
        answer = httpx.get(f"{url}/weights", headers={"Range": "bytes=5-"}, trust_env=False)
        assert answer.content == HONEY[5:]


def test_a_head_without_an_end_is_refused(kernel: str) -> None:
    with connected(kernel) as client:
        client.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000)
        assert client.recv(1000).startswith(b"HTTP/1.1 400 ")
