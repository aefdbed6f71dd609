"""Files in bytes at a revision: resolve and raw. Clients: huggingface_hub, curl, browsers."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from bearhug.errors import EntryNotFound
from bearhug.files.model import Form, Node, Snapshot
from bearhug.files.service.reading import at, form_of, node
from bearhug.files.wire.naming import REPO, repo_name
from bearhug.files.wire.objects import object_response
from bearhug.hub import Transaction
from bearhug.repos import service as repos
from bearhug.repos.model import Access, RepoKind
from bearhug.web.call import Call
from bearhug.web.doors import repo_routes
from bearhug.web.sending import BytesResponse
from bearhug.xet.address import cas_path

XET_INFO = "application/vnd.xet-fileinfo+json"
"""hub.js accepts this where it would learn of a file, not have it."""


async def resolve(request: Request) -> Response:
    """HEAD and GET of a file at a revision, with the headers of specs: ETag, commit, LFS size."""
    call = Call.of(request)
    found = await call.read_slow(_find_content, request.path_params)
    snapshot, node = found.snapshot, found.node
    response = _response(call, found)
    response.headers["X-Linked-Size"] = str(node.size)
    response.headers["X-Repo-Commit"] = snapshot.commit
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = _cache_control(snapshot, request.path_params["rev"])
    downloads = call.hub.rooms.get("downloads")
    if downloads is not None and "range" not in request.headers:
        downloads.note(snapshot.repo.id, node.path)  # a microsecond: a thread would cost more
    return response


@dataclass(frozen=True)
class _Found:
    """A file at a commit: what git holds of it, or how LFS keeps it and where the CAS is."""

    snapshot: Snapshot
    node: Node
    content: bytes = b""
    form: Form | None = None
    cas: str = ""


def _response(call: Call, found: _Found) -> Response:
    node, inline = found.node, _inline(call.request)
    if found.form is None:
        return BytesResponse(found.content, filename=node.name, etag=node.oid, inline=inline)
    linked = {"X-Linked-Etag": f'"{node.etag}"'}
    if found.form.xet:
        linked |= _xet_headers(call.base_url, found, found.form)
        if XET_INFO in call.request.headers.get("accept", ""):
            told = {"hash": found.form.xet, "size": node.size, "etag": node.etag}
            linked["ETag"] = f'"{node.etag}"'
            return JSONResponse(told, headers=linked, media_type=XET_INFO)
    response = object_response(call, found.form, node.name, inline)
    response.headers.update(linked)
    return response


def _xet_headers(base_url: str, found: _Found, form: Form) -> dict[str, str]:
    """Where to have it in chunks. hub.js wants both links, huggingface_hub the one or the route."""
    repo, commit = found.snapshot.repo, found.snapshot.commit
    route = f"{base_url}{repo.api_path}/xet-read-token/{commit}"
    chunks = f"{base_url}{found.cas}/v1/reconstructions/{form.xet}"
    return {
        "X-Xet-Hash": form.xet,
        "X-Xet-Refresh-Route": route,
        "Link": f'<{route}>; rel="xet-auth", <{chunks}>; rel="xet-reconstruction-info"',
        "Vary": "Accept",
    }


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


def _find_content(tx: Transaction, values: dict[str, str]) -> _Found:
    """With what git holds of it: the same thread reads it, which is quicker than another would."""
    snapshot, found = _find_file(tx, values)
    form = form_of(tx, snapshot, found)
    if form is None:
        return _Found(snapshot, found, snapshot.repository.blob(found.oid))
    return _Found(snapshot, found, form=form, cas=cas_path(tx.db) if form.xet else "")


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
