"""Files in bytes: resolve, raw, and LFS. Clients: huggingface_hub, curl, git-lfs, browsers."""

from typing import Any

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bearhug.errors import BadRequest, EntryNotFound, HubError, TooLarge
from bearhug.files.model import Node, Snapshot
from bearhug.files.service import objects as lfs
from bearhug.files.service import permits
from bearhug.files.service.objects import Ticket
from bearhug.files.service.reading import at, node
from bearhug.hub import Transaction
from bearhug.repos import service as repos
from bearhug.repos.model import Access, Repo, RepoKind
from bearhug.storage import Incoming, lfs_key
from bearhug.web.call import Call
from bearhug.web.doors import repo_routes
from bearhug.web.receiving import receive
from bearhug.web.sending import BytesResponse, FileResponse, ObjectResponse

LFS_JSON = "application/vnd.git-lfs+json"
UPLOAD, DOWNLOAD = "lfs-upload", "lfs-download"
BATCH = 1000
REPO = "/{owner:seg}/{name:seg}"


async def resolve(request: Request) -> Response:
    """HEAD and GET of a file at a revision, with the headers of specs: ETag, commit, LFS size."""
    call = Call.of(request)
    snapshot, found, content = await call.read_slow(_find_content, request.path_params)
    if found.lfs is None:
        response: FileResponse = BytesResponse(
            content, filename=found.name, etag=found.oid, inline=_inline(request)
        )
    else:
        response = _object(call, found.lfs.sha256, found.lfs.size, found.name, _inline(request))
        response.headers["X-Linked-Etag"] = f'"{found.etag}"'
    response.headers["X-Linked-Size"] = str(found.size)
    response.headers["X-Repo-Commit"] = snapshot.commit
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = _cache_control(snapshot, request.path_params["rev"])
    downloads = call.hub.rooms.get("downloads")
    if downloads is not None and "range" not in request.headers:
        response.background = BackgroundTask(downloads.note, snapshot.repo.id, found.path)
    return response


async def raw(request: Request) -> Response:
    """What git holds: a file's content, or the pointer in place of it."""
    call = Call.of(request)
    snapshot, found = await call.read_slow(_find_file, request.path_params)
    content = await call.thread(snapshot.repository.blob, found.oid)
    response = BytesResponse(content, filename=found.name, etag=found.oid, inline=_inline(request))
    response.headers["X-Repo-Commit"] = snapshot.commit
    response.headers["Cache-Control"] = _cache_control(snapshot, request.path_params["rev"])
    return response


async def batch(request: Request) -> Response:
    """Where objects are to be sent to or had from. Clients: git-lfs, huggingface_hub/lfs.py."""
    call = Call.of(request)
    body = await _json(request)
    operation = body.get("operation")
    if operation not in ("upload", "download"):
        raise BadRequest(f"operation: use upload or download; got {operation!r}.")
    wanted = _objects_of(body)
    access = Access.WRITE if operation == "upload" else Access.READ
    named = body.get("ref")
    ref = str(named.get("name", "")) if isinstance(named, dict) else None
    repo, owned = await call.read(_find_owned, request.path_params, access, list(wanted), ref)
    multipart = operation == "upload" and "multipart" in (body.get("transfers") or [])
    answering = _Batch(call, repo, (await call.actor()).user_id, multipart)
    listed = []
    for sha256, size in wanted.items():
        known = owned.get(sha256)
        if operation == "upload":
            listed.append(await answering.upload(sha256, size, known))
        else:
            listed.append(answering.download(sha256, known))
    used = "multipart" if answering.used_multipart else "basic"
    return _lfs({"transfer": used, "objects": listed, "hash_algo": "sha256"})


async def verify(request: Request) -> Response:
    """Whether an upload arrived, after it did."""
    call = Call.of(request)
    body = await _json(request)
    wanted = _objects_of({"objects": [body]})
    _, owned = await call.read(_find_owned, request.path_params, Access.WRITE, list(wanted))
    for sha256, size in wanted.items():
        if owned.get(sha256) != size:
            raise EntryNotFound(f"No object {sha256} of {size} bytes was uploaded to this repo.")
    return _lfs({})


async def no_locks(request: Request) -> Response:
    """Nothing is locked: what git-lfs asks before each push."""
    call = Call.of(request)
    await call.read(_find_owned, request.path_params, Access.READ, [])
    return _lfs({"ours": [], "theirs": []})


async def put_object(request: Request) -> Response:
    """The object itself; the address is the permission, and says what must come."""
    call = Call.of(request)
    ticket = await _ticket(call, UPLOAD, Access.WRITE)
    incoming = await call.thread(
        Incoming,
        call.hub.objects.scratch,
        expected_sha256=ticket.sha256,
        expected_size=ticket.size,
        limit=call.hub.settings.max_file_bytes,
    )
    received = await receive(request, incoming)
    await call.thread(lfs.receive_object, call.hub, ticket, received.path)
    return Response(status_code=200, headers={"ETag": f'"{ticket.sha256}"'})


async def put_part(request: Request) -> Response:
    """One part of a multipart upload, by its number from 1."""
    call = Call.of(request)
    ticket = await _ticket(call, UPLOAD, Access.WRITE)
    number = request.path_params["number"]
    parts = await call.thread(lfs.parts_of, call.hub, ticket)
    expected = parts.part_size(number)
    scratch = call.hub.objects.scratch
    incoming = await call.thread(Incoming, scratch, expected_size=expected)
    received = await receive(request, incoming)
    await call.thread(parts.write, number, received.path)
    return Response(status_code=200, headers={"ETag": f'"{received.sha256}"'})


