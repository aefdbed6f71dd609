"""LFS: where objects are sent and had. Clients: git-lfs, huggingface_hub/lfs.py.

Rules as in git-lfs's docs/api/batch.md; the transfers multipart and xet are the Hub's own.
"""

from secrets import token_hex
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bearhug.errors import BadRequest, EntryNotFound, HubError, TooLarge
from bearhug.files.service import objects as lfs
from bearhug.files.service import permits
from bearhug.files.service.objects import Ticket
from bearhug.files.wire.naming import REPO, json_body, lfs_answer, repo_name
from bearhug.files.wire.objects import DOWNLOAD, UPLOAD
from bearhug.hub import Transaction
from bearhug.repos import service as repos
from bearhug.repos.model import Access, Repo, RepoKind
from bearhug.web.call import Call
from bearhug.web.doors import repo_routes

BATCH = 1000


async def batch(request: Request) -> Response:
    """Where objects are to be sent to or had from. Clients: git-lfs, huggingface_hub/lfs.py."""
    call = Call.of(request)
    body = await json_body(request)
    operation = body.get("operation")
    if operation not in ("upload", "download"):
        raise BadRequest(f"operation: use upload or download; got {operation!r}.")
    wanted = _objects_of(body)
    access = Access.WRITE if operation == "upload" else Access.READ
    named = body.get("ref")
    ref = str(named.get("name", "")) if isinstance(named, dict) else None
    repo, owned = await call.read(_find_owned, request.path_params, access, list(wanted), ref)
    if operation == "upload" and owned:
        await call.write(lfs.renew, repo, list(owned))
    missing = [size for oid, size in wanted.items() if oid not in owned]
    transfer = _transfer(body, missing) if operation == "upload" else "basic"
    answering = _Batch(call, repo, (await call.actor()).user_id, transfer)
    if transfer == "xet" and missing:
        answering.chunks = _chunks(call, repo, ref)
        answering.chunks["header"] |= await call.read(
            call.hub.rooms["xet_headers"], repo, call.base_url
        )
    listed = []
    for sha256, size in wanted.items():
        known = owned.get(sha256)
        if operation == "upload":
            listed.append(await answering.upload(sha256, size, known))
        else:
            listed.append(answering.download(sha256, known))
    return lfs_answer({"transfer": transfer, "objects": listed, "hash_algo": "sha256"})


async def verify(request: Request) -> Response:
    """Whether an upload arrived, after it did."""
    call = Call.of(request)
    body = await json_body(request)
    wanted = _objects_of({"objects": [body]})
    _, owned = await call.read(_find_owned, request.path_params, Access.WRITE, list(wanted))
    for sha256, size in wanted.items():
        if owned.get(sha256) != size:
            raise EntryNotFound(f"No object {sha256} of {size} bytes was uploaded to this repo.")
    return lfs_answer({})


def _transfer(body: dict[str, Any], missing: list[int]) -> str:
    """How the missing objects, of these sizes, are to be sent: the best way the client knows.

    One way for all of a batch: git-lfs gives it to one program whole.
    """
    offered = body.get("transfers")
    offered = offered if isinstance(offered, list) else []
    if "xet" in offered:
        return "xet"
    large = any(size > lfs.MULTIPART_OVER for size in missing)
    return "multipart" if large and "multipart" in offered else "basic"


def _chunks(call: Call, repo: Repo, ref: str | None) -> dict[str, Any]:
    """The action of whoever sends chunks: its address is where to ask for another token (XET §9).

    Clients that name no ref may be proposing: so the token is asked for as if they were.
    """
    place = f"{call.base_url}{repo.api_path}/xet-write-token/"
    href = place + (quote(ref, safe="") if ref else "None?create_pr=1")
    return {"href": href, "header": {"X-Xet-Session-Id": token_hex(16)}}


