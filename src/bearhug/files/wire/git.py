"""Git over HTTP, versions 0 to 2. Client: git.

Refs are answered from rows; git itself packs what is fetched, from this node's cache, and
indexes what is pushed. Rules as in git's Documentation/gitprotocol-http.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

from bearhug.errors import BadRequest, Forbidden
from bearhug.files.service import receiving
from bearhug.files.wire.naming import REPO, repo_name
from bearhug.files.wire.processes import NEVER, Said, place, plain
from bearhug.git import packets
from bearhug.git import store as git
from bearhug.git.native import FETCH_OPTIONS, command
from bearhug.git.packets import Push, PushHead, Report
from bearhug.git.quarantine import Quarantine
from bearhug.git.store import Ref
from bearhug.hub import Transaction
from bearhug.repos import service as repos
from bearhug.repos.model import Access, Repo, RepoKind
from bearhug.storage import BLOCK_BYTES
from bearhug.web.call import Call
from bearhug.web.doors import repo_routes

FETCH_BYTES = 16 * 1024 * 1024
"""What a client may ask in one request: the commits it has, 50 bytes each."""

OVER_BYTES = 64 * 1024 * 1024
"""So much of a push that is too large is taken in and dropped, for it to be told so in words."""

ALIVE_SECONDS = 5
"""So often a client that waits is told that somebody works: proxies cut who is silent."""

_VERSION = re.compile(r"(?:^|:)version=([12])(?:$|:)")
_SAFE_PROTOCOL = re.compile(r"[a-z0-9=:.-]{0,200}")


async def info_refs(request: Request) -> Response:
    """Where every fetch and push begins: the refs, and what this end can do."""
    call = Call.of(request)
    service = request.query_params.get("service", "")
    if service == "git-upload-pack":
        version = _version(request)
        refs = await call.read_slow(_readable_refs, request.path_params, version != 2)
        content = packets.fetch_advertisement(refs, version)
    elif service == "git-receive-pack":
        _, refs = await call.read_slow(
            receiving.door, RepoKind(request.path_params["kind"]), repo_name(request.path_params)
        )
        content = packets.push_advertisement(refs)
    else:
        raise Forbidden("This hub speaks git's smart protocol only. Use git 1.6.6 or newer.")
    return Response(content, media_type=f"application/x-{service}-advertisement", headers=NEVER)


async def upload_pack(request: Request) -> Response:
    """A fetch: refs are listed here; objects are packed by git."""
    call = Call.of(request)
    await call.read(_readable, request.path_params)  # before anything is taken in
    given = TemporaryFile()  # noqa: SIM115 - handed on
    try:
        async for chunk in plain(request, FETCH_BYTES):
            given.write(chunk)
        given.seek(0)
        media_type = "application/x-git-upload-pack-result"
        version = _version(request)
        asked = packets.asked_listing(given.read()) if version == 2 else None
        if asked is not None:
            given.close()
            refs = await call.read_slow(_readable_refs, request.path_params, True)
            content = packets.listing(refs, asked)
            return Response(content, media_type=media_type, headers=NEVER)
        bare = await call.read_slow(_bare, request.path_params)
    except BaseException:
        given.close()
        raise
    fetching = command(*FETCH_OPTIONS, "upload-pack", "--stateless-rpc", str(bare), at=bare)
    env = {"GIT_PROTOCOL": f"version={version}"} if version else {}
    return Said(call.hub, fetching, env, given, media_type)


async def receive_pack(request: Request) -> Response:
    """A push: its commands, then its pack, which is looked through before anything is changed."""
    call = Call.of(request)
    kind, name = RepoKind(request.path_params["kind"]), repo_name(request.path_params)
    repo, _ = await call.read_slow(receiving.door, kind, name)
    body = plain(request, call.hub.settings.max_commit_bytes + OVER_BYTES)
    head = PushHead()
    async for chunk in body:
        if head.feed(chunk):
            break
    if head.push is None or not head.done:
        raise BadRequest("The push ends before it has said what it wants.")
    if not head.push.commands:  # git tries whether it may push, before it sends much
        return Response(b"", media_type=_PUSHED, headers=NEVER)
    decided = await call.read(receiving.decide, repo, head.push)
    return _Receiving(call, repo, head.push, head.rest, body, decided)


_PUSHED = "application/x-git-receive-pack-result"


class _Receiving(Response):
    """The rest of a push, and the answer to it."""

    def __init__(
        self,
        call: Call,
        repo: Repo,
        push: Push,
        begun: bytes,
        body: AsyncIterator[bytes],
        decided: dict[str, str],
    ) -> None:
        super().__init__(media_type=_PUSHED, headers=NEVER)
        del self.headers["content-length"]
        self._call = call
        self._repo = repo
        self._push = push
        self._begun = begun
        self._body = body
        self._decided = decided

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with suppress(ClientDisconnect):  # it left: nothing has happened
            async with place(self._call.hub):
                await self._receive(send)

    async def _receive(self, send: Send) -> None:
        call, hub = self._call, self._call.hub
        bare = await call.read_slow(receiving.bare, self._repo)
        limit = hub.settings.max_commit_bytes
        scratch = hub.objects.scratch
        quarantine = await run_in_threadpool(Quarantine, scratch, bare, limit_bytes=limit)
        try:
            await self._take(quarantine)
            actor = await call.actor()
            working = asyncio.create_task(
                run_in_threadpool(
                    receiving.receive,
                    *(hub, actor, self._repo, self._push, quarantine, self._decided),
                )
            )
            await self._answer(working, send)
        finally:
            await run_in_threadpool(quarantine.close)

    async def _take(self, quarantine: Quarantine) -> None:
        """The pack into the quarantine. Of a push that is refused already, into nothing."""
        wanted = any(c.new and not self._decided[c.ref] for c in self._push.commands)
        batch = bytearray(self._begun)
        async for chunk in self._body:
            batch += chunk
            if len(batch) >= BLOCK_BYTES:
                if wanted:
                    await run_in_threadpool(quarantine.feed, batch)
                batch = bytearray()
        if wanted and batch:
            await run_in_threadpool(quarantine.feed, batch)

    async def _answer(self, working: asyncio.Task[Report], send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        while not (await asyncio.wait((working,), timeout=ALIVE_SECONDS))[0]:
            if self._push.side_band:
                await _body(send, packets.packet(b"\2"), more=True)
        await _body(send, packets.told(self._push, working.result()), more=False)


async def _body(send: Send, content: bytes, *, more: bool) -> None:
    await send({"type": "http.response.body", "body": content, "more_body": more})


def _version(request: Request) -> int:
    asked = request.headers.get("git-protocol", "")
    found = _VERSION.search(asked) if _SAFE_PROTOCOL.fullmatch(asked) else None
    return int(found[1]) if found else 0


def _readable(tx: Transaction, values: dict[str, str]) -> Repo:
    return repos.find(tx, RepoKind(values["kind"]), repo_name(values), access=Access.READ)


def _readable_refs(tx: Transaction, values: dict[str, str], wanted: bool) -> dict[str, Ref]:
    repo = _readable(tx, values)
    return git.refs(tx.db, repo.id) if wanted else {}


def _bare(tx: Transaction, values: dict[str, str]) -> Path:
    return receiving.bare(tx, _readable(tx, values))


routes: list[BaseRoute] = [
    *repo_routes(REPO + "/info/refs", info_refs),
    *repo_routes(REPO + "/git-upload-pack", upload_pack, ["POST"]),
    *repo_routes(REPO + "/git-receive-pack", receive_pack, ["POST"]),
]