async def complete(request: Request) -> Response:
    """All parts have been sent: make them one object."""
    call = Call.of(request)
    ticket = await _ticket(call, UPLOAD, Access.WRITE)
    await call.thread(lfs.finish_upload, call.hub, ticket)
    return JSONResponse({"oid": ticket.sha256, "size": ticket.size})


async def get_object(request: Request) -> Response:
    """An object by a signed address, as git-lfs was given it."""
    call = Call.of(request)
    ticket = await _ticket(call, DOWNLOAD, Access.READ)
    return _object(call, ticket.sha256, ticket.size, ticket.sha256, inline=False)


class _Batch:
    """The answer to one batch, object by object."""

    def __init__(self, call: Call, repo: Repo, user_id: int | None, multipart: bool) -> None:
        self.call = call
        self.repo = repo
        self.user_id = user_id
        self.multipart = multipart
        self.used_multipart = False

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
        if self.multipart and size > lfs.MULTIPART_OVER:
            return await self._parts(sha256, size)
        ticket = Ticket(self.repo.id, sha256, size, self.user_id)
        return {"href": self._address(ticket, ""), "expires_in": lfs.UPLOAD_SECONDS}

    async def _parts(self, sha256: str, size: int) -> dict[str, Any]:
        self.used_multipart = True
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


def _find_file(tx: Transaction, values: dict[str, str]) -> tuple[Snapshot, Node]:
    repo = repos.find(tx, RepoKind(values["kind"]), _name(values), access=Access.READ)
    snapshot = at(tx, repo, values["rev"])
    found = node(tx, snapshot, values["path"])
    if found.is_dir:
        missing = EntryNotFound("Entry not found")
        missing.headers["X-Repo-Commit"] = snapshot.commit
        raise missing
    return snapshot, found


def _find_content(tx: Transaction, values: dict[str, str]) -> tuple[Snapshot, Node, bytes]:
    """With what git holds of it: the same thread reads it, which is quicker than another would."""
    snapshot, found = _find_file(tx, values)
    return snapshot, found, b"" if found.lfs else snapshot.repository.blob(found.oid)


def _find_owned(
    tx: Transaction,
    values: dict[str, str],
    access: Access,
    hashes: list[str],
    ref: str | None = None,
) -> tuple[Repo, dict[str, int]]:
    if access is Access.WRITE:
        tx.actor.require_user()
    repo = repos.find(tx, RepoKind(values["kind"]), _name(values), access=Access.READ)
    if access is Access.WRITE:  # whoever proposes a change sends its bytes before there is one
        permits.require_bytes(tx, repo, ref)
    return repo, lfs.owned(tx, repo, hashes)


def _name(values: dict[str, str]) -> str:
    return f"{values['owner']}/{values['name'].removesuffix('.git')}"


def _object(call: Call, sha256: str, size: int, filename: str, inline: bool) -> FileResponse:
    settings = call.hub.settings
    return ObjectResponse(
        call.hub.objects,
        lfs_key(sha256),
        size=size,
        filename=filename,
        etag=sha256,
        inline=inline,
        redirect=not call.hub.objects.local,
        accel_prefix=settings.accel_prefix,
    )


def _cache_control(snapshot: Snapshot, rev: str) -> str:
    """A commit never changes; a branch must be asked about each time.

    What not everybody may read, no cache may keep that others share: a proxy's, say.
    """
    for_some = snapshot.repo.private or bool(snapshot.repo.gated)
    if rev == snapshot.commit:
        return f"{'private' if for_some else 'public'}, max-age=31536000, immutable"
    return "private, no-cache" if for_some else "no-cache"


def _inline(request: Request) -> bool:
    return request.query_params.get("download", "").lower() not in ("1", "true")


async def _ticket(call: Call, purpose: str, access: Access) -> Ticket:
    """What the address stands for, if whoever it was made for may still use it."""
    ticket = lfs.ticket_of(call.hub, call.request.path_params["ticket"], purpose)
    await call.thread(lfs.check_ticket, call.hub, ticket, access)
    return ticket


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


async def _json(request: Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"The body is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise BadRequest("The body must be a JSON object.")
    return body


def _lfs(body: dict[str, Any]) -> Response:
    return JSONResponse(body, media_type=LFS_JSON)


routes: list[BaseRoute] = [
    *repo_routes(REPO + "/resolve/{rev:seg}/{path:rest}", resolve, ["GET", "HEAD"]),
    *repo_routes(REPO + "/raw/{rev:seg}/{path:rest}", raw, ["GET", "HEAD"]),
    *repo_routes(REPO + "/info/lfs/objects/batch", batch, ["POST"]),
    *repo_routes(REPO + "/info/lfs/verify", verify, ["POST"]),
    *repo_routes(REPO + "/info/lfs/locks/verify", no_locks, ["POST"]),
    Route("/lfs/upload/{ticket:seg}", put_object, methods=["PUT"]),
    Route("/lfs/upload/{ticket:seg}/complete", complete, methods=["POST"]),
    Route("/lfs/upload/{ticket:seg}/{number:int}", put_part, methods=["PUT"]),
    Route("/lfs/object/{ticket:seg}", get_object, methods=["GET", "HEAD"]),
]
