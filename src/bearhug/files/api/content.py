"""Files as JSON: trees, refs, commits, uploads announced. Clients: HfApi, @huggingface/hub."""

import base64
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bearhug.errors import BadRequest
from bearhug.files import service as files
from bearhug.files.model import Node
from bearhug.files.service import proposals
from bearhug.files.service.looking import (
    Asked,
    Looked,
    Preupload,
    commit_log,
    compare,
    listing,
    paths,
    preupload,
    refs,
)
from bearhug.git.formats import Commit
from bearhug.git.repository import Comparison
from bearhug.hub import Hub
from bearhug.kit.wire import wire_time
from bearhug.repos import service as repos
from bearhug.repos.model import Repo, RepoKind
from bearhug.storage import Incoming
from bearhug.web.call import Call, CallDep
from bearhug.web.receiving import receive

router = APIRouter(prefix="/api", tags=["files"])
REPO = "/{kind:kind}/{owner:seg}/{name:seg}"
PAGE = 1000
EXPANDED_PAGE = 100
MOST_DIGITS = 18


class NewBranch(BaseModel):
    startingPoint: str | None = None


class NewTag(BaseModel):
    tag: str
    message: str | None = None


class Announced(BaseModel):
    """A file that a client means to upload; `sample` is base64 of its first 512 bytes."""

    path: str
    size: int = Field(ge=0)
    sample: str = ""


class Announcement(BaseModel):
    files: list[Announced] = Field(max_length=1000)
    gitIgnore: str | None = None
    gitAttributes: str | None = None


@router.get(REPO + "/tree/{rev:seg}")
async def tree_top(call: CallDep, kind: RepoKind, owner: str, name: str, rev: str) -> Response:
    """The top folder. Client: HfApi.list_repo_tree."""
    return await tree(call, kind, owner, name, rev, "")


@router.get(REPO + "/tree/{rev:seg}/{path:rest}")
async def tree(
    call: CallDep, kind: RepoKind, owner: str, name: str, rev: str, path: str
) -> Response:
    """A folder, by pages; `recursive` for all beneath it, `expand` for last commits."""
    query = call.request.query_params
    expand = _flag(query.get("expand"))
    most = EXPANDED_PAGE if expand else PAGE
    limit = min(_number(query.get("limit"), "limit", most), most)
    asked = Asked(
        kind,
        f"{owner}/{name}",
        rev,
        path=path,
        recursive=_flag(query.get("recursive")),
        expand=expand,
        after=query.get("cursor"),
        limit=limit + 1,
    )
    found = await call.read_slow(listing, asked)
    more = len(found) > limit
    headers = _next(call, found[limit - 1].node.path) if more else {}
    return JSONResponse([_entry(each, expand) for each in found[:limit]], headers=headers)


@router.post(REPO + "/paths-info/{rev:seg}")
async def paths_info(call: CallDep, kind: RepoKind, owner: str, name: str, rev: str) -> Response:
    """These paths, those that exist. Form-encoded by Python, JSON by JavaScript."""
    wanted, expand = await _paths_of(call)
    asked = Asked(kind, f"{owner}/{name}", rev, expand=expand)
    found = await call.read_slow(paths, asked, wanted)
    return JSONResponse([_entry(each, expand) for each in found])


@router.get(REPO + "/refs")
async def list_refs(call: CallDep, kind: RepoKind, owner: str, name: str) -> dict[str, Any]:
    """Branches (main first), tags, conversions. Client: HfApi.list_repo_refs."""
    found = await call.read(refs, kind, f"{owner}/{name}")
    answer: dict[str, Any] = {"branches": [], "converts": [], "tags": []}
    if _flag(call.request.query_params.get("include_prs")):
        answer["pullRequests"] = []
    places = {
        "refs/heads/": "branches",
        "refs/tags/": "tags",
        "refs/convert/": "converts",
        "refs/pr/": "pullRequests",
    }
    for ref in found:
        prefix = next((prefix for prefix in places if ref.name.startswith(prefix)), "")
        if places.get(prefix) in answer:
            short = ref.name.removeprefix(prefix)
            listed = {"name": short, "ref": ref.name, "targetCommit": ref.commit}
            answer[places[prefix]].append(listed)
    return answer


