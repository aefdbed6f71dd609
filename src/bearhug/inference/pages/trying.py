"""The conversation without a script: a form, answered by a page that holds the answer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bearhug.cards import service as cards
from bearhug.cards.model import Card
from bearhug.errors import BadRequest, HubError, Moved, NotFound, NotSignedIn, TooLarge
from bearhug.hub import Transaction
from bearhug.inference import asking, service
from bearhug.inference.asking import WAIT_SECONDS, Question
from bearhug.inference.heard import Answer
from bearhug.inference.model import Turn
from bearhug.inference.pages.colours import coloured
from bearhug.inference.pages.forms import form_of
from bearhug.inference.pages.panel import example_turns, examples, messages, settings_of, talk_of
from bearhug.inference.pages.posting import filled, infer
from bearhug.inference.pages.widgets import Widget
from bearhug.inference.room import Asker, ModelRoom
from bearhug.inference.service import Located
from bearhug.inference.task_snippets import task_snippets
from bearhug.inference.tasks import told
from bearhug.repos import service as repos
from bearhug.repos.model import Access, Repo, RepoKind
from bearhug.web.call import Call
from bearhug.web.events import ClientGone, unless_gone

MOST_TURNS = 200
MOST_CODE_BYTES = 64 * 1024
MOST_TOKENS = 512
"""Whoever waits for a whole page cannot stop it halfway."""


@dataclass(frozen=True)
class Asked:
    """What the form says."""

    turns: tuple[Turn, ...]
    message: str
    parameters: Mapping[str, Any]


async def show(request: Request) -> Response:
    """The conversation on a page of its own."""
    call = Call.of(request)
    repo, _ = await call.read(_repo, _name(request))
    return await _page(call, repo)


async def answer(request: Request) -> Response:
    """Ask, and show the whole conversation with the answer."""
    call = Call.of(request)
    repo, card = await call.read(_repo, _name(request))
    form = await call.form()
    talk = await talk_of(call, repo)
    if talk is not None and talk.widget is not None and not talk.widget.talks:
        try:
            return await _fill(call, repo, talk.widget, form)
        finally:
            await form.close()
    asked = _asked(form, card)
    try:
        located = await call.read_slow(_located, repo)
        heard = await unless_gone(request.receive, _ask(call, located, asked))
    except (NotSignedIn, NotFound, Moved, ClientGone):
        raise
    except HubError as refused:
        before = replace(asked, turns=asked.turns[:-1])
        return await _page(call, repo, before, error=refused.message, status=refused.status)
    turns = (*asked.turns, Turn("assistant", heard.output))
    return await _page(call, repo, replace(asked, turns=turns, message=""), heard=heard)


async def code(request: Request) -> Response:
    """A widget's question as code, a fragment: the body as the public API takes it."""
    call = Call.of(request)
    repo, card = await call.read(_repo, _name(request))
    form = form_of(card.pipeline_tag if card else None)
    if form is None:
        raise NotFound("Its task has no widget.")
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > MOST_CODE_BYTES:
        raise TooLarge(f"Code is written for questions of up to {MOST_CODE_BYTES} bytes.")
    try:
        body = json.loads(await request.body())
    except ValueError as error:
        raise BadRequest("The body is no JSON.") from error
    if not isinstance(body, dict) or not isinstance(body.get("parameters", {}), dict):
        raise BadRequest('Send {"inputs": …, "parameters": {…}}, as to the model.')
    found = task_snippets(call.base_url, str(repo.name), form.task, body)
    return await call.page("inference/code_alone.html", code=coloured(found))


async def _fill(call: Call, repo: Repo, widget: Widget, form: FormData) -> Response:
    """Ask what the widget's form holds, and show it again with the answer in words."""
    fills = dict(widget.fills)
    try:
        fills = await filled(widget, form)
        located = await call.read_slow(_located, repo)
        inferred = await unless_gone(call.request.receive, infer(call, located, widget, fills))
    except (NotSignedIn, NotFound, Moved, ClientGone):
        raise
    except HubError as refused:
        shown = replace(widget, fills=_texts(widget, fills))
        return await _page(call, repo, widget=shown, error=refused.message, status=refused.status)
    shown = replace(
        widget, fills=_texts(widget, fills), said=told(inferred.output) or "It said nothing."
    )
    return await _page(call, repo, widget=shown, id=inferred.id)


