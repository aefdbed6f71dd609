"""Collections as JSON. Clients: HfApi.list_collections, create_collection, …, @huggingface/hub."""

from html import escape
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from bearhug.accounts.model.account import avatar_path
from bearhug.collections import service as collections
from bearhug.collections.model import (
    Asked,
    Change,
    Collection,
    Gathering,
    Item,
    ItemKind,
    Sort,
    Theme,
)
from bearhug.errors import BadRequest, NotFound
from bearhug.kit.wire import object_id, wire_time
from bearhug.papers.model import Paper
from bearhug.repos.model import Repo
from bearhug.social.model import Person
from bearhug.web.call import Call, CallDep

router = APIRouter(prefix="/api/collections", tags=["collections"])

ONE = "/{owner:seg}/{slug:seg}"
MOST = 100


class NewCollection(BaseModel):
    title: str
    namespace: str | None = None
    description: str | None = None
    private: bool = False
    theme: Theme = Theme.ORANGE
    resourceGroupId: str | None = None


class CollectionChange(BaseModel):
    title: str | None = None
    description: str | None = None
    position: int | None = None
    private: bool | None = None
    theme: Theme | None = None


class Named(BaseModel):
    id: str
    type: str


class NewItem(BaseModel):
    item: Named
    note: str | None = None


class ItemChange(BaseModel):
    note: str | None = None
    position: int | None = None


class InGroup(BaseModel):
    resourceGroupId: str | None = None


@router.get("")
async def listing(call: CallDep, request: Request, response: Response) -> list[dict[str, Any]]:
    """What one may see, four items of each. Client: HfApi.list_collections."""
    asked = _asked(request)
    found, more = await call.read_slow(collections.browse, asked)
    if more is not None:
        url = request.url.include_query_params(cursor=f"{more[0]}-{more[1]}")
        response.headers["Link"] = f'<{call.base_url}{call.raw_path}?{url.query}>; rel="next"'
    return [_told(call, each) for each in found]


@router.post("")
async def create(call: CallDep, new: NewCollection) -> dict[str, Any]:
    """Make one. Client: HfApi.create_collection, which reads `slug`, from a 409 too."""
    made = await call.write(
        collections.create,
        new.title,
        owner=new.namespace,
        description=new.description or "",
        private=new.private,
        theme=new.theme,
        group=new.resourceGroupId,
    )
    return await _whole(call, made)


@router.get(ONE)
async def one(call: CallDep, owner: str, slug: str) -> dict[str, Any]:
    """It and all in it that one may see. Client: HfApi.get_collection."""
    return _placed(call, await call.read_slow(collections.gathered, f"{owner}/{slug}"))


@router.patch(ONE)
async def change(call: CallDep, owner: str, slug: str, asked: CollectionChange) -> dict[str, Any]:
    """Set what is given. Client: HfApi.update_collection_metadata."""
    new = Change(asked.title, asked.description, asked.private, asked.theme, asked.position)
    made = await call.write(collections.change, f"{owner}/{slug}", new)
    return {"success": True, "data": await _whole(call, made)}


@router.delete(ONE)
async def delete(call: CallDep, owner: str, slug: str) -> dict[str, bool]:
    """Delete it; what is in it stays. Client: HfApi.delete_collection."""
    await call.write(collections.delete, f"{owner}/{slug}")
    return {"success": True}


@router.post(ONE + "/resource-group")
async def set_group(call: CallDep, owner: str, slug: str, asked: InGroup) -> dict[str, Any]:
    """Into a resource group, or out. Client: HfApi.update_collection_resource_group."""
    await call.write(collections.set_group, f"{owner}/{slug}", asked.resourceGroupId)
    return {"success": True, "resourceGroupId": asked.resourceGroupId}


@router.post(ONE + "/items")
async def add_item(call: CallDep, owner: str, slug: str, new: NewItem) -> dict[str, Any]:
    """Put something into it. Client: HfApi.add_collection_item."""
    if new.item.type == "bucket":
        raise NotFound("There are no buckets on this hub.")
    if new.item.type not in list(ItemKind):
        raise BadRequest(
            f"item.type: use one of {', '.join(ItemKind)}; got {new.item.type[:40]!r}."
        )
    kind = ItemKind(new.item.type)
    found = await call.write(
        collections.add_item, f"{owner}/{slug}", kind, new.item.id, new.note or ""
    )
    return await _whole(call, found)


@router.patch(ONE + "/items/{item:seg}")
async def change_item(
    call: CallDep, owner: str, slug: str, item: str, asked: ItemChange
) -> dict[str, Any]:
    """Another note or place. Client: HfApi.update_collection_item."""
    changed = await call.write(
        collections.change_item,
        f"{owner}/{slug}",
        item,
        note=asked.note,
        position=asked.position,
    )
    return {"success": True, "data": _item(call, changed)}


