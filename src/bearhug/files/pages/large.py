"""A repo's large files: what LFS keeps of it, and deleting some for good."""

from starlette.requests import Request
from starlette.responses import Response

from bearhug.errors import BadRequest
from bearhug.files import service as files
from bearhug.files.model import Holding
from bearhug.files.service import holdings
from bearhug.hub import Transaction
from bearhug.kit.wire import Moment
from bearhug.repos import service as repos
from bearhug.repos.model import Access, Repo, RepoKind
from bearhug.web.call import Call
from bearhug.web.doors import repo_routes

HOME = "/{owner:seg}/{name:seg}/settings/large-files"
PAGE = 100


async def show(request: Request) -> Response:
    return await _page(Call.of(request))


async def delete(request: Request) -> Response:
    """Those that are ticked, once the repo's whole name was typed."""
    call = Call.of(request)
    kind, name = _named(request)
    form = await call.form()
    chosen = [each for each in form.getlist("sha256") if isinstance(each, str)]
    rewrite = call.text(form, "history", default="rewrite") != "keep"
    if call.text(form, "confirm").strip().lower() != name.lower() or not chosen:
        return await _page(call, status=422, chosen=chosen, rewrite=rewrite)
    actor = await call.actor()
    given_up = await call.thread(
        files.delete_objects, call.hub, actor, kind, name, chosen, rewrite=rewrite
    )
    words = "large file is" if given_up == 1 else "large files are"
    home = call.raw_path.removesuffix("/delete")
    return call.redirect(home, flash=f"{given_up} {words} gone for good.")


async def _page(
    call: Call, *, status: int = 200, chosen: list[str] | None = None, rewrite: bool = True
) -> Response:
    after = _after(call.request.query_params.get("after"))
    repo, found = await call.read_slow(_listed, *_named(call.request), after)
    shown = found[:PAGE]
    more = f"?after={shown[-1].at}-{shown[-1].sha256}" if len(found) > PAGE else None
    return await call.page(
        "files/large.html",
        status=status,
        repo=repo,
        manages=True,
        place=repo.kind.plural,
        held=shown,
        next=more,
        chosen=chosen or [],
        refused=status != 200,
        rewrite=rewrite,
    )


def _listed(
    tx: Transaction, kind: RepoKind, name: str, after: tuple[Moment, str]
) -> tuple[Repo, list[Holding]]:
    repo = repos.find(tx, kind, name, access=Access.ADMIN)
    return repo, holdings.browse(tx, kind, name, after=after, limit=PAGE + 1)


def _after(text: str | None) -> tuple[Moment, str]:
    at, _, sha256 = (text or "").partition("-")
    if not text:
        return holdings.NEWEST
    if not at.isascii() or not at.isdecimal() or len(at) > 18:
        raise BadRequest("after: follow the link of the page before.")
    return int(at), sha256


def _named(request: Request) -> tuple[RepoKind, str]:
    params = request.path_params
    return RepoKind(params["kind"]), f"{params['owner']}/{params['name']}"


routes = [
    *repo_routes(HOME, show),
    *repo_routes(HOME + "/delete", delete, ["POST"]),
]
