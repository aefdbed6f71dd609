"""Saved runs: the list, one of them, its picture; saving, showing, deleting one."""

import asyncio
import json
from collections import OrderedDict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bearhug.errors import BadRequest, NotFound
from bearhug.inference import picture, service
from bearhug.inference.model import Run, Turn
from bearhug.inference.pages.colours import coloured
from bearhug.inference.room import ModelRoom
from bearhug.inference.snippets import snippets
from bearhug.web.call import Call

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
    run = await call.write(service.save, answer.said(), public=public)
    if not as_json:
        return call.redirect(run.path, flash="Saved.")
    told = {"id": run.id, "url": call.base_url + run.path, "public": run.public}
    return JSONResponse({**told, "picture": f"{call.base_url}{run.path}.png"}, 201)


async def show(request: Request) -> Response:
    call = Call.of(request)
    run, repo = await call.read(service.run, request.path_params["id"])
    actor = await call.actor()
    said = run.said
    code = snippets(
        call.base_url,
        f"{repo.name}@{said.revision}:{said.file}",
        said.turns,
        said.parameters,
        chat=said.task == "conversational",
    )
    return await call.page(
        "inference/run.html",
        run=run,
        repo=repo,
        before=_before(run),
        code=coloured(code),
        owns=actor.user_id is not None and run.user_id == actor.user_id,
        drawable=picture.drawable(),
        place="runs",
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
        drawn[tag] = await asyncio.to_thread(picture.draw, run, repo.name.name, link)
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
    Route("/runs/{id:seg}", delete, methods=["DELETE"]),
    Route("/runs/{id:seg}/visibility", change, methods=["POST"]),
    Route("/runs/{id:seg}/delete", delete, methods=["POST"]),
]
