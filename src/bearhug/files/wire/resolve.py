"""Files in bytes at a revision: resolve and raw. Clients: huggingface_hub, curl, browsers."""

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bearhug.errors import EntryNotFound
from bearhug.files.model import Node, Snapshot
from bearhug.files.service.reading import at, node, require_held
from bearhug.files.wire.naming import REPO, repo_name
from bearhug.files.wire.objects import object_response
from bearhug.hub import Transaction
from bearhug.repos import service as repos
from bearhug.repos.model import Access, RepoKind
from bearhug.web.call import Call
from bearhug.web.doors import repo_routes
from bearhug.web.sending import BytesResponse, FileResponse


async def resolve(request: Request) -> Response:
    """HEAD and GET of a file at a revision, with the headers of specs: ETag, commit, LFS size."""
    call = Call.of(request)
    snapshot, found, content = await call.read_slow(_find_content, request.path_params)
    if found.lfs is None:
        response: FileResponse = BytesResponse(
            content, filename=found.name, etag=found.oid, inline=_inline(request)
        )
    else:
        response = object_response(
            call, found.lfs.sha256, found.lfs.size, found.name, _inline(request)
        )
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


def _find_file(tx: Transaction, values: dict[str, str]) -> tuple[Snapshot, Node]:
    repo = repos.find(tx, RepoKind(values["kind"]), repo_name(values), access=Access.READ)
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
    require_held(tx, snapshot, found)
    return snapshot, found, b"" if found.lfs else snapshot.repository.blob(found.oid)


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


routes: list[BaseRoute] = [
    *repo_routes(REPO + "/resolve/{rev:seg}/{path:rest}", resolve, ["GET", "HEAD"]),
    *repo_routes(REPO + "/raw/{rev:seg}/{path:rest}", raw, ["GET", "HEAD"]),
]