def _texts(widget: Widget, fills: Mapping[str, Any]) -> dict[str, Any]:
    """What a page can write back into its fields: no files."""
    held = {each.name for each in widget.form.fields if each.kind in ("image", "audio")}
    return {name: value for name, value in fills.items() if name not in held}


async def _ask(call: Call, located: Located, asked: Asked) -> Answer:
    room: ModelRoom = call.hub.rooms["inference"]
    chat = located.placement.chat
    body = dict(asked.parameters)
    body["max_tokens"] = min(int(body.get("max_tokens", MOST_TOKENS)), MOST_TOKENS)
    body |= {"messages": messages(asked.turns)} if chat else {"prompt": asked.message}
    asker = Asker((await call.actor()).user_id, call.address)
    name = str(located.repo.name)
    question = Question(name, located, chat, body, asker, WAIT_SECONDS)
    _, heard = await asking.ask(room, question)
    return heard


async def _page(
    call: Call,
    repo: Repo,
    asked: Asked | None = None,
    *,
    heard: Answer | None = None,
    widget: Widget | None = None,
    id: str = "",
    error: str = "",
    status: int = 200,
) -> Response:
    talk = await talk_of(call, repo)
    if talk is None:
        raise NotFound("Its card asks that nobody talk to it here (inference: false).")
    if asked is not None:
        settings = settings_of(asked.parameters)
        talk = replace(talk, turns=asked.turns, message=asked.message, settings=settings)
    if widget is not None:
        talk = replace(talk, widget=widget)
    actor = await call.actor()
    return await call.page(
        "inference/try.html",
        status=status,
        repo=repo,
        talk=talk,
        place="models",
        manages=repos.can(actor, repo, Access.ADMIN),
        heard=heard.id if heard else id,
        figures=heard.figures() if heard else None,
        error=error,
    )


def _located(tx: Transaction, repo: Repo) -> Located:
    """Raises as service.locate, and Forbidden for a token that may not run models."""
    service.require_leave(tx.actor)
    return service.locate(tx, repo)


def _repo(tx: Transaction, name: str) -> tuple[Repo, Card | None]:
    repo = repos.find(tx, RepoKind.MODEL, name, access=Access.READ)
    return repo, cards.card(tx, repo)


def _asked(form: FormData, card: Card | None) -> Asked:
    """Raises BadRequest for a history that this page did not write, or nothing said."""
    given = {name: str(form.get(name, "")) for name in ("temperature", "top_p", "seed")}
    given["max_tokens"] = str(form.get("max_tokens", ""))
    settings = settings_of(given)
    parameters = {name: value for name, value in vars(settings).items() if value != ""}
    turns = _turns(str(form.get("history") or "[]"))
    message = str(form.get("message", "")).strip()
    chosen = str(form.get("example", ""))
    listed = examples(card)
    if chosen.isdigit() and int(chosen) < len(listed):
        said = example_turns(listed[int(chosen)])
        return Asked(said, said[-1].content, parameters)
    if not message:
        raise BadRequest("Write something first.")
    return Asked((*turns, Turn("user", message)), message, parameters)


def _turns(text: str) -> list[Turn]:
    try:
        listed = json.loads(text)
        return [Turn(str(each["role"]), str(each["content"])) for each in listed][-MOST_TURNS:]
    except (ValueError, TypeError, KeyError) as error:
        raise BadRequest("history: it is not as this page wrote it.") from error


def _name(request: Request) -> str:
    return f"{request.path_params['owner']}/{request.path_params['name']}"


routes: list[BaseRoute] = [
    Route("/{owner:seg}/{name:seg}/try", show, methods=["GET"]),
    Route("/{owner:seg}/{name:seg}/try", answer, methods=["POST"]),
    Route("/{owner:seg}/{name:seg}/try/code", code, methods=["POST"]),
]
