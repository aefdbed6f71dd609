"""Saved runs: the list, one of them, its picture; saving, showing, deleting one."""

import asyncio
import json
from collections import OrderedDict
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bearhug.errors import BadRequest, EntryNotFound, NotFound
from bearhug.hub import Transaction
from bearhug.inference import picture, service
from bearhug.inference.engines.believing import believed
from bearhug.inference.model import Run, Turn
from bearhug.inference.pages.colours import coloured
from bearhug.inference.pages.keepsakes import (
    address,
    bars_of,
    body_of_run,
    image_of,
    keepsake,
    settings_told,
)
from bearhug.inference.room import ModelRoom
from bearhug.inference.snippets import Snippet, snippets
from bearhug.inference.task_snippets import task_snippets
from bearhug.repos.model import Repo
from bearhug.web.call import Call
from bearhug.web.sending import BytesResponse

PAGE = 20
MOST_BODY_BYTES = 16 * 1024
KEPT_PICTURES = 64


async def index(request: Request) -> Response:
    """One's own runs, or everyone's that are shown to all."""
    call = Call.of(request)
    actor = await call.actor()
    own = actor.user_id is not None and "all" not in request.query_params
    before = request.query_params.get("before", "")
    found = await call.read_slow(service.runs, own=own, before=_moment(before), limit=PAGE)
    more = found[-1][0].created_at if len(found) == PAGE else None
    return await call.page("inference/runs.html", runs=found, own=own, more=more, place="runs")


async def save(request: Request) -> Response:
    """Keep an answer: {"id": the completion's, "public": true}. As JSON, or by a form."""
    call = Call.of(request)
    as_json = request.headers.get("content-type", "").startswith("application/json")
    id, public = await (_sent(request) if as_json else _posted(call))
    user_id = (await call.actor()).require_user()
    room: ModelRoom = call.hub.rooms["inference"]
    answer = room.heard.get(id, user_id)
    if answer is None:
        raise NotFound("That answer is not remembered: they are for an hour. Ask again.")
    id, said = await call.thread(service.keep, call.hub, answer.said())
    run = await call.write(service.save, said, public=public, id=id)
    if not as_json:
        return call.redirect(run.path, flash="Saved.")
    told = {"id": run.id, "url": call.base_url + run.path, "public": run.public}
    return JSONResponse({**told, "picture": f"{call.base_url}{run.path}.png"}, 201)


async def show(request: Request) -> Response:
    call = Call.of(request)
    run, repo = await call.read(service.run, request.path_params["id"])
    actor = await call.actor()
    with believed():
        kept = keepsake(run.said, partial(address, run))
    code = _code(call, run, repo)
    return await call.page(
        "inference/run.html",
        run=run,
        repo=repo,
        before=_before(run),
        kept=kept,
        kept_settings=settings_told(run.said),
        code=coloured(code),
        owns=actor.user_id is not None and run.user_id == actor.user_id,
        drawable=picture.drawable(),
        place="runs",
    )


async def file(request: Request) -> Response:
    """A picture or recording of a run's, by its sha256."""
    call = Call.of(request)
    sha256 = request.path_params["sha256"]

    def get(tx: Transaction) -> tuple[bytes, str]:
        run, _ = service.run(tx, request.path_params["id"])
        return service.file(tx, run, sha256)

    data, kind = await call.read_slow(get)
    name = f"{sha256[:12]}.{kind.rpartition('/')[2] or 'bin'}"
    headers = {"Cache-Control": "private, max-age=86400, immutable"}
    return BytesResponse(
        data, etag=sha256, filename=name, content_type=kind, inline=True, headers=headers
    )


async def draw(request: Request) -> Response:
    """The picture, 1200 × 630, as PNG."""
    call = Call.of(request)
    run, repo = await call.read(service.run, request.path_params["id"])
    link = call.base_url.partition("://")[2] + run.path
    tag = picture.etag(run, repo.name.name, link)
    headers = {"ETag": f'"{tag}"', "Cache-Control": "private, no-cache"}
    if f'"{tag}"' in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    drawn: OrderedDict[str, bytes] = call.hub.rooms.setdefault("pictures", OrderedDict())
    if tag not in drawn:
        art = await call.read_slow(_art, run)
        drawn[tag] = await asyncio.to_thread(picture.draw, run, repo.name.name, link, art)
        while len(drawn) > KEPT_PICTURES:
            drawn.popitem(last=False)
    return Response(drawn[tag], media_type="image/png", headers=headers)


async def change(request: Request) -> Response:
    """To whom it is shown."""
    call = Call.of(request)
    public = call.text(await call.form(), "public") == "1"
    run = await call.write(service.change, request.path_params["id"], public=public)
    said = "Everyone who may see the model sees it now." if public else "Only you see it now."
    return call.redirect(run.path, flash=said)


async def delete(request: Request) -> Response:
    call = Call.of(request)
    await call.write(service.remove, request.path_params["id"])
    if request.method == "DELETE":
        return Response(status_code=204)
    return call.redirect("/runs", flash="The run is gone.")


def _art(tx: Transaction, run: Run) -> picture.Art:
    """The bars of a run's answer; the picture that was made, or else asked about."""
    with believed():
        bars, image = bars_of(run.said), image_of(run.said)
    if image is None or "$object" not in image:
        return picture.Art(bars)
    try:
        data, kind = service.file(tx, run, image["$object"])
    except EntryNotFound:
        return picture.Art(bars)
    return picture.Art(bars, data, kind)


def _code(call: Call, run: Run, repo: Repo) -> list[Snippet]:
    said = run.said
    if said.inputs is not None:
        return task_snippets(call.base_url, str(repo.name), said.task, body_of_run(said))
    return snippets(
        call.base_url,
        f"{repo.name}@{said.revision}:{said.file}",
        said.turns,
        said.parameters,
        chat=said.task == "conversational",
    )


def _before(run: Run) -> tuple[Turn, ...]:
    """What was said before the last question."""
    return run.said.turns[:-1]


def _moment(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None


async def _sent(request: Request) -> tuple[str, bool]:
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > MOST_BODY_BYTES:
        raise BadRequest('Send {"id": "chatcmpl-…", "public": true}.')
    try:
        sent: Any = json.loads(await request.body())
        return str(sent["id"]), sent.get("public") is True
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadRequest("id: name the answer, as its `id` did.") from error


async def _posted(call: Call) -> tuple[str, bool]:
    form = await call.form()
    return call.text(form, "id", default=None), call.text(form, "public") == "1"


routes: list[BaseRoute] = [
    Route("/runs", index, methods=["GET"]),
    Route("/runs", save, methods=["POST"]),
    Route("/runs/{id:seg}.png", draw, methods=["GET"]),
    Route("/runs/{id:seg}", show, methods=["GET"]),
    Route("/runs/{id:seg}/files/{sha256:seg}", file, methods=["GET"]),
    Route("/runs/{id:seg}", delete, methods=["DELETE"]),
    Route("/runs/{id:seg}/visibility", change, methods=["POST"]),
    Route("/runs/{id:seg}/delete", delete, methods=["POST"]),
]
