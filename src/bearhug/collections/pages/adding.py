"""Making a collection, and putting things into one's own from their pages."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bearhug.accounts import service as accounts
from bearhug.collections import service as collections
from bearhug.collections.model import (
    MOST_DESCRIPTION,
    MOST_TITLE,
    Asked,
    Collection,
    Gathering,
    ItemKind,
    Sort,
    Theme,
)
from bearhug.errors import BadRequest, Conflict, Forbidden, NotFound, Unprocessable
from bearhug.hub import Permission, Role, Transaction
from bearhug.repos.model import Repo
from bearhug.web.call import Call

SHOWN = 3
KINDS = {"datasets": ItemKind.DATASET, "spaces": ItemKind.SPACE, "models": ItemKind.MODEL}


@dataclass(frozen=True)
class Holder:
    """One of the actor's collections, and the item's id in it, if it is there."""

    collection: Collection
    item_id: int | None


async def panel(call: Call, repo: Repo) -> tuple[str, dict[str, Any]] | None:
    """Beside a repo's card: which collections have it, and one's own to put it into."""
    if str(repo.kind) not in list(ItemKind):
        return None
    item = f"{repo.kind.plural}/{repo.name}"
    found, total, own = await call.read_slow(_of_item, item)
    if not total and (await call.actor()).user_id is None:
        return None
    return "collections/panel.html", {
        "repo": repo,
        "item": item,
        "found": found,
        "total": total,
        "own": own,
    }


def _of_item(tx: Transaction, item: str) -> tuple[list[Gathering], int, list[Holder]]:
    asked = Asked(items=[item], sort=Sort.UPVOTES, limit=SHOWN)
    found, _ = collections.browse(tx, asked)
    return found, collections.count(tx, asked), _own(tx, item)


def _own(tx: Transaction, item: str) -> list[Holder]:
    """Raises NotFound for an item that is not here."""
    kind, name = collections.parse_item(item)
    mine = collections.writable(tx)
    held = collections.holding(tx, kind, collections.target(tx, kind, name).key) if mine else {}
    return [Holder(each, held.get(each.id)) for each in mine]


async def choose(request: Request) -> Response:
    """The page to choose one's collections on, for a thing."""
    call = Call.of(request)
    (await call.actor()).require_user()
    item = request.query_params.get("item", "")
    own = await call.read_slow(_own, item)
    return await call.page("collections/add.html", item=item, own=own, back=_address(item))


async def put(request: Request) -> Response:
    """Into one of one's collections (`on` is 1), or out of it."""
    call = Call.of(request)
    form = await call.form()
    item, slug = call.text(form, "item"), call.text(form, "collection")
    on = call.text(form, "on", default="1") == "1"
    found = await call.write(_put, item, slug, on)
    where = f"into {found.title}" if on else f"out of {found.title}"
    back = call.text(form, "back", default="") or _address(item)
    return call.redirect(back if _is_ours(back) else "/", flash=f"Put {where}.")


def _put(tx: Transaction, item: str, slug: str, on: bool) -> Collection:
    kind, name = collections.parse_item(item)
    if on:
        return collections.add_item(tx, slug, kind, name)
    found = collections.gathered(tx, slug)
    key = collections.target(tx, kind, name).key
    for each in found.items:
        if (each.kind, each.key) == (kind, key):
            collections.drop_item(tx, slug, each.object_id)
    return collections.find(tx, slug, to_write=True)


async def new(request: Request) -> Response:
    call = Call.of(request)
    (await call.actor()).require_user()
    return await _new(call)


async def create(request: Request) -> Response:
    """Make it; with `item`, that is the first thing in it."""
    call = Call.of(request)
    form = await call.form()
    given = {
        name: call.text(form, name, default="")
        for name in ("title", "owner", "description", "theme", "visibility", "item")
    }
    try:
        made = await call.write(_create, given)
    except (BadRequest, Conflict, Forbidden, NotFound, Unprocessable) as refused:
        return await _new(call, given, status=refused.status, problem=refused.message)
    return call.redirect(made.path)


def _create(tx: Transaction, given: dict[str, str]) -> Collection:
    theme = given["theme"]
    made = collections.create(
        tx,
        given["title"],
        owner=given["owner"] or None,
        description=given["description"],
        private=given["visibility"] == "private",
        theme=Theme(theme) if theme in list(Theme) else Theme.ORANGE,
    )
    if given["item"]:
        collections.add_item(tx, made.slug, *collections.parse_item(given["item"]))
    return made


async def _new(
    call: Call, given: dict[str, str] | None = None, *, status: int = 200, problem: str = ""
) -> Response:
    params = call.request.query_params
    usual = {"item": params.get("item", ""), "owner": params.get("owner", "")}
    blank = {"title": "", "description": "", "theme": Theme.ORANGE, "visibility": "public"}
    return await call.page(
        "collections/new.html",
        status=status,
        given=given or {**blank, **usual},
        owners=[(name, name) for name in await call.read_slow(_owners)],
        problem=problem,
        themes=list(Theme),
        limits={"title": MOST_TITLE, "description": MOST_DESCRIPTION},
        place="collections",
    )


def _owners(tx: Transaction) -> list[str]:
    """Where the actor may make collections: under their own name, then organisations."""
    me = accounts.me(tx)
    orgs = [
        each.org.name
        for each in accounts.organisations(tx, me)
        if each.role >= Role.WRITE
        and tx.actor.grant.allows(Permission.COLLECTION_WRITE, account=each.org.id)
    ]
    return [me.name, *orgs]


def asked_item(typed: str, base_url: str) -> tuple[ItemKind, str]:
    """What somebody means who pastes an address of this hub, or types a name.

    `ada/bert` is a model. Raises BadRequest.
    """
    parts = urlsplit(typed)
    if parts.scheme and f"{parts.scheme}://{parts.netloc}" != base_url:
        raise BadRequest("Only what is on this hub can be in a collection.")
    path = unquote(parts.path).strip("/") if parts.scheme or typed.startswith("/") else typed
    first, _, rest = path.partition("/")
    names = rest.split("/")
    if first in KINDS and len(names) >= 2:
        return KINDS[first], "/".join(names[:2])
    if first == "papers" and rest:
        return ItemKind.PAPER, names[0]
    if first == "collections" and len(names) == 2:
        return ItemKind.COLLECTION, rest
    if rest:
        return ItemKind.MODEL, f"{first}/{names[0]}"
    raise BadRequest(f"Write it like ada/bert, datasets/ada/squad or papers/1706.03762: {typed!r}.")


def _address(item: str) -> str:
    """The page of what `models/ada/bert` names."""
    return "/" + item.removeprefix("models/")


def _is_ours(path: str) -> bool:
    return path.startswith("/") and not path.startswith(("//", "/\\"))


routes = [
    Route("/new-collection", new, methods=["GET"]),
    Route("/new-collection", create, methods=["POST"]),
    Route("/collections/-/add", choose, methods=["GET"]),
    Route("/collections/-/add", put, methods=["POST"]),
]
