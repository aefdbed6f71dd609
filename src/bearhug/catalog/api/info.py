"""One repo: what model_info, dataset_info, space_info and snapshot_download read."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bearhug.catalog import service as catalog
from bearhug.catalog.api.properties import WHOLE, View, checked, told
from bearhug.errors import NotFound, RepoNotFound
from bearhug.hub import Transaction
from bearhug.repos.model import RepoKind
from bearhug.web.call import Call
from bearhug.web.doors import LastResort, repo_routes

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")
WORDS = {
    *("auth-check", "blob", "branch", "commit", "commits", "compare", "discussions", "duplicate"),
    *("lfs-files", "like", "likers", "paths-info", "preupload", "raw", "refs", "resolve"),
    *("revision", "settings", "super-squash", "tag", "tree", "user-access-request"),
    *("xet-read-token", "xet-write-token"),
}
"""What may follow a repo's name, with which one without an owner is told from other addresses."""


UNSCANNED = {"scansDone": False, "filesWithIssues": []}
"""Of every repo's `securityRepoStatus`: nothing here looks into files for what could do harm."""


async def info(request: Request) -> Response:
    """The repo at a revision, or at main."""
    call = Call.of(request)
    params = request.query_params
    kind = RepoKind(request.path_params["kind"])
    expand = [*params.getlist("expand"), *params.getlist("expand[]")]
    names = checked(kind, expand) if expand else list(WHOLE[kind])
    blobs = params.get("blobs", "").lower() in ("true", "1")
    said = await call.read_slow(_told, request.path_params, names, blobs)
    if kind is RepoKind.MODEL and params.get("securityStatus", "").lower() in ("true", "1"):
        said["securityRepoStatus"] = UNSCANNED
    headers = {"X-Repo-Commit": said["sha"]} if said.get("sha") else {}
    return JSONResponse(said, headers=headers)


async def bare(request: Request) -> Response:
    """A name without an owner, as the Hub's oldest repos have: there are none here."""
    actor = await Call.of(request).actor()
    after = str(request.path_params.get("path", "")).partition("/")[0]
    if after in WORDS or not after:
        raise RepoNotFound(visitor=actor.user_id is None)
    raise NotFound("Nothing here by that name, or nothing you may see.")


async def bare_file(request: Request) -> Response:
    """A file of such a repo: HEAD and GET of /bert/resolve/main/config.json."""
    actor = await Call.of(request).actor()
    raise RepoNotFound(visitor=actor.user_id is None)


def _told(tx: Transaction, path: dict[str, Any], names: list[str], blobs: bool) -> dict[str, Any]:
    kind, name = RepoKind(path["kind"]), f"{path['owner']}/{path['name']}"
    siblings = "siblings" in names
    found = catalog.info(tx, kind, name, path.get("rev"), siblings=siblings)
    return told(View(tx, found, alone=True, blobs=blobs), names)


REPO = "/api/{kind:kind}/{owner:seg}/{name:seg}"

routes = [
    Route(REPO, info),
    Route(REPO + "/revision/{rev:seg}", info),
    Route("/api/{kind:kind}/{name:seg}", bare),
    LastResort("/api/{kind:kind}/{name:seg}/{path:rest}", bare, methods=[*METHODS]),
    *repo_routes("/{name:seg}/resolve/{path:rest}", bare_file, ["GET", "HEAD"]),
]