@router.delete(ONE + "/items/{item:seg}")
async def drop_item(call: CallDep, owner: str, slug: str, item: str) -> dict[str, bool]:
    """Take something out. Client: HfApi.delete_collection_item."""
    await call.write(collections.drop_item, f"{owner}/{slug}", item)
    return {"success": True}


@router.post(ONE + "/upvote")
async def upvote(call: CallDep, owner: str, slug: str) -> dict[str, int]:
    """Find it good; twice is once."""
    return {"upvotes": (await call.write(collections.upvote, f"{owner}/{slug}")).upvotes}


@router.delete(ONE + "/upvote")
async def unvote(call: CallDep, owner: str, slug: str) -> dict[str, int]:
    """No longer."""
    return {"upvotes": (await call.write(collections.unvote, f"{owner}/{slug}")).upvotes}


def _asked(request: Request) -> Asked:
    """Raises BadRequest for what is no limit, order or cursor."""
    params = request.query_params
    sort = params.get("sort") or Sort.TRENDING
    if sort not in list(Sort):
        raise BadRequest(f"sort: use one of {', '.join(Sort)}.")
    limit = params.get("limit") or str(MOST)
    if not (limit.isascii() and limit.isdecimal() and len(limit) < 10):
        raise BadRequest("limit: send a whole number.")
    return Asked(
        _several(request, "owner"),
        _several(request, "item"),
        params.get("q", "")[:200],
        Sort(sort),
        _after(params.get("cursor", "")),
        max(1, min(int(limit), MOST)),
    )


def _several(request: Request, name: str) -> list[str]:
    params = request.query_params
    given = [*params.getlist(name), *params.getlist(f"{name}[]")]
    return [each for each in given if each][:50]


def _after(cursor: str) -> tuple[int, int] | None:
    if not cursor:
        return None
    value, _, id = cursor.partition("-")
    whole = all(part.isascii() and part.isdecimal() and len(part) < 19 for part in (value, id))
    if not whole:
        raise BadRequest("cursor: this is none that the hub gave out.")
    return int(value), int(id)


async def _whole(call: Call, found: Collection) -> dict[str, Any]:
    return _placed(call, await call.read_slow(collections.gathered, found.slug))


def _placed(call: Call, found: Gathering) -> dict[str, Any]:
    return {**_told(call, found), "position": found.collection.position}


def _told(call: Call, found: Gathering) -> dict[str, Any]:
    """Without `position`: HfApi.list_collections counts by itself and breaks on ours."""
    it = found.collection
    return {
        "slug": it.slug,
        "title": it.title,
        **({"description": it.description} if it.description else {}),
        "gating": False,
        "lastUpdated": wire_time(it.updated_at),
        "owner": _owner(call, it.owner),
        "items": [_item(call, each) for each in found.items],
        "theme": it.theme,
        "private": it.private,
        "shareUrl": f"{call.base_url}{it.path}",
        "upvotes": it.upvotes,
        "isUpvotedByUser": found.upvoted,
    }


def _owner(call: Call, owner: Person) -> dict[str, Any]:
    return {
        "_id": object_id("accounts", owner.id),
        "type": "org" if owner.org else "user",
        "name": owner.name,
        "fullname": owner.title,
        "avatarUrl": call.base_url + avatar_path(owner.name, owner.avatar_sha256),
        "isPro": False,
    }


def _item(call: Call, item: Item) -> dict[str, Any]:
    said: dict[str, Any] = {
        "_id": item.object_id,
        "position": item.position,
        "type": item.kind,
        "id": item.name,
    }
    if item.note:
        said["note"] = {"html": escape(item.note).replace("\n", "<br>"), "text": item.note}
    if item.repo is not None:
        return said | _repo(item.repo)
    if item.other is not None:
        return said | _other(call, item.other)
    return said | _paper(item.paper)


def _repo(repo: Repo) -> dict[str, Any]:
    return {
        "repoType": repo.kind,
        "author": repo.name.owner,
        "private": repo.private,
        "gated": repo.gated or False,
        "likes": repo.likes,
        "downloads": repo.downloads,
        "lastModified": wire_time(repo.updated_at),
    }


def _other(call: Call, other: Collection) -> dict[str, Any]:
    return {
        "id": other.oid,
        "slug": other.slug,
        "title": other.title,
        "description": other.description,
        "owner": _owner(call, other.owner),
        "theme": other.theme,
        "upvotes": other.upvotes,
        "lastUpdated": wire_time(other.updated_at),
        "shareUrl": f"{call.base_url}{other.path}",
    }


def _paper(paper: Paper | None) -> dict[str, Any]:
    if paper is None:
        return {"title": None, "upvotes": 0}
    return {"title": paper.name, "upvotes": 0, "publishedAt": wire_time(paper.published_at)}


routes = router.routes
