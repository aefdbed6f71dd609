"""Branches and tags: where each is, and making and removing them."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from bearhug.errors import BadRequest, Conflict, Forbidden, RevisionNotFound, Unprocessable
from bearhug.files import service as files
from bearhug.files.pages.place import HEADS, TAGS, Place, Spot, find, of_place
from bearhug.files.service import browsing
from bearhug.files.service.browsing import Said
from bearhug.hub import Transaction
from bearhug.repos.model import Access
from bearhug.web.call import Call
from bearhug.web.doors import repo_routes

REFUSED = (BadRequest, Conflict, Forbidden, RevisionNotFound, Unprocessable)
MOST = 500


@dataclass(frozen=True)
class Named:
    name: str
    said: Said


async def show(request: Request) -> Response:
    return await _page(Call.of(request))


async def create(request: Request) -> Response:
    """A branch, or with `tag` a tag, at a revision."""
    call = Call.of(request)
    spot = Spot.of(request)
    form = await call.form()
    kind = call.text(form, "kind", default="branch")
    name = call.text(form, "name").strip()
    start = call.text(form, "start").strip() or "main"
    make = files.create_tag if kind == "tag" else files.create_branch
    try:
        await call.thread(make, call.hub, await call.actor(), spot.kind, spot.name, name, start)
    except REFUSED as refused:
        asked = {"kind": kind, "name": name, "start": start, "error": refused.message}
        return await _page(call, status=refused.status, asked=asked)
    return call.redirect(f"{_home(call)}/branches", flash=f"{name} begins at {start}.")


async def delete(request: Request) -> Response:
    call = Call.of(request)
    spot = Spot.of(request)
    form = await call.form()
    name = call.text(form, "name")
    remove = files.delete_tag if call.text(form, "kind") == "tag" else files.delete_branch
    await call.write(remove, spot.kind, spot.name, name)
    return call.redirect(f"{_home(call)}/branches", flash=f"{name} is gone.")


async def _page(call: Call, *, status: int = 200, asked: dict[str, str] | None = None) -> Response:
    place, branches, tags = await call.read_slow(_named, Spot.of(call.request))
    return await call.page(
        "files/branches.html",
        status=status,
        named={"branch": branches, "tag": tags},
        asked=asked or {"kind": "branch", "name": "", "start": "main", "error": ""},
        **of_place(place),
    )


def _named(tx: Transaction, spot: Spot) -> tuple[Place, list[Named], list[Named]]:
    place = find(tx, spot, Access.NAMES)
    return place, _told(tx, place, HEADS, place.branches), _told(tx, place, TAGS, place.tags)


def _told(tx: Transaction, place: Place, prefix: str, names: list[str]) -> list[Named]:
    snapshot = place.snapshot
    repository = snapshot.repository
    commits = [repository.commit(repository.refs[prefix + name].commit) for name in names[:MOST]]
    said = browsing.told(tx, snapshot, commits)
    return [Named(name, each) for name, each in zip(names, said, strict=False)]


def _home(call: Call) -> str:
    """The repo's own address, as it was asked for."""
    return call.raw_path.partition("/branches")[0]


routes = [
    *repo_routes("/{owner:seg}/{name:seg}/branches", show),
    *repo_routes("/{owner:seg}/{name:seg}/branches", create, ["POST"]),
    *repo_routes("/{owner:seg}/{name:seg}/branches/delete", delete, ["POST"]),
]
