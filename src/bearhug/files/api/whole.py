"""Repos as a whole, as JSON: one commit of many, large files gone, copies. Client: HfApi."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from bearhug.errors import BadRequest, NameTaken
from bearhug.files import service as files
from bearhug.files.model import Holding
from bearhug.files.service import holdings
from bearhug.kit.wire import Moment, wire_time
from bearhug.repos.model import RepoKind, Visibility
from bearhug.repos.wishes import Hosted
from bearhug.web.call import CallDep

router = APIRouter(prefix="/api", tags=["files"])
REPO = "/{kind:kind}/{owner:seg}/{name:seg}"
PAGE = 1000
LENT = 500


class Squash(BaseModel):
    message: str | None = Field(None, max_length=64 * 1024)


class Deletions(BaseModel):
    sha: list[str]
    rewriteHistory: bool = True


class LfsBatch(BaseModel):
    deletions: Deletions


class LentFile(BaseModel):
    sha256: str
    xetHash: str | None = None
    filename: str = ""


class Taker(BaseModel):
    type: RepoKind = RepoKind.MODEL
    name: str


class Lending(BaseModel):
    target: Taker
    files: list[LentFile] = Field(max_length=LENT)


class Duplicate(Hosted):
    repository: str
    visibility: Visibility | None = None
    private: bool | None = None


@router.post(REPO + "/super-squash/{branch:seg}")
async def super_squash(
    call: CallDep,
    kind: RepoKind,
    owner: str,
    name: str,
    branch: str,
    asked: Squash | None = None,
) -> dict[str, Any]:
    """A branch as one commit without a past. Client: HfApi.super_squash_history."""
    message = (asked.message if asked else None) or f"Super-squash branch {branch!r}"
    actor = await call.actor()
    oid = await call.thread(files.squash, call.hub, actor, kind, f"{owner}/{name}", branch, message)
    return {"success": True, "commitOid": oid}


@router.get(REPO + "/lfs-files")
async def list_lfs_files(call: CallDep, kind: RepoKind, owner: str, name: str) -> Response:
    """Each LFS object of the repo, last sent first, by pages. Client: HfApi.list_lfs_files."""
    query = call.request.query_params
    limit = _limit(query.get("limit"))
    after = _after(query.get("cursor"))
    found = await call.read_slow(
        holdings.browse, kind, f"{owner}/{name}", after=after, limit=limit + 1
    )
    headers = {}
    if len(found) > limit:
        last = found[limit - 1]
        address = f"{call.base_url}{call.raw_path}?limit={limit}&cursor={last.at}-{last.sha256}"
        headers["Link"] = f'<{address}>; rel="next"'
    return JSONResponse([_holding(each) for each in found[:limit]], headers=headers)


@router.post(REPO + "/lfs-files/batch")
async def delete_lfs_files(
    call: CallDep, kind: RepoKind, owner: str, name: str, asked: LfsBatch
) -> dict[str, Any]:
    """Delete objects for good. Client: HfApi.permanently_delete_lfs_files."""
    actor = await call.actor()
    wanted = asked.deletions
    deleted = await call.thread(
        files.delete_objects,
        call.hub,
        actor,
        kind,
        f"{owner}/{name}",
        wanted.sha,
        rewrite=wanted.rewriteHistory,
    )
    return {"success": True, "deleted": deleted}


@router.post(REPO + "/lfs-files/duplicate")
async def lend_lfs_files(
    call: CallDep, kind: RepoKind, owner: str, name: str, asked: Lending
) -> dict[str, Any]:
    """Let another repo have these objects too. Client: HfApi, copies between repos."""
    wanted = holdings.check_hashes([file.sha256 for file in asked.files])
    source, target = (kind, f"{owner}/{name}"), (asked.target.type, asked.target.name)
    failed = await call.write(holdings.lend, source, target, wanted)
    return {
        "success": not failed,
        "failed": [{"sha256": each.sha256, "error": each.error} for each in failed],
    }


@router.post(REPO + "/duplicate")
async def duplicate_repo(
    call: CallDep, kind: RepoKind, owner: str, name: str, asked: Duplicate
) -> dict[str, str]:
    """A new repo with all of this one's history. Client: HfApi.duplicate_repo, which reads `url`,
    from a 409 too.
    """
    visibility = asked.visibility
    if visibility is None and asked.private is not None:
        visibility = Visibility.PRIVATE if asked.private else Visibility.PUBLIC
    try:
        repo = await call.write(
            files.duplicate,
            kind,
            f"{owner}/{name}",
            asked.repository,
            visibility=visibility,
            hosting=asked.hosting,
        )
    except NameTaken as taken:
        raise NameTaken(taken.message, url=f"{call.base_url}{taken.details['url']}") from taken
    return {"url": call.base_url + repo.path, "name": str(repo.name), "id": repo.object_id}


def _holding(held: Holding) -> dict[str, Any]:
    return {
        "fileOid": held.sha256,
        "filename": held.path or held.sha256,
        "oid": held.sha256,
        "pushedAt": wire_time(held.at),
        "ref": held.ref,
        "size": held.size,
    }


def _limit(text: str | None) -> int:
    if text is None:
        return PAGE
    if not text.isascii() or not text.isdecimal() or int(text[:9]) < 1:
        raise BadRequest(f"limit: {text!r} is not a number above 0.")
    return min(int(text[:9]), PAGE)


def _after(cursor: str | None) -> tuple[Moment, str]:
    if cursor is None:
        return holdings.NEWEST
    at, _, sha256 = cursor.partition("-")
    if not at.isascii() or not at.isdecimal() or len(at) > 18:
        raise BadRequest("cursor: follow the Link header of the page before.")
    return int(at), sha256


routes = router.routes