@router.get(REPO + "/commits/{rev:seg}")
async def list_commits(call: CallDep, kind: RepoKind, owner: str, name: str, rev: str) -> Response:
    """The log, newest first, by pages. Client: HfApi.list_repo_commits."""
    query = call.request.query_params
    limit = min(_number(query.get("limit"), "limit", 50), PAGE)
    asked = Asked(kind, f"{owner}/{name}", rev, after=query.get("cursor"), limit=limit + 1)
    log = await call.read_slow(commit_log, asked)
    formatted = "formatted" in query.getlist("expand[]") + query.getlist("expand")
    shown = [_commit(commit, log.authors, formatted) for commit in log.commits[:limit]]
    headers = {"X-Total-Count": str(log.total)}
    if len(log.commits) > limit:
        headers |= _next(call, log.commits[limit - 1].oid)
    return JSONResponse(shown, headers=headers)


@router.get(REPO + "/compare/{spec:seg}")
async def compare_revisions(
    call: CallDep, kind: RepoKind, owner: str, name: str, spec: str
) -> dict[str, Any]:
    """`base..head`, or `base...head`: what head has since their common ancestor."""
    base, dots, head = spec.partition("..")
    if not dots:
        raise BadRequest("compare: name two revisions, as in main..my-branch.")
    found = await call.read_slow(compare, kind, f"{owner}/{name}", base, head.lstrip("."))
    return _comparison(found)


@router.post(REPO + "/branch/{branch:seg}")
async def create_branch(
    call: CallDep, kind: RepoKind, owner: str, name: str, branch: str, new: NewBranch | None = None
) -> dict[str, str]:
    """Begin a branch, at main unless said otherwise. Client: HfApi.create_branch."""
    start = (new.startingPoint if new else None) or "main"
    actor = await call.actor()
    commit = await call.thread(
        files.create_branch, call.hub, actor, kind, f"{owner}/{name}", branch, start
    )
    return {"ref": f"refs/heads/{branch}", "targetCommit": commit}


@router.delete(REPO + "/branch/{branch:seg}")
async def delete_branch(
    call: CallDep, kind: RepoKind, owner: str, name: str, branch: str
) -> dict[str, bool]:
    """Client: HfApi.delete_branch."""
    await call.write(files.delete_branch, kind, f"{owner}/{name}", branch)
    return {"success": True}


@router.post(REPO + "/tag/{rev:seg}")
async def create_tag(
    call: CallDep, kind: RepoKind, owner: str, name: str, rev: str, new: NewTag
) -> dict[str, str]:
    """Name a commit. Client: HfApi.create_tag."""
    actor = await call.actor()
    repo = f"{owner}/{name}"
    commit = await call.thread(
        files.create_tag, call.hub, actor, kind, repo, new.tag, rev, new.message or ""
    )
    return {"ref": f"refs/tags/{new.tag}", "targetCommit": commit}


@router.delete(REPO + "/tag/{tag:seg}")
async def delete_tag(
    call: CallDep, kind: RepoKind, owner: str, name: str, tag: str
) -> dict[str, bool]:
    """Client: HfApi.delete_tag."""
    await call.write(files.delete_tag, kind, f"{owner}/{name}", tag)
    return {"success": True}


@router.post(REPO + "/preupload/{rev:seg}")
async def announce_upload(
    call: CallDep, kind: RepoKind, owner: str, name: str, rev: str, asked: Announcement
) -> Response:
    """Which files go to LFS, which are ignored, which are here already. Client: _commit_api.py."""
    wanted = [(file.path, file.size, _sample(file)) for file in asked.files]
    request = Preupload(wanted, asked.gitAttributes, asked.gitIgnore)
    repo = f"{owner}/{name}"
    proposing = _flag(call.request.query_params.get("create_pr"))
    commit, fates = await call.read_slow(preupload, kind, repo, rev, request, proposing)
    shown = [
        {
            "path": fate.path,
            "uploadMode": "lfs" if fate.lfs else "regular",
            "shouldIgnore": fate.ignored,
            **({"oid": fate.oid} if fate.oid else {}),
        }
        for fate in fates
    ]
    return JSONResponse({"files": shown, "commitOid": commit})


