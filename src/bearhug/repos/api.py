"""Repos as JSON: make, delete, move, set, list one's own. Clients: HfApi, @huggingface/hub."""

import base64
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

from bearhug.errors import BadName, BadRequest, NameTaken
from bearhug.kit.wire import wire_time
from bearhug.repos import service as repos
from bearhug.repos.model import Access, Beginning, Repo, RepoKind, Visibility
from bearhug.repos.wishes import Hosted
from bearhug.web.call import CallDep

router = APIRouter(prefix="/api", tags=["repos"])


class NamedRepo(BaseModel):
    """How these routes name a repo: without an organisation it is the caller's own."""

    name: str
    organization: str | None = None
    type: RepoKind = RepoKind.MODEL


class FirstFile(BaseModel):
    """A file of the first commit. Client: @huggingface/hub, createRepo."""

    path: str = Field(max_length=4096)
    content: str
    encoding: Literal["base64", "utf-8"] = "base64"

    @property
    def decoded(self) -> bytes:
        """Raises BadRequest naming the file."""
        if self.encoding == "utf-8":
            return self.content.encode()
        try:
            return base64.b64decode(self.content, validate=True)
        except ValueError as error:  # binascii.Error among them; letters that are not ASCII
            raise BadRequest(f"files: {self.path} is not base64.") from error


class NewRepo(NamedRepo, Hosted):
    """What a client may send of a new repo. `region` is accepted: a hub stands in one place."""

    visibility: Visibility | None = None
    private: bool | None = None
    sdk: str | None = None
    template: str | None = None
    """A Space to begin as a copy of, as `owner/name`."""
    license: str = Field("", pattern=r"^[A-Za-z0-9.+_-]{0,64}$")
    files: list[FirstFile] = Field(default_factory=list, max_length=100)
    resourceGroupId: str | None = None
    region: Literal["us", "eu"] | None = None


class RepoMove(BaseModel):
    fromRepo: str
    toRepo: str
    type: RepoKind = RepoKind.MODEL


class RepoSettings(BaseModel):
    gated: Literal["auto", "manual", False] | None = None
    visibility: Visibility | None = None
    private: bool | None = None
    discussionsDisabled: bool | None = None


class RepoStorage(BaseModel):
    id: str
    type: RepoKind
    updatedAt: str
    visibility: Visibility
    storage: int
    storagePercent: float
    """Of all that its owner's repos hold."""


@router.post("/repos/create")
async def create_repo(call: CallDep, new: NewRepo) -> dict[str, str]:
    """Make a repo. Client: HfApi.create_repo, which reads `url`, from a 409 too."""
    owner, name = _split(new)
    visibility = _visibility(new.visibility, new.private)
    files = {file.path: file.decoded for file in new.files}
    try:
        repo = await call.write(
            repos.create,
            new.type,
            name,
            owner=owner,
            visibility=visibility,
            sdk=new.sdk or "",
            group=new.resourceGroupId,
            template=new.template if new.type is RepoKind.SPACE else None,
            beginning=Beginning(license=new.license, files=files, hosting=new.hosting),
        )
    except NameTaken as taken:
        raise NameTaken(taken.message, url=f"{call.base_url}{taken.details['url']}") from taken
    except BadName as bad:
        raise BadName(f"name: {bad.message}") from bad
    return {"url": call.base_url + repo.path, "name": str(repo.name), "id": repo.object_id}


@router.delete("/repos/delete", response_class=PlainTextResponse)
async def delete_repo(call: CallDep, named: NamedRepo) -> str:
    """Delete a repo with all it holds. Client: HfApi.delete_repo."""
    owner, name = _split(named)
    if owner is None:
        actor = await call.actor()
        actor.require_user()
        owner = actor.name
    await call.write(repos.delete, named.type, f"{owner}/{name}")
    return "OK"


