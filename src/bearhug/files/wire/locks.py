"""LFS locks. Client: git-lfs. Rules as in its docs/api/locking.md."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bearhug.errors import BadRequest
from bearhug.files.service import locks
from bearhug.files.service.locks import Lock, Locked
from bearhug.files.wire.naming import REPO, json_body, lfs_answer, repo_name
from bearhug.hub import Transaction
from bearhug.kit.wire import wire_time
from bearhug.repos import service as repos
from bearhug.repos.model import Access, Repo, RepoKind
from bearhug.web.call import Call
from bearhug.web.doors import repo_routes

_LONGEST = 18
"""Digits of a row's id."""


async def create(request: Request) -> Response:
    """Lock a file: {"path", "ref"?: {"name"}}."""
    call = Call.of(request)
    body = await json_body(request)
    path = body.get("path")
    if not isinstance(path, str):
        raise BadRequest("path: say which file to lock.")
    try:
        made = await call.write(_lock, request.path_params, path, _ref(body))
    except Locked as error:
        taken = {"lock": _said(error.lock), "message": error.message}
        return lfs_answer(taken, status=409)
    return lfs_answer({"lock": _said(made)}, status=201)


async def listing(request: Request) -> Response:
    """Every lock, or those of ?path= or ?id=; by pages of ?limit=, from ?cursor= on."""
    asked = request.query_params
    id, path = asked.get("id"), asked.get("path")
    if id and not _number(id):
        return lfs_answer({"locks": []})
    found, cursor = await Call.of(request).read(
        _locks,
        request.path_params,
        Access.READ,
        path=path or None,
        id=_number(id) or None,
        cursor=asked.get("cursor"),
        limit=asked.get("limit"),
    )
    return lfs_answer({"locks": [_said(lock) for lock in found], **cursor})


async def verify(request: Request) -> Response:
    """What git-lfs asks before a push: which locks are one's own, and which are others'."""
    call = Call.of(request)
    body = await json_body(request)
    found, cursor = await call.read(
        _locks,
        request.path_params,
        Access.WRITE,
        cursor=body.get("cursor"),
        limit=body.get("limit"),
    )
    me = (await call.actor()).user_id
    ours = [_said(lock) for lock in found if lock.owner_id == me]
    theirs = [_said(lock) for lock in found if lock.owner_id != me]
    return lfs_answer({"ours": ours, "theirs": theirs, **cursor})


async def unlock(request: Request) -> Response:
    """Give a lock up; `force`: another's."""
    call = Call.of(request)
    body = await json_body(request)
    force = body.get("force") is True
    lock = await call.write(_unlock, request.path_params, request.path_params["id"], force)
    return lfs_answer({"lock": _said(lock)})


def _repo(tx: Transaction, values: dict[str, Any], access: Access) -> Repo:
    repo = repos.find(tx, RepoKind(values["kind"]), repo_name(values), access=Access.READ)
    if access is not Access.READ:
        tx.actor.require_user()
        repos.require(tx.actor, repo, access)
    return repo


def _lock(tx: Transaction, values: dict[str, Any], path: str, ref: str) -> Lock:
    return locks.lock(tx, _repo(tx, values, Access.WRITE), path, ref)


def _unlock(tx: Transaction, values: dict[str, Any], id: int, force: bool) -> Lock:
    return locks.unlock(tx, _repo(tx, values, Access.WRITE), id, force=force)


def _locks(
    tx: Transaction,
    values: dict[str, Any],
    access: Access,
    *,
    path: str | None = None,
    id: int | None = None,
    cursor: object = None,
    limit: object = None,
) -> tuple[list[Lock], dict[str, str]]:
    """A page, and `next_cursor` where there may be more."""
    size = min(_number(limit) or locks.PAGE, locks.MOST)
    repo = _repo(tx, values, access)
    found = locks.locks(tx, repo, path=path, id=id, after=_number(cursor), limit=size)
    more = len(found) == size
    return found, {"next_cursor": str(found[-1].id)} if more else {}


def _ref(body: dict[str, Any]) -> str:
    ref = body.get("ref")
    name = ref.get("name") if isinstance(ref, dict) else None
    return name if isinstance(name, str) else ""


def _number(value: object) -> int:
    """A number, however it is sent; 0 for anything else."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST else 0


def _said(lock: Lock) -> dict[str, Any]:
    return {
        "id": str(lock.id),
        "path": lock.path,
        "locked_at": wire_time(lock.locked_at),
        "owner": {"name": lock.owner},
    }


routes: list[BaseRoute] = [
    *repo_routes(REPO + "/info/lfs/locks", listing),
    *repo_routes(REPO + "/info/lfs/locks", create, ["POST"]),
    *repo_routes(REPO + "/info/lfs/locks/verify", verify, ["POST"]),
    *repo_routes(REPO + "/info/lfs/locks/{id:int}/unlock", unlock, ["POST"]),
]
