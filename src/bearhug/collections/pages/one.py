"""One collection: shown, changed, put in order, upvoted, deleted. Every deed is a form."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bearhug.collections import service as collections
from bearhug.collections.model import (
    MOST_DESCRIPTION,
    MOST_NOTE,
    MOST_TITLE,
    Change,
    Gathering,
    Item,
    Theme,
)
from bearhug.collections.pages.adding import asked_item
from bearhug.errors import BadRequest, Conflict, NotFound, Unprocessable
from bearhug.hub import Transaction
from bearhug.social.lines import RepoLine, repo_lines
from bearhug.web.call import Call

HOME = "/collections/{owner:seg}/{slug:seg}"
Lines = dict[int, RepoLine]
Inside = dict[int, list[Item]]


async def show(request: Request) -> Response:
    return await _page(Call.of(request))


async def change(request: Request) -> Response:
    """Title, description, colour, and who sees it."""
    call = Call.of(request)
    form = await call.form()
    theme = call.text(form, "theme")
    asked = Change(
        call.text(form, "title"),
        call.text(form, "description"),
        call.text(form, "visibility") == "private",
        Theme(theme) if theme in list(Theme) else None,
    )
    try:
        made = await call.write(collections.change, _slug(request), asked)
    except Unprocessable as refused:
        return await _page(call, status=422, problem=refused.message, editing=True)
    return call.redirect(made.path, flash="Saved.")


async def delete(request: Request) -> Response:
    call = Call.of(request)
    gone = await call.write(collections.delete, _slug(request))
    return call.redirect(f"/{gone.owner.name}?show=collections", flash=f"{gone.title} is gone.")


async def upvote(request: Request) -> Response:
    """Upvote or no longer; a component asks for the button alone (`Fragment: upvote`)."""
    call = Call.of(request)
    on = call.text(await call.form(), "on") == "1"
    found = await call.write(collections.upvote if on else collections.unvote, _slug(request))
    if "fragment" in request.headers:
        return await call.page("collections/upvote.html", collection=found, upvoted=on)
    return call.redirect(found.path)


async def add(request: Request) -> Response:
    """Put something in: an address of this hub, or a name as listings spell it."""
    call = Call.of(request)
    form = await call.form()
    typed, note = call.text(form, "item").strip(), call.text(form, "note", default="")
    try:
        kind, name = asked_item(typed, call.base_url)
        found = await call.write(collections.add_item, _slug(request), kind, name, note)
    except (BadRequest, Conflict, NotFound, Unprocessable) as refused:
        return await _page(call, status=refused.status, problem=refused.message, typed=typed)
    return call.redirect(found.path, flash="It is in.")


async def change_item(request: Request) -> Response:
    """One of: up, down, note, remove."""
    call = Call.of(request)
    form = await call.form()
    slug, id = _slug(request), request.path_params["item"]
    deed = call.text(form, "do")
    try:
        await call.write(_do, slug, id, deed, call.text(form, "note", default=""))
    except Unprocessable as refused:
        return await _page(call, status=422, problem=refused.message)
    found = await call.read(collections.find, slug)
    return call.redirect(f"{found.path}#item-{id}" if deed != "remove" else found.path)


def _do(tx: Transaction, slug: str, id: str, deed: str, note: str) -> None:
    if deed == "remove":
        collections.drop_item(tx, slug, id)
    elif deed == "note":
        collections.change_item(tx, slug, id, note=note)
    elif deed in ("up", "down"):
        collections.change_item(tx, slug, id, position=_next_to(tx, slug, id, deed))
    else:
        raise BadRequest("do: one of up, down, note, remove.")


def _next_to(tx: Transaction, slug: str, id: str, deed: str) -> int:
    """The place of the neighbour one sees above or below it."""
    items = collections.gathered(tx, slug).items
    at = next((at for at, item in enumerate(items) if item.object_id == id), None)
    if at is None:
        raise NotFound("No such item in this collection.")
    place = at - 1 if deed == "up" else at + 1
    return items[max(0, min(place, len(items) - 1))].position


async def _page(
    call: Call, *, status: int = 200, problem: str = "", typed: str = "", editing: bool = False
) -> Response:
    request = call.request
    found, lines, inside = await call.read_slow(_shown, _slug(request))
    if request.method == "GET" and found.collection.slug != _slug(request):
        return call.redirect(found.collection.path)
    params = request.query_params
    return await call.page(
        "collections/collection.html",
        status=status,
        gathering=found,
        collection=found.collection,
        upvoted=found.upvoted,
        lines=lines,
        inside=inside,
        editing=found.writes and (editing or "edit" in params),
        problem=problem,
        typed=typed,
        themes=list(Theme),
        limits={"title": MOST_TITLE, "description": MOST_DESCRIPTION, "note": MOST_NOTE},
        place="collections",
    )


def _shown(tx: Transaction, slug: str) -> tuple[Gathering, Lines, Inside]:
    """It, the lines of its repos by item, and a few things out of each collection in it."""
    found = collections.gathered(tx, slug)
    held = {item.id: item.repo for item in found.items if item.repo is not None}
    lines = dict(zip(held, repo_lines(tx, list(held.values())), strict=True))
    others = [item.other for item in found.items if item.other is not None]
    return found, lines, collections.with_items(tx, others, 4)


def _slug(request: Request) -> str:
    return f"{request.path_params['owner']}/{request.path_params['slug']}"


def _route(path: str, endpoint: Any) -> Route:
    return Route(HOME + path, endpoint, methods=["POST"])


routes = [
    Route(HOME, show, methods=["GET"]),
    _route("/settings", change),
    _route("/delete", delete),
    _route("/upvote", upvote),
    _route("/items", add),
    _route("/items/{item:seg}", change_item),
]