@router.post("/repos/move")
async def move_repo(call: CallDep, asked: RepoMove) -> dict[str, str]:
    """Rename or transfer; the old name goes on redirecting. Client: HfApi.move_repo."""
    repo = await call.write(repos.move, asked.type, asked.fromRepo, asked.toRepo)
    return {"url": call.base_url + repo.path, "name": str(repo.name), "id": repo.object_id}


@router.put("/{kind:kind}/{owner:seg}/{name:seg}/settings")
async def change_settings(
    call: CallDep, kind: RepoKind, owner: str, name: str, asked: RepoSettings
) -> dict[str, str | bool]:
    """Set visibility, gate, discussions. Client: HfApi.update_repo_settings."""
    visibility = _visibility(asked.visibility, asked.private)
    closed = asked.discussionsDisabled
    if visibility is None and asked.gated is None and closed is None:
        raise BadRequest("Nothing to set: send gated, visibility or discussionsDisabled.")
    gated = None if asked.gated is None else asked.gated or ""
    repo = await call.write(
        repos.change_settings,
        kind,
        f"{owner}/{name}",
        visibility=visibility,
        gated=gated,
        talk=None if closed is None else not closed,
    )
    return {
        "visibility": repo.visibility,
        "private": repo.private,
        "gated": repo.gated or False,
        "discussionsDisabled": not repo.talk,
    }


@router.get("/{kind:kind}/{owner:seg}/{name:seg}/auth-check")
async def may_read(call: CallDep, kind: RepoKind, owner: str, name: str) -> dict[str, bool]:
    """Whether the caller may read the files. Client: HfApi.auth_check."""
    await call.read(repos.find, kind, f"{owner}/{name}", access=Access.READ)
    return {"ok": True}


@router.get("/{kind:kind}/{owner:seg}/{name:seg}/auth-check/write")
async def may_write(call: CallDep, kind: RepoKind, owner: str, name: str) -> dict[str, bool]:
    """Whether the caller may commit. Client: HfApi.auth_check(write=True)."""
    await call.read(repos.find, kind, f"{owner}/{name}", access=Access.WRITE)
    return {"ok": True}


Cursor = Annotated[int | None, Query(ge=1)]


@router.get("/settings/repositories")
async def own_repos(call: CallDep, response: Response, cursor: Cursor = None) -> list[RepoStorage]:
    """The caller's own repos, newest first. Client: HfApi.list_user_repos."""
    return await _owned(call, response, None, cursor)


@router.get("/organizations/{org:seg}/settings/repositories")
async def organization_repos(
    call: CallDep, response: Response, org: str, cursor: Cursor = None
) -> list[RepoStorage]:
    """An organisation's repos, for its members. Client: HfApi.list_user_repos(namespace)."""
    return await _owned(call, response, org, cursor)


async def _owned(
    call: CallDep, response: Response, owner: str | None, cursor: int | None
) -> list[RepoStorage]:
    found, more = await call.read_slow(repos.owned, owner, before=cursor)
    held = await call.read_slow(repos.held_bytes, found[0].owner_id) if found else 0
    if more is not None:
        url = f"{call.base_url}{call.raw_path}?cursor={more}"
        response.headers["Link"] = f'<{url}>; rel="next"'
    return [_storage(repo, held) for repo in found]


def _storage(repo: Repo, held: int) -> RepoStorage:
    return RepoStorage(
        id=str(repo.name),
        type=repo.kind,
        updatedAt=wire_time(repo.updated_at),
        visibility=repo.visibility,
        storage=repo.used_bytes,
        storagePercent=round(100 * repo.used_bytes / held, 2) if held else 0,
    )


def _split(named: NamedRepo) -> tuple[str | None, str]:
    """(owner, name): some clients put both into `name`."""
    owner, slash, name = named.name.rpartition("/")
    if slash and named.organization in (None, owner):
        return owner, name
    return named.organization, named.name


def _visibility(visibility: Visibility | None, private: bool | None) -> Visibility | None:
    """Older clients say `private`, newer ones `visibility`; the newer word wins."""
    if visibility is not None or private is None:
        return visibility
    return Visibility.PRIVATE if private else Visibility.PUBLIC


routes = router.routes
