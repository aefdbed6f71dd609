"""Spaces as JSON: how each is, and what it is to run with. Client: HfApi."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bearhug.kit.wire import wire_time
from bearhug.repos.model import Access
from bearhug.spaces import service as spaces
from bearhug.spaces.model import Entry
from bearhug.web.call import Call, CallDep

router = APIRouter(prefix="/api/spaces", tags=["spaces"])
SPACE = "/{owner:seg}/{name:seg}"
GIGABYTE = 1024**3


class Hardware(BaseModel):
    flavor: str
    sleepTimeSeconds: int | None = Field(None, ge=-1, le=10**9)


class Sleep(BaseModel):
    seconds: int = Field(ge=-1, le=10**9)


class Storage(BaseModel):
    tier: str


class DevMode(BaseModel):
    enabled: bool


class Volumes(BaseModel):
    volumes: list[dict[str, Any]]


class Named(BaseModel):
    key: str = Field(max_length=1000)


class Set(Named):
    value: str
    description: str | None = None


@router.get(SPACE + "/runtime")
async def runtime(call: CallDep, owner: str, name: str) -> dict[str, Any]:
    """Client: HfApi.get_space_runtime."""
    found = await call.read_slow(spaces.told_runtime, f"{owner}/{name}")
    return found.wire()


@router.post(SPACE + "/pause")
async def pause(call: CallDep, owner: str, name: str) -> dict[str, Any]:
    """Client: HfApi.pause_space."""
    return await _change(call, owner, name, paused=True)


@router.post(SPACE + "/restart")
async def restart(call: CallDep, owner: str, name: str) -> dict[str, Any]:
    """No longer paused. Client: HfApi.restart_space."""
    return await _change(call, owner, name, paused=False)


@router.post(SPACE + "/hardware")
async def request_hardware(call: CallDep, owner: str, name: str, asked: Hardware) -> dict[str, Any]:
    """Client: HfApi.request_space_hardware."""
    values: dict[str, Any] = {"hardware": asked.flavor}
    if asked.sleepTimeSeconds is not None:
        values["sleep_seconds"] = asked.sleepTimeSeconds
    return await _change(call, owner, name, **values)


@router.post(SPACE + "/sleeptime")
async def set_sleep(call: CallDep, owner: str, name: str, asked: Sleep) -> dict[str, Any]:
    """Client: HfApi.set_space_sleep_time."""
    return await _change(call, owner, name, sleep_seconds=asked.seconds)


@router.post(SPACE + "/storage")
async def request_storage(call: CallDep, owner: str, name: str, asked: Storage) -> dict[str, Any]:
    """Client: HfApi.request_space_storage."""
    return await _change(call, owner, name, storage=asked.tier)


@router.delete(SPACE + "/storage")
async def drop_storage(call: CallDep, owner: str, name: str) -> dict[str, Any]:
    """Client: HfApi.delete_space_storage."""
    return await _change(call, owner, name, storage=None)


@router.post(SPACE + "/dev-mode")
async def set_dev_mode(call: CallDep, owner: str, name: str, asked: DevMode) -> dict[str, Any]:
    """Client: HfApi.enable_space_dev_mode, disable_space_dev_mode."""
    return await _change(call, owner, name, dev_mode=asked.enabled)


@router.put(SPACE + "/volumes")
async def set_volumes(call: CallDep, owner: str, name: str, asked: Volumes) -> dict[str, Any]:
    """Client: HfApi.set_space_volumes."""
    return await _change(call, owner, name, volumes=asked.volumes)


@router.delete(SPACE + "/volumes")
async def drop_volumes(call: CallDep, owner: str, name: str) -> dict[str, Any]:
    """Client: HfApi.delete_space_volumes."""
    return await _change(call, owner, name, volumes=[])


@router.get(SPACE + "/secrets")
async def list_secrets(call: CallDep, owner: str, name: str) -> dict[str, Any]:
    """By name, without their values. Client: HfApi.get_space_secrets."""
    return _told(await call.read(spaces.entries, f"{owner}/{name}", secret=True))


@router.get(SPACE + "/variables")
async def list_variables(call: CallDep, owner: str, name: str) -> dict[str, Any]:
    """Client: HfApi.get_space_variables."""
    return _told(await call.read(spaces.entries, f"{owner}/{name}", secret=False))


@router.post(SPACE + "/secrets")
async def add_secret(call: CallDep, owner: str, name: str, asked: Set) -> dict[str, Any]:
    """Client: HfApi.add_space_secret."""
    return await _put(call, owner, name, asked, secret=True)


@router.post(SPACE + "/variables")
async def add_variable(call: CallDep, owner: str, name: str, asked: Set) -> dict[str, Any]:
    """Client: HfApi.add_space_variable."""
    return await _put(call, owner, name, asked, secret=False)


@router.delete(SPACE + "/secrets")
async def drop_secret(call: CallDep, owner: str, name: str, asked: Named) -> dict[str, Any]:
    """Client: HfApi.delete_space_secret."""
    return _told(await call.write(spaces.drop, f"{owner}/{name}", asked.key, secret=True))


@router.delete(SPACE + "/variables")
async def drop_variable(call: CallDep, owner: str, name: str, asked: Named) -> dict[str, Any]:
    """Client: HfApi.delete_space_variable."""
    return _told(await call.write(spaces.drop, f"{owner}/{name}", asked.key, secret=False))


@router.get("/templates")
async def list_templates(call: CallDep) -> dict[str, Any]:
    """Spaces to begin others from. Client: HfApi.list_space_templates."""
    found = await call.read_slow(spaces.templates)
    return {
        "templates": [
            {
                "name": title or repo.name.name,
                "repoId": str(repo.name),
                "sdk": repo.sdk,
                "preferredPrivate": repo.private,
            }
            for repo, title in found
        ]
    }


@router.get("/hardware")
async def list_hardware() -> list[dict[str, Any]]:
    """What a Space can run on here: this machine. Client: HfApi.list_spaces_hardware."""
    processors, memory = spaces.this_machine()
    return [
        {
            "name": "cpu-basic",
            "prettyName": "This machine",
            "cpu": f"{processors} vCPU",
            "ram": f"{memory / GIGABYTE:.0f} GB",
            "accelerator": None,
            "unitCostMicroUSD": 0,
            "unitCostUSD": 0,
            "unitLabel": "minute",
        }
    ]


async def logs(request: Request) -> Response:
    """Server-sent events of what a Space said: none, for nothing has run. Client: HfApi."""
    call = Call.of(request)
    values = request.path_params
    await call.read(spaces.find, f"{values['owner']}/{values['name']}", Access.WRITE)
    return PlainTextResponse(": nothing has run yet\n\n", media_type="text/event-stream")


async def _change(call: Call, owner: str, name: str, **values: Any) -> dict[str, Any]:
    now = await call.write(spaces.change, f"{owner}/{name}", values)
    return now.wire()


async def _put(call: Call, owner: str, name: str, asked: Set, *, secret: bool) -> dict[str, Any]:
    listed = await call.write(
        spaces.put,
        f"{owner}/{name}",
        asked.key,
        asked.value,
        secret=secret,
        description=asked.description or "",
    )
    return _told(listed)


def _told(entries: list[Entry]) -> dict[str, Any]:
    return {entry.key: _entry(entry) for entry in entries}


def _entry(entry: Entry) -> dict[str, Any]:
    said: dict[str, Any] = {"updatedAt": wire_time(entry.at)}
    if entry.value is not None:
        said["value"] = entry.value
    if entry.description:
        said["description"] = entry.description
    return said


routes: list[BaseRoute] = [
    *router.routes,
    Route(f"/api/spaces{SPACE}/logs/build", logs),
    Route(f"/api/spaces{SPACE}/logs/run", logs),
]