class _Batch:
    """The answer to one batch, object by object."""

    def __init__(self, call: Call, repo: Repo, user_id: int | None, transfer: str) -> None:
        self.call = call
        self.repo = repo
        self.user_id = user_id
        self.transfer = transfer
        self.chunks: dict[str, Any] = {}
        """How a client that sends chunks uploads any of them."""

    async def upload(self, sha256: str, size: int, known: int | None) -> dict[str, Any]:
        listed: dict[str, Any] = {"oid": sha256, "size": size}
        try:
            lfs.check_size(self.call.hub, sha256, size)
        except HubError as refused:
            return {**listed, "error": {"code": 422, "message": refused.message}}
        if known is not None:
            return listed
        headers = self._authorization()
        verify = {"href": f"{self._base}.git/info/lfs/verify", "header": headers}
        upload = await self._upload_action(sha256, size)
        return {**listed, "authenticated": True, "actions": {"upload": upload, "verify": verify}}

    def download(self, sha256: str, known: int | None) -> dict[str, Any]:
        if known is None:
            missing = {"code": 404, "message": "No such object in this repo."}
            return {"oid": sha256, "size": 0, "error": missing}
        ticket = Ticket(self.repo.id, sha256, known, self.user_id)
        seconds = lfs.DOWNLOAD_SECONDS
        signed = lfs.ticket_for(self.call.hub, ticket, DOWNLOAD, seconds)
        action = {"href": f"{self.call.base_url}/lfs/object/{signed}", "expires_in": seconds}
        found = {"oid": sha256, "size": known, "authenticated": True}
        return {**found, "actions": {"download": action}}

    async def _upload_action(self, sha256: str, size: int) -> dict[str, Any]:
        if self.transfer == "xet":
            return self.chunks
        if self.transfer == "multipart" and size:
            return await self._parts(sha256, size)
        ticket = Ticket(self.repo.id, sha256, size, self.user_id)
        return {"href": self._address(ticket, ""), "expires_in": lfs.UPLOAD_SECONDS}

    async def _parts(self, sha256: str, size: int) -> dict[str, Any]:
        upload = await self.call.write(lfs.begin_upload, self.repo, sha256, size)
        ticket = Ticket(self.repo.id, sha256, size, self.user_id, upload.id)
        parts = {f"{n:05d}": self._address(ticket, f"/{n}") for n in range(1, upload.count + 1)}
        header = {"chunk_size": str(upload.part_bytes), **parts}
        return {"href": self._address(ticket, "/complete"), "header": header}

    def _address(self, ticket: Ticket, rest: str) -> str:
        signed = lfs.ticket_for(self.call.hub, ticket, UPLOAD, lfs.UPLOAD_SECONDS)
        return f"{self.call.base_url}/lfs/upload/{signed}{rest}"

    def _authorization(self) -> dict[str, str]:
        """git-lfs sends back what it was given; without it, it would ask for a password."""
        given = self.call.request.headers.get("authorization")
        return {"Authorization": given} if given else {}

    @property
    def _base(self) -> str:
        return self.call.base_url + self.repo.path


def _find_owned(
    tx: Transaction,
    values: dict[str, str],
    access: Access,
    hashes: list[str],
    ref: str | None = None,
) -> tuple[Repo, dict[str, int]]:
    if access is Access.WRITE:
        tx.actor.require_user()
    repo = repos.find(tx, RepoKind(values["kind"]), repo_name(values), access=Access.READ)
    if access is Access.WRITE:  # whoever proposes a change sends its bytes before there is one
        permits.require_bytes(tx, repo, ref)
    return repo, lfs.owned(tx, repo, hashes)


def _objects_of(body: dict[str, Any]) -> dict[str, int]:
    """{sha256: size}. Raises BadRequest, TooLarge."""
    listed = body.get("objects")
    if not isinstance(listed, list):
        raise BadRequest("objects: send a list of {oid, size}.")
    if len(listed) > BATCH:
        raise TooLarge(f"objects: at most {BATCH} a batch; got {len(listed)}.")
    wanted: dict[str, int] = {}
    for item in listed:
        oid = item.get("oid") if isinstance(item, dict) else None
        size = item.get("size") if isinstance(item, dict) else None
        if not isinstance(oid, str) or not isinstance(size, int):
            raise BadRequest("objects: each needs oid, a sha256, and size, in bytes.")
        wanted[oid] = size
    return wanted


routes: list[BaseRoute] = [
    *repo_routes(REPO + "/info/lfs/objects/batch", batch, ["POST"]),
    *repo_routes(REPO + "/info/lfs/verify", verify, ["POST"]),
]