async def commit(request: Request) -> Response:
    """POST …/commit/{rev}: newline-delimited JSON. Client: HfApi.create_commit."""
    call = Call.of(request)
    values = request.path_params
    proposing = _flag(request.query_params.get("create_pr"))
    actor = await call.actor()
    actor.require_user()
    limit = call.hub.settings.max_commit_bytes
    incoming = await call.thread(Incoming, call.hub.objects.scratch, limit=limit)
    body = await receive(request, incoming)
    kind = RepoKind(values["kind"])
    name = f"{values['owner']}/{values['name']}"

    def work(hub: Hub) -> tuple[Repo, str, int | None]:
        try:
            proposal = proposals.parse(body.path, values["rev"])
        finally:
            body.path.unlink()
        repo = hub.read_as(actor, repos.find, kind, name)
        if proposing:
            return repo, *files.propose_now(hub, actor, kind, name, proposal)
        return repo, files.commit_now(hub, actor, kind, name, proposal), None

    repo, oid, number = await call.thread(work, call.hub)
    web = call.base_url + repo.path
    answer = {"success": True, "commitOid": oid, "commitUrl": f"{web}/commit/{oid}"}
    if number is not None:
        answer["pullRequestUrl"] = f"{web}/discussions/{number}"
    return JSONResponse({**answer, "hookOutput": ""})


routes: list[BaseRoute] = [
    *router.routes,
    Route(f"/api{REPO}/commit/{{rev:seg}}", commit, methods=["POST"]),
]


def _entry(looked: Looked, expand: bool) -> dict[str, Any]:
    node = looked.node
    entry: dict[str, Any] = {
        "type": "directory" if node.is_dir else "file",
        "oid": node.oid,
        "size": node.size,
        "path": node.path,
    }
    if node.lfs:
        entry["lfs"] = _lfs(node)
    if looked.xet:
        entry["xetHash"] = looked.xet
    if expand and looked.last is not None:
        last = looked.last
        entry["lastCommit"] = {"id": last.oid, "title": last.title, "date": wire_time(last.at)}
    return entry


def _lfs(node: Node) -> dict[str, Any]:
    assert node.lfs is not None
    pointer_size = len(node.lfs.dump())
    return {"oid": node.lfs.sha256, "size": node.lfs.size, "pointerSize": pointer_size}


def _commit(commit: Commit, authors: dict[str, str], formatted: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": commit.oid,
        "title": commit.title,
        "message": commit.message,
        "date": wire_time(commit.at),
        "authors": [{"user": authors.get(commit.oid, commit.author.name)}],
        "parents": list(commit.parents),
    }
    if formatted:
        shown["formatted"] = {"title": _html(commit.title), "message": _html(commit.message)}
    return shown


def _comparison(found: Comparison) -> dict[str, Any]:
    return {
        "mergeBase": found.merge_base,
        "commits": [_commit(commit, {}, False) for commit in found.commits],
        "files": [
            {
                "path": file.path,
                "oldPath": file.old_path,
                "status": file.status,
                "additions": file.additions,
                "deletions": file.deletions,
                "binary": file.binary,
            }
            for file in found.files
        ],
    }


def _html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


async def _paths_of(call: Call) -> tuple[list[str], bool]:
    if "json" in call.request.headers.get("content-type", ""):
        try:
            body = await call.request.json()
        except (ValueError, RecursionError) as error:
            raise BadRequest(f"The body is not JSON: {error}") from error
        body = body if isinstance(body, dict) else {}
        wanted, expand = body.get("paths", []), bool(body.get("expand"))
        wanted = [wanted] if isinstance(wanted, str) else wanted
    else:
        form = await call.form()
        wanted, expand = form.getlist("paths"), _flag(str(form.get("expand", "")))
    if not isinstance(wanted, list) or not all(isinstance(path, str) for path in wanted):
        raise BadRequest("paths: send a list of texts.")
    if len(wanted) > PAGE:
        raise BadRequest(f"paths: at most {PAGE} a call; got {len(wanted)}.")
    return [str(path) for path in wanted], expand


def _sample(file: Announced) -> bytes:
    try:
        return base64.b64decode(file.sample)
    except ValueError as error:  # binascii.Error among them; letters that are not ASCII
        raise BadRequest(f"sample of {file.path}: not base64.") from error


def _flag(value: str | None) -> bool:
    return (value or "").lower() in ("1", "true")


def _number(value: str | None, field: str, default: int) -> int:
    if value is None:
        return default
    if not value.isdecimal() or len(value) > MOST_DIGITS or not int(value):
        raise BadRequest(f"{field}: {value!r} is not a number above 0.")
    return int(value)


def _next(call: Call, cursor: str) -> dict[str, str]:
    """The address of the next page: this one's, with a cursor."""
    query = [item for item in call.request.query_params.multi_items() if item[0] != "cursor"]
    url = f"{call.base_url}{call.raw_path}?{urlencode([*query, ('cursor', cursor)])}"
    return {"Link": f'<{url}>; rel="next"'}
